"""GraphQL type for an end of an exchange: its name, and its id for further queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import strawberry

from engine.graph.graph import GraphNode
from schema.enums import GraphNodeKind


@strawberry.type(description="A node of the integration graph, by name.")
class GraphEnd:
    id: strawberry.ID = strawberry.field(description="Of an application; else of this graph only.")
    name: str
    kind: GraphNodeKind

    @classmethod
    def from_model(cls, value: GraphNode) -> GraphEnd:
        return cls(id=strawberry.ID(value.id), name=value.name, kind=value.kind)


def graph_ends(nodes: Mapping[str, GraphNode], ids: Iterable[str]) -> list[GraphEnd]:
    """Return the nodes with these ids as GraphQL types, in the same order."""
    return [GraphEnd.from_model(nodes[id]) for id in ids]
