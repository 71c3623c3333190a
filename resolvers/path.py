"""Plans the cheapest path from a region's claimed or estimated levels to a target index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeVar

from engine.assessment.estimate import EstimatedProfile
from engine.assessment.instrument import Instrument
from engine.assessment.score import Score
from engine.decimals import format_exact
from engine.model import Assessment, AssessmentKind
from engine.path import planning as engine
from engine.path.effort import Effort, LevelStep
from engine.path.plan import (
    YEARS,
    CostPoint,
    ExcludedStep,
    Plan,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
    UnreachableTarget,
    next_levels,
)
from facts.instrument import instrument_by_id
from facts.path_rule import precedence_rules
from resolvers import effort, estimate
from resolvers.context import Context
from resolvers.problems import InvalidArgument
from storage import assessment as stored

BUFFER_MOST = 1  # index points
EXCLUSIONS_MOST = 10  # each takes a search of its own
ALTERNATIVES_MOST = 5  # next-best paths in a row
CURVE_SEARCHES = 40  # searches that one curve counts as

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PathRequest:
    """A client's request for a path; `must_rise` and `excluded` hold indicator numbers."""

    target: Fraction
    buffer: Fraction
    years: int
    must_rise: tuple[int, ...]
    excluded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The assessment or published result that a path starts from, with its score and levels."""

    assessment: Assessment
    score: Score | None
    levels: Mapping[int, int]
    estimated: bool  # the levels follow from published figures and are not claimed

    @property
    def instrument(self) -> Instrument:
        """The instrument of the levels."""
        return instrument_by_id(self.assessment.instrument)


@dataclass(frozen=True, slots=True)
class PlannedPath:
    """A plan, or why there is none. It must differ from each of `better_plans`."""

    origin: Origin
    situation: Situation
    result: Plan | UnreachableTarget
    better_plans: tuple[Plan, ...] = ()


async def find_path_to_target(
    context: Context, region: str, path_request: PathRequest, kind: AssessmentKind, year: int | None
) -> PlannedPath | None:
    """Return the cheapest path; None if the region has no levels and no figures to estimate them.

    Raises:
        InvalidArgument: the target, buffer, years or indicators are out of bounds.
    """
    _check_path_request(path_request)
    origin = await _find_origin(context, region, kind, year)
    if origin is None:
        return None
    own_effort = await effort.effective_effort(context, region, origin.instrument)
    situation = _build_situation(origin, own_effort)
    request = _to_plan_request(path_request, origin)
    context.budget.count_searches()
    result = await _find_or_compute(
        context, "path", situation, request, lambda: engine.cheapest_plan(situation, request)
    )
    return PlannedPath(origin, situation, result)


async def next_best_path(context: Context, path: PlannedPath) -> PlannedPath | None:
    """Return the cheapest path that omits a step of this path and of each better one, if any."""
    plan, situation = path.result, path.situation
    if isinstance(plan, UnreachableTarget):
        return None
    if len(path.better_plans) >= ALTERNATIVES_MOST:
        raise InvalidArgument("nextBest", f"at most {ALTERNATIVES_MOST} in a row", "more")
    context.budget.count_searches()
    better_plans = (*path.better_plans, plan)
    alternative = await _find_or_compute(
        context,
        f"path {len(better_plans)}",
        situation,
        plan.request,
        lambda: engine.next_best_plan(situation, plan, *path.better_plans),
    )
    if alternative is None:
        return None
    return PlannedPath(path.origin, situation, alternative, better_plans)


async def path_cost_curve(context: Context, path: PlannedPath) -> tuple[CostPoint, ...]:
    """Return the effort that each higher target takes."""
    situation, request = path.situation, path.result.request
    context.budget.count_searches(CURVE_SEARCHES)
    return await _find_or_compute(
        context, "curve", situation, request, lambda: engine.compute_cost_curve(situation, request)
    )


async def path_exclusions(
    context: Context, path: PlannedPath, step_count: int
) -> tuple[ExcludedStep, ...]:
    """Return what excluding each of the first steps costs; required steps cannot be excluded."""
    if not 1 <= step_count <= EXCLUSIONS_MOST:
        raise InvalidArgument("stepCount", f"1 to {EXCLUSIONS_MOST}", str(step_count))
    plan, situation = path.result, path.situation
    if isinstance(plan, UnreachableTarget):
        return ()
    context.budget.count_searches(step_count)
    optional_steps = [step for step in plan.steps if not step.must_rise]
    exclusions: list[ExcludedStep] = []
    for step in optional_steps[:step_count]:  # each has a turn of its own
        exclusions += await _find_or_compute(
            context,
            f"exclusion {len(path.better_plans)} {step.id}",
            situation,
            plan.request,
            partial(engine.price_exclusions, situation, plan, {step.id}),
        )
    return tuple(exclusions)


async def _find_origin(
    context: Context, region: str, kind: AssessmentKind, year: int | None
) -> Origin | None:
    """Return the newest visible levels of the kind, else the newest official or estimated ones."""
    async with context.read() as session:
        assessments = await stored.list_assessments_by_region(
            session, region, context.access, year=year
        )
    for assessment, score in assessments:
        if assessment.kind is kind and assessment.levels:
            return Origin(assessment, score, _levels_by_indicator(assessment), estimated=False)
    for assessment, score in assessments:
        if assessment.kind is not AssessmentKind.OFFICIAL:
            continue
        if assessment.levels:
            return Origin(assessment, score, _levels_by_indicator(assessment), estimated=False)
        if assessment.published is not None:
            profile = (await estimate.estimate_profile_from_result(context, assessment)).profile
            if isinstance(profile, EstimatedProfile):
                return Origin(assessment, score, profile.levels, estimated=True)
    return None


def _levels_by_indicator(assessment: Assessment) -> dict[int, int]:
    return {claim.indicator: claim.level for claim in assessment.levels}


def _build_situation(origin: Origin, own_effort: Effort) -> Situation:
    instrument = origin.instrument
    return Situation(
        instrument,
        origin.levels,
        own_effort,
        precedence_rules(instrument.id),
        origin.estimated,
    )


def _check_path_request(path_request: PathRequest) -> None:
    if not 0 <= path_request.buffer <= BUFFER_MOST:
        raise InvalidArgument("buffer", f"0 to {BUFFER_MOST}", format_exact(path_request.buffer))
    if path_request.years not in YEARS:
        raise InvalidArgument("years", f"{YEARS[0]} to {YEARS[-1]}", str(path_request.years))
    conflicting = sorted({*path_request.must_rise} & {*path_request.excluded})
    if conflicting:
        raise InvalidArgument(
            "mustRise", "indicators that are not excluded", ", ".join(map(str, conflicting))
        )


def _to_plan_request(path_request: PathRequest, origin: Origin) -> PlanRequest:
    instrument = origin.instrument
    if not instrument.level_min < path_request.target <= instrument.level_max:
        expected = f"an index above {instrument.level_min}, up to {instrument.level_max}"
        raise InvalidArgument("target", expected, format_exact(path_request.target))
    must_rise = _next_level_steps("mustRise", path_request.must_rise, origin)
    at_highest_level = sorted({*path_request.must_rise} - {step.indicator for step in must_rise})
    if at_highest_level:
        expected = "indicators below the highest level"
        raise InvalidArgument("mustRise", expected, ", ".join(map(str, at_highest_level)))
    return PlanRequest(
        target=path_request.target,
        buffer=path_request.buffer,
        years=path_request.years,
        must_rise=must_rise,
        excluded=_next_level_steps("exclude", path_request.excluded, origin),
    )


def _next_level_steps(
    argument: str, numbers: Collection[int], origin: Origin
) -> frozenset[LevelStep]:
    try:
        return next_levels(origin.instrument, origin.levels, numbers)
    except PlanRequestInvalid as invalid:
        raise InvalidArgument(argument, invalid.expected, str(invalid.found)) from invalid


async def _find_or_compute(
    context: Context,
    label: str,
    situation: Situation,
    request: PlanRequest,
    compute: Callable[[], Value],
) -> Value:
    scale, rules = situation.effort, situation.precedence
    key: Hashable = (
        label,
        situation.instrument.id,
        tuple(sorted(situation.levels.items())),
        (scale.id, scale.version, rules.id, rules.version),
        tuple((step, scale.values[step]) for step in sorted(scale.edited)),
        situation.estimated,
        request,
    )
    return await context.instance.result_cache.find_or_compute(key, compute)
