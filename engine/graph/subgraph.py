"""Extracts a part of the graph that is small enough for a page to draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.graph.graph import GraphBasis, GraphEdge, GraphNode, IntegrationDefect, IntegrationGraph
from engine.graph.impact import NotInGraph

MAX_DEPTH = 5
MAX_LIMIT = 1000  # nodes


class ArgumentOutOfBounds(ValueError):
    """The depth or limit is out of range."""

    def __init__(self, name: str, most: int, found: int) -> None:
        super().__init__(f"{name}: expected 1 to {most}, got {found}")
        self.name = name
        self.most = most
        self.found = found


@dataclass(frozen=True, slots=True)
class SubgraphNode:
    """A node of the extract, with its place in the whole graph."""

    node: GraphNode
    degree: int  # edges of this basis in the whole graph
    distance: int | None  # steps from the centre, or None without a centre
    hidden: int  # neighbours that are not shown


@dataclass(frozen=True, slots=True)
class OmittedCounts:
    """The numbers of nodes and edges that the extract leaves out."""

    nodes_over_limit: int  # within the depth, but over the limit
    nodes_beyond: int  # further than the depth, or not connected to the centre
    edges: int  # edges of this basis with an end that is left out
    # Edges of the whole graph that do not count, by defect.
    not_counted: Mapping[IntegrationDefect, int]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The extracted nodes, nearest first, the edges among them, and the omitted counts."""

    centre: str | None
    depth: int
    limit: int
    basis: GraphBasis
    nodes: tuple[SubgraphNode, ...]
    edges: tuple[GraphEdge, ...]
    omitted: OmittedCounts


def extract_neighbourhood(
    graph: IntegrationGraph,
    around: str | None = None,
    *,
    depth: int = 2,
    limit: int = 300,
    basis: GraphBasis = GraphBasis.COUNTED,
) -> Neighbourhood:
    """Return at most `limit` nodes within `depth` steps of a node, ignoring direction.

    Nearer nodes come first, and of equally near nodes those with more edges. If `around` is None,
    the result has the `limit` nodes with the most edges.

    Raises:
        NotInGraph: the graph does not contain the node.
        OutOfBounds: `depth` is not 1 to 5, or `limit` is not 1 to 1,000.
    """
    for name, maximum, value in (("depth", MAX_DEPTH, depth), ("limit", MAX_LIMIT, limit)):
        if not 1 <= value <= maximum:
            raise ArgumentOutOfBounds(name, maximum, value)
    if around is not None and around not in graph.nodes:
        raise NotInGraph(around)
    edges = graph.edges_by_basis(basis)
    degree: Counter[str] = Counter()
    neighbours: dict[str, set[str]] = {node: set() for node in graph.nodes}
    for edge in edges:
        degree.update({edge.source, edge.target})
        neighbours[edge.source].add(edge.target)
        neighbours[edge.target].add(edge.source)

    distance: dict[str, int | None]
    if around is None:
        distance = dict.fromkeys(graph.nodes)
    else:
        distance = {**_distances(neighbours, around, depth)}
    within_depth = sorted(distance, key=lambda node: (distance[node] or 0, -degree[node], node))
    shown = dict.fromkeys(within_depth[:limit])
    shown_edges = tuple(edge for edge in edges if edge.source in shown and edge.target in shown)
    return Neighbourhood(
        centre=around,
        depth=depth,
        limit=limit,
        basis=basis,
        nodes=tuple(
            SubgraphNode(
                node=graph.nodes[node],
                degree=degree[node],
                distance=distance[node],
                hidden=len(neighbours[node] - shown.keys()),
            )
            for node in shown
        ),
        edges=shown_edges,
        omitted=OmittedCounts(
            nodes_over_limit=len(within_depth) - len(shown),
            nodes_beyond=len(graph.nodes) - len(within_depth),
            edges=len(edges) - len(shown_edges),
            not_counted=Counter(defect for edge in graph.edges.values() for defect in edge.defects),
        ),
    )


def _distances(neighbours: Mapping[str, set[str]], start: str, depth: int) -> dict[str, int]:
    distances = {start: 0}
    order = [start]
    for node in order:  # the list grows during the loop
        if distances[node] == depth:
            break
        for neighbour in neighbours[node]:
            if neighbour not in distances:
                distances[neighbour] = distances[node] + 1
                order.append(neighbour)
    return distances
