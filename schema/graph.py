"""GraphQL types for the integration graph of a region."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.graph import graph as engine
from engine.graph.subgraph import OmittedCounts, SubgraphNode
from resolvers import graph as resolved
from resolvers.graph import NodePosition, PositionedSubgraph
from schema.application import CommonApplication
from schema.arguments import BasisArgument
from schema.descriptions import GRAPH_NODE_ID, NOT_COMPUTED
from schema.diagnostics import Diagnostics
from schema.enums import ApplicationStatus
from schema.graph_enums import GraphBasis, GraphNodeKind, IntegrationDefect
from schema.info import Info
from schema.integration import Integration
from schema.opd import Opd

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="A node of an integration graph: an application of the region, or what lies "
    "outside of it at the other end of an exchange."
)
class GraphNode:
    node_id: strawberry.ID = strawberry.field(description=GRAPH_NODE_ID)
    name: str = strawberry.field(description="The name of the application, or of the other end.")
    kind: GraphNodeKind = strawberry.field(description="What the node is.")
    function_text: str | None = strawberry.field(
        description="What the application is for, in the words of its OPD in Indonesian. Null if "
        "it is not recorded, or the node is not in an inventory."
    )
    status: ApplicationStatus | None = strawberry.field(
        description="Whether the application is in use; null for a node that is in no inventory."
    )
    exchange_count: int = strawberry.field(
        description="The number of its exchanges of this basis in the whole graph, shown or not."
    )
    distance: int | None = strawberry.field(
        description="The number of exchanges on the shortest path from the node `aroundId`, "
        "whatever their direction; null if the graph is not around a node."
    )
    hidden_neighbour_count: int = strawberry.field(
        description="The number of its neighbours in the whole graph that are not shown."
    )
    x: float = strawberry.field(
        description="The horizontal position in a drawing, from -1 at the left to 1. It is the "
        "same in every part of a graph with the same revision."
    )
    y: float = strawberry.field(
        description="The vertical position in a drawing, from -1 at the top to 1. It is the same "
        "in every part of a graph with the same revision."
    )
    _value: strawberry.Private[engine.GraphNode]

    @strawberry.field(
        description="The region whose inventory holds the application; null if the node is in no "
        "inventory."
    )
    async def region(
        self, info: Info
    ) -> Annotated[Region, strawberry.lazy("schema.region")] | None:
        from schema.region import Region

        if self._value.region is None:
            return None
        region = await info.context.loaders.regions.load(self._value.region)
        return None if region is None else Region.from_model(region)

    @strawberry.field(
        description="The OPD that runs the application; null if it is unknown or the node is in no "
        "inventory."
    )
    async def opd(self, info: Info) -> Opd | None:
        if self._value.opd is None:
            return None
        owner = await info.context.loaders.opds.load(self._value.opd)
        return None if owner is None else Opd.from_model(owner)

    @strawberry.field(
        description="The national common application that the node is, or that the application is "
        "an instance of; null if there is none."
    )
    def common_application(self) -> CommonApplication | None:
        return CommonApplication.find_by_id(self._value.common_application)

    @classmethod
    def from_model(cls, value: SubgraphNode, position: NodePosition) -> GraphNode:
        return cls(
            node_id=strawberry.ID(value.node.id),
            name=value.node.name,
            kind=value.node.kind,
            function_text=value.node.function or None,
            status=value.node.status,
            exchange_count=value.degree,
            distance=value.distance,
            hidden_neighbour_count=value.hidden,
            x=position[0],
            y=position[1],
            _value=value.node,
        )


@strawberry.type(description="An exchange between two nodes that are both shown.")
class GraphEdge:
    source_id: strawberry.ID = strawberry.field(
        description="The `nodeId` of the node that sends the data."
    )
    target_id: strawberry.ID = strawberry.field(
        description="The `nodeId` of the node that receives the data. If the direction of the "
        "integration is TWO_WAY, both nodes send and receive."
    )
    is_counted: bool = strawberry.field(
        description="Whether rules accept the exchange as evidence on the day `asOf`."
    )
    is_undecided: bool = strawberry.field(
        description="Whether the exchange is not counted only because something about it is "
        "unknown, so that it may prove to count."
    )
    defects: list[IntegrationDefect] = strawberry.field(
        description="Why the exchange is not counted, each reason once; empty if it is counted."
    )
    integration: Integration = strawberry.field(description="The record of the exchange.")

    @classmethod
    def from_model(cls, value: engine.GraphEdge) -> GraphEdge:
        return cls(
            source_id=strawberry.ID(value.source),
            target_id=strawberry.ID(value.target),
            is_counted=value.is_counted,
            is_undecided=value.is_undecided,
            defects=list(value.defects),
            integration=Integration.from_model(value.integration),
        )


@strawberry.type(description="How many exchanges have a defect.")
class DefectCount:
    defect: IntegrationDefect = strawberry.field(description="Why an exchange is not counted.")
    exchange_count: int = strawberry.field(
        description="The number of exchanges with this defect. An exchange may have several."
    )


@strawberry.type(description="What a part of an integration graph leaves out.")
class GraphOmissions:
    nodes_over_limit_count: int = strawberry.field(
        description="The number of nodes within `depth` that are not shown because of `limit`."
    )
    nodes_beyond_count: int = strawberry.field(
        description="The number of nodes that are further than `depth` from the node `aroundId` or "
        "not connected with it."
    )
    edge_count: int = strawberry.field(
        description="The number of exchanges of this basis that are left out because one of their "
        "nodes is not shown."
    )
    defect_counts: list[DefectCount] = strawberry.field(
        description="The defects of the exchanges in the whole graph that are not counted, each "
        "defect once."
    )

    @classmethod
    def from_model(cls, value: OmittedCounts) -> GraphOmissions:
        counts = sorted(value.not_counted.items(), key=lambda item: item[0].value)
        return cls(
            nodes_over_limit_count=value.nodes_over_limit,
            nodes_beyond_count=value.nodes_beyond,
            edge_count=value.edges,
            defect_counts=[
                DefectCount(defect=defect, exchange_count=count) for defect, count in counts
            ],
        )


@strawberry.type(
    description="A region's integration graph, or a part of it: its applications and what they "
    "exchange data with as nodes, and the exchanges as edges."
)
class IntegrationGraph:
    revision: str = strawberry.field(
        description="A hash of the whole graph. It changes with any node, any edge, and which "
        "edges count."
    )
    as_of: date = strawberry.field(
        description="The day for which it is decided which exchanges count as evidence."
    )
    basis: GraphBasis = strawberry.field(description="Which exchanges are shown.")
    around_id: strawberry.ID | None = strawberry.field(
        description="The `nodeId` of the node around which the part lies; null for the whole graph."
    )
    depth: int = strawberry.field(
        description="The largest distance from the node `aroundId`, as it was requested."
    )
    limit: int = strawberry.field(description="The largest number of nodes, as it was requested.")
    nodes: list[GraphNode] = strawberry.field(
        description="The nodes, the nearest to `aroundId` first and then those with the most "
        "exchanges; at most `limit`."
    )
    edges: list[GraphEdge] = strawberry.field(
        description="All exchanges of this basis between two nodes that are shown, whatever their "
        "number."
    )
    omitted: GraphOmissions = strawberry.field(description="What is not shown, counted.")

    @classmethod
    def from_model(cls, value: PositionedSubgraph) -> IntegrationGraph:
        part = value.neighbourhood
        return cls(
            revision=value.revision,
            as_of=value.as_of,
            basis=part.basis,
            around_id=None if part.centre is None else strawberry.ID(part.centre),
            depth=part.depth,
            limit=part.limit,
            nodes=[
                GraphNode.from_model(subgraph_node, value.positions[subgraph_node.node.id])
                for subgraph_node in part.nodes
            ],
            edges=[GraphEdge.from_model(edge) for edge in part.edges],
            omitted=GraphOmissions.from_model(part.omitted),
        )


@strawberry.type
class RegionGraph:
    """The fields of Region for its integration graph."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The integration graph of the region, which shows each exchange with the "
        f"reasons why it is not counted as evidence. {NOT_COMPUTED}"
    )
    async def integration_graph(
        self,
        info: Info,
        around_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The `nodeId` of the node to begin at, such as the id of an "
                "application. Null requests the nodes with the most exchanges."
            ),
        ] = None,
        depth: Annotated[
            int,
            strawberry.argument(
                description="The largest number of exchanges between a node and the node "
                "`aroundId`, from 1 to 5. It has no effect without `aroundId`."
            ),
        ] = 2,
        limit: Annotated[
            int, strawberry.argument(description="The largest number of nodes, from 1 to 1,000.")
        ] = 300,
        basis: BasisArgument = GraphBasis.RECORDED,
    ) -> IntegrationGraph | None:
        subgraph = await resolved.positioned_subgraph(
            info.context,
            self._value.code,
            around_id=around_id,
            depth=depth,
            limit=limit,
            basis=basis,
        )
        return IntegrationGraph.from_model(subgraph)

    @strawberry.field(
        description="What the shape of the region's integration graph shows: diagnoses, never "
        f"levels. {NOT_COMPUTED}"
    )
    async def diagnostics(
        self, info: Info, basis: BasisArgument = GraphBasis.RECORDED
    ) -> Diagnostics | None:
        return Diagnostics.from_model(
            await resolved.diagnose_region_graph(info.context, self._value.code, basis)
        )
