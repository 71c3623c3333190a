"""GraphQL types and queries for rankings, comparisons, means and published editions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import comparison as resolved_comparison
from resolvers import result as resolved
from schema.arguments import AfterArgument, FirstArgument, InstrumentIdArgument, KindArgument
from schema.comparison import ComparisonLine
from schema.connection import Connection, slice_connection
from schema.enums import AssessmentKind, RegionKind
from schema.figure import Figure
from schema.freshness import FreshnessArgument, wait_for_copies
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.region import Region
from schema.score import IndexScore

YearArgument = Annotated[int, strawberry.argument(description="The year of the assessments.")]


@strawberry.input(description="The regions to rank. A region must meet all conditions.")
class RankingFilter:
    province_code: strawberry.ID | None = strawberry.field(
        default=None,
        description="The code of the province that the regions belong to, such as 32. Null ranks "
        "the regions of all provinces.",
    )
    region_kinds: list[RegionKind] | None = strawberry.field(
        default=None,
        description="The kinds of regions to rank together. Null or an empty list ranks "
        "regencies and cities, because provinces are ranked separately from them.",
    )


@strawberry.type(
    description="The position of a region among the published results of one instrument, year and "
    "kind."
)
class RankedRegion:
    position: int = strawberry.field(
        description="The position, from 1 for the highest index. Equal indices share a position, "
        "and the next position is then skipped (1, 2, 2, 4)."
    )
    region: Region = strawberry.field(description="The ranked region.")
    score: IndexScore = strawberry.field(description="The published score that is ranked.")
    previous_position: int | None = strawberry.field(
        description="The position in the year before, for the same instrument, kind and filter. "
        "Null if the region was not ranked then, or if fewer than nine in ten of the regions "
        "ranked in either year were ranked in both."
    )
    movement: int | None = strawberry.field(
        description="The number of positions gained since the year before; negative if positions "
        "were lost. Null if `previousPosition` is null."
    )
    change: Figure | None = strawberry.field(
        description="The change of the index since the year before, in index points, with its "
        "sign. Null if no index of that year is published."
    )


@strawberry.type(description="A region of a comparison, with its published score.")
class ComparedRegion:
    region: Region = strawberry.field(description="The compared region.")
    score: IndexScore | None = strawberry.field(
        description="The published score; null if none of this instrument, year and kind is "
        "published."
    )


@strawberry.type(
    description="Two to ten regions side by side, by their published results of one instrument, "
    "year and kind."
)
class Comparison:
    instrument: Instrument = strawberry.field(description="The instrument of the results.")
    year: int = strawberry.field(description="The year of the results.")
    kind: AssessmentKind = strawberry.field(description="The kind of the results.")
    regions: list[ComparedRegion] = strawberry.field(
        description="The compared regions in the requested order; from 2 to 10."
    )

    @strawberry.field(
        description="A line for each part of the instrument that at least one of the regions has "
        "a value for: the index, then the domains, the aspects and the indicators, by number. At "
        "most one for each part of the instrument."
    )
    async def lines(self, info: Info) -> list[ComparisonLine]:
        regions = [compared.region._value for compared in self.regions]
        lines = await resolved_comparison.comparison_lines(
            info.context, regions, self.instrument.id, self.year, self.kind
        )
        return ComparisonLine.list_from_lines(lines, self.instrument.id)


@strawberry.type(
    description="The mean index of the regencies and cities of a province, computed here from the "
    "published results. Compare `resultCount` with `regionCount` before you use it in a chart: a "
    "mean of few results says little about the province."
)
class IndexMean:
    instrument: Instrument = strawberry.field(description="The instrument of the results.")
    year: int = strawberry.field(description="The year of the results.")
    kind: AssessmentKind = strawberry.field(description="The kind of the results.")
    mean: Figure = strawberry.field(
        description="The unweighted mean of the published indices, in index points."
    )
    result_count: int = strawberry.field(
        description="The number of published results that the mean is taken of."
    )
    region_count: int = strawberry.field(
        description="The number of regencies and cities of the province."
    )

    @classmethod
    def from_model(cls, value: resolved.ProvinceMean) -> IndexMean:
        return cls(
            instrument=schema_instrument(value.instrument),
            year=value.year,
            kind=value.kind,
            mean=Figure.from_fraction(value.mean),
            result_count=value.result_count,
            region_count=value.region_count,
        )


@strawberry.type(
    description="An instrument, a year and a kind of assessment for which results are published."
)
class ResultEdition:
    instrument: Instrument = strawberry.field(description="The instrument of the results.")
    year: int = strawberry.field(description="The year of the results.")
    kind: AssessmentKind = strawberry.field(description="The kind of the results.")
    result_count: int = strawberry.field(
        description="The number of regions with a published result."
    )

    @classmethod
    def from_model(cls, value: resolved.PublishedEdition) -> ResultEdition:
        return cls(
            instrument=schema_instrument(value.instrument),
            year=value.year,
            kind=value.kind,
            result_count=value.result_count,
        )


@strawberry.type
class RankingQuery:
    @strawberry.field(
        description="The published results of one instrument, year and kind as a ranking, the "
        "highest index first. Empty if nothing is published."
    )
    async def ranking(
        self,
        info: Info,
        instrument_id: InstrumentIdArgument,
        year: YearArgument,
        kind: KindArgument,
        filter: Annotated[
            RankingFilter | None,
            strawberry.argument(
                description="The regions to rank. Null ranks all regencies and cities."
            ),
        ] = None,
        first: FirstArgument = 100,
        after: AfterArgument = None,
        freshness: FreshnessArgument = None,
    ) -> Connection[RankedRegion]:
        await wait_for_copies(info, freshness)
        conditions = filter or RankingFilter()
        ranked = await resolved.rank_published_scores(
            info.context,
            instrument=instrument_id,
            year=year,
            kind=kind,
            province=conditions.province_code,
            kinds=conditions.region_kinds or resolved.MEMBER_KINDS,
        )
        return slice_connection(
            ranked,
            first,
            after,
            key=lambda ranking: ranking.rank.region,
            to_node=_ranked_region,
        )

    @strawberry.field(
        description="Two to ten regions side by side, by their published results of one "
        "instrument, year and kind."
    )
    async def compare(
        self,
        info: Info,
        region_codes: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description="The codes of the regions, such as 32.11: from 2 to 10 different ones. "
                "A code that is given twice counts once."
            ),
        ],
        instrument_id: InstrumentIdArgument,
        year: YearArgument,
        kind: KindArgument,
        freshness: FreshnessArgument = None,
    ) -> Comparison:
        await wait_for_copies(info, freshness)
        compared = await resolved.compare_published_scores(
            info.context, region_codes, instrument=instrument_id, year=year, kind=kind
        )
        return Comparison(
            instrument=schema_instrument(instrument_id),
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

    @strawberry.field(
        description="The mean indices of a province, oldest first; at most one for each "
        "instrument and year. Empty if nothing is published."
    )
    async def index_means(
        self,
        info: Info,
        province_code: Annotated[
            strawberry.ID, strawberry.argument(description="The code of the province, such as 32.")
        ],
        kind: KindArgument,
        freshness: FreshnessArgument = None,
    ) -> list[IndexMean]:
        await wait_for_copies(info, freshness)
        means = await resolved.list_province_means(info.context, province_code, kind)
        return [IndexMean.from_model(mean) for mean in means]

    @strawberry.field(
        description="The instruments, years and kinds for which results are published, newest "
        "first; at most one for each combination of them."
    )
    async def result_editions(
        self,
        info: Info,
        province_code: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The code of a province, such as 32, to count only the results of its "
                "regencies and cities. Null counts the results of all regions."
            ),
        ] = None,
        freshness: FreshnessArgument = None,
    ) -> list[ResultEdition]:
        await wait_for_copies(info, freshness)
        editions = await resolved.list_published_editions(info.context, province_code)
        return [ResultEdition.from_model(edition) for edition in editions]


def _ranked_region(value: resolved.RankedScore) -> RankedRegion:
    rank = value.rank
    return RankedRegion(
        position=rank.position,
        region=Region.from_model(value.region),
        score=IndexScore.from_scored(value.scored),
        previous_position=rank.previous_position,
        movement=rank.movement,
        change=Figure.from_optional_difference(rank.change),
    )
