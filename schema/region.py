"""GraphQL types and queries for regions."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine import model
from engine.assessment.score import ScoredAssessment
from engine.identifier import region_id
from resolvers import assessment as resolved_assessment
from resolvers import integration as resolved_integration
from resolvers import region as resolved
from resolvers.access import covers_region
from schema.application import Application, FilterArgument, application_page
from schema.arguments import (
    AfterArgument,
    FirstArgument,
    InstrumentIdOrAnyArgument,
    KindArgument,
)
from schema.assessment import Assessment
from schema.connection import (
    Connection,
    checked_page_size,
    checked_search_text,
    decode_cursor,
    to_connection,
)
from schema.consolidation import RegionConsolidation
from schema.descriptions import REGION_CODE
from schema.duplicates import RegionDuplicates
from schema.effort import RegionEffortField
from schema.enums import AssessmentKind, RegionKind
from schema.estimate import RegionEstimate
from schema.freshness import FreshnessArgument, wait_for_copies
from schema.graph import RegionGraph
from schema.info import Info
from schema.integration import Integration
from schema.inventory import RegionInventoryField
from schema.inventory_import import RegionImportsField
from schema.node import Node, Provenance
from schema.opd import Opd
from schema.outlook import RegionOutlookField
from schema.path import RegionPath
from schema.peers import RegionPeersField
from schema.reuse import RegionReuse
from schema.scalars import Decimal
from schema.score import IndexScore
from schema.source import Source
from schema.verification import RegionVerification
from schema.what_if import RegionWhatIf

IncludeDissolvedArgument = Annotated[
    bool,
    strawberry.argument(
        description="Whether to include OPDs that were dissolved or merged into others."
    ),
]


@strawberry.enum(description="The order of a list of regions.")
class RegionOrder(Enum):
    CODE = strawberry.enum_value("CODE", description="By the code of the region.")
    NAME = strawberry.enum_value("NAME", description="By the name of the region.")


@strawberry.input(description="Conditions on regions. A region must meet all of them.")
class RegionFilter:
    province_code: strawberry.ID | None = strawberry.field(
        default=None,
        description="The code of the province that the region belongs to, such as 32. Null "
        "includes all provinces.",
    )
    kinds: list[RegionKind] | None = strawberry.field(
        default=None,
        description="The kinds of regions to include. Null includes all kinds but the nation, which "
        "is listed on request only.",
    )
    search: str | None = strawberry.field(
        default=None,
        description="A part of the region's name, or its code or name as people write it, such as "
        "3203 or Pemkab Cianjur, of at most 200 characters, in any case. A code from before a "
        "division of a province finds the region, too. Null includes all regions.",
    )


@strawberry.federation.type(
    keys=["code"],
    description="A province, regency or city, an agency of the central government, or the nation.",
)
class Region(
    Node,
    RegionGraph,
    RegionInventoryField,
    RegionImportsField,
    RegionVerification,
    RegionPath,
    RegionEffortField,
    RegionOutlookField,
    RegionPeersField,
    RegionEstimate,
    RegionDuplicates,
    RegionReuse,
    RegionConsolidation,
    RegionWhatIf,
):
    code: strawberry.ID = strawberry.field(
        description="The code of the Ministry of Home Affairs, such as 32.11. The code of a "
        "central agency begins with `pusat.`."
    )
    name: str = strawberry.field(description="The official name, such as Kabupaten Sumedang.")
    kind: RegionKind = strawberry.field(description="What kind of government it is.")
    capital: str | None = strawberry.field(description="The capital; null if it is unknown.")
    population: int | None = strawberry.field(
        description="The number of inhabitants; null if it is unknown."
    )
    area_km2: Decimal | None = strawberry.field(
        name="areaKm2", description="The area in square kilometres; null if it is unknown."
    )
    latitude: float | None = strawberry.field(
        description="The latitude of the centroid in degrees; null if it is unknown."
    )
    longitude: float | None = strawberry.field(
        description="The longitude of the centroid in degrees; null if it is unknown."
    )
    provenance: Provenance = strawberry.field(
        description="Where the basic data of the region comes from."
    )
    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The province that the region belongs to; null for a province, an agency or "
        "the nation."
    )
    async def parent(self, info: Info) -> Region | None:
        if self._value.parent is None:
            return None
        parent = await info.context.loaders.regions.load(self._value.parent)
        return None if parent is None else Region.from_model(parent)

    @strawberry.field(description="How current this instance's data of the region is.")
    async def source(self, info: Info) -> Source:
        code, context = self._value.code, info.context
        source = await context.loaders.sources.load(code)
        return Source.from_model(
            code,
            source,
            context.instance.clock(),
            is_covered=covers_region(context.viewer, self._value),
            confirmed=context.confirmed_at_by_region.get(code),
        )

    @strawberry.field(description="The OPDs of the region, by name.")
    async def opds(
        self,
        info: Info,
        include_dissolved: IncludeDissolvedArgument = False,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Opd]:
        page = await resolved.page_of_opds(
            info.context,
            self._value.code,
            include_dissolved=include_dissolved,
            first=checked_page_size(first),
            after=decode_cursor(after, 2),
        )
        return to_connection(page, [Opd.from_model(opd) for opd in page.values])

    @strawberry.field(description="The applications in the region's inventory, by name.")
    async def applications(
        self,
        info: Info,
        filter: FilterArgument = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Application]:
        return await application_page(info, self._value.code, filter, first, after)

    @strawberry.field(description="The integrations whose source is an application of this region.")
    async def integrations(
        self, info: Info, first: FirstArgument = 50, after: AfterArgument = None
    ) -> Connection[Integration]:
        page = await resolved_integration.page_of_integrations(
            info.context,
            region=self._value.code,
            first=checked_page_size(first),
            after=decode_cursor(after, 1),
        )
        return to_connection(
            page, [Integration.from_model(integration) for integration in page.values]
        )

    @strawberry.field(
        description="The assessments of the region that the viewer may read, newest year first: "
        "all published ones, and drafts for the region, its assessors and its province."
    )
    async def assessments(
        self,
        info: Info,
        instrument_id: InstrumentIdOrAnyArgument = None,
        year: Annotated[
            int | None, strawberry.argument(description="The year. Null accepts every year.")
        ] = None,
        kind: Annotated[
            AssessmentKind | None,
            strawberry.argument(description="The kind of assessment. Null accepts every kind."),
        ] = None,
        first: FirstArgument = 50,
        after: AfterArgument = None,
    ) -> Connection[Assessment]:
        page = await resolved_assessment.page_of_assessments(
            info.context,
            self._value.code,
            instrument=instrument_id,
            year=year,
            kind=kind,
            first=checked_page_size(first),
            after=decode_cursor(after, 2),
        )
        return to_connection(
            page, [Assessment.from_model(assessment, score) for assessment, score in page.values]
        )

    @strawberry.field(
        description="The newest published score that fits; null if none is published."
    )
    async def index(
        self,
        info: Info,
        instrument_id: InstrumentIdOrAnyArgument = None,
        year: Annotated[
            int | None, strawberry.argument(description="The year. Null accepts every year.")
        ] = None,
        kind: KindArgument = AssessmentKind.OFFICIAL,
    ) -> IndexScore | None:
        matching = [
            scored
            for scored in await _load_published_scores(info, self._value.code, kind)
            if instrument_id in (None, scored.assessment.instrument)
            and year in (None, scored.assessment.year)
        ]
        return IndexScore.from_scored(matching[-1]) if matching else None

    @strawberry.field(
        description="The published scores of one kind, oldest first; at most one for each year and "
        "instrument. Values of different instruments are not comparable: a chart must break its "
        "line where the instrument changes."
    )
    async def history(
        self, info: Info, kind: KindArgument = AssessmentKind.OFFICIAL
    ) -> list[IndexScore]:
        scores = await _load_published_scores(info, self._value.code, kind)
        return [IndexScore.from_scored(scored) for scored in scores]

    @classmethod
    def from_model(cls, value: model.Region) -> Region:
        return cls(
            id=strawberry.ID(region_id(value.code)),
            code=strawberry.ID(value.code),
            name=value.name,
            kind=value.kind,
            capital=value.capital,
            population=value.population,
            area_km2=None if value.area_km2 is None else Decimal(value.area_km2),
            latitude=None if value.latitude is None else float(value.latitude),
            longitude=None if value.longitude is None else float(value.longitude),
            provenance=Provenance.from_model(value.provenance),
            _value=value,
        )

    @classmethod
    def from_required_model(cls, value: model.Region | None) -> Region:
        """Return the GraphQL type of a region that exists by a foreign key."""
        assert value is not None
        return cls.from_model(value)


@strawberry.type
class RegionQuery:
    @strawberry.field(
        description="The region, central agency or nation with a code. Null if the instance has "
        "none. With `freshness`, the `source` of the region states whether its copy is recent enough."
    )
    async def region(
        self,
        info: Info,
        code: Annotated[strawberry.ID, strawberry.argument(description=REGION_CODE)],
        freshness: FreshnessArgument = None,
    ) -> Region | None:
        await wait_for_copies(info, freshness, [code])
        region = await resolved.find_region(info.context, code)
        return None if region is None else Region.from_model(region)

    @strawberry.field(description="The regions and central agencies on record.")
    async def regions(
        self,
        info: Info,
        filter: Annotated[
            RegionFilter | None,
            strawberry.argument(description="Conditions on regions. Null includes all."),
        ] = None,
        order_by: Annotated[
            RegionOrder, strawberry.argument(description="The order of the list.")
        ] = RegionOrder.CODE,
        first: FirstArgument = 50,
        after: AfterArgument = None,
        freshness: FreshnessArgument = None,
    ) -> Connection[Region]:
        await wait_for_copies(info, freshness)
        conditions, by_name = filter or RegionFilter(), order_by is RegionOrder.NAME
        page = await resolved.page_of_regions(
            info.context,
            parent=conditions.province_code,
            kinds=tuple(set(conditions.kinds or ())),
            search=checked_search_text(conditions.search),
            by_name=by_name,
            first=checked_page_size(first),
            after=decode_cursor(after, 2 if by_name else 1),
        )
        return to_connection(page, [Region.from_model(region) for region in page.values])


async def _load_published_scores(
    info: Info, code: str, kind: AssessmentKind
) -> list[ScoredAssessment]:
    return await info.context.loaders.published.load((code, kind))
