"""Plans the cheapest path to a target index: the levels to raise, the year and the effort of each.

`engine.path.dynamic_program` finds the exact optimum set of steps. `engine.path.scheduling` then
distributes the steps over the years, so that the hardest year is as light as possible. An
indicator may rise several levels in a year, because regions have risen two and three levels.
Limits: efforts are the region's own or a declared scale, not money. Steps are assumed to succeed:
the buffer covers failures, and `engine.assessment.outlook` estimates how often regions succeed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import rfc8785

from engine.assessment.score import from_levels
from engine.path import maintained_levels
from engine.path.dynamic_program import CandidateStep, Choice, Order, Search
from engine.path.effort import StepId
from engine.path.maintained_levels import LevelRequirement
from engine.path.plan import (
    YEARS,
    CostPoint,
    Plan,
    PlannedStep,
    PlannedYear,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
    StepRefusal,
    UnreachableTarget,
)
from engine.path.scheduling import schedule_steps

_CURVE_STEP = Fraction(1, 10)  # index points


def cheapest_plan(situation: Situation, request: PlanRequest) -> Plan | UnreachableTarget:
    """Return the plan with the least effort and penalties.

    Raises:
        PlanRequestInvalid: the request contradicts itself or the instrument.
        engine.assessment.score.LevelInvalid: the instrument lacks a level of the situation.
    """
    model = _Model(situation, request)
    return model.result(model.choose(request.goal))


def next_plan(situation: Situation, plan: Plan, *others: Plan) -> Plan | None:
    """Return the cheapest plan that omits at least one step of `plan` and of each of `others`.

    The result is None if there is no such plan, because all steps of a plan are locked or needed.
    """
    model = _Model(situation, plan.request)
    avoided = [{step.id for step in each.steps if not step.locked} for each in (plan, *others)]
    result = model.result(model.choose(plan.request.goal, avoided))
    return result if isinstance(result, Plan) else None


def compute_cost_curve(
    situation: Situation, request: PlanRequest, targets: Iterable[Fraction] | None = None
) -> tuple[CostPoint, ...]:
    """Return the cost of each target, with the buffer, locks and refusals of the request.

    The default targets are every tenth from the present index to the maximum that can be reached,
    and the thresholds of the predicates between.
    """
    model = _Model(situation, request)
    if targets is None:
        tenths = range(math.floor(model.index * 10) + 1, math.floor(model.maximum * 10) + 1)
        thresholds = (each.minimum for each in situation.instrument.predicates)
        between = {each for each in thresholds if each and model.index < each <= model.maximum}
        targets = sorted({tenth * _CURVE_STEP for tenth in tenths} | between)
    goals = {target: target + request.buffer for target in targets}
    choices = model.choices([*goals.values()])
    points = []
    for target, goal in goals.items():
        choice = choices[goal]
        if choice is None:
            points.append(CostPoint(target, None, None, None))
            continue
        effort, penalty = model.price(choice)
        points.append(CostPoint(target, effort, penalty, len(choice.steps)))
    return tuple(points)


def price_refusals(
    situation: Situation, plan: Plan, steps: Collection[StepId] | None = None
) -> tuple[StepRefusal, ...]:
    """Return the extra cost of refusing each step of a plan.

    Each step takes a search, so pass few `steps`. Refusing a level also refuses the levels above
    it. Locked steps cannot be refused and are left out.
    """
    found = []
    for step in plan.steps:
        if step.locked or (steps is not None and step.id not in steps):
            continue
        request = replace(plan.request, refused=plan.request.refused | {step.id})
        try:
            other = cheapest_plan(situation, request)
        except PlanRequestInvalid:  # a level above it is locked
            continue
        if isinstance(other, UnreachableTarget):
            found.append(StepRefusal(step.id, None, None, (), other.maximum))
            continue
        known = {each.id for each in plan.steps}
        instead = tuple(each.id for each in other.steps if each.id not in known)
        more, worse = other.effort - plan.effort, other.penalty - plan.penalty
        found.append(StepRefusal(step.id, more, worse, instead, None))
    return tuple(found)


class _Model:
    """A situation and a request in the whole numbers of the solver."""

    def __init__(self, situation: Situation, request: PlanRequest) -> None:
        self._situation = situation
        self._request = request
        instrument, effort = situation.instrument, situation.effort
        before = from_levels(instrument, situation.levels)
        self.index, self._predicate = before.exact, before.predicate
        lowest = instrument.level_min
        self._levels = {
            each.number: situation.levels.get(each.number, lowest) for each in instrument.indicators
        }
        _check(situation, request)
        ceilings = dict.fromkeys(self._levels, instrument.level_max)
        for step in request.refused:
            if step.level > self._levels[step.indicator]:
                ceilings[step.indicator] = min(ceilings[step.indicator], step.level - 1)
        self._ceilings = ceilings
        self._locked = [
            step for step in request.locked if step.level > self._levels[step.indicator]
        ]
        for step in self._locked:
            if step.level > ceilings[step.indicator]:
                raise PlanRequestInvalid("locked and refused", "no step in both", tuple(step))

        gains = {each.number: each.weight / 100 for each in instrument.indicators}
        ids = [
            StepId(number, level)
            for number, held in self._levels.items()
            for level in range(held + 1, ceilings[number] + 1)
        ]
        self._rules = [
            rule
            for rule in situation.precedence.rules
            if rule.step.level > self._levels[rule.step.indicator]
            and rule.asks.level > self._levels[rule.asks.indicator]
        ]
        penalties = [rule.penalty for rule in self._rules]
        self._gain_unit = _unit(gains.values())
        self._cost_unit = _unit([*(effort.values[each] for each in ids), *penalties])
        self._gains = gains
        self._candidates = [
            CandidateStep(
                each,
                int(gains[each.indicator] * self._gain_unit),
                int(effort.values[each] * self._cost_unit),
            )
            for each in ids
        ]
        self._orders = [
            Order(rule.step, rule.asks, int(rule.penalty * self._cost_unit)) for rule in self._rules
        ]

    @property
    def maximum(self) -> Fraction:
        """The index with all steps that are not refused."""
        return from_levels(self._situation.instrument, self._ceilings).exact

    def choose(self, goal: Fraction, avoided: Collection[set[StepId]] = ()) -> Choice | None:
        """Return the cheapest steps to an index, or None if it cannot be reached."""
        return self.choices([goal], avoided)[goal]

    def choices(
        self, goals: Collection[Fraction], avoided: Collection[set[StepId]] = ()
    ) -> dict[Fraction, Choice | None]:
        """Return the cheapest steps to each index, by one search."""
        reach = max(self.maximum, self.index)
        needed = {
            goal: math.ceil((goal - self.index) * self._gain_unit)
            for goal in goals
            if goal <= reach
        }
        found: dict[Fraction, Choice | None] = dict.fromkeys(goals)
        if needed:
            most = max(needed.values())
            search = Search(self._candidates, self._orders, most, self._locked, [*avoided])
            found |= {goal: search.cheapest(gain) for goal, gain in needed.items()}
        return found

    def price(self, choice: Choice) -> tuple[Fraction, Fraction]:
        """Return the effort of a choice, and its penalties."""
        values = self._situation.effort.values
        effort = sum((values[step] for step in choice.steps), Fraction())
        return effort, Fraction(choice.cost, self._cost_unit) - effort

    def result(self, choice: Choice | None) -> Plan | UnreachableTarget:
        """Return the plan of a choice."""
        situation, request = self._situation, self._request
        if choice is None:
            return UnreachableTarget(
                request, self.index, self.maximum, self._ceilings, self._hash()
            )
        instrument, edited = situation.instrument, situation.effort.edited
        chosen = [each for each in self._candidates if each.id in choice.steps]
        year_of = schedule_steps(chosen, self._orders, request.years)
        indicators = {each.number: each for each in instrument.indicators}
        steps = []
        for id in sorted(choice.steps, key=lambda step: (year_of[step], step)):
            indicator = indicators[id.indicator]
            asks = maintained_levels.newly_asked(instrument, indicator, id.level)
            integration = indicator.integration
            shown = integration is not None and {
                LevelRequirement.LINK,
                LevelRequirement.DOCUMENT,
            } & set(asks)
            step = PlannedStep(
                id=id,
                year=year_of[id],
                gain=self._gains[id.indicator],
                effort=situation.effort.values[id],
                effort_edited=id in edited,
                locked=any(
                    each.indicator == id.indicator and each.level >= id.level
                    for each in self._locked
                ),
                criterion=maintained_levels.level_criterion(instrument, indicator, id.level),
                asks=asks,
                evidence=integration.evidence if integration is not None and shown else "",
            )
            steps.append(step)
        years = self._years(steps)
        effort, penalty = self.price(choice)
        return Plan(
            instrument=instrument.id,
            request=request,
            index_before=self.index,
            index_after=years[-1].index,
            predicate_before=self._predicate,
            predicate_after=years[-1].predicate,
            steps=tuple(steps),
            years=years,
            effort=effort,
            penalty=penalty,
            broken=tuple(
                rule
                for rule in self._rules
                if rule.step in choice.steps and rule.asks not in choice.steps
            ),
            hold=maintained_levels.list_maintained_levels(
                instrument, self._levels, {each.id.indicator for each in steps}
            ),
            estimated=situation.estimated,
            unclaimed=tuple(each for each in self._levels if each not in situation.levels),
            effort_scale=(situation.effort.id, situation.effort.version),
            effort_assumed=situation.effort.assumption and any(s.id not in edited for s in steps),
            precedence_rules=(situation.precedence.id, situation.precedence.version),
            inputs=self._hash(),
        )

    def _years(self, steps: Collection[PlannedStep]) -> tuple[PlannedYear, ...]:
        index, years = self.index, []
        for year in range(1, self._request.years + 1):
            within = [step for step in steps if step.year == year]
            index += sum((step.gain for step in within), Fraction())
            effort = sum((step.effort for step in within), Fraction())
            label = self._situation.instrument.predicate(index).label
            years.append(PlannedYear(year, effort, index, label))
        return tuple(years)

    def _hash(self) -> str:
        situation, request = self._situation, self._request
        efforts = sorted(situation.effort.values.items())
        document: dict[str, Any] = {
            "instrument": situation.instrument.id,
            "levels": [list(each) for each in sorted(situation.levels.items())],
            "effort": [[*step, str(value)] for step, value in efforts],
            "precedence": [situation.precedence.id, situation.precedence.version],
            "target": str(request.target),
            "buffer": str(request.buffer),
            "years": request.years,
            "locked": [list(each) for each in sorted(request.locked)],
            "refused": [list(each) for each in sorted(request.refused)],
        }
        return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _check(situation: Situation, request: PlanRequest) -> None:
    if request.years not in YEARS:
        raise PlanRequestInvalid("years", f"{YEARS[0]} to {YEARS[-1]}", request.years)
    if request.buffer < 0:
        raise PlanRequestInvalid("buffer", "0 or more", request.buffer)
    for step in sorted(request.locked | request.refused):
        if step not in situation.effort.values:
            name = f"a step of {situation.instrument.id}"
            raise PlanRequestInvalid("locked or refused", name, tuple(step))


def _unit(values: Iterable[Fraction]) -> int:
    """Return the solver units per point that make every value a whole number."""
    return math.lcm(*(value.denominator for value in values))
