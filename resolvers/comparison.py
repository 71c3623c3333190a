"""Compares regions part by part with means and the best, and lists index movements in a year."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment import comparison as engine
from engine.assessment.average import AverageKind, AverageScope
from engine.assessment.comparison import INDEX, EditionValues, Part, PartKind
from engine.assessment.score import Score
from engine.document import value_in
from engine.model import AssessmentKind, Region
from facts import tables
from facts.aspect_mean import national_aspects
from resolvers import published
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.result import MEMBERS
from storage import assessment as stored
from storage import region as stored_region


@dataclass(frozen=True, slots=True)
class Mover:
    """The movement of a region's index within a year."""

    region: Region
    move: engine.IndexMove


async def comparison_lines(
    context: Context, regions: Sequence[Region], instrument: str, year: int, kind: AssessmentKind
) -> tuple[engine.ComparisonLine, ...]:
    """Return a line for every part that a region has a value for, from the index down.

    The provincial mean is over the regencies and cities of the province that all regions belong to;
    the national mean is over all provinces, regencies and cities.
    """
    chosen = known_instrument(instrument)
    context.budget.count_searches()
    scores = (await published.load_published_scores(context, instrument, kind, year)).get(year, {})
    codes = [each.code for each in regions]
    official = kind is AssessmentKind.OFFICIAL
    levels = (
        await published.published_levels(context, instrument, (year,), codes) if official else {}
    )
    parents = {each.parent for each in regions}
    members: list[str] = []
    if len(parents) == 1 and (parent := parents.pop()) is not None:
        async with context.read() as session:
            members = await stored_region.list_member_codes(session, parent, MEMBERS)

    def compare() -> tuple[engine.ComparisonLine, ...]:
        values = {
            code: engine.parts_of(score, levels.get((code, year)) if code in codes else None)
            for code, score in scores.items()
        }
        for code in codes if official else ():
            printed = published.printed_aspects(context, instrument, year, code)
            aspects = {(PartKind.ASPECT, number): value for number, value in printed.items()}
            values[code] = aspects | values.get(code, {})
        return engine.region_comparison(
            chosen,
            EditionValues(instrument, year, kind, values),
            codes,
            province=members,
            nation=published.local_governments(),
            published=_printed(instrument, year) if official else None,
        ).lines

    return await asyncio.to_thread(compare)


async def list_index_movers(
    context: Context, *, instrument: str, year: int, kind: AssessmentKind, province: str | None
) -> list[Mover]:
    """Return the movement of each regency and city with a published index in both years."""
    if year < known_instrument(instrument).year_from:
        return []
    async with context.read() as session:
        before, after = [
            await stored.score_texts(session, instrument=instrument, year=each, kind=kind)
            for each in (year - 1, year)
        ]
        regions = await stored_region.by_code(session, {region for _, region, _ in after})
    kept = {
        code: region
        for code, region in regions.items()
        if region.kind in MEMBERS and province in (None, region.parent)
    }

    def moves() -> tuple[engine.IndexMove, ...]:
        return engine.index_movers(
            EditionValues(instrument, year - 1, kind, _parts(before)),
            EditionValues(instrument, year, kind, _parts(after)),
        )

    moved = await asyncio.to_thread(moves)
    return [Mover(kept[each.region], each) for each in moved if each.region in kept]


def _parts(texts: Iterable[tuple[int, str, str]]) -> dict[str, dict[Part, Fraction]]:
    scores = {region: value_in(Score, text) for _, region, text in texts}
    return {code: engine.parts_of(score) for code, score in scores.items() if score.complete}


def _printed(instrument: str, year: int) -> dict[Part, Fraction]:
    """Return the published national means; the means per aspect include the central agencies."""
    found: dict[Part, Fraction] = {
        (PartKind.ASPECT, number): Fraction(value)
        for number, value in national_aspects(instrument, year).items()
    }
    wanted = (AverageScope.LOCAL_GOVERNMENTS, instrument, year, AverageKind.OFFICIAL)
    for each in tables.average_rows():
        if (each.scope, each.instrument, each.year, each.kind) == wanted:
            found[INDEX] = Fraction(each.value)
            found |= {(PartKind.DOMAIN, n): Fraction(value) for n, value in each.domains}
    return found
