"""GraphQL type that names a node of an integration graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import strawberry

from engine.graph.graph import GraphNode
from schema.descriptions import GRAPH_NODE_ID
from schema.graph_enums import GraphNodeKind


@strawberry.type(description="The name of a node of an integration graph, without its exchanges.")
class GraphNodeReference:
    node_id: strawberry.ID = strawberry.field(description=GRAPH_NODE_ID)
    name: str = strawberry.field(description="The name of the application, or of the other end.")
    kind: GraphNodeKind = strawberry.field(description="What the node is.")

    @classmethod
    def from_model(cls, value: GraphNode) -> GraphNodeReference:
        return cls(node_id=strawberry.ID(value.id), name=value.name, kind=value.kind)


def to_node_references(
    nodes: Mapping[str, GraphNode], ids: Iterable[str]
) -> list[GraphNodeReference]:
    """Return the nodes with these ids as GraphQL types, in the same order."""
    return [GraphNodeReference.from_model(nodes[id]) for id in ids]
