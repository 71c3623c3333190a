"""Finds what an application depends on and what depends on it, with the shortest paths.

Data flows from source to target. The nodes downstream lack data when the application fails, and
the application lacks data when a node upstream fails. A path ends at a node outside the region,
because that region's graph shows what happens to the data there.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.graph.graph import GraphBasis, GraphNodeKind, IntegrationGraph


class NotInGraph(LookupError):
    """The graph does not contain the node."""

    def __init__(self, node: str) -> None:
        super().__init__(f"expected a node of the graph, got {node!r}")
        self.node = node


@dataclass(frozen=True, slots=True)
class ReachedNode:
    """A node, and the shortest path to it from the application."""

    node: str
    path: tuple[str, ...]  # nodes, from the application to this one
    edges: tuple[str, ...]  # integrations along the path

    @property
    def distance(self) -> int:
        """The number of integrations on the path."""
        return len(self.edges)


@dataclass(frozen=True, slots=True)
class Impact:
    """The nodes on both sides of an application, the nearest first."""

    application: str
    basis: GraphBasis
    upstream: tuple[ReachedNode, ...]
    downstream: tuple[ReachedNode, ...]


def trace_impact(
    graph: IntegrationGraph, application: str, *, basis: GraphBasis = GraphBasis.RECORDED
) -> Impact:
    """Return what depends on the application and what it depends on.

    The default basis is all recorded exchanges, because an exchange without evidence breaks too.

    Raises:
        NotInGraph: the graph does not contain the application.
    """
    if application not in graph.nodes:
        raise NotInGraph(application)
    forward: dict[str, list[tuple[str, str]]] = {}
    backward: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges_by_basis(basis):
        for source, target in edge.arcs:
            forward.setdefault(source, []).append((target, edge.id))
            backward.setdefault(target, []).append((source, edge.id))
    return Impact(
        application,
        basis,
        upstream=_search_breadth_first(graph, application, backward),
        downstream=_search_breadth_first(graph, application, forward),
    )


def _search_breadth_first(
    graph: IntegrationGraph, start: str, neighbours: dict[str, list[tuple[str, str]]]
) -> tuple[ReachedNode, ...]:
    """Search breadth first. Of equally short paths, take the first by node, then by edge."""
    reached = {start: ReachedNode(start, (start,), ())}
    order = [start]
    for node in order:  # the list grows during the loop
        if node != start and graph.nodes[node].kind is not GraphNodeKind.APPLICATION:
            continue
        shortest = reached[node]
        for neighbour, edge in sorted(neighbours.get(node, ())):
            if neighbour not in reached:
                reached[neighbour] = ReachedNode(
                    neighbour, (*shortest.path, neighbour), (*shortest.edges, edge)
                )
                order.append(neighbour)
    return tuple(reached[node] for node in order[1:])
