"""Computes diagnostics of the shape of a region's graph. They never decide a level.

Every figure states what it is computed from, and none is an estimate. Where the graph lacks the
data for a figure (no exchange, no known agency), the figure is None or is counted separately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.decimals import format_exact
from engine.graph.connectivity import Arc, Backend, cut_points, nodes_of_mask, reachable_pairs
from engine.graph.connectivity import select_backend as default_backend
from engine.graph.exchange import RealisedExchange, RequiredExchange, match_required_exchanges
from engine.graph.graph import GraphBasis, GraphEdge, GraphNode, IntegrationGraph
from engine.model import IntegrationMode

POINT_TO_POINT = (IntegrationMode.API, IntegrationMode.DATABASE, IntegrationMode.FILE)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, as an exact ratio."""

    part: Fraction
    of: Fraction

    @property
    def exact(self) -> Fraction | None:
        """The exact ratio, or None if the whole is 0."""
        return self.part / self.of if self.of else None

    @property
    def value(self) -> str | None:
        """The ratio as a decimal string, or None if the whole is 0."""
        return None if self.exact is None else format_exact(self.exact)


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A single point of failure, with the nodes that its failure cuts off from the rest."""

    node: str
    cut_off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedData:
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
    required: Share  # by weight: the required exchanges that are realised
    exchanges: tuple[RealisedExchange, ...]
    inapplicable: tuple[str, ...]  # required exchanges without an application at one end
    bus: Share  # edges that use the bus
    mode_unknown: int  # edges of unknown mode, which may use the bus
    point_to_point_debt: tuple[str, ...]  # edges without the bus although both ends are on it
    reciprocity: Share  # of the realised exchanges that are required both ways
    cut_points: tuple[CutPoint, ...]  # the one that cuts off most nodes first
    propagation: Share  # ordered pairs of applications that data connects
    silo: Fraction | None  # modularity by OPD, -1/2 to 1; None without edges of known OPDs
    owner_unknown: int  # applications without an OPD, not in the silo index
    producers: Share  # producers beyond the first per data object
    several_producers: tuple[SharedData, ...]
    isolated: tuple[str, ...]  # applications without an edge


def diagnose_graph(
    graph: IntegrationGraph,
    required: Iterable[RequiredExchange] = (),
    *,
    basis: GraphBasis = GraphBasis.COUNTED,
    backend: Backend | None = None,
) -> Diagnostics:
    """Compute the diagnostics of a graph from its counted edges, or from all recorded ones."""
    backend = backend or default_backend()
    required = tuple(required)
    edges = graph.chosen(basis)
    own = graph.applications
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    outside = sorted(end for end in ends if not graph.nodes[end].inside)
    exchanges = match_required_exchanges(required, edges)
    asked_both_ways = [each for each in exchanges if each.required.both_ways and each.edges]
    over_bus = [edge for edge in edges if edge.integration.mode is IntegrationMode.HUB]
    on_bus = {end for edge in over_bus for end in (edge.source, edge.target)}
    producers, objects = _producers(edges)
    return Diagnostics(
        basis=basis,
        applications=len(own),
        outside=len(outside),
        edges=len(edges),
        required=Share(
            sum((each.required.weight for each in exchanges if each.edges), Fraction()),
            sum((each.required.weight for each in exchanges), Fraction()),
        ),
        exchanges=exchanges,
        inapplicable=tuple(each.id for each in required if not each.applicable),
        bus=_share(len(over_bus), len(edges)),
        mode_unknown=sum(edge.integration.mode is IntegrationMode.UNKNOWN for edge in edges),
        point_to_point_debt=tuple(
            edge.id
            for edge in edges
            if edge.integration.mode in POINT_TO_POINT
            and edge.source in on_bus
            and edge.target in on_bus
        ),
        reciprocity=_share(sum(each.reciprocal for each in asked_both_ways), len(asked_both_ways)),
        cut_points=_cut_points([each.id for each in own] + outside, edges, backend),
        propagation=_propagation([each.id for each in own], edges, backend),
        silo=_silo(own, edges),
        owner_unknown=sum(each.opd is None for each in own),
        producers=_share(sum(len(each.producers) - 1 for each in producers), objects),
        several_producers=producers,
        isolated=tuple(each.id for each in own if each.id not in ends),
    )


def _share(part: int, of: int) -> Share:
    return Share(Fraction(part), Fraction(of))


def _arcs(nodes: Sequence[str], edges: Iterable[GraphEdge]) -> list[Arc]:
    at = {node: number for number, node in enumerate(nodes)}
    return [
        (at[source], at[target])
        for edge in edges
        for source, target in edge.arcs
        if source in at and target in at
    ]


def _cut_points(
    nodes: Sequence[str], edges: Iterable[GraphEdge], backend: Backend
) -> tuple[CutPoint, ...]:
    found = cut_points(len(nodes), _arcs(nodes, edges), backend)
    points = [
        CutPoint(nodes[node], tuple(nodes[each] for each in nodes_of_mask(mask)))
        for node, mask in found.items()
    ]
    return tuple(sorted(points, key=lambda each: (-len(each.cut_off), each.node)))


def _propagation(own: Sequence[str], edges: Iterable[GraphEdge], backend: Backend) -> Share:
    """Propagation cost over the region's own applications (Baldwin, MacCormack, Lagerström).

    Pairs of an application with itself are left out. They would raise the figure for applications
    without an exchange, most of all in a small inventory. Without any exchange the figure is
    unknown, because the graph does not show how far changes reach.
    """
    arcs = _arcs(own, edges)
    if not arcs:
        return _share(0, 0)
    return _share(reachable_pairs(len(own), arcs, backend), len(own) * (len(own) - 1))


def _silo(own: Iterable[GraphNode], edges: Iterable[GraphEdge]) -> Fraction | None:
    """Newman's modularity of the partition by OPD, over pairs of applications that exchange."""
    owner = {each.id: each.opd for each in own if each.opd is not None}
    pairs = {
        (min(edge.source, edge.target), max(edge.source, edge.target))
        for edge in edges
        if edge.source in owner and edge.target in owner and edge.source != edge.target
    }
    if not pairs:
        return None
    within: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for one, other in pairs:
        degree.update((owner[one], owner[other]))
        if owner[one] == owner[other]:
            within[owner[one]] += 1
    links = len(pairs)
    squares = sum(count * count for count in degree.values())
    return Fraction(sum(within.values()), links) - Fraction(squares, 4 * links * links)


def _producers(edges: Iterable[GraphEdge]) -> tuple[tuple[SharedData, ...], int]:
    """Return the data objects with several producers, and the number of named objects."""
    flows: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        name = " ".join(edge.integration.data_object.casefold().split())
        if name:
            flows.setdefault(name, []).append(edge)
    shared = []
    for name, carried in sorted(flows.items()):
        sources = tuple(sorted({edge.source for edge in carried}))
        if len(sources) > 1:
            shared.append(SharedData(name, sources, tuple(edge.id for edge in carried)))
    return tuple(shared), len(flows)
