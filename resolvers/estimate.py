"""Estimates a region's levels from its published domain values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.assessment import estimate as engine
from engine.model import Assessment, AssessmentKind
from facts.aspect_mean import national_aspects
from resolvers.context import Context
from resolvers.instrument import known_instrument


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated profile and the published result that it is estimated from.

    The levels are neither claimed nor assessed.
    """

    result: Assessment
    profile: engine.EstimatedProfile | engine.NoProfile


async def estimate_region_profile(
    context: Context, region: str, instrument: str | None, year: int | None
) -> Estimate | None:
    """Estimate from the newest matching official result, preferably one with domain values.

    Return None if no figures are published.
    """
    if instrument is not None:
        known_instrument(instrument)
    results = [
        scored.assessment
        for scored in await context.loaders.published.load((region, AssessmentKind.OFFICIAL))
        if scored.assessment.published is not None
        and instrument in (None, scored.assessment.instrument)
        and year in (None, scored.assessment.year)
    ]
    with_domains = [result for result in results if result.published and result.published.domains]
    newest = (with_domains or results)[-1:]
    return await estimate_profile_from_result(context, newest[0]) if newest else None


async def estimate_profile_from_result(context: Context, result: Assessment) -> Estimate:
    """Estimate the levels behind one result with published figures."""
    figures, instrument = result.published, known_instrument(result.instrument)
    assert figures is not None
    context.budget.count_searches()
    means = national_aspects(instrument.id, result.year)
    profile = await context.instance.result_cache.find_or_compute(
        ("estimated profile", instrument.id, result.year, figures),
        lambda: engine.estimate_profile(
            instrument, figures, {number: Fraction(value) for number, value in means.items()}
        ),
    )
    return Estimate(result, profile)
