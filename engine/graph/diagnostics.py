"""Computes diagnostics of the shape of a region's graph. They never decide a level.

Every figure states what it is computed from, and none is an estimate. Where the graph lacks the
data for a figure (no exchange, no known agency), the figure is None or is counted separately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.graph.connectivity import (
    Arc,
    Backend,
    cut_points,
    mask_nodes,
    reachable_pairs,
    select_backend,
)
from engine.graph.exchange import RealisedExchange, RequiredExchange, match_required_exchanges
from engine.graph.graph import GraphBasis, GraphEdge, GraphNode, IntegrationGraph
from engine.model import IntegrationMode
from engine.plain_text import name_key

POINT_TO_POINT = (IntegrationMode.API, IntegrationMode.DATABASE, IntegrationMode.FILE)


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact ratio of two numbers."""

    numerator: Fraction
    denominator: Fraction

    @property
    def exact(self) -> Fraction | None:
        """The exact ratio, or None if the denominator is 0."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A single point of failure, with the nodes that its failure cuts off from the rest."""

    node: str
    cut_off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProducedDataObject:
    """A data object with more than one producer."""

    data_object: str
    producers: tuple[str, ...]
    edges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The diagnostics of one graph."""

    basis: GraphBasis
    applications: int
    outside: int
    edges: int
    required_exchange_coverage: Ratio  # the required exchanges that are realised, by weight
    exchanges: tuple[RealisedExchange, ...]
    inapplicable: tuple[str, ...]  # required exchanges without an application at one end
    bus_usage: Ratio  # edges that use the bus
    mode_unknown: int  # edges of unknown mode, which may use the bus
    point_to_point_debt: tuple[str, ...]  # edges without the bus although both ends are on it
    reciprocity: Ratio  # exchanges required both ways with data both ways
    cut_points: tuple[CutPoint, ...]  # the one that cuts off most nodes first
    propagation_cost: Ratio  # ordered pairs of applications that data connects
    # The modularity by OPD, -1/2 to 1; None without edges of known OPDs.
    silo_index: Fraction | None
    owner_unknown: int  # applications without an OPD, not in the silo index
    producer_redundancy: Ratio  # producers beyond the first per data object
    several_producers: tuple[ProducedDataObject, ...]
    isolated: tuple[str, ...]  # applications without an edge


def diagnose_graph(
    graph: IntegrationGraph,
    required: Iterable[RequiredExchange] = (),
    *,
    basis: GraphBasis = GraphBasis.COUNTED,
    backend: Backend | None = None,
) -> Diagnostics:
    """Compute the diagnostics of a graph from its counted edges, or from all recorded ones."""
    backend = backend or select_backend()
    required = tuple(required)
    edges = graph.edges_by_basis(basis)
    applications = graph.applications
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    outside = sorted(end for end in ends if not graph.nodes[end].inside)
    exchanges = match_required_exchanges(required, edges)
    two_way = [
        exchange for exchange in exchanges if exchange.required.is_two_way and exchange.edges
    ]
    over_bus = [edge for edge in edges if edge.integration.mode is IntegrationMode.HUB]
    on_bus = {end for edge in over_bus for end in (edge.source, edge.target)}
    several_producers, objects = _several_producers(edges)
    return Diagnostics(
        basis=basis,
        applications=len(applications),
        outside=len(outside),
        edges=len(edges),
        required_exchange_coverage=Ratio(
            sum((exchange.required.weight for exchange in exchanges if exchange.edges), Fraction()),
            sum((exchange.required.weight for exchange in exchanges), Fraction()),
        ),
        exchanges=exchanges,
        inapplicable=tuple(exchange.id for exchange in required if not exchange.applicable),
        bus_usage=_ratio(len(over_bus), len(edges)),
        mode_unknown=sum(edge.integration.mode is IntegrationMode.UNKNOWN for edge in edges),
        point_to_point_debt=tuple(
            edge.id
            for edge in edges
            if edge.integration.mode in POINT_TO_POINT
            and edge.source in on_bus
            and edge.target in on_bus
        ),
        reciprocity=_ratio(sum(exchange.reciprocal for exchange in two_way), len(two_way)),
        cut_points=_cut_points([node.id for node in applications] + outside, edges, backend),
        propagation_cost=_propagation_cost([node.id for node in applications], edges, backend),
        silo_index=_modularity_by_opd(applications, edges),
        owner_unknown=sum(node.opd is None for node in applications),
        producer_redundancy=_ratio(
            sum(len(shared.producers) - 1 for shared in several_producers), objects
        ),
        several_producers=several_producers,
        isolated=tuple(node.id for node in applications if node.id not in ends),
    )


def _ratio(numerator: int, denominator: int) -> Ratio:
    return Ratio(Fraction(numerator), Fraction(denominator))


def _arcs(nodes: Sequence[str], edges: Iterable[GraphEdge]) -> list[Arc]:
    number_of = {node: number for number, node in enumerate(nodes)}
    return [
        (number_of[source], number_of[target])
        for edge in edges
        for source, target in edge.arcs
        if source in number_of and target in number_of
    ]


def _cut_points(
    nodes: Sequence[str], edges: Iterable[GraphEdge], backend: Backend
) -> tuple[CutPoint, ...]:
    masks = cut_points(len(nodes), _arcs(nodes, edges), backend)
    points = [
        CutPoint(nodes[cut_node], tuple(nodes[node] for node in mask_nodes(mask)))
        for cut_node, mask in masks.items()
    ]
    return tuple(sorted(points, key=lambda point: (-len(point.cut_off), point.node)))


def _propagation_cost(
    applications: Sequence[str], edges: Iterable[GraphEdge], backend: Backend
) -> Ratio:
    """Return the propagation cost over the region's applications (Baldwin, MacCormack, Lagerström).

    Pairs of an application with itself are left out. They would raise the figure for applications
    without an exchange, most of all in a small inventory. Without any exchange the figure is
    unknown, because the graph does not show how far changes reach.
    """
    arcs = _arcs(applications, edges)
    if not arcs:
        return _ratio(0, 0)
    return _ratio(
        reachable_pairs(len(applications), arcs, backend),
        len(applications) * (len(applications) - 1),
    )


def _modularity_by_opd(
    applications: Iterable[GraphNode], edges: Iterable[GraphEdge]
) -> Fraction | None:
    """Return Newman's modularity of the partition by OPD, over pairs that exchange data."""
    owner = {node.id: node.opd for node in applications if node.opd is not None}
    pairs = {
        (min(edge.source, edge.target), max(edge.source, edge.target))
        for edge in edges
        if edge.source in owner and edge.target in owner and edge.source != edge.target
    }
    if not pairs:
        return None
    within: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for first, second in pairs:
        degree.update((owner[first], owner[second]))
        if owner[first] == owner[second]:
            within[owner[first]] += 1
    links = len(pairs)
    squares = sum(count * count for count in degree.values())
    return Fraction(sum(within.values()), links) - Fraction(squares, 4 * links * links)


def _several_producers(edges: Iterable[GraphEdge]) -> tuple[tuple[ProducedDataObject, ...], int]:
    """Return the data objects with several producers, and the number of named objects."""
    flows: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        name = name_key(edge.integration.data_object)
        if name:
            flows.setdefault(name, []).append(edge)
    shared = []
    for name, carriers in sorted(flows.items()):
        sources = tuple(sorted({edge.source for edge in carriers}))
        if len(sources) > 1:
            shared.append(ProducedDataObject(name, sources, tuple(edge.id for edge in carriers)))
    return tuple(shared), len(flows)
