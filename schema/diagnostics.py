"""GraphQL types for the diagnostics of a region's graph."""

from __future__ import annotations

from datetime import date

import strawberry

from engine.graph import diagnostics as engine
from engine.graph.exchange import RealisedExchange
from engine.graph.graph import IntegrationGraph
from resolvers.graph import GraphDiagnosis
from schema.application_reference import LISTED_MOST, first_ids
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, slice_connection
from schema.figure import Figure
from schema.graph_enums import GraphBasis
from schema.graph_node_reference import GraphNodeReference, to_node_references
from schema.integration import Integration
from schema.ratio import Ratio
from schema.scalars import Decimal, exact_decimal


@strawberry.type(
    description="A single point of failure: a node whose failure cuts other nodes off from the "
    "largest connected part of the graph, whatever the direction of the data."
)
class CutPoint:
    node: GraphNodeReference = strawberry.field(description="The node that can fail.")
    cut_off_count: int = strawberry.field(
        description="The number of nodes that its failure cuts off."
    )
    cut_off_nodes: list[GraphNodeReference] = strawberry.field(
        description=f"The nodes that its failure cuts off; the first {LISTED_MOST}."
    )

    @classmethod
    def from_model(cls, value: engine.CutPoint, graph: IntegrationGraph) -> CutPoint:
        return cls(
            node=GraphNodeReference.from_model(graph.nodes[value.node]),
            cut_off_count=len(value.cut_off),
            cut_off_nodes=to_node_references(graph.nodes, value.cut_off[:LISTED_MOST]),
        )


@strawberry.type(description="A data object that more than one application produces.")
class ProducedDataObject:
    name: str = strawberry.field(
        description="The name of the data object in lower case; exchanges with the same name count "
        "as exchanges of the same data object."
    )
    producer_count: int = strawberry.field(description="The number of its producers, from 2.")
    producers: list[GraphNodeReference] = strawberry.field(
        description=f"The nodes that send the data object; the first {LISTED_MOST}."
    )
    integration_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the integrations that exchange the data object; the first "
        f"{LISTED_MOST}."
    )

    @classmethod
    def from_model(
        cls, value: engine.ProducedDataObject, graph: IntegrationGraph
    ) -> ProducedDataObject:
        return cls(
            name=value.data_object,
            producer_count=len(value.producers),
            producers=to_node_references(graph.nodes, value.producers[:LISTED_MOST]),
            integration_ids=first_ids(value.edges),
        )


@strawberry.type(
    description="An exchange that a rule expects between two groups of the region's applications. "
    "These rules are examples and not law. The rules check that an exchange exists, not that it "
    "carries the right data."
)
class RequiredExchange:
    pattern_id: strawberry.ID = strawberry.field(
        description="The id of the pattern in its rule table, or the numbers of two indicators "
        "whose services are partners, such as `12-14`."
    )
    rule: str = strawberry.field(
        description="The rule table and its version, such as `opd-exchanges/0.1`, or the "
        "instrument that names the partners."
    )
    data_object: str | None = strawberry.field(
        description="The data to exchange, in Indonesian; null if the rule names services only."
    )
    weight: Decimal = strawberry.field(
        description="The weight of the exchange in `requiredExchangeCoverage`."
    )
    is_two_way: bool = strawberry.field(
        description="Whether the rule expects data to flow in both directions."
    )
    is_realised: bool = strawberry.field(
        description="Whether at least one exchange connects the two sides, in any direction."
    )
    is_realised_forward: bool = strawberry.field(
        description="Whether data flows from the first side to the second."
    )
    is_realised_backward: bool = strawberry.field(
        description="Whether data flows from the second side to the first."
    )
    first_side: list[GraphNodeReference] = strawberry.field(
        description="The applications on the first side, any of which suffices; the first "
        f"{LISTED_MOST}."
    )
    second_side: list[GraphNodeReference] = strawberry.field(
        description="The applications on the second side, any of which suffices; the first "
        f"{LISTED_MOST}."
    )
    integration_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the integrations that connect the two sides; the first "
        f"{LISTED_MOST}. Empty if the exchange is not realised."
    )

    @classmethod
    def from_model(cls, value: RealisedExchange, graph: IntegrationGraph) -> RequiredExchange:
        required = value.required
        first_side, second_side = (
            to_node_references(graph.nodes, sorted(applications)[:LISTED_MOST])
            for applications in (required.first_applications, required.second_applications)
        )
        return cls(
            pattern_id=strawberry.ID(required.id),
            rule=required.rule,
            data_object=required.data_object or None,
            weight=exact_decimal(required.weight),
            is_two_way=required.is_two_way,
            is_realised=bool(value.edges),
            is_realised_forward=value.forward,
            is_realised_backward=value.backward,
            first_side=first_side,
            second_side=second_side,
            integration_ids=first_ids(value.edges),
        )


@strawberry.type(
    description="What the shape of an integration graph shows. These are diagnoses, which never "
    "decide a level. A figure is null if the graph lacks the data for it."
)
class Diagnostics:
    basis: GraphBasis = strawberry.field(
        description="Which exchanges the figures are computed from."
    )
    as_of: date = strawberry.field(
        description="The day for which it is decided which exchanges count as evidence."
    )
    application_count: int = strawberry.field(
        description="The number of the region's applications in the graph, without retired ones."
    )
    outside_node_count: int = strawberry.field(
        description="The number of nodes outside the region that exchange data with it."
    )
    exchange_count: int = strawberry.field(description="The number of exchanges of this basis.")
    required_exchange_coverage: Ratio = strawberry.field(
        description="The weight of the required exchanges that are realised, compared with the "
        "weight of all in `requiredExchanges`."
    )
    required_exchanges: list[RequiredExchange] = strawberry.field(
        description="The required exchanges for which the region has applications on both sides, "
        "realised or not; at most one for each pattern of the rule tables, of which there are "
        "about 50."
    )
    inapplicable_pattern_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the other patterns of the rule tables: no application is known on "
        "one of the sides."
    )
    bus_usage: Ratio = strawberry.field(
        description="The number of exchanges over the service bus (sistem penghubung layanan), "
        "compared with all exchanges."
    )
    mode_unknown_count: int = strawberry.field(
        description="The number of exchanges whose mode is unknown; they may use the service bus "
        "although `busUsage` does not count them."
    )
    reciprocity: Ratio = strawberry.field(
        description="The number of required exchanges in which data flows in both directions, "
        "compared with the realised ones that the rules expect in both directions."
    )
    propagation_cost: Ratio = strawberry.field(
        description="The number of ordered pairs of two different applications of the region "
        "between which data can flow, compared with all such pairs. The denominator is 0 if no "
        "exchange between two of them is recorded."
    )
    silo_index: Figure | None = strawberry.field(
        description="The modularity of the exchanges by OPD, from -0.5 to 1. Higher means that "
        "data stays within the OPDs. Null if no exchange connects applications of known OPDs."
    )
    owner_unknown_count: int = strawberry.field(
        description="The number of applications whose OPD is unknown, which the silo index leaves "
        "out."
    )
    producer_redundancy: Ratio = strawberry.field(
        description="The number of producers beyond the first of each data object, compared with "
        "the number of named data objects. It may be above 1."
    )
    _value: strawberry.Private[GraphDiagnosis]

    @strawberry.field(
        description="The point-to-point debt: exchanges by API, database or file between two nodes "
        "that both already use the service bus for other exchanges."
    )
    def point_to_point_debt(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[Integration]:
        edges = self._value.graph.edges
        return slice_connection(
            self._value.diagnostics.point_to_point_debt,
            first,
            after,
            key=str,
            to_node=lambda id: Integration.from_model(edges[id].integration),
        )

    @strawberry.field(
        description="The single points of failure, the one that cuts off the most nodes first."
    )
    def cut_points(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[CutPoint]:
        return slice_connection(
            self._value.diagnostics.cut_points,
            first,
            after,
            key=lambda point: point.node,
            to_node=lambda point: CutPoint.from_model(point, self._value.graph),
        )

    @strawberry.field(
        description="The data objects that several nodes produce, by name. The custodian of such "
        "data (walidata) has yet to be decided."
    )
    def several_producers(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[ProducedDataObject]:
        return slice_connection(
            self._value.diagnostics.several_producers,
            first,
            after,
            key=lambda produced: produced.data_object,
            to_node=lambda produced: ProducedDataObject.from_model(produced, self._value.graph),
        )

    @strawberry.field(description="The applications without any exchange of this basis, by id.")
    def isolated(
        self, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[GraphNodeReference]:
        nodes = self._value.graph.nodes
        return slice_connection(
            self._value.diagnostics.isolated,
            first,
            after,
            key=str,
            to_node=lambda id: GraphNodeReference.from_model(nodes[id]),
        )

    @classmethod
    def from_model(cls, value: GraphDiagnosis) -> Diagnostics:
        diagnostics, graph = value.diagnostics, value.graph
        return cls(
            basis=diagnostics.basis,
            as_of=graph.today,
            application_count=diagnostics.applications,
            outside_node_count=diagnostics.outside,
            exchange_count=diagnostics.edges,
            required_exchange_coverage=Ratio.from_model(diagnostics.required_exchange_coverage),
            required_exchanges=[
                RequiredExchange.from_model(exchange, graph) for exchange in diagnostics.exchanges
            ],
            inapplicable_pattern_ids=[strawberry.ID(id) for id in diagnostics.inapplicable],
            bus_usage=Ratio.from_model(diagnostics.bus_usage),
            mode_unknown_count=diagnostics.mode_unknown,
            reciprocity=Ratio.from_model(diagnostics.reciprocity),
            propagation_cost=Ratio.from_model(diagnostics.propagation_cost),
            silo_index=Figure.from_optional(diagnostics.silo_index),
            owner_unknown_count=diagnostics.owner_unknown,
            producer_redundancy=Ratio.from_model(diagnostics.producer_redundancy),
            _value=value,
        )
