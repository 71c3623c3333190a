"""The cheapest path equals brute force, respects required and excluded steps, and explains its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assessment.instrument import (
    Aspect,
    Domain,
    Indicator,
    Instrument,
    InstrumentStatus,
    Level,
    Predicate,
    Scale,
)
from engine.assessment.score import score_levels
from engine.path import planning
from engine.path.dynamic_program import CandidateStep, Order
from engine.path.effort import Effort, LevelStep, default_effort, uniform_effort
from engine.path.maintained_levels import LevelRequirement
from engine.path.plan import Plan, PlanRequest, PlanRequestInvalid, Situation, UnreachableTarget
from engine.path.precedence import NO_PRECEDENCE, Precedence, PrecedenceKind, PrecedenceRule
from engine.path.scheduling import schedule_steps
from facts.instrument import instrument_by_id
from facts.path_rule import effort_scale, precedence_rules

SPBE_2020 = instrument_by_id("spbe-2020")
THREES = {indicator.number: 3 for indicator in SPBE_2020.indicators}
LEVELS = (1, 2, 3)


def toy(weights: list[int]) -> Instrument:
    """Return an instrument with three levels and one aspect; weights become shares of 100."""
    shares = [Fraction(100 * weight, sum(weights)) for weight in weights]
    return Instrument(
        id="toy",
        name="Toy",
        legal_basis="none",
        status=InstrumentStatus.IN_FORCE,
        status_note="test",
        year_from=2024,
        year_to=None,
        level_min=LEVELS[0],
        level_max=LEVELS[-1],
        scales=(Scale("s", "S", tuple(Level(number, "", "") for number in LEVELS)),),
        predicates=(Predicate("high", Fraction(2)), Predicate("low", None)),
        domains=(Domain(1, "D", Fraction(100)),),
        aspects=(Aspect(1, 1, "A", Fraction(100)),),
        indicators=tuple(
            Indicator(number, str(number), "", 1, share, "s", (), None, None, None, (), "")
            for number, share in enumerate(shares, start=1)
        ),
        notes=(),
        sources=(),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    instrument = toy(draw(st.lists(st.integers(1, 9), min_size=1, max_size=5)))
    numbers = [indicator.number for indicator in instrument.indicators]
    levels = {number: draw(st.sampled_from(LEVELS)) for number in numbers}
    quarters = st.integers(1, 20).map(lambda quarter: Fraction(quarter, 4))
    steps = [LevelStep(number, level) for number in numbers for level in LEVELS[1:]]
    effort = Effort("drawn", "1", False, {step: draw(quarters) for step in steps})
    rules = draw(
        st.lists(
            st.builds(
                PrecedenceRule,
                st.sampled_from(PrecedenceKind),
                st.sampled_from(steps),
                st.sampled_from(steps),
                quarters,
            ),
            max_size=4,
        )
    )
    acyclic = tuple(rule for rule in rules if rule.step.indicator < rule.prerequisite.indicator)
    return Situation(instrument, levels, effort, Precedence("drawn", "1", True, acyclic))


def steps_between(before: Mapping[int, int], after: Mapping[int, int]) -> set[LevelStep]:
    return {
        LevelStep(number, level)
        for number, current in before.items()
        for level in range(current + 1, after[number] + 1)
    }


def every_step_set(
    situation: Situation, request: PlanRequest
) -> Iterator[tuple[set[LevelStep], Fraction]]:
    """Return all sets of steps that reach the goal, with their costs."""
    before = situation.levels
    for reached in product(*(range(current, LEVELS[-1] + 1) for current in before.values())):
        after = dict(zip(before, reached, strict=True))
        steps = steps_between(before, after)
        required = {step for step in request.must_rise if step.level > before[step.indicator]}
        if not required <= steps or steps & request.excluded:
            continue
        if score_levels(situation.instrument, after).exact < request.goal:
            continue
        cost = sum((situation.effort.values[step] for step in steps), Fraction())
        for rule in situation.precedence.rules:
            is_taken = rule.step in steps
            if is_taken and after[rule.prerequisite.indicator] < rule.prerequisite.level:
                cost += rule.penalty
        yield steps, cost


goals = st.integers(100, 310).map(lambda hundredth: Fraction(hundredth, 100))


@given(situations(), goals, st.data())
def test_no_set_of_steps_is_cheaper_than_the_plan(
    situation: Situation, target: Fraction, data: st.DataObject
) -> None:
    steps = st.sampled_from(sorted(situation.effort.values))
    required = data.draw(st.frozensets(steps, max_size=2))
    excluded = data.draw(st.frozensets(steps.filter(lambda step: step not in required), max_size=2))
    request = PlanRequest(target, Fraction(0), must_rise=required, excluded=excluded)
    step_sets = list(every_step_set(situation, request))
    try:
        plan = planning.cheapest_plan(situation, request)
    except PlanRequestInvalid:
        assert any(
            excluded_step.indicator == required_step.indicator
            and excluded_step.level <= required_step.level
            for excluded_step, required_step in product(excluded, required)
        )
        return
    if isinstance(plan, UnreachableTarget):
        assert step_sets == []
        return
    costs = {frozenset(steps): cost for steps, cost in step_sets}
    assert plan.effort + plan.penalty == min(costs.values())
    assert costs[frozenset(step.id for step in plan.steps)] == min(costs.values())
    assert plan.penalty == sum(rule.penalty for rule in plan.broken_rules)


@given(situations(), goals)
def test_the_next_plan_is_the_cheapest_one_without_some_step_of_the_best(
    situation: Situation, target: Fraction
) -> None:
    request = PlanRequest(target, Fraction(0))
    best = planning.cheapest_plan(situation, request)
    if isinstance(best, UnreachableTarget):
        return
    best_steps = {step.id for step in best.steps}
    other_costs = [
        cost for steps, cost in every_step_set(situation, request) if not best_steps <= steps
    ]
    next_best = planning.next_best_plan(situation, best)
    assert (next_best.effort + next_best.penalty if next_best else None) == min(
        other_costs, default=None
    )


@given(situations(), st.integers(2, 3))
def test_no_schedule_has_a_lower_peak_effort(situation: Situation, years: int) -> None:
    ids = sorted(steps_between(situation.levels, dict.fromkeys(situation.levels, 3)))[:6]
    steps = [CandidateStep(id, 1, int(situation.effort.values[id] * 4)) for id in ids]
    orders = [Order(rule.step, rule.prerequisite, 1) for rule in situation.precedence.rules]
    pairs = [(LevelStep(id.indicator, id.level - 1), id) for id in ids]
    pairs += [(order.prerequisite, order.step) for order in orders]

    def peak(year_of: Mapping[LevelStep, int]) -> int:
        return max(
            sum(step.effort for step in steps if year_of[step.id] == year)
            for year in range(1, years + 1)
        )

    def in_order(year_of: Mapping[LevelStep, int]) -> bool:
        return all(year_of[a] <= year_of[b] for a, b in pairs if a in year_of and b in year_of)

    schedules = (
        dict(zip(ids, choice, strict=True))
        for choice in product(range(1, years + 1), repeat=len(ids))
    )
    lightest = min(peak(year_of) for year_of in schedules if in_order(year_of))
    schedule = schedule_steps(steps, orders, years)
    assert in_order(schedule)
    assert peak(schedule) == lightest


def plan_of(
    request: PlanRequest, levels: Mapping[int, int] = THREES, rules: Precedence = NO_PRECEDENCE
) -> Plan:
    situation = Situation(SPBE_2020, levels, default_effort(SPBE_2020, effort_scale()), rules)
    plan = planning.cheapest_plan(situation, request)
    assert isinstance(plan, Plan)
    return plan


def test_a_plan_from_threes_to_a_predicate_states_its_effort() -> None:
    plan = plan_of(PlanRequest(Fraction("3.5"), Fraction(0)))
    assert (plan.index_before, plan.predicate_before) == (3, "Baik")
    assert plan.index_after >= Fraction("3.5")
    assert plan.predicate_after == "Sangat Baik"
    assert (plan.effort, plan.penalty) == (64, 0)
    assert sum(step.gain for step in plan.steps) == plan.index_after - plan.index_before
    assert plan.effort_scale == ("effort-scale", "1")
    assert plan.effort_assumed
    assert plan.unclaimed == ()
    assert not plan.is_estimated


@pytest.mark.parametrize(("goal", "cost"), [("3.5", 64), ("3.6", 78), ("4.2", 166), ("5", 351)])
def test_47_indicators_cost_as_much_as_the_optimum_of_a_knapsack(goal: str, cost: int) -> None:
    """Without soft rules, the optimum is that of a knapsack problem."""
    effort = default_effort(SPBE_2020, effort_scale())
    needed = int((Fraction(goal) - 3) * 2000)
    least: list[int | None] = [0] + [None] * needed
    for indicator in SPBE_2020.indicators:
        extended = list(least)
        gain = total = 0
        for level in (4, 5):
            gain += int(indicator.weight * 20)
            total += int(effort.values[LevelStep(indicator.number, level)])
            for reached, spent in enumerate(least):
                at = min(reached + gain, needed)
                if spent is not None and (extended[at] is None or spent + total < extended[at]):
                    extended[at] = spent + total
        least = extended
    assert least[needed] == cost
    assert plan_of(PlanRequest(Fraction(goal), Fraction(0))).effort == cost


def test_a_step_names_its_criterion_what_it_asks_and_the_evidence_to_gather() -> None:
    plan = plan_of(PlanRequest(Fraction(3), Fraction(0), must_rise=frozenset({LevelStep(32, 4)})))
    (step,) = plan.steps
    indicator = SPBE_2020.indicators[31]
    assert step.id == LevelStep(32, 4)
    assert step.criterion == indicator.criteria[3]
    assert step.requirements == (LevelRequirement.LINK,)
    assert indicator.integration is not None
    assert step.evidence == indicator.integration.evidence
    assert step.must_rise
    assert (step.gain, step.effort, step.year) == (Fraction("0.0275"), 4, 1)


def test_a_jump_over_two_levels_is_two_steps() -> None:
    plan = plan_of(PlanRequest(Fraction(3), Fraction(0), must_rise=frozenset({LevelStep(42, 5)})))
    assert [step.id for step in plan.steps] == [LevelStep(42, 4), LevelStep(42, 5)]
    assert [step.must_rise for step in plan.steps] == [True, True]


def test_other_levels_are_to_be_maintained_the_highest_first() -> None:
    levels = THREES | {36: 5, 8: 4, 2: 1}
    plan = plan_of(PlanRequest(Fraction(3), Fraction(0)), levels)
    first, second, *remaining = plan.maintained_levels
    assert (first.indicator, first.level) == (36, 5)
    assert first.requirements == (
        LevelRequirement.REVIEW,
        LevelRequirement.IMPROVEMENT,
        LevelRequirement.LINK,
    )
    assert (second.indicator, second.level, second.requirements) == (
        8,
        4,
        (LevelRequirement.ALL_OPDS, LevelRequirement.REVIEW),
    )
    raised = {step.id.indicator for step in plan.steps}
    assert {hold.indicator for hold in plan.maintained_levels} == set(THREES) - raised - {2}
    assert remaining[-1].level == 3


def test_the_years_share_the_effort_and_end_at_the_goal() -> None:
    one_year = plan_of(PlanRequest(Fraction("3.5")))
    three_years = plan_of(PlanRequest(Fraction("3.5"), years=3))
    assert (
        three_years.effort
        == one_year.effort
        == sum(year.effort for year in three_years.years)
        == 78
    )
    assert [year.effort for year in three_years.years] == [26, 26, 26]
    assert three_years.years[-1].index == three_years.index_after


def test_an_unreachable_target_has_a_maximum() -> None:
    excluded = frozenset(LevelStep(number, 4) for number in range(32, 48))
    situation = Situation(
        SPBE_2020, THREES, default_effort(SPBE_2020, effort_scale()), NO_PRECEDENCE
    )
    unreachable = planning.cheapest_plan(
        situation, PlanRequest(Fraction("4.05"), excluded=excluded)
    )
    assert isinstance(unreachable, UnreachableTarget)
    # The other indicators reach level 5: 3 + 2 * 0.545.
    assert unreachable.maximum == Fraction("4.09")
    assert unreachable.reaches_target
    assert (unreachable.levels[32], unreachable.levels[31]) == (3, 5)


def test_a_broken_soft_rule_is_explained_and_forbids_nothing() -> None:
    rules = precedence_rules("spbe-2020")
    levels = THREES | {18: 1}
    plan = plan_of(
        PlanRequest(
            Fraction(3),
            Fraction("0.0"),
            must_rise=frozenset({LevelStep(32, 4)}),
            excluded=frozenset({LevelStep(18, 2)}),
        ),
        levels,
        rules,
    )
    assert [(rule.kind, rule.step, rule.prerequisite) for rule in plan.broken_rules] == [
        (PrecedenceKind.BUS_BEFORE_COLLABORATION, LevelStep(32, 4), LevelStep(18, 3))
    ]
    assert plan.penalty == Fraction(1, 4)
    assert plan.precedence_rules == ("precedence-spbe-2020", "1")


def test_a_target_that_is_already_reached_needs_no_steps() -> None:
    plan = plan_of(PlanRequest(Fraction("2.9")))
    assert (plan.steps, plan.effort, plan.index_after) == ((), 0, 3)
    assert len(plan.maintained_levels) == 47


def test_an_indicator_without_a_level_counts_at_the_lowest_and_is_named() -> None:
    levels = {number: level for number, level in THREES.items() if number not in (7, 9)}
    assert plan_of(PlanRequest(Fraction("2.6")), levels).unclaimed == (7, 9)


def test_the_cost_curve_rises_to_the_last_reachable_target() -> None:
    situation = Situation(SPBE_2020, THREES, uniform_effort(SPBE_2020), NO_PRECEDENCE)
    excluded = frozenset(LevelStep(number, 4) for number in range(1, 42))
    request = PlanRequest(Fraction("3.3"), Fraction(0), excluded=excluded)
    assert [
        (point.target, point.effort, point.steps)
        for point in planning.compute_cost_curve(situation, request)
    ] == [
        (Fraction("3.1"), 4, 4),
        (Fraction("3.2"), 7, 7),
        (Fraction("3.3"), 10, 10),
    ]
    (beyond,) = planning.compute_cost_curve(situation, request, [Fraction("3.4")])
    assert (beyond.effort, beyond.penalty, beyond.steps) == (None, None, None)


def test_an_excluded_step_costs_the_difference_to_its_replacement() -> None:
    levels = dict.fromkeys(THREES, 5) | {1: 4, 42: 4, 43: 4}
    effort = default_effort(SPBE_2020, effort_scale())
    situation = Situation(SPBE_2020, levels, effort, NO_PRECEDENCE)
    plan = planning.cheapest_plan(situation, PlanRequest(Fraction("4.95"), Fraction(0)))
    assert isinstance(plan, Plan)
    assert plan.steps[-1].id in {LevelStep(42, 5), LevelStep(43, 5)}  # they cost and gain the same
    assert len(plan.steps) == 1
    (exclusion,) = planning.price_exclusions(situation, plan)
    assert (exclusion.step, exclusion.extra_effort) == (plan.steps[0].id, 0)
    assert {exclusion.step, *exclusion.replacements} == {LevelStep(42, 5), LevelStep(43, 5)}
    last = planning.cheapest_plan(situation, PlanRequest(Fraction(5), Fraction(0)))
    assert isinstance(last, Plan)
    (needed,) = planning.price_exclusions(situation, last, {LevelStep(1, 5)})
    assert (needed.extra_effort, needed.maximum) == (None, Fraction("4.987"))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (PlanRequest(Fraction(4), years=4), "years: expected 1 to 3, got 4"),
        (PlanRequest(Fraction(4), Fraction(-1)), "buffer: expected 0 or more, got -1"),
        (
            PlanRequest(Fraction(4), must_rise=frozenset({LevelStep(48, 2)})),
            "required or excluded: expected a step of spbe-2020, got (48, 2)",
        ),
        (
            PlanRequest(
                Fraction(4),
                must_rise=frozenset({LevelStep(1, 5)}),
                excluded=frozenset({LevelStep(1, 4)}),
            ),
            "required and excluded: expected no step in both, got (1, 5)",
        ),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(request_: PlanRequest, message: str) -> None:
    with pytest.raises(PlanRequestInvalid) as raised:
        plan_of(request_)
    assert str(raised.value) == message


def test_equal_inputs_have_one_hash_and_others_another() -> None:
    first = plan_of(PlanRequest(Fraction("3.2")))
    assert first == plan_of(PlanRequest(Fraction("3.2")))
    assert first.inputs_hash != plan_of(PlanRequest(Fraction("3.2")), THREES | {1: 4}).inputs_hash
