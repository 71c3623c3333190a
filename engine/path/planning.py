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

from engine.assessment.score import score_levels
from engine.path import maintained_levels
from engine.path.dynamic_program import CandidateStep, Choice, Order, Search
from engine.path.effort import LevelStep
from engine.path.maintained_levels import LevelRequirement
from engine.path.plan import (
    YEARS,
    CostPoint,
    ExcludedStep,
    Plan,
    PlannedStep,
    PlannedYear,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
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
    model = _SolverModel(situation, request)
    return model.to_result(model.choose_steps(request.goal))


def next_best_plan(situation: Situation, plan: Plan, *others: Plan) -> Plan | None:
    """Return the cheapest plan that omits at least one step of `plan` and of each of `others`.

    The result is None if there is no such plan, because all steps of a plan are required or needed.
    """
    model = _SolverModel(situation, plan.request)
    avoided = [
        {step.id for step in previous.steps if not step.must_rise} for previous in (plan, *others)
    ]
    result = model.to_result(model.choose_steps(plan.request.goal, avoided))
    return result if isinstance(result, Plan) else None


def compute_cost_curve(
    situation: Situation, request: PlanRequest, targets: Iterable[Fraction] | None = None
) -> tuple[CostPoint, ...]:
    """Return the cost of each target, with the buffer and the required and excluded steps of the request.

    The default targets are every tenth from the present index to the maximum that can be reached,
    and the thresholds of the predicates between.
    """
    model = _SolverModel(situation, request)
    if targets is None:
        tenths = range(math.floor(model.index * 10) + 1, math.floor(model.maximum * 10) + 1)
        thresholds = (predicate.minimum for predicate in situation.instrument.predicates)
        reachable_thresholds = {
            threshold
            for threshold in thresholds
            if threshold and model.index < threshold <= model.maximum
        }
        targets = sorted({tenth * _CURVE_STEP for tenth in tenths} | reachable_thresholds)
    goals = {target: target + request.buffer for target in targets}
    choices = model.choose_for_goals([*goals.values()])
    points = []
    for target, goal in goals.items():
        choice = choices[goal]
        if choice is None:
            points.append(CostPoint(target, None, None, None))
            continue
        effort, penalty = model.price_choice(choice)
        points.append(CostPoint(target, effort, penalty, len(choice.steps)))
    return tuple(points)


def price_exclusions(
    situation: Situation, plan: Plan, steps: Collection[LevelStep] | None = None
) -> tuple[ExcludedStep, ...]:
    """Return the extra cost of excluding each step of a plan.

    Each step takes a search, so pass few `steps`. Excluding a level also excludes the levels
    above it. Required steps cannot be excluded and are left out.
    """
    exclusions = []
    for step in plan.steps:
        if step.must_rise or (steps is not None and step.id not in steps):
            continue
        request = replace(plan.request, excluded=plan.request.excluded | {step.id})
        try:
            alternative = cheapest_plan(situation, request)
        except PlanRequestInvalid:  # a level above the step is required
            continue
        if isinstance(alternative, UnreachableTarget):
            exclusions.append(ExcludedStep(step.id, None, None, (), alternative.maximum))
            continue
        planned = {planned_step.id for planned_step in plan.steps}
        replacements = tuple(
            replacement.id for replacement in alternative.steps if replacement.id not in planned
        )
        extra_effort = alternative.effort - plan.effort
        extra_penalty = alternative.penalty - plan.penalty
        exclusions.append(ExcludedStep(step.id, extra_effort, extra_penalty, replacements, None))
    return tuple(exclusions)


class _SolverModel:
    """Converts a situation and a request to whole numbers for the solver, and choices to plans."""

    def __init__(self, situation: Situation, request: PlanRequest) -> None:
        self._situation = situation
        self._request = request
        instrument, effort = situation.instrument, situation.effort
        score = score_levels(instrument, situation.levels)
        self.index, self._predicate = score.exact, score.predicate
        lowest = instrument.level_min
        self._levels = {
            indicator.number: situation.levels.get(indicator.number, lowest)
            for indicator in instrument.indicators
        }
        _check_request(situation, request)
        ceilings = dict.fromkeys(self._levels, instrument.level_max)
        for step in request.excluded:
            if step.level > self._levels[step.indicator]:
                ceilings[step.indicator] = min(ceilings[step.indicator], step.level - 1)
        self._ceilings = ceilings
        self._required = [
            step for step in request.must_rise if step.level > self._levels[step.indicator]
        ]
        for step in self._required:
            if step.level > ceilings[step.indicator]:
                raise PlanRequestInvalid("required and excluded", "no step in both", tuple(step))

        gains = {indicator.number: indicator.weight / 100 for indicator in instrument.indicators}
        step_ids = [
            LevelStep(number, level)
            for number, present_level in self._levels.items()
            for level in range(present_level + 1, ceilings[number] + 1)
        ]
        self._rules = [
            rule
            for rule in situation.precedence.rules
            if rule.step.level > self._levels[rule.step.indicator]
            and rule.prerequisite.level > self._levels[rule.prerequisite.indicator]
        ]
        penalties = [rule.penalty for rule in self._rules]
        self._gain_unit = _units_per_point(gains.values())
        self._cost_unit = _units_per_point(
            [*(effort.values[step] for step in step_ids), *penalties]
        )
        self._gains = gains
        self._candidates = [
            CandidateStep(
                step,
                int(gains[step.indicator] * self._gain_unit),
                int(effort.values[step] * self._cost_unit),
            )
            for step in step_ids
        ]
        self._orders = [
            Order(rule.step, rule.prerequisite, int(rule.penalty * self._cost_unit))
            for rule in self._rules
        ]

    @property
    def maximum(self) -> Fraction:
        """The index with all steps that are not excluded."""
        return score_levels(self._situation.instrument, self._ceilings).exact

    def choose_steps(
        self, goal: Fraction, avoided: Collection[set[LevelStep]] = ()
    ) -> Choice | None:
        """Return the cheapest steps to an index, or None if it cannot be reached."""
        return self.choose_for_goals([goal], avoided)[goal]

    def choose_for_goals(
        self, goals: Collection[Fraction], avoided: Collection[set[LevelStep]] = ()
    ) -> dict[Fraction, Choice | None]:
        """Return the cheapest steps to each index, by one search."""
        reach = max(self.maximum, self.index)
        required_gains = {
            goal: math.ceil((goal - self.index) * self._gain_unit)
            for goal in goals
            if goal <= reach
        }
        choices: dict[Fraction, Choice | None] = dict.fromkeys(goals)
        if required_gains:
            gain_most = max(required_gains.values())
            search = Search(self._candidates, self._orders, gain_most, self._required, [*avoided])
            choices |= {goal: search.cheapest_choice(gain) for goal, gain in required_gains.items()}
        return choices

    def price_choice(self, choice: Choice) -> tuple[Fraction, Fraction]:
        """Return the effort of a choice, and its penalties."""
        values = self._situation.effort.values
        effort = sum((values[step] for step in choice.steps), Fraction())
        return effort, Fraction(choice.cost, self._cost_unit) - effort

    def to_result(self, choice: Choice | None) -> Plan | UnreachableTarget:
        """Return the plan of a choice, or the unreachable target if the choice is None."""
        situation, request = self._situation, self._request
        if choice is None:
            return UnreachableTarget(
                request, self.index, self.maximum, self._ceilings, self._hash_inputs()
            )
        instrument, edited = situation.instrument, situation.effort.edited
        candidates = [step for step in self._candidates if step.id in choice.steps]
        year_by_step = schedule_steps(candidates, self._orders, request.years)
        indicators = {indicator.number: indicator for indicator in instrument.indicators}
        steps = []
        for id in sorted(choice.steps, key=lambda step: (year_by_step[step], step)):
            indicator = indicators[id.indicator]
            requirements = maintained_levels.added_requirements(instrument, indicator, id.level)
            integration = indicator.integration
            needs_evidence = integration is not None and {
                LevelRequirement.LINK,
                LevelRequirement.DOCUMENT,
            } & set(requirements)
            step = PlannedStep(
                id=id,
                year=year_by_step[id],
                gain=self._gains[id.indicator],
                effort=situation.effort.values[id],
                effort_edited=id in edited,
                must_rise=any(
                    required.indicator == id.indicator and required.level >= id.level
                    for required in self._required
                ),
                criterion=maintained_levels.level_criterion(instrument, indicator, id.level),
                requirements=requirements,
                evidence=integration.evidence if integration is not None and needs_evidence else "",
            )
            steps.append(step)
        years = self._planned_years(steps)
        effort, penalty = self.price_choice(choice)
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
            broken_rules=tuple(
                rule
                for rule in self._rules
                if rule.step in choice.steps and rule.prerequisite not in choice.steps
            ),
            maintained_levels=maintained_levels.list_maintained_levels(
                instrument, self._levels, {step.id.indicator for step in steps}
            ),
            is_estimated=situation.estimated,
            unclaimed=tuple(number for number in self._levels if number not in situation.levels),
            effort_scale=(situation.effort.id, situation.effort.version),
            effort_assumed=situation.effort.assumption
            and any(step.id not in edited for step in steps),
            precedence_rules=(situation.precedence.id, situation.precedence.version),
            inputs_hash=self._hash_inputs(),
        )

    def _planned_years(self, steps: Collection[PlannedStep]) -> tuple[PlannedYear, ...]:
        index, years = self.index, []
        for year in range(1, self._request.years + 1):
            year_steps = [step for step in steps if step.year == year]
            index += sum((step.gain for step in year_steps), Fraction())
            effort = sum((step.effort for step in year_steps), Fraction())
            label = self._situation.instrument.predicate(index).label
            years.append(PlannedYear(year, effort, index, label))
        return tuple(years)

    def _hash_inputs(self) -> str:
        situation, request = self._situation, self._request
        efforts = sorted(situation.effort.values.items())
        document: dict[str, Any] = {
            "instrument": situation.instrument.id,
            "levels": [list(item) for item in sorted(situation.levels.items())],
            "effort": [[*step, str(value)] for step, value in efforts],
            "precedence": [situation.precedence.id, situation.precedence.version],
            "target": str(request.target),
            "buffer": str(request.buffer),
            "years": request.years,
            "mustRise": [list(step) for step in sorted(request.must_rise)],
            "excluded": [list(step) for step in sorted(request.excluded)],
        }
        return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _check_request(situation: Situation, request: PlanRequest) -> None:
    if request.years not in YEARS:
        raise PlanRequestInvalid("years", f"{YEARS[0]} to {YEARS[-1]}", request.years)
    if request.buffer < 0:
        raise PlanRequestInvalid("buffer", "0 or more", request.buffer)
    for step in sorted(request.must_rise | request.excluded):
        if step not in situation.effort.values:
            name = f"a step of {situation.instrument.id}"
            raise PlanRequestInvalid("required or excluded", name, tuple(step))


def _units_per_point(values: Iterable[Fraction]) -> int:
    """Return the solver units per point that make every value a whole number."""
    return math.lcm(*(value.denominator for value in values))
