"""Schedules the steps of a plan over its years, so that the hardest year is as light as possible.

The schedule is an integer programme that HiGHS solves. HiGHS may write a line to file descriptor
1, whatever its options. A program whose standard output another program reads must redirect that
output, as `hub/cli/path_report.py` does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from engine.path.dynamic_program import CandidateStep, Order
from engine.path.effort import StepId

NODES = 20_000  # of the search tree: a few seconds, yet deterministic


class _Rows:
    """The constraints `lower <= row of coefficients` of the programme."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.lower: list[float] = []

    def add(self, coefficients: Mapping[int, float], lower: float) -> None:
        row = len(self.lower)
        self.entries.extend((row, column, value) for column, value in coefficients.items())
        self.lower.append(lower)


def schedule_steps(
    steps: Sequence[CandidateStep], orders: Sequence[Order], years: int
) -> dict[StepId, int]:
    """Return the year (1 to `years`) of every step.

    The largest effort of a year is minimal, within the node limit of the search. The steps of one
    indicator stay in order, and so do the two steps of each order in `orders`.
    """
    if years == 1 or not steps:
        return {each.id: 1 for each in steps}
    column = {each.id: at * (years - 1) for at, each in enumerate(steps)}
    peak = len(steps) * (years - 1)  # columns before it: whether a step is done by year 1, 2, …
    rows = _Rows()
    for at in column.values():
        for year in range(years - 2):
            rows.add({at + year + 1: 1, at + year: -1}, 0)
    pairs = [(StepId(step.indicator, step.level - 1), step) for step in column]
    pairs += [(each.asks, each.step) for each in orders]
    for first, second in pairs:
        if first in column and second in column:
            for year in range(years - 1):
                rows.add({column[first] + year: 1, column[second] + year: -1}, 0)
    total = float(sum(each.effort for each in steps))
    for year in range(years):
        load: dict[int, float] = {peak: 1}
        for each in steps:
            if year < years - 1:
                load[column[each.id] + year] = -each.effort
            if year > 0:
                load[column[each.id] + year - 1] = each.effort
        rows.add(load, total if year == years - 1 else 0)
    cost = np.zeros(peak + 1)
    cost[peak] = 1
    lowest = np.zeros(peak + 1)
    lowest[peak] = math.ceil(total / years)
    highest = np.ones(peak + 1)
    highest[peak] = total
    values = _solved(cost, rows, lowest, highest)
    return {
        step: years - sum(values[at + year] > 0.5 for year in range(years - 1))
        for step, at in column.items()
    }


def _solved(
    cost: np.ndarray[Any, Any],
    rows: _Rows,
    lowest: np.ndarray[Any, Any],
    highest: np.ndarray[Any, Any],
) -> Sequence[float]:
    # These imports are slow, and only a plan over several years needs them.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    row, column, value = zip(*rows.entries, strict=True)
    matrix = csr_array((value, (row, column)), shape=(len(rows.lower), len(cost)))
    answer = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(lowest, highest),
        constraints=LinearConstraint(matrix, lb=rows.lower),
        options={"mip_rel_gap": 0, "node_limit": NODES},
    )
    if answer.x is None:  # a schedule with all steps in the first year always exists
        raise ArithmeticError(f"the solver found no answer: {answer.message}")
    return cast(Sequence[float], answer.x)
