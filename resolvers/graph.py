"""Computes a region's integration graph, its diagnostics, and the impact of an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.graph.diagnostics import Diagnostics, diagnose_graph
from engine.graph.graph import GraphBasis, IntegrationGraph, graph_revision
from engine.graph.impact import Impact, NotInGraph, trace_impact
from engine.graph.layout import node_positions
from engine.graph.subgraph import ArgumentOutOfBounds, Neighbourhood, extract_neighbourhood
from engine.model import Application
from resolvers.context import Context
from resolvers.problems import InvalidArgument
from resolvers.region_record import build_graph, required_exchanges
from storage.region_inventory import RegionInventoryRecord

NodePosition = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PositionedSubgraph:
    """A part of a graph, with the position of each node."""

    neighbourhood: Neighbourhood
    positions: Mapping[str, NodePosition]
    revision: str
    as_of: date


@dataclass(frozen=True, slots=True)
class GraphDiagnosis:
    """The diagnostics of a graph, and the graph that names their nodes."""

    diagnostics: Diagnostics
    graph: IntegrationGraph


@dataclass(frozen=True, slots=True)
class ImpactAnalysis:
    """What depends on an application, and the graph that names the nodes."""

    impact: Impact
    graph: IntegrationGraph


async def integration_graph_of(context: Context, region: str) -> IntegrationGraph:
    """Return the integration graph of a region as of today."""
    return await compute_integration_graph(context, await context.loaders.inventories.load(region))


async def compute_integration_graph(
    context: Context, record: RegionInventoryRecord
) -> IntegrationGraph:
    """Return the integration graph of this state of an inventory as of today."""
    today = context.instance.clock().date()
    key = ("graph", record.digest, today)
    return await context.instance.result_cache.find_or_compute(
        key, lambda: build_graph(record, today)
    )


async def positioned_subgraph(
    context: Context,
    region: str,
    *,
    around_id: str | None,
    depth: int,
    limit: int,
    basis: GraphBasis,
) -> PositionedSubgraph:
    """Return a part of a region's graph; a node has the same position in every part.

    Raises:
        InvalidArgument: `around_id` is not in the graph, or `depth` or `limit` is out of bounds.
    """
    context.budget.count_searches()
    graph = await integration_graph_of(context, region)
    try:
        neighbourhood = extract_neighbourhood(
            graph, around_id, depth=depth, limit=limit, basis=basis
        )
    except ArgumentOutOfBounds as error:
        raise InvalidArgument(error.name, f"1 to {error.most}", str(error.found)) from error
    except NotInGraph as error:
        raise InvalidArgument("aroundId", "the id of a node of this graph", error.node) from error
    revision = graph_revision(graph)
    positions = await context.instance.result_cache.find_or_compute(
        ("places", revision), lambda: node_positions(graph.nodes.values(), graph.edges.values())
    )
    return PositionedSubgraph(neighbourhood, positions, revision, graph.today)


async def diagnose_region_graph(context: Context, region: str, basis: GraphBasis) -> GraphDiagnosis:
    """Return the diagnostics of a region's graph."""
    context.budget.count_searches()
    record = await context.loaders.inventories.load(region)
    graph = await integration_graph_of(context, region)

    def compute() -> Diagnostics:
        return diagnose_graph(graph, required_exchanges(record, graph), basis=basis)

    key = ("diagnostics", record.digest, graph.today, basis)
    return GraphDiagnosis(await context.instance.result_cache.find_or_compute(key, compute), graph)


async def analyse_impact(
    context: Context, application: Application, basis: GraphBasis
) -> ImpactAnalysis | None:
    """Return what depends on an application; None if it is retired."""
    graph = await integration_graph_of(context, application.region)
    try:
        return ImpactAnalysis(trace_impact(graph, application.id, basis=basis), graph)
    except NotInGraph:
        return None
