"""Stores an assessment of kind SIMULATION, in which some levels are replaced."""

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
from resolvers.assessment import find_assessment
from resolvers.context import Context
from resolvers.level_claim import require_claimable_level
from resolvers.problems import InvalidInput
from resolvers.region_change import entered_by, new_id, open_region_change
from storage.log import LogTransaction


@dataclass(frozen=True, slots=True)
class SimulateAssessment:
    """Input to simulate an assessment with some levels replaced, as pairs (indicator, level)."""

    assessment: str
    levels: tuple[tuple[int, int], ...]


async def simulate_assessment(
    context: Context, request: SimulateAssessment, key: str | None
) -> Assessment:
    """Open a simulation that starts from an assessment's levels.

    Raises:
        InvalidInput: the assessment has no levels and none can be estimated, or a replaced level
            is not allowed.
    """
    assessment = await find_assessment(context, request.assessment)
    home_region = await context.loaders.regions.load(assessment.region)
    assert home_region is not None  # an assessment's region is a foreign key
    access.allow_assessment(
        context.viewer, home_region, AssessmentKind.SIMULATION, home_region.code
    )
    instrument = instrument_by_id(assessment.instrument)
    levels, note = await _load_levels(context, assessment)
    for indicator, level in request.levels:
        require_claimable_level(instrument, indicator, level)
        levels[indicator] = level

    async def apply_request(transaction: LogTransaction, region: Region) -> Assessment:
        simulation = Assessment(
            id=new_id(region.code, "assessment"),
            region=region.code,
            instrument=instrument.id,
            year=assessment.year,
            kind=AssessmentKind.SIMULATION,
            state=AssessmentState.DRAFT,
            version=1,
            provenance=replace(entered_by(context.viewer), note=note),
            levels=tuple(LevelClaim(*pair) for pair in sorted(levels.items())),
        )
        await transaction.append(
            actor=context.actor,
            kind=EventKind.ASSESSMENT_STARTED,
            subject=simulation.id,
            visibility=Visibility.REGION,
            body=to_document(simulation),
        )
        return simulation

    async with open_region_change(
        context, assessment.region, key=key, request=request, result_type=Assessment
    ) as change:
        return change.earlier_result or change.store_result(
            await apply_request(change.transaction, change.region)
        )


async def _load_levels(context: Context, assessment: Assessment) -> tuple[dict[int, int], str]:
    """Return the claimed levels, or those estimated from figures, and a note that says which."""
    if assessment.levels:
        levels = {claim.indicator: claim.level for claim in assessment.levels}
        return levels, f"simulated from {assessment.id}"
    if assessment.published is not None:
        profile = (await estimate.estimate_profile_from_result(context, assessment)).profile
        if isinstance(profile, EstimatedProfile):
            note = f"simulated from levels ESTIMATED for {assessment.id}"
            return dict(profile.levels), note
    raise InvalidInput(
        "assessmentId", "an assessment with levels, or with all domain values", assessment.id
    )
