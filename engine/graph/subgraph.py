"""A part of the graph that a page can draw: never the whole graph by accident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.graph.graph import GraphBasis, GraphEdge, GraphNode, IntegrationDefect, IntegrationGraph
from engine.graph.impact import NotInGraph

DEPTH_MOST = 5
LIMIT_MOST = 1000  # nodes


class OutOfBounds(ValueError):
    """A depth or limit that the graph does not serve."""

    def __init__(self, name: str, most: int, found: int) -> None:
        super().__init__(f"{name}: expected 1 to {most}, got {found}")
        self.name = name
        self.most = most
        self.found = found


@dataclass(frozen=True, slots=True)
class SubgraphNode:
    """A node as the page sees it."""

    node: GraphNode
    degree: int  # edges of this basis in the whole graph, shown or not
    distance: int | None  # steps from the centre; None without a centre
    hidden: int  # neighbours that are not shown


@dataclass(frozen=True, slots=True)
class OmittedCounts:
    """What is not shown, counted."""

    nodes_over_limit: int  # near enough, but over the limit
    nodes_beyond: int  # of the graph, further away or not connected to the centre
    edges: int  # of this basis, with an end that is not shown
    not_counted: Mapping[
        IntegrationDefect, int
    ]  # edges that do not count, by defect; in the whole graph


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes nearest first, the edges among them, and what was left out."""

    around: str | None
    depth: int
    limit: int
    basis: GraphBasis
    nodes: tuple[SubgraphNode, ...]
    edges: tuple[GraphEdge, ...]
    left_out: OmittedCounts


def extract_neighbourhood(
    graph: IntegrationGraph,
    around: str | None = None,
    *,
    depth: int = 2,
    limit: int = 300,
    basis: GraphBasis = GraphBasis.COUNTED,
) -> Neighbourhood:
    """The nodes within `depth` steps of a node, direction aside; at most `limit` of them.

    Nearer nodes come first, of equally near ones those with more edges. Without a node to be
    around it is the `limit` nodes with the most edges.

    Raises:
        NotInGraph: there is no such node.
        OutOfBounds: depth is not 1 to 5, or limit not 1 to 1,000.
    """
    for name, most, found in (("depth", DEPTH_MOST, depth), ("limit", LIMIT_MOST, limit)):
        if not 1 <= found <= most:
            raise OutOfBounds(name, most, found)
    if around is not None and around not in graph.nodes:
        raise NotInGraph(around)
    edges = graph.chosen(basis)
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
    near = sorted(distance, key=lambda node: (distance[node] or 0, -degree[node], node))
    shown = dict.fromkeys(near[:limit])
    among = tuple(edge for edge in edges if edge.source in shown and edge.target in shown)
    return Neighbourhood(
        around=around,
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
        edges=among,
        left_out=OmittedCounts(
            nodes_over_limit=len(near) - len(shown),
            nodes_beyond=len(graph.nodes) - len(near),
            edges=len(edges) - len(among),
            not_counted=Counter(defect for edge in graph.edges.values() for defect in edge.defects),
        ),
    )


def _distances(neighbours: Mapping[str, set[str]], start: str, most: int) -> dict[str, int]:
    distances = {start: 0}
    order = [start]
    for node in order:  # grows while it is read
        if distances[node] == most:
            break
        for each in neighbours[node]:
            if each not in distances:
                distances[each] = distances[node] + 1
                order.append(each)
    return distances
