"""GraphQL types and queries for regions."""

from __future__ import annotations

from enum import Enum

import strawberry

from engine import model
from engine.assessment.score import ScoredAssessment
from engine.identifier import region_id
from resolvers import assessment as resolved_assessment
from resolvers import freshness
from resolvers import integration as resolved_integration
from resolvers import region as resolved
from schema.application import Application, ApplicationFilter, application_page
from schema.assessment import Assessment
from schema.connection import (
    Connection,
    checked_page_size,
    checked_search_text,
    decode_cursor,
    to_connection,
)
from schema.consolidation import RegionConsolidation
from schema.duplicates import RegionDuplicates
from schema.effort import RegionEffortField
from schema.enums import AssessmentKind, RegionKind
from schema.estimate import RegionEstimate
from schema.graph import RegionGraph
from schema.info import Info
from schema.integration import Integration
from schema.inventory import RegionInventoryField
from schema.node import Node, Provenance
from schema.opd import Opd
from schema.outlook import RegionOutlookField
from schema.path import RegionPath
from schema.peers import RegionPeersField
from schema.reuse import RegionSharing
from schema.score import IndexScore
from schema.source import Source
from schema.verification import RegionVerification
from schema.what_if import RegionWhatIf


@strawberry.enum(description="The order of a list of regions.")
class RegionOrder(Enum):
    CODE = "CODE"
    NAME = "NAME"


@strawberry.input(description="All given conditions hold.")
class RegionFilter:
    province: strawberry.ID | None = None
    kinds: list[RegionKind] | None = None
    search: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.federation.type(
    keys=["code"], description="A province, regency or city; or a central agency."
)
class Region(
    Node,
    RegionGraph,
    RegionInventoryField,
    RegionVerification,
    RegionPath,
    RegionEffortField,
    RegionOutlookField,
    RegionPeersField,
    RegionEstimate,
    RegionDuplicates,
    RegionSharing,
    RegionConsolidation,
    RegionWhatIf,
):
    code: strawberry.ID = strawberry.field(
        description="Kemendagri code, as 32.11; `pusat.…` for a central agency."
    )
    name: str
    kind: RegionKind
    capital: str | None
    population: int | None
    area_km2: str | None = strawberry.field(name="areaKm2")
    latitude: float | None = strawberry.field(description="Of the centroid.")
    longitude: float | None = strawberry.field(description="Of the centroid.")
    provenance: Provenance
    _value: strawberry.Private[model.Region]

    @strawberry.field
    async def parent(self, info: Info) -> Region | None:
        if self._value.parent is None:
            return None
        parent = await info.context.loaders.regions.load(self._value.parent)
        return None if parent is None else Region.from_model(parent)

    @strawberry.field
    async def source(self, info: Info) -> Source:
        code, context = self._value.code, info.context
        source = await context.loaders.sources.load(code)
        return Source.from_model(
            code, source, context.instance.clock(), context.confirmed_at_by_region.get(code)
        )

    @strawberry.field
    async def opds(self, info: Info, first: int = 50, after: str | None = None) -> Connection[Opd]:
        page = await resolved.page_of_opds(
            info.context,
            self._value.code,
            first=checked_page_size(first),
            after=decode_cursor(after, 2),
        )
        return to_connection(page, [Opd.from_model(opd) for opd in page.values])

    @strawberry.field
    async def applications(
        self,
        info: Info,
        filter: ApplicationFilter | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Application]:
        return await application_page(info, self._value.code, filter, first, after)

    @strawberry.field(description="Integrations whose source is an application of this region.")
    async def integrations(
        self, info: Info, first: int = 50, after: str | None = None
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

    @strawberry.field(description="Those that the viewer may see, newest first.")
    async def assessments(
        self,
        info: Info,
        instrument: strawberry.ID | None = None,
        year: int | None = None,
        kind: AssessmentKind | None = None,
    ) -> list[Assessment]:
        assessments = await resolved_assessment.list_visible_assessments(
            info.context, self._value.code, instrument=instrument, year=year, kind=kind
        )
        return [Assessment.from_model(assessment, score) for assessment, score in assessments]

    @strawberry.field(description="The newest published score that fits.")
    async def index(
        self,
        info: Info,
        instrument: strawberry.ID | None = None,
        year: int | None = None,
        kind: AssessmentKind = model.AssessmentKind.OFFICIAL,
    ) -> IndexScore | None:
        matching = [
            scored
            for scored in await _load_published_scores(info, self._value.code, kind)
            if instrument in (None, scored.assessment.instrument)
            and year in (None, scored.assessment.year)
        ]
        return IndexScore.from_scored(matching[-1]) if matching else None

    @strawberry.field(
        description="Published scores of one kind, oldest first. Values of different instruments "
        "are not comparable: break the line where the instrument changes."
    )
    async def history(
        self, info: Info, kind: AssessmentKind = model.AssessmentKind.OFFICIAL
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
            area_km2=value.area_km2,
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
        description="Null where no region has that code. With `maxAge` (seconds) the answer waits, "
        "for 2 seconds at most, until the copy of a region that another instance owns is not "
        "older; `source` says whether it is."
    )
    async def region(
        self, info: Info, code: strawberry.ID, max_age: int | None = None
    ) -> Region | None:
        if max_age is not None:
            await freshness.wait_until_fresh(info.context, max_age, [code])
        region = await resolved.find_region(info.context, code)
        return None if region is None else Region.from_model(region)

    @strawberry.field(description="`first` is at most 200.")
    async def regions(
        self,
        info: Info,
        filter: RegionFilter | None = None,
        order_by: RegionOrder = RegionOrder.CODE,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Region]:
        conditions, by_name = filter or RegionFilter(), order_by is RegionOrder.NAME
        page = await resolved.page_of_regions(
            info.context,
            parent=conditions.province,
            kinds=tuple(set(conditions.kinds or ())),
            search=checked_search_text(conditions.search),
            by_name=by_name,
            first=checked_page_size(first),
            after=decode_cursor(after, 2 if by_name else 1),
        )
        return to_connection(page, [Region.from_model(region) for region in page.values])


async def _load_published_scores(
    info: Info, code: str, kind: model.AssessmentKind
) -> list[ScoredAssessment]:
    return await info.context.loaders.published.load((code, kind))
