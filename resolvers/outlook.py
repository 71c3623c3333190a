"""Computes base rates: how often regions with a similar index reached a target a year later."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.assessment import outlook as engine
from engine.model import AssessmentKind, Region
from resolvers import published
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.problems import InvalidArgument


@dataclass(frozen=True, slots=True)
class RegionOutlook:
    """Base rates, with the results that they were counted in."""

    outlook: engine.Outlook
    instrument: str
    start_year: int  # of the region's own index
    from_year: int  # start year of the examples, which end a year later


async def compute_region_outlook(
    context: Context, region: Region, target: float, instrument: str | None, from_year: int | None
) -> RegionOutlook | None:
    """Return base rates from official results; None if the region has no official index.

    The examples are other regions of its kind, by default in the year with the most examples.

    Raises:
        InvalidArgument: the instrument is unknown, or the target is out of its bounds.
    """
    if instrument is not None:
        known_instrument(instrument)
    own = [
        each
        for each in await context.loaders.published.load((region.code, AssessmentKind.OFFICIAL))
        if instrument in (None, each.assessment.instrument) and each.score.complete
    ]
    if not own:
        return None
    start = own[-1]
    chosen = known_instrument(start.assessment.instrument)
    if not chosen.level_min <= target <= chosen.level_max:
        expected = f"an index from {chosen.level_min} to {chosen.level_max}"
        raise InvalidArgument("target", expected, str(target))
    context.budget.count_searches()
    by_year = await _values(context, chosen.id, region)
    counts = {
        year: len(values.keys() & by_year.get(year + 1, {}).keys())
        for year, values in by_year.items()
    }
    if from_year is None:
        from_year = max(counts, key=lambda year: (counts[year], year), default=0)
        from_year = from_year or start.assessment.year
    seen = engine.transitions_between_years(
        by_year.get(from_year, {}), by_year.get(from_year + 1, {})
    )
    found = engine.outlook_from_transitions(seen, start.score.exact, Fraction(str(target)))
    return RegionOutlook(found, chosen.id, start.assessment.year, from_year)


async def _values(
    context: Context, instrument: str, region: Region
) -> dict[int, dict[str, Fraction]]:
    """Return the official indices of all other regions of its kind, by year and region code."""
    editions = await published.load_published_scores(context, instrument, AssessmentKind.OFFICIAL)
    known = await published.recorded_or_shipped_regions(
        context, {code for each in editions.values() for code in each}
    )
    like = published.comparable_kinds(region.kind)
    return {
        year: {
            code: score.exact
            for code, score in scores.items()
            if code != region.code and code in known and known[code].kind in like
        }
        for year, scores in editions.items()
    }
