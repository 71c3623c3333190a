"""Computes base rates: how often regions with a similar index reached a target a year later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment import outlook as engine
from engine.decimals import format_exact
from engine.model import AssessmentKind, Region
from resolvers import published_results
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.problems import InvalidArgument


@dataclass(frozen=True, slots=True)
class RegionOutlook:
    """Base rates, with the results that they were counted in."""

    outlook: engine.Outlook
    instrument: str
    start_year: int  # the year of the region's own index
    from_year: int  # the start year of the examples, which end a year later


async def compute_region_outlook(
    context: Context,
    region: Region,
    target: Fraction,
    instrument: str | None,
    from_year: int | None,
) -> RegionOutlook | None:
    """Return base rates from official results; None if the region has no official index.

    The examples are other regions of its kind, by default in the year with the most examples.

    Raises:
        InvalidArgument: the instrument is unknown, or the target is out of its bounds.
    """
    if instrument is not None:
        known_instrument(instrument)
    own_results = [
        scored
        for scored in await context.loaders.published.load((region.code, AssessmentKind.OFFICIAL))
        if instrument in (None, scored.assessment.instrument) and scored.score.is_complete
    ]
    if not own_results:
        return None
    start = own_results[-1]
    chosen_instrument = known_instrument(start.assessment.instrument)
    if not chosen_instrument.level_min <= target <= chosen_instrument.level_max:
        expected = f"an index from {chosen_instrument.level_min} to {chosen_instrument.level_max}"
        raise InvalidArgument("target", expected, format_exact(target))
    context.budget.count_searches()
    editions = await published_results.load_published_scores(
        context, chosen_instrument.id, AssessmentKind.OFFICIAL
    )
    regions = await published_results.recorded_or_shipped_regions(
        context, {code for scores in editions.values() for code in scores}
    )

    def count_transitions() -> RegionOutlook:
        indices_by_year = _other_indices(editions, regions, region)
        counts = {
            year: len(values.keys() & indices_by_year.get(year + 1, {}).keys())
            for year, values in indices_by_year.items()
        }
        first_year = from_year
        if first_year is None:
            first_year = max(counts, key=lambda year: (counts[year], year), default=0)
            first_year = first_year or start.assessment.year
        transitions = engine.transitions_between_years(
            indices_by_year.get(first_year, {}), indices_by_year.get(first_year + 1, {})
        )
        outlook = engine.outlook_from_transitions(transitions, start.score.exact, target)
        return RegionOutlook(outlook, chosen_instrument.id, start.assessment.year, first_year)

    return await context.instance.result_cache.compute_in_turn(count_transitions)


def _other_indices(
    editions: published_results.Editions, regions: Mapping[str, Region], region: Region
) -> dict[int, dict[str, Fraction]]:
    """Return the official indices of all other regions of its kind, by year and region code."""
    kinds = published_results.comparable_kinds(region.kind)
    return {
        year: {
            code: score.exact
            for code, score in scores.items()
            if code != region.code and code in regions and regions[code].kind in kinds
        }
        for year, scores in editions.items()
    }
