"""GraphQL types for the diagnostics of a region's graph."""

from __future__ import annotations

from datetime import date

import strawberry

from engine.decimals import format_exact, format_rounded
from engine.graph import diagnostics as engine
from engine.graph.exchange import RealisedExchange
from engine.graph.graph import IntegrationGraph
from resolvers.graph import GraphDiagnosis
from schema.connection import checked_page_size
from schema.enums import GraphBasis
from schema.graph_end import GraphEnd, graph_ends


@strawberry.type(description="A part of a whole, from 0 to 1.")
class Share:
    value: str | None = strawberry.field(
        description="Exact decimal, 12 places where it never ends; null: nothing to take a part of."
    )
    display: str | None = strawberry.field(description="Rounded half up, two places.")
    part: str
    of: str

    @classmethod
    def from_model(cls, value: engine.Share) -> Share:
        share = value.exact
        return cls(
            value=value.value,
            display=None if share is None else format_rounded(share),
            part=format_exact(value.part),
            of=format_exact(value.whole),
        )


@strawberry.type(description="A single point of failure.")
class CutPoint:
    node: GraphEnd
    cut_off_count: int
    cut_off: list[GraphEnd] = strawberry.field(
        description="What its failure cuts off from the rest; the first 100."
    )

    @classmethod
    def from_model(cls, value: engine.CutPoint, graph: IntegrationGraph) -> CutPoint:
        return cls(
            node=GraphEnd.from_model(graph.nodes[value.node]),
            cut_off_count=len(value.cut_off),
            cut_off=graph_ends(graph.nodes, value.cut_off[:NAMED_MOST]),
        )


@strawberry.type(description="A data object that more than one application produces.")
class SharedData:
    data_object: str
    producers: list[GraphEnd]
    integrations: list[strawberry.ID]

    @classmethod
    def from_model(cls, value: engine.SharedData, graph: IntegrationGraph) -> SharedData:
        return cls(
            data_object=value.data_object,
            producers=graph_ends(graph.nodes, value.producers[:NAMED_MOST]),
            integrations=[strawberry.ID(id) for id in value.edges[:NAMED_MOST]],
        )


@strawberry.type(
    description="An exchange that the region's work asks for by a rule. Rules of this kind are "
    "examples, not law; that the right data flows is not checked."
)
class RequiredExchange:
    id: strawberry.ID = strawberry.field(description="Of the pattern, or two indicators.")
    rule: str = strawberry.field(description="Table and version.")
    data: str = strawberry.field(description="Empty where the rule names services only.")
    weight: str
    both_ways: bool
    realised: bool
    there: bool
    back: bool
    one: list[GraphEnd] = strawberry.field(description="Applications on one side; the first 100.")
    other: list[GraphEnd]
    integrations: list[strawberry.ID] = strawberry.field(description="That realise it.")

    @classmethod
    def from_model(cls, value: RealisedExchange, graph: IntegrationGraph) -> RequiredExchange:
        required = value.required
        return cls(
            id=strawberry.ID(required.id),
            rule=required.rule,
            data=required.data_object,
            weight=format_exact(required.weight),
            both_ways=required.both_ways,
            realised=bool(value.edges),
            there=value.forward,
            back=value.backward,
            one=graph_ends(graph.nodes, sorted(required.first_applications)[:NAMED_MOST]),
            other=graph_ends(graph.nodes, sorted(required.second_applications)[:NAMED_MOST]),
            integrations=[strawberry.ID(id) for id in value.edges[:NAMED_MOST]],
        )


NAMED_MOST = 100  # items of a nested list


@strawberry.type(
    description="Diagnoses of a graph, never levels. Null where nothing can be told. Lists that "
    "take `first` give at most 200."
)
class Diagnostics:
    basis: GraphBasis
    as_of: date
    applications: int
    outside: int = strawberry.field(description="Nodes outside the region.")
    edges: int
    required: Share = strawberry.field(description="Weight of required exchanges realised.")
    exchanges: list[RequiredExchange] = strawberry.field(description="Required and applicable.")
    inapplicable: list[strawberry.ID] = strawberry.field(
        description="Required, but no application is known at one end."
    )
    bus: Share = strawberry.field(description="Exchanges over the service bus.")
    mode_unknown: int = strawberry.field(description="Exchanges that may be over the bus as well.")
    reciprocity: Share = strawberry.field(
        description="Of the realised exchanges that are asked for both ways."
    )
    propagation: Share = strawberry.field(
        description="Ordered pairs of two different applications between which data can pass; "
        "unknown where no exchange is recorded."
    )
    silo: str | None = strawberry.field(
        description="Modularity by OPD, -0.5 to 1, exact; null where no exchange joins known OPDs."
    )
    silo_display: str | None
    owner_unknown: int = strawberry.field(description="Applications left out of the silo index.")
    producers: Share = strawberry.field(
        description="Producers beyond the first per data object; may be above 1."
    )
    cut_point_count: int
    isolated_count: int
    point_to_point_debt_count: int
    several_producers_count: int
    _value: strawberry.Private[GraphDiagnosis]

    @strawberry.field(description="Exchanges beside the bus although both ends are on it.")
    def point_to_point_debt(self, first: int = 50) -> list[strawberry.ID]:
        debt = self._value.diagnostics.point_to_point_debt[: checked_page_size(first)]
        return [strawberry.ID(id) for id in debt]

    @strawberry.field(description="The most cut off first.")
    def cut_points(self, first: int = 50) -> list[CutPoint]:
        points = self._value.diagnostics.cut_points[: checked_page_size(first)]
        return [CutPoint.from_model(point, self._value.graph) for point in points]

    @strawberry.field(description="Data objects with several producers, by name.")
    def several_producers(self, first: int = 50) -> list[SharedData]:
        shared = self._value.diagnostics.shared_data[: checked_page_size(first)]
        return [SharedData.from_model(data, self._value.graph) for data in shared]

    @strawberry.field(description="Applications without an exchange of this basis.")
    def isolated(self, first: int = 50) -> list[GraphEnd]:
        return graph_ends(
            self._value.graph.nodes, self._value.diagnostics.isolated[: checked_page_size(first)]
        )

    @classmethod
    def from_model(cls, value: GraphDiagnosis) -> Diagnostics:
        diagnostics, graph = value.diagnostics, value.graph
        return cls(
            basis=diagnostics.basis,
            as_of=graph.today,
            applications=diagnostics.applications,
            outside=diagnostics.outside,
            edges=diagnostics.edges,
            required=Share.from_model(diagnostics.required_share),
            exchanges=[
                RequiredExchange.from_model(exchange, graph) for exchange in diagnostics.exchanges
            ],
            inapplicable=[strawberry.ID(id) for id in diagnostics.inapplicable],
            bus=Share.from_model(diagnostics.bus_share),
            mode_unknown=diagnostics.mode_unknown,
            reciprocity=Share.from_model(diagnostics.reciprocity),
            propagation=Share.from_model(diagnostics.propagation),
            silo=None
            if diagnostics.modularity_by_opd is None
            else format_exact(diagnostics.modularity_by_opd),
            silo_display=None
            if diagnostics.modularity_by_opd is None
            else format_rounded(diagnostics.modularity_by_opd),
            owner_unknown=diagnostics.owner_unknown,
            producers=Share.from_model(diagnostics.duplicate_producers),
            cut_point_count=len(diagnostics.cut_points),
            isolated_count=len(diagnostics.isolated),
            point_to_point_debt_count=len(diagnostics.point_to_point_debt),
            several_producers_count=len(diagnostics.shared_data),
            _value=value,
        )
