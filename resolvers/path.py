"""Plans the cheapest path from a region's claimed or estimated levels to a target index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from engine.assessment.estimate import EstimatedProfile
from engine.assessment.instrument import Instrument
from engine.model import Assessment, AssessmentKind
from engine.path import path as engine
from engine.path.effort import Effort, StepId
from engine.path.plan import (
    YEARS,
    CostPoint,
    Plan,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
    StepRefusal,
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
REFUSALS_MOST = 10  # each takes a search of its own
ALTERNATIVES_MOST = 5  # next-best paths in a row
CURVE_SEARCHES = 40  # searches that one curve counts as

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PathRequest:
    """A client's request for a path; `locked` and `refused` hold indicator numbers."""

    target: float
    buffer: float
    years: int
    locked: tuple[int, ...]
    refused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The assessment or published result that a path starts from, and its levels."""

    assessment: Assessment
    levels: Mapping[int, int]
    estimated: bool  # from the published figures: the levels are not claimed

    @property
    def instrument(self) -> Instrument:
        """The instrument of the levels."""
        return instrument_by_id(self.assessment.instrument)


@dataclass(frozen=True, slots=True)
class PlannedPath:
    """A plan, or why there is none. `before` holds the better plans that it must differ from."""

    origin: Origin
    situation: Situation
    result: Plan | UnreachableTarget
    before: tuple[Plan, ...] = ()


async def find_path_to_target(
    context: Context, region: str, wish: PathRequest, kind: AssessmentKind, year: int | None
) -> PlannedPath | None:
    """Return the cheapest path; None if the region has no levels and no figures to estimate them.

    Raises:
        InvalidArgument: the target, buffer, years or indicators are out of bounds.
    """
    _check(wish)
    origin = await _origin(context, region, kind, year)
    if origin is None:
        return None
    own = await effort.effective_effort(context, region, origin.instrument)
    situation, request = _situation(origin, own), _request(wish, origin)
    context.budget.count_searches()
    result = await _computed(
        context, "path", situation, request, lambda: engine.cheapest_plan(situation, request)
    )
    return PlannedPath(origin, situation, result)


async def next_best_path(context: Context, path: PlannedPath) -> PlannedPath | None:
    """Return the cheapest path that omits a step of this path and of each better one, if any."""
    plan, situation = path.result, path.situation
    if isinstance(plan, UnreachableTarget):
        return None
    if len(path.before) >= ALTERNATIVES_MOST:
        raise InvalidArgument("nextBest", f"at most {ALTERNATIVES_MOST} in a row", "more")
    context.budget.count_searches()
    before = (*path.before, plan)
    found = await _computed(
        context,
        f"path {len(before)}",
        situation,
        plan.request,
        lambda: engine.next_plan(situation, plan, *path.before),
    )
    return None if found is None else PlannedPath(path.origin, situation, found, before)


async def path_cost_curve(context: Context, path: PlannedPath) -> tuple[CostPoint, ...]:
    """Return the effort that each higher target takes."""
    situation, request = path.situation, path.result.request
    context.budget.count_searches(CURVE_SEARCHES)
    return await _computed(
        context, "curve", situation, request, lambda: engine.compute_cost_curve(situation, request)
    )


async def path_refusals(context: Context, path: PlannedPath, first: int) -> tuple[StepRefusal, ...]:
    """Return what refusing each of the first steps costs; locked steps cannot be refused."""
    if not 1 <= first <= REFUSALS_MOST:
        raise InvalidArgument("first", f"1 to {REFUSALS_MOST}", str(first))
    plan, situation = path.result, path.situation
    if isinstance(plan, UnreachableTarget):
        return ()
    context.budget.count_searches(first)
    steps = frozenset(step.id for step in [each for each in plan.steps if not each.locked][:first])
    return await _computed(
        context,
        f"refusals {len(path.before)} {first}",
        situation,
        plan.request,
        lambda: engine.price_refusals(situation, plan, steps),
    )


async def _origin(
    context: Context, region: str, kind: AssessmentKind, year: int | None
) -> Origin | None:
    """Return the newest visible levels of the kind, else the newest official or estimated ones."""
    async with context.read() as session:
        found = await stored.list_assessments_by_region(session, region, context.access, year=year)
    for assessment, _score in found:
        if assessment.kind is kind and assessment.levels:
            return Origin(assessment, _levels(assessment), estimated=False)
    for assessment, _score in found:
        if assessment.kind is not AssessmentKind.OFFICIAL:
            continue
        if assessment.levels:
            return Origin(assessment, _levels(assessment), estimated=False)
        if assessment.published is not None:
            profile = (await estimate.estimate_profile_from_result(context, assessment)).profile
            if isinstance(profile, EstimatedProfile):
                return Origin(assessment, profile.levels, estimated=True)
    return None


def _levels(assessment: Assessment) -> dict[int, int]:
    return {each.indicator: each.level for each in assessment.levels}


def _situation(origin: Origin, own: Effort) -> Situation:
    instrument = origin.instrument
    return Situation(
        instrument,
        origin.levels,
        own,
        precedence_rules(instrument.id),
        origin.estimated,
    )


def _check(wish: PathRequest) -> None:
    if not 0 <= wish.buffer <= BUFFER_MOST:
        raise InvalidArgument("buffer", f"0 to {BUFFER_MOST}", str(wish.buffer))
    if wish.years not in YEARS:
        raise InvalidArgument("years", f"{YEARS[0]} to {YEARS[-1]}", str(wish.years))
    both = sorted({*wish.locked} & {*wish.refused})
    if both:
        raise InvalidArgument(
            "locked", "no indicator that is refused too", ", ".join(map(str, both))
        )


def _request(wish: PathRequest, origin: Origin) -> PlanRequest:
    instrument = origin.instrument
    if not instrument.level_min < wish.target <= instrument.level_max:
        expected = f"an index above {instrument.level_min}, up to {instrument.level_max}"
        raise InvalidArgument("target", expected, str(wish.target))
    locked = _next_levels("locked", wish.locked, origin)
    highest = sorted({*wish.locked} - {step.indicator for step in locked})
    if highest:
        expected = "indicators below the highest level"
        raise InvalidArgument("locked", expected, ", ".join(map(str, highest)))
    return PlanRequest(
        target=Fraction(str(wish.target)),
        buffer=Fraction(str(wish.buffer)),
        years=wish.years,
        locked=locked,
        refused=_next_levels("refused", wish.refused, origin),
    )


def _next_levels(argument: str, numbers: Collection[int], origin: Origin) -> frozenset[StepId]:
    try:
        return next_levels(origin.instrument, origin.levels, numbers)
    except PlanRequestInvalid as invalid:
        raise InvalidArgument(argument, invalid.expected, str(invalid.found)) from invalid


async def _computed(
    context: Context,
    what: str,
    situation: Situation,
    request: PlanRequest,
    work: Callable[[], Value],
) -> Value:
    scale, rules = situation.effort, situation.precedence
    key: Hashable = (
        what,
        situation.instrument.id,
        tuple(sorted(situation.levels.items())),
        (scale.id, scale.version, rules.id, rules.version),
        tuple((step, scale.values[step]) for step in sorted(scale.edited)),
        situation.estimated,
        request,
    )
    return await context.instance.computed.find_or_compute(key, work)
