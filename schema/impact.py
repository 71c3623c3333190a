"""GraphQL types for the impact of an application: what depends on it."""

from __future__ import annotations

import strawberry

from engine import model
from engine.graph import impact as engine
from engine.graph.graph import IntegrationGraph
from resolvers import graph as resolved
from resolvers.graph import ImpactAnalysis
from schema.arguments import AfterArgument, BasisArgument, FirstArgument
from schema.connection import Connection, slice_connection
from schema.descriptions import NOT_COMPUTED
from schema.graph_enums import GraphBasis
from schema.graph_node_reference import GraphNodeReference, to_node_references
from schema.info import Info


@strawberry.type(
    description="A node that the data of an application reaches, or whose data reaches the "
    "application, with the shortest path between the two."
)
class ReachableNode:
    node: GraphNodeReference = strawberry.field(description="The node at the end of the path.")
    distance: int = strawberry.field(description="The number of exchanges on the path, from 1.")
    path: list[GraphNodeReference] = strawberry.field(
        description="All nodes of the path in order, from the application to the node; one more "
        "than `distance`."
    )
    integration_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the integrations on the path in order, as many as `distance`."
    )

    @classmethod
    def from_model(cls, value: engine.ReachedNode, graph: IntegrationGraph) -> ReachableNode:
        return cls(
            node=GraphNodeReference.from_model(graph.nodes[value.node]),
            distance=value.distance,
            path=to_node_references(graph.nodes, value.path),
            integration_ids=[strawberry.ID(id) for id in value.edges],
        )


@strawberry.type(
    description="What an application depends on and what depends on it, by the flow of data in the "
    "integration graph of its region. A path ends at a node outside the region."
)
class ApplicationImpact:
    basis: GraphBasis = strawberry.field(description="Which exchanges the paths consist of.")
    _value: strawberry.Private[ImpactAnalysis]

    @strawberry.field(
        description="The nodes whose data reaches the application, the nearest first. The "
        "application lacks their data when they fail."
    )
    def upstream(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ReachableNode]:
        return self._to_connection(self._value.impact.upstream, first, after)

    @strawberry.field(
        description="The nodes that the data of the application reaches, the nearest first. They "
        "lack its data when the application fails."
    )
    def downstream(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ReachableNode]:
        return self._to_connection(self._value.impact.downstream, first, after)

    def _to_connection(
        self, nodes: tuple[engine.ReachedNode, ...], first: int, after: str | None
    ) -> Connection[ReachableNode]:
        return slice_connection(
            nodes,
            first,
            after,
            key=lambda reached: reached.node,
            to_node=lambda reached: ReachableNode.from_model(reached, self._value.graph),
        )

    @classmethod
    def from_model(cls, value: ImpactAnalysis) -> ApplicationImpact:
        return cls(basis=value.impact.basis, _value=value)


@strawberry.type
class ApplicationImpactField:
    """The field of Application for its place in the integration graph of its region."""

    _value: strawberry.Private[model.Application]

    @strawberry.field(
        description="What depends on the application and what it depends on. Null for a retired "
        f"application, which is in no graph. {NOT_COMPUTED}"
    )
    async def impact(
        self,
        info: Info,
        basis: BasisArgument = GraphBasis.RECORDED,
    ) -> ApplicationImpact | None:
        analysis = await resolved.analyse_impact(info.context, self._value, basis)
        return None if analysis is None else ApplicationImpact.from_model(analysis)
