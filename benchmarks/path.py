"""Benchmark of the path to a target and of estimated profiles: CPU time and quality, as a table.

    python benchmarks/path.py [--regions N] [--json]

Levels of regions are simulated (seeded; no 47-level sheets of many regions are published), the
effort is the declared default scale. The peers of the search are an integer programme of the same
question for HiGHS (the previous method), and greedy choice by gain per effort, in the same run
on the same levels. The costs of the programme must be exactly equal. Profiles are estimated from the
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
from engine.assessment.estimate import EstimatedProfile, estimated_profile
from engine.model import AssessmentKind, PublishedFigures
from engine.path import path
from engine.path.effort import Effort, StepId, default_effort, uniform_effort
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


def timed(work: Callable[[], Value]) -> tuple[Value, float]:
    """Return the result of the work and its CPU time in milliseconds."""
    start = process_time()
    found = work()
    return found, (process_time() - start) * 1000


def simulated(regions: int, effort: Effort) -> Iterator[tuple[Situation, PlanRequest]]:
    """Yield simulated regions, each with a request for the first predicate more than 0.1 above."""
    chance = random.Random(SEED)
    while regions:
        mean = chance.uniform(1.5, 4.3)
        levels = {
            each.number: min(5, max(1, round(chance.gauss(mean, 0.9))))
            for each in SPBE_2020.indicators
        }
        now = score.from_levels(SPBE_2020, levels).exact
        aims = [each.minimum for each in SPBE_2020.predicates if each.minimum]
        target = min((aim for aim in aims if aim > now + Fraction(1, 10)), default=None)
        if target is not None:
            regions -= 1
            situation = Situation(SPBE_2020, levels, effort, precedence_rules("spbe-2020"))
            yield situation, PlanRequest(target, years=3)


def greedy(situation: Situation, request: PlanRequest) -> Fraction:
    """Return the cost of always taking the step with the most gain per effort, with penalties."""
    levels = dict(situation.levels)
    weights = {each.number: each.weight for each in SPBE_2020.indicators}
    index = score.from_levels(SPBE_2020, levels).exact
    spent = Fraction()
    before = broken_precedence_rules(situation.precedence, levels)
    while index < request.goal:
        step = max(
            (each for each in situation.effort.values if levels[each.indicator] == each.level - 1),
            key=lambda each: weights[each.indicator] / situation.effort.values[each],
        )
        levels[step.indicator] = step.level
        spent += situation.effort.values[step]
        index += weights[step.indicator] / 100
    after = broken_precedence_rules(situation.precedence, levels)
    return spent + sum((rule.penalty for rule in after if rule not in before), Fraction())


def programme(situation: Situation, goals: Sequence[Fraction]) -> list[Fraction | None]:
    """Return the least cost of each goal by HiGHS: a binary variable per step and per broken order."""
    levels = situation.levels
    steps = [each for each in situation.effort.values if each.level > levels[each.indicator]]
    column = {step: at for at, step in enumerate(steps)}
    rules = [
        rule
        for rule in situation.precedence.rules
        if rule.step in column and rule.asks.level > levels[rule.asks.indicator]
    ]
    weights = {each.number: each.weight for each in SPBE_2020.indicators}
    rows: list[dict[int, float]] = [
        {at: float(20 * weights[step.indicator]) for step, at in column.items()}
    ]
    for step, at in column.items():
        below = column.get(StepId(step.indicator, step.level - 1))
        if below is not None:
            rows.append({below: 1, at: -1})
    for at, rule in enumerate(rules, start=len(steps)):
        rows.append({at: 1, column[rule.step]: -1, column[rule.asks]: 1})
    matrix = dok_array((len(rows), len(steps) + len(rules)))
    for number, row in enumerate(rows):
        for at, value in row.items():
            matrix[number, at] = value
    costs = [situation.effort.values[step] for step in steps] + [rule.penalty for rule in rules]
    index = score.from_levels(SPBE_2020, levels).exact
    found: list[Fraction | None] = []
    for goal in goals:
        lower = np.zeros(len(rows))
        lower[0] = math.ceil((goal - index) * 2000)
        answer = milp(
            [float(4 * cost) for cost in costs],
            integrality=np.ones(len(costs)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix.tocsr(), lb=lower),
            options={"mip_rel_gap": 0},
        )
        taken = () if answer.x is None else zip(costs, answer.x, strict=True)
        cost = sum((cost for cost, value in taken if value > 0.5), Fraction())
        found.append(None if answer.x is None else cost)
    return found


def search(regions: int, effort: Effort) -> dict[str, float]:
    """Plan for simulated regions; return times, and the costs by integer programme and greedy choice."""
    plans, spreads, nexts, curves, worse = [], [], [], [], []
    solved, solved_curves = [], []
    equal = equal_points = points = 0
    for at, (situation, request) in enumerate(simulated(regions, effort)):
        plan, spent = timed(partial(path.cheapest_plan, situation, replace(request, years=1)))
        assert isinstance(plan, Plan)
        plans.append(spent)
        spreads.append(timed(partial(path.cheapest_plan, situation, request))[1])
        best = plan.effort + plan.penalty
        worse.append(float(greedy(situation, request) / best - 1) * 100)
        nexts.append(timed(partial(path.next_plan, situation, plan))[1])
        (cost,), spent = timed(partial(programme, situation, [request.goal]))
        solved.append(spent)
        equal += cost == best
        curve, spent = timed(partial(path.compute_cost_curve, situation, request))
        curves.append(spent)
        if at % 10 == 0:
            goals = [point.target + request.buffer for point in curve]
            costs, peer = timed(partial(programme, situation, goals))
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


def means(year: int) -> dict[int, Fraction]:
    """Return the national means by aspect."""
    known = national_aspects("spbe-2020", year)
    return {aspect: Fraction(value) for aspect, value in known.items()}


def west_java() -> dict[str, float]:
    """Measure the estimates of the 27 regions and the province, 2024."""
    spent, widths, met = [], [], 0
    for each in tables.result_rows():
        if (each.year, each.kind) != (2024, AssessmentKind.OFFICIAL):
            continue
        found, milliseconds = timed(
            partial(estimated_profile, SPBE_2020, each.figures, means(2024))
        )
        assert isinstance(found, EstimatedProfile)
        again = score.from_levels(SPBE_2020, found.levels)
        domains = tuple((part.number, part.display) for part in again.domains)
        met += (domains, again.display) == (each.figures.domains, each.figures.value)
        spent.append(milliseconds)
        widths.append(statistics.fmean(one.highest - one.lowest for one in found.indicators))
    return {
        "regions": len(spent),
        "print the published domains and index": met,
        "estimate, CPU ms median": statistics.median(spent),
        "range of an indicator in levels, mean": statistics.fmean(widths),
    }


def sheet(year: int) -> dict[str, float]:
    """Compare the estimate of a sheet whose levels are known with those levels."""
    levels = {
        line.number: int(line.value)
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope) == ("18.71", year, SheetScope.INDICATOR)
    }
    printed = score.from_levels(SPBE_2020, levels)
    domains = tuple((part.number, part.display) for part in printed.domains)
    figures = PublishedFigures(printed.display, printed.predicate, domains)
    found = estimated_profile(SPBE_2020, figures, means(year))
    assert isinstance(found, EstimatedProfile)
    aspects = {each.aspect: each for each in found.aspects}
    errors = [abs(found.levels[number] - level) for number, level in levels.items()]
    held = sum(each.lowest <= levels[each.indicator] <= each.highest for each in found.indicators)
    off = [float(abs(aspects[part.number].value - part.exact)) for part in printed.aspects]
    return {
        "indicators": len(levels),
        "true level inside its range": held,
        "estimated level is the true one": errors.count(0),
        "off by one": errors.count(1),
        "mean error in levels": statistics.fmean(errors),
        "mean error of the 8 aspects": statistics.fmean(off),
        "range of an indicator in levels, mean": statistics.fmean(
            each.highest - each.lowest for each in found.indicators
        ),
        "soft rules of precedence that the sheet breaks": len(
            broken_precedence_rules(precedence_rules("spbe-2020"), levels)
        ),
        "of rules": len(precedence_rules("spbe-2020").rules),
    }


def report(results: Mapping[str, Mapping[str, float]]) -> str:
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
    chosen = arguments.parse_args()
    own_output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the solver prints goes to standard error
    results = {
        "path to the next predicate, default effort (levels SIMULATED)": search(
            chosen.regions, default_effort(SPBE_2020, effort_scale())
        ),
        "path to the next predicate, uniform effort (levels SIMULATED)": search(
            chosen.regions, uniform_effort(SPBE_2020)
        ),
        "estimated profiles, West Java 2024": west_java(),
        "estimated profile, Bandar Lampung 2021": sheet(2021),
        "estimated profile, Bandar Lampung 2024": sheet(2024),
    }
    own_output.write((json.dumps(results, indent=2) if chosen.json else report(results)) + "\n")
    own_output.close()


if __name__ == "__main__":
    main()
