"""Compares the scores of regions part by part, and lists the changes of indices in a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment import comparison as engine
from engine.assessment.average import AverageKind, AverageScope
from engine.assessment.comparison import INDEX, ComparedPartKind, EditionValues, Part
from engine.assessment.score import Score
from engine.document import parse_document
from engine.model import AssessmentKind, Region
from facts import tables
from facts.aspect_mean import national_aspects
from resolvers import published_results
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.result import MEMBER_KINDS
from storage import assessment as stored
from storage import region as stored_region


@dataclass(frozen=True, slots=True)
class RegionIndexMove:
    """A region, and the movement of its index within a year."""

    region: Region
    index_move: engine.IndexMove


async def comparison_lines(
    context: Context, regions: Sequence[Region], instrument: str, year: int, kind: AssessmentKind
) -> tuple[engine.ComparisonLine, ...]:
    """Return a line for every part that a region has a value for, from the index down.

    The provincial mean is over the regencies and cities of the province that all regions belong to;
    the national mean is over all provinces, regencies and cities.
    """
    chosen_instrument = known_instrument(instrument)
    context.budget.count_searches()
    scores = (await published_results.load_published_scores(context, instrument, kind, year)).get(
        year, {}
    )
    codes = [region.code for region in regions]
    is_official = kind is AssessmentKind.OFFICIAL
    levels = (
        await published_results.published_levels(context, instrument, (year,), codes)
        if is_official
        else {}
    )
    parents = {region.parent for region in regions}
    members: list[str] = []
    if len(parents) == 1 and (parent := parents.pop()) is not None:
        async with context.read() as session:
            members = await stored_region.list_member_codes(session, parent, MEMBER_KINDS)

    def compare() -> tuple[engine.ComparisonLine, ...]:
        values = {
            code: engine.part_values(score, levels.get((code, year)) if code in codes else None)
            for code, score in scores.items()
        }
        for code in codes if is_official else ():
            printed = published_results.printed_aspects(context, instrument, year, code)
            aspects = {
                (ComparedPartKind.ASPECT, number): value for number, value in printed.items()
            }
            values[code] = aspects | values.get(code, {})
        return engine.compare_regions(
            chosen_instrument,
            EditionValues(instrument, year, kind, values),
            codes,
            province=members,
            nation=published_results.local_governments(),
            published=_published_means(instrument, year) if is_official else None,
        ).lines

    return await context.instance.result_cache.compute_in_turn(compare)


async def list_index_moves(
    context: Context, *, instrument: str, year: int, kind: AssessmentKind, province: str | None
) -> list[RegionIndexMove]:
    """Return the movement of each regency and city with a published index in both years."""
    if year < known_instrument(instrument).year_from:
        return []
    async with context.read() as session:
        before, after = [
            await stored.list_score_texts(
                session, instrument=instrument, year=edition_year, kind=kind
            )
            for edition_year in (year - 1, year)
        ]
        regions = await stored_region.regions_by_code(session, {region for _, region, _ in after})
    member_regions = {
        code: region
        for code, region in regions.items()
        if region.kind in MEMBER_KINDS and province in (None, region.parent)
    }

    def compute_moves() -> tuple[engine.IndexMove, ...]:
        return engine.list_index_moves(
            EditionValues(instrument, year - 1, kind, _complete_parts_by_region(before)),
            EditionValues(instrument, year, kind, _complete_parts_by_region(after)),
        )

    moves = await context.instance.result_cache.compute_in_turn(compute_moves)
    return [
        RegionIndexMove(member_regions[move.region], move)
        for move in moves
        if move.region in member_regions
    ]


def _complete_parts_by_region(
    texts: Iterable[tuple[int, str, str]],
) -> dict[str, dict[Part, Fraction]]:
    scores = {region: parse_document(Score, text) for _, region, text in texts}
    return {code: engine.part_values(score) for code, score in scores.items() if score.is_complete}


def _published_means(instrument: str, year: int) -> dict[Part, Fraction]:
    """Return the published national means; the means per aspect include the central agencies."""
    means: dict[Part, Fraction] = {
        (ComparedPartKind.ASPECT, number): Fraction(value)
        for number, value in national_aspects(instrument, year).items()
    }
    edition = (AverageScope.LOCAL_GOVERNMENTS, instrument, year, AverageKind.OFFICIAL)
    for row in tables.average_rows():
        if (row.scope, row.instrument, row.year, row.kind) == edition:
            means[INDEX] = Fraction(row.value)
            means |= {(ComparedPartKind.DOMAIN, n): Fraction(value) for n, value in row.domains}
    return means
