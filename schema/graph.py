"""GraphQL types for the integration graph of a region."""

from __future__ import annotations

from datetime import date

import strawberry

from engine import model
from engine.graph import graph as engine
from engine.graph.subgraph import OmittedCounts, SubgraphNode
from resolvers import graph as resolved
from resolvers.graph import NodePosition, PositionedSubgraph
from schema.descriptions import NOT_COMPUTED
from schema.diagnostics import Diagnostics
from schema.enums import ApplicationStatus, GraphBasis, GraphNodeKind, IntegrationDefect
from schema.info import Info
from schema.integration import Integration
from schema.opd import Opd


@strawberry.type(
    description="A node of the integration graph: an application of the region, or what lies "
    "outside of it at the far end of an exchange."
)
class GraphNode:
    id: strawberry.ID = strawberry.field(description="Of an application; else of this graph only.")
    name: str
    kind: GraphNodeKind
    region_code: strawberry.ID | None
    opd_id: strawberry.ID | None = strawberry.field(description="Null where not known.")
    function: str
    status: ApplicationStatus | None
    common_application: strawberry.ID | None
    degree: int = strawberry.field(description="Exchanges of this basis, shown or not.")
    distance: int | None = strawberry.field(description="Steps from `around`; null without it.")
    hidden: int = strawberry.field(description="Neighbours that are not shown.")
    x: float = strawberry.field(description="From -1 to 1; the same in every part of a revision.")
    y: float = strawberry.field(description="From -1 at the top to 1.")

    @strawberry.field(description="Null where not known, or elsewhere.")
    async def opd(self, info: Info) -> Opd | None:
        if self.opd_id is None:
            return None
        owner = await info.context.loaders.opds.load(self.opd_id)
        return None if owner is None else Opd.from_model(owner)

    @classmethod
    def from_model(cls, subgraph_node: SubgraphNode, position: NodePosition) -> GraphNode:
        node = subgraph_node.node
        return cls(
            id=strawberry.ID(node.id),
            name=node.name,
            kind=node.kind,
            region_code=_optional_id(node.region),
            opd_id=_optional_id(node.opd),
            function=node.function,
            status=node.status,
            common_application=_optional_id(node.common_application),
            degree=subgraph_node.degree,
            distance=subgraph_node.distance,
            hidden=subgraph_node.hidden,
            x=position[0],
            y=position[1],
        )


@strawberry.type(description="An exchange between two nodes that are both shown.")
class GraphEdge:
    id: strawberry.ID = strawberry.field(description="Of the integration.")
    source: strawberry.ID = strawberry.field(description="A node.")
    target: strawberry.ID = strawberry.field(description="A node.")
    counts: bool = strawberry.field(description="True if rules may take it as evidence today.")
    undecided: bool = strawberry.field(
        description="True if it does not count only for what is not known of it."
    )
    defects: list[IntegrationDefect] = strawberry.field(description="Why it does not count.")
    integration: Integration

    @classmethod
    def from_model(cls, value: engine.GraphEdge) -> GraphEdge:
        return cls(
            id=strawberry.ID(value.id),
            source=strawberry.ID(value.source),
            target=strawberry.ID(value.target),
            counts=value.counts,
            undecided=value.undecided,
            defects=list(value.defects),
            integration=Integration.from_model(value.integration),
        )


@strawberry.type(description="How many exchanges of the whole graph have a defect.")
class DefectCount:
    defect: IntegrationDefect
    count: int


@strawberry.type(description="What is not shown, counted.")
class GraphLeftOut:
    nodes_over_limit: int = strawberry.field(description="Near enough, but over the limit.")
    nodes_beyond: int = strawberry.field(description="Further away, or not connected.")
    edges: int = strawberry.field(description="Of this basis, with an end that is not shown.")
    not_counted: list[DefectCount] = strawberry.field(
        description="Exchanges of the whole graph that do not count; one may have several defects."
    )

    @classmethod
    def from_model(cls, value: OmittedCounts) -> GraphLeftOut:
        counts = sorted(value.not_counted.items(), key=lambda item: item[0].value)
        return cls(
            nodes_over_limit=value.nodes_over_limit,
            nodes_beyond=value.nodes_beyond,
            edges=value.edges,
            not_counted=[DefectCount(defect=defect, count=count) for defect, count in counts],
        )


@strawberry.type(description="A part of a region's integration graph, nearest nodes first.")
class IntegrationGraph:
    revision: str = strawberry.field(description="Changes with any node, edge or what counts.")
    as_of: date = strawberry.field(description="The day on which exchanges count or do not.")
    basis: GraphBasis
    around: strawberry.ID | None
    depth: int
    limit: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    left_out: GraphLeftOut

    @classmethod
    def from_model(cls, value: PositionedSubgraph) -> IntegrationGraph:
        part = value.neighbourhood
        return cls(
            revision=value.revision,
            as_of=value.as_of,
            basis=part.basis,
            around=_optional_id(part.centre),
            depth=part.depth,
            limit=part.limit,
            nodes=[
                GraphNode.from_model(subgraph_node, value.positions[subgraph_node.node.id])
                for subgraph_node in part.nodes
            ],
            edges=[GraphEdge.from_model(edge) for edge in part.edges],
            left_out=GraphLeftOut.from_model(part.omitted),
        )


@strawberry.type
class RegionGraph:
    """The fields of Region for its integration graph."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The nodes within `depth` (1 to 5) steps of `around`; without it those with "
        "the most exchanges. At most `limit` (1 to 1000) nodes. RECORDED by default: exchanges "
        "are shown whatever their evidence, each with why it does not count. " + NOT_COMPUTED
    )
    async def integration_graph(
        self,
        info: Info,
        around: strawberry.ID | None = None,
        depth: int = 2,
        limit: int = 300,
        basis: GraphBasis = engine.GraphBasis.RECORDED,
    ) -> IntegrationGraph | None:
        subgraph = await resolved.positioned_subgraph(
            info.context, self._value.code, around=around, depth=depth, limit=limit, basis=basis
        )
        return IntegrationGraph.from_model(subgraph)

    @strawberry.field(
        description="What the shape of the graph tells: diagnoses, never levels. RECORDED takes "
        "all exchanges that are not withdrawn, COUNTED only those that rules take as evidence. "
        + NOT_COMPUTED
    )
    async def diagnostics(
        self, info: Info, basis: GraphBasis = engine.GraphBasis.RECORDED
    ) -> Diagnostics | None:
        return Diagnostics.from_model(
            await resolved.diagnose_region_graph(info.context, self._value.code, basis)
        )


def _optional_id(value: str | None) -> strawberry.ID | None:
    return None if value is None else strawberry.ID(value)
