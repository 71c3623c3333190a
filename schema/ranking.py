"""GraphQL types and queries for ranks, comparisons, means and published editions."""

from __future__ import annotations

import strawberry

from engine.decimals import format_exact, format_rounded
from resolvers import comparison as resolved_comparison
from resolvers import result as resolved
from schema.comparison import ComparisonLine
from schema.enums import AssessmentKind, RegionKind
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.region import Region
from schema.score import IndexScore


@strawberry.type(description="Where a region stands in one edition.")
class Rank:
    position: int = strawberry.field(description="From 1; equal values share it.")
    region: Region
    score: IndexScore
    previous: int | None = strawberry.field(
        description="Position a year earlier, in the same instrument and kind. Null: it was not "
        "ranked then, or fewer than nine of ten regions were ranked in both years."
    )
    movement: int | None = strawberry.field(
        description="Positions gained since; negative: lost. Null where `previous` is null."
    )
    change: str | None = strawberry.field(description="Of the index since, signed, two places.")


@strawberry.type(description="One region's part of a comparison.")
class ComparedRegion:
    region: Region
    score: IndexScore | None = strawberry.field(description="Null: nothing published.")


@strawberry.type(description="Two to ten regions side by side, in the order asked for.")
class Comparison:
    instrument: Instrument
    year: int
    kind: AssessmentKind
    regions: list[ComparedRegion]

    @strawberry.field(
        description="Part by part from the index down, as far as a region has a value, against "
        "the means and the best of province and nation."
    )
    async def lines(self, info: Info) -> list[ComparisonLine]:
        regions = [compared.region._value for compared in self.regions]
        lines = await resolved_comparison.comparison_lines(
            info.context, regions, self.instrument.id, self.year, self.kind
        )
        return ComparisonLine.list_from_lines(lines, self.instrument.id)


@strawberry.type(
    description="Mean over the regencies and cities of a province, computed here from what is "
    "published: read `count` before you draw a line."
)
class IndexMean:
    instrument: Instrument
    year: int
    kind: AssessmentKind
    value: str
    display: str
    count: int = strawberry.field(description="Results that the mean is taken over.")
    of: int = strawberry.field(description="Regencies and cities of the province.")


@strawberry.type(description="An instrument, year and kind for which results are published.")
class Edition:
    instrument: Instrument
    year: int
    kind: AssessmentKind
    count: int


@strawberry.type
class RankingQuery:
    @strawberry.field(
        description="Published results of one edition, best first. Provinces are ranked apart "
        "from regencies and cities, which are the default: ask for them by `regionKinds`."
    )
    async def ranking(
        self,
        info: Info,
        instrument: strawberry.ID,
        year: int,
        kind: AssessmentKind,
        province: strawberry.ID | None = None,
        region_kinds: list[RegionKind] | None = None,
    ) -> list[Rank]:
        ranked = await resolved.rank_published_scores(
            info.context,
            instrument=instrument,
            year=year,
            kind=kind,
            province=province,
            kinds=region_kinds or resolved.MEMBER_KINDS,
        )
        return [
            Rank(
                position=ranking.rank.position,
                region=Region.from_model(ranking.region),
                score=IndexScore.from_scored(ranking.scored),
                previous=ranking.rank.previous,
                movement=ranking.rank.movement,
                change=ranking.rank.change,
            )
            for ranking in ranked
        ]

    @strawberry.field(description="Two to ten regions.")
    async def compare(
        self,
        info: Info,
        codes: list[strawberry.ID],
        instrument: strawberry.ID,
        year: int,
        kind: AssessmentKind,
    ) -> Comparison:
        compared = await resolved.compare_published_scores(
            info.context, codes, instrument=instrument, year=year, kind=kind
        )
        return Comparison(
            instrument=schema_instrument(instrument),
            year=year,
            kind=kind,
            regions=[
                ComparedRegion(
                    region=Region.from_model(region),
                    score=None if scored is None else IndexScore.from_scored(scored),
                )
                for region, scored in compared
            ],
        )

    @strawberry.field(description="Oldest first.")
    async def index_means(
        self, info: Info, province: strawberry.ID, kind: AssessmentKind
    ) -> list[IndexMean]:
        return [
            IndexMean(
                instrument=schema_instrument(mean.instrument),
                year=mean.year,
                kind=mean.kind,
                value=format_exact(mean.value),
                display=format_rounded(mean.value),
                count=mean.count,
                of=mean.region_count,
            )
            for mean in await resolved.list_province_means(info.context, province, kind)
        ]

    @strawberry.field(
        description="What is published, newest first; of a province, its regencies and cities."
    )
    async def editions(self, info: Info, province: strawberry.ID | None = None) -> list[Edition]:
        return [
            Edition(
                instrument=schema_instrument(edition.instrument),
                year=edition.year,
                kind=edition.kind,
                count=edition.count,
            )
            for edition in await resolved.list_published_editions(info.context, province)
        ]
