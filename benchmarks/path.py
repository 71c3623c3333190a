"""Benchmark of the path to a target and of estimated profiles: CPU time and quality, as a table.

    python benchmarks/path.py [--regions N] [--json]

Levels of regions are simulated (seeded; no 47-level sheets of many regions are published), the
effort is the declared default scale. The peers of the search are an integer programme of the same
question for HiGHS (the previous method), and greedy choice by gain per effort, in the same run on
the same levels. The costs of the programme must be exactly equal. Profiles are estimated from the
official results of West Java 2024 and from the two published sheets of 47 levels, whose true levels
are known.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from time import process_time
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import dok_array

from engine.assessment import score
from engine.assessment.estimate import EstimatedProfile, estimate_profile
from engine.model import AssessmentKind, PublishedFigures
from engine.path import planning
from engine.path.effort import Effort, LevelStep, default_effort, uniform_effort
from engine.path.plan import Plan, PlanRequest, Situation
from engine.path.precedence import broken_precedence_rules
from facts import tables
from facts.aspect_mean import national_aspects
from facts.instrument import instrument_by_id
from facts.path_rule import effort_scale, precedence_rules
from facts.tables import SheetScope

SPBE_2020 = instrument_by_id("spbe-2020")
SEED = 20261124
Value = TypeVar("Value")


def measure(work: Callable[[], Value]) -> tuple[Value, float]:
    """Return the result of the work and its CPU time in milliseconds."""
    start = process_time()
    result = work()
    return result, (process_time() - start) * 1000


def simulate_requests(regions: int, effort: Effort) -> Iterator[tuple[Situation, PlanRequest]]:
    """Yield simulated regions, each with a request for the first predicate more than 0.1 above."""
    generator = random.Random(SEED)
    while regions:
        mean = generator.uniform(1.5, 4.3)
        levels = {
            indicator.number: min(5, max(1, round(generator.gauss(mean, 0.9))))
            for indicator in SPBE_2020.indicators
        }
        index = score.score_levels(SPBE_2020, levels).exact
        minimums = [predicate.minimum for predicate in SPBE_2020.predicates if predicate.minimum]
        higher = (minimum for minimum in minimums if minimum > index + Fraction(1, 10))
        target = min(higher, default=None)
        if target is not None:
            regions -= 1
            situation = Situation(SPBE_2020, levels, effort, precedence_rules("spbe-2020"))
            yield situation, PlanRequest(target, years=3)


def greedy_cost(situation: Situation, request: PlanRequest) -> Fraction:
    """Return the cost, with penalties, of always taking the step with the most gain per effort."""
    levels = dict(situation.levels)
    weights = {indicator.number: indicator.weight for indicator in SPBE_2020.indicators}
    index = score.score_levels(SPBE_2020, levels).exact
    cost = Fraction()
    broken_before = broken_precedence_rules(situation.precedence, levels)
    while index < request.goal:
        step = max(
            (step for step in situation.effort.values if levels[step.indicator] == step.level - 1),
            key=lambda step: weights[step.indicator] / situation.effort.values[step],
        )
        levels[step.indicator] = step.level
        cost += situation.effort.values[step]
        index += weights[step.indicator] / 100
    broken_after = broken_precedence_rules(situation.precedence, levels)
    return cost + sum(
        (rule.penalty for rule in broken_after if rule not in broken_before), Fraction()
    )


def programme_costs(situation: Situation, goals: Sequence[Fraction]) -> list[Fraction | None]:
    """Return the least cost of each goal by HiGHS, with a binary variable per step and per rule."""
    levels = situation.levels
    steps = [step for step in situation.effort.values if step.level > levels[step.indicator]]
    column = {step: column_number for column_number, step in enumerate(steps)}
    rules = [
        rule
        for rule in situation.precedence.rules
        if rule.step in column and rule.prerequisite.level > levels[rule.prerequisite.indicator]
    ]
    weights = {indicator.number: indicator.weight for indicator in SPBE_2020.indicators}
    rows: list[dict[int, float]] = [
        {
            column_number: float(20 * weights[step.indicator])
            for step, column_number in column.items()
        }
    ]
    for step, column_number in column.items():
        below = column.get(LevelStep(step.indicator, step.level - 1))
        if below is not None:
            rows.append({below: 1, column_number: -1})
    for column_number, rule in enumerate(rules, start=len(steps)):
        rows.append({column_number: 1, column[rule.step]: -1, column[rule.prerequisite]: 1})
    matrix = dok_array((len(rows), len(steps) + len(rules)))
    for number, row in enumerate(rows):
        for column_number, value in row.items():
            matrix[number, column_number] = value
    costs = [situation.effort.values[step] for step in steps] + [rule.penalty for rule in rules]
    index = score.score_levels(SPBE_2020, levels).exact
    least_costs: list[Fraction | None] = []
    for goal in goals:
        lower = np.zeros(len(rows))
        lower[0] = math.ceil((goal - index) * 2000)
        solution = milp(
            [float(4 * cost) for cost in costs],
            integrality=np.ones(len(costs)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix.tocsr(), lb=lower),
            options={"mip_rel_gap": 0},
        )
        chosen_steps = () if solution.x is None else zip(costs, solution.x, strict=True)
        cost = sum((cost for cost, value in chosen_steps if value > 0.5), Fraction())
        least_costs.append(None if solution.x is None else cost)
    return least_costs


def measure_search(regions: int, effort: Effort) -> dict[str, float]:
    """Plan for simulated regions; return times, and comparisons with both peers of the search."""
    plans, spreads, nexts, curves, worse = [], [], [], [], []
    solved, solved_curves = [], []
    equal = equal_points = points = 0
    for number, (situation, request) in enumerate(simulate_requests(regions, effort)):
        plan, spent = measure(partial(planning.cheapest_plan, situation, replace(request, years=1)))
        assert isinstance(plan, Plan)
        plans.append(spent)
        spreads.append(measure(partial(planning.cheapest_plan, situation, request))[1])
        best = plan.effort + plan.penalty
        worse.append(float(greedy_cost(situation, request) / best - 1) * 100)
        nexts.append(measure(partial(planning.next_best_plan, situation, plan))[1])
        (cost,), spent = measure(partial(programme_costs, situation, [request.goal]))
        solved.append(spent)
        equal += cost == best
        curve, spent = measure(partial(planning.compute_cost_curve, situation, request))
        curves.append(spent)
        if number % 10 == 0:
            goals = [point.target + request.buffer for point in curve]
            costs, peer = measure(partial(programme_costs, situation, goals))
            solved_curves.append((peer, peer / spent))
            points += len(curve)
            equal_points += sum(
                cost == (None if point.effort is None else point.effort + point.penalty)
                for cost, point in zip(costs, curve, strict=True)
            )
    return {
        "regions": regions,
        "plan, CPU ms median": statistics.median(plans),
        "plan, CPU ms most": max(plans),
        "plan spread over 3 years, CPU ms median": statistics.median(spreads),
        "plan spread over 3 years, CPU ms most": max(spreads),
        "next plan, CPU ms median": statistics.median(nexts),
        "cost curve, CPU ms median": statistics.median(curves),
        "cost curve, CPU ms most": max(curves),
        "integer programme: plans that cost the same": equal,
        "  plan, CPU ms median": statistics.median(solved),
        "  plan, CPU ms most": max(solved),
        "  of curve points": points,
        "  points that cost the same": equal_points,
        "  curve, CPU ms median": statistics.median(spent for spent, _ in solved_curves),
        "  curve, CPU ms most": max(spent for spent, _ in solved_curves),
        "  curve, times ours, median": statistics.median(times for _, times in solved_curves),
        "greedy dearer by %, mean": statistics.fmean(worse),
        "greedy dearer by %, most": max(worse),
    }


def national_means(year: int) -> dict[int, Fraction]:
    """Return the national means by aspect."""
    means = national_aspects("spbe-2020", year)
    return {aspect: Fraction(value) for aspect, value in means.items()}


def measure_west_java() -> dict[str, float]:
    """Measure the estimates of the 27 regions and the province, 2024."""
    spent, widths, matching = [], [], 0
    for row in tables.result_rows():
        if (row.year, row.kind) != (2024, AssessmentKind.OFFICIAL):
            continue
        profile, milliseconds = measure(
            partial(estimate_profile, SPBE_2020, row.figures, national_means(2024))
        )
        assert isinstance(profile, EstimatedProfile)
        estimated = score.score_levels(SPBE_2020, profile.levels)
        domains = tuple((part.number, part.display) for part in estimated.domains)
        matching += (domains, estimated.display) == (row.figures.domains, row.figures.value)
        spent.append(milliseconds)
        widths.append(
            statistics.fmean(
                indicator.highest - indicator.lowest for indicator in profile.indicators
            )
        )
    return {
        "regions": len(spent),
        "print the published domains and index": matching,
        "estimate, CPU ms median": statistics.median(spent),
        "range of an indicator in levels, mean": statistics.fmean(widths),
    }


def measure_sheet(year: int) -> dict[str, float]:
    """Compare the estimate of a sheet whose levels are known with those levels."""
    levels = {
        line.number: int(line.value)
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope) == ("18.71", year, SheetScope.INDICATOR)
    }
    published = score.score_levels(SPBE_2020, levels)
    domains = tuple((part.number, part.display) for part in published.domains)
    figures = PublishedFigures(published.display, published.predicate, domains)
    profile = estimate_profile(SPBE_2020, figures, national_means(year))
    assert isinstance(profile, EstimatedProfile)
    aspects = {aspect.aspect: aspect for aspect in profile.aspects}
    errors = [abs(profile.levels[number] - level) for number, level in levels.items()]
    inside = sum(
        indicator.lowest <= levels[indicator.indicator] <= indicator.highest
        for indicator in profile.indicators
    )
    aspect_errors = [
        float(abs(aspects[part.number].value - part.exact)) for part in published.aspects
    ]
    return {
        "indicators": len(levels),
        "true level inside its range": inside,
        "estimated level is the true one": errors.count(0),
        "off by one": errors.count(1),
        "mean error in levels": statistics.fmean(errors),
        "mean error of the 8 aspects": statistics.fmean(aspect_errors),
        "range of an indicator in levels, mean": statistics.fmean(
            indicator.highest - indicator.lowest for indicator in profile.indicators
        ),
        "soft rules of precedence that the sheet breaks": len(
            broken_precedence_rules(precedence_rules("spbe-2020"), levels)
        ),
        "of rules": len(precedence_rules("spbe-2020").rules),
    }


def format_report(results: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as aligned lines."""
    lines = []
    for title, figures in results.items():
        lines += ["", title]
        lines += [f"  {name:<48} {value:>10.4g}" for name, value in figures.items()]
    return "\n".join(lines[1:])


def main() -> None:
    """Measure, and print the results as a table or as JSON."""
    arguments = argparse.ArgumentParser(description="Measure paths and estimates.")
    arguments.add_argument("--regions", type=int, default=100)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    own_output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the output of the solver goes to standard error
    results = {
        "path to the next predicate, default effort (levels SIMULATED)": measure_search(
            options.regions, default_effort(SPBE_2020, effort_scale())
        ),
        "path to the next predicate, uniform effort (levels SIMULATED)": measure_search(
            options.regions, uniform_effort(SPBE_2020)
        ),
        "estimated profiles, West Java 2024": measure_west_java(),
        "estimated profile, Bandar Lampung 2021": measure_sheet(2021),
        "estimated profile, Bandar Lampung 2024": measure_sheet(2024),
    }
    own_output.write(
        (json.dumps(results, indent=2) if options.json else format_report(results)) + "\n"
    )
    own_output.close()


if __name__ == "__main__":
    main()
