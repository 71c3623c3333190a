"""Simulations: what an assessment's index would be with other levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.assessment.estimate import EstimatedProfile
from engine.document import to_document
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    Region,
    Visibility,
)
from facts.instrument import instrument_by_id
from resolvers import access, estimate
from resolvers.assessment import find_assessment, require_claimable_level
from resolvers.change import entered_by, new_id, open_region_change
from resolvers.context import Context
from resolvers.problems import InvalidInput
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class SimulateAssessment:
    """Input to simulate an assessment with some levels replaced, as pairs (indicator, level)."""

    assessment: str
    levels: tuple[tuple[int, int], ...]


async def simulate_assessment(
    context: Context, asked: SimulateAssessment, key: str | None
) -> Assessment:
    """Open a simulation that starts from an assessment's levels."""
    known = await find_assessment(context, asked.assessment)
    home = await context.loaders.regions.load(known.region)
    assert home is not None  # an assessment's region is a foreign key
    access.allow_assessment(context.viewer, home, AssessmentKind.SIMULATION)
    chosen = instrument_by_id(known.instrument)
    levels, origin = await _levels(context, known)
    for indicator, level in asked.levels:
        require_claimable_level(chosen, indicator, level)
        levels[indicator] = level

    async def work(transaction: LogTransaction, region: Region) -> Assessment:
        simulation = Assessment(
            id=new_id("assessment"),
            region=region.code,
            instrument=chosen.id,
            year=known.year,
            kind=AssessmentKind.SIMULATION,
            state=AssessmentState.DRAFT,
            version=1,
            provenance=replace(entered_by(context.viewer), note=origin),
            levels=tuple(LevelClaim(*each) for each in sorted(levels.items())),
        )
        await transaction.append(
            actor=context.viewer.subject,
            kind=EventKind.ASSESSMENT_STARTED,
            subject=simulation.id,
            visibility=Visibility.REGION,
            body=to_document(simulation),
        )
        return simulation

    async with open_region_change(
        context, known.region, key=key, request=asked, answer=Assessment
    ) as change:
        return change.answered or change.remember(await work(change.transaction, change.region))


async def _levels(context: Context, known: Assessment) -> tuple[dict[int, int], str]:
    """Return the claimed levels, or those estimated from figures, and a note that says which."""
    if known.published is None:
        levels = {each.indicator: each.level for each in known.levels}
        return levels, f"simulated from {known.id}"
    profile = (await estimate.estimate_profile_from_result(context, known)).profile
    if not isinstance(profile, EstimatedProfile):
        raise InvalidInput("assessment", "one with levels, or with all domain values", known.id)
    return dict(profile.levels), f"simulated from levels ESTIMATED for {known.id}"
