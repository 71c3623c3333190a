"""GraphQL types for the impact of an application: what depends on it."""

from __future__ import annotations

import strawberry

from engine import model
from engine.graph import impact as engine
from engine.graph.graph import IntegrationGraph
from resolvers import graph as resolved
from resolvers.graph import ImpactAnalysis
from schema.connection import checked_page_size
from schema.enums import GraphBasis
from schema.graph_end import GraphEnd, graph_ends
from schema.info import Info


@strawberry.type(description="A node that can be reached, and the shortest way there.")
class Reached:
    node: GraphEnd
    distance: int = strawberry.field(description="Exchanges along the way.")
    path: list[GraphEnd] = strawberry.field(description="From the application to the node.")
    integrations: list[strawberry.ID] = strawberry.field(description="Along the way, in order.")

    @classmethod
    def from_model(cls, value: engine.ReachedNode, graph: IntegrationGraph) -> Reached:
        return cls(
            node=GraphEnd.from_model(graph.nodes[value.node]),
            distance=value.distance,
            path=graph_ends(graph.nodes, value.path),
            integrations=[strawberry.ID(id) for id in value.edges],
        )


@strawberry.type(
    description="What an application depends on and what depends on it, by the flow of data. A "
    "node outside the region ends a way."
)
class Impact:
    basis: GraphBasis
    upstream_count: int
    downstream_count: int
    _value: strawberry.Private[ImpactAnalysis]

    @strawberry.field(description="What it would miss, nearest first; `first` is at most 200.")
    def upstream(self, first: int = 50) -> list[Reached]:
        nodes = self._value.impact.upstream[: checked_page_size(first)]
        return [Reached.from_model(node, self._value.graph) for node in nodes]

    @strawberry.field(description="What would miss it, nearest first; `first` is at most 200.")
    def downstream(self, first: int = 50) -> list[Reached]:
        nodes = self._value.impact.downstream[: checked_page_size(first)]
        return [Reached.from_model(node, self._value.graph) for node in nodes]

    @classmethod
    def from_model(cls, value: ImpactAnalysis) -> Impact:
        return cls(
            basis=value.impact.basis,
            upstream_count=len(value.impact.upstream),
            downstream_count=len(value.impact.downstream),
            _value=value,
        )


@strawberry.type
class ApplicationImpact:
    """The fields of Application for its place in the integration graph of its region."""

    _value: strawberry.Private[model.Application]

    @strawberry.field(description="Null of a retired application: it is in no graph.")
    async def impact(self, info: Info, basis: GraphBasis = GraphBasis.RECORDED) -> Impact | None:
        analysis = await resolved.analyse_impact(info.context, self._value, basis)
        return None if analysis is None else Impact.from_model(analysis)
