"""What an application depends on and what depends on it, each with the shortest way there.

Data flows from source to target, so what lies downstream is what misses the application when it
fails, and upstream is what it would miss. Only nodes outside the region end a way: what another
region does with the data is in that region's graph.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.graph.graph import GraphBasis, GraphNodeKind, IntegrationGraph


class NotInGraph(LookupError):
    """A node that the graph does not have."""

    def __init__(self, node: str) -> None:
        super().__init__(f"expected a node of the graph, got {node!r}")
        self.node = node


@dataclass(frozen=True, slots=True)
class Reached:
    """A node and the shortest way to it from the application asked about."""

    node: str
    path: tuple[str, ...]  # nodes, from the application to this one
    edges: tuple[str, ...]  # integrations along the path

    @property
    def distance(self) -> int:
        return len(self.edges)


@dataclass(frozen=True, slots=True)
class Impact:
    """Both sides of an application, nearest first."""

    application: str
    basis: GraphBasis
    upstream: tuple[Reached, ...]
    downstream: tuple[Reached, ...]


def trace_impact(
    graph: IntegrationGraph, application: str, *, basis: GraphBasis = GraphBasis.RECORDED
) -> Impact:
    """What depends on the application and what it depends on.

    By all recorded exchanges unless told otherwise: whoever would break is asked, and an exchange
    without evidence breaks as well.
    """
    if application not in graph.nodes:
        raise NotInGraph(application)
    forward: dict[str, list[tuple[str, str]]] = {}
    backward: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.chosen(basis):
        for source, target in edge.arcs:
            forward.setdefault(source, []).append((target, edge.id))
            backward.setdefault(target, []).append((source, edge.id))
    return Impact(
        application,
        basis,
        upstream=_reached(graph, application, backward),
        downstream=_reached(graph, application, forward),
    )


def _reached(
    graph: IntegrationGraph, start: str, next_to: dict[str, list[tuple[str, str]]]
) -> tuple[Reached, ...]:
    """Breadth first; of equally short ways the first by node, then edge."""
    found = {start: Reached(start, (start,), ())}
    order = [start]
    for node in order:  # grows while it is read
        if node != start and graph.nodes[node].kind is not GraphNodeKind.APPLICATION:
            continue
        way = found[node]
        for neighbour, edge in sorted(next_to.get(node, ())):
            if neighbour not in found:
                found[neighbour] = Reached(neighbour, (*way.path, neighbour), (*way.edges, edge))
                order.append(neighbour)
    return tuple(found[node] for node in order[1:])
