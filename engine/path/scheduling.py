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
from engine.path.effort import LevelStep

SEARCH_NODES_MOST = 20_000  # takes a few seconds; unlike a time limit, it is deterministic


class _Constraints:
    """The constraints `lower <= coefficients * variables` of the programme, as matrix rows."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.lower: list[float] = []

    def add(self, coefficients: Mapping[int, float], lower: float) -> None:
        row = len(self.lower)
        self.entries.extend((row, column, value) for column, value in coefficients.items())
        self.lower.append(lower)


def schedule_steps(
    steps: Sequence[CandidateStep], orders: Sequence[Order], years: int
) -> dict[LevelStep, int]:
    """Return the year (1 to `years`) of every step.

    The largest effort of a year is minimal, within the node limit of the search. The steps of one
    indicator stay in order, and so do the two steps of each order in `orders`.
    """
    if years == 1 or not steps:
        return {step.id: 1 for step in steps}
    columns = {step.id: index * (years - 1) for index, step in enumerate(steps)}
    # The columns before the peak state whether a step is done by year 1, 2, …
    peak_column = len(steps) * (years - 1)
    constraints = _Constraints()
    for column in columns.values():
        for year in range(years - 2):
            constraints.add({column + year + 1: 1, column + year: -1}, 0)
    pairs = [(LevelStep(step.indicator, step.level - 1), step) for step in columns]
    pairs += [(order.prerequisite, order.step) for order in orders]
    for first, second in pairs:
        if first in columns and second in columns:
            for year in range(years - 1):
                constraints.add({columns[first] + year: 1, columns[second] + year: -1}, 0)
    total = float(sum(step.effort for step in steps))
    for year in range(years):
        coefficients: dict[int, float] = {peak_column: 1}
        for step in steps:
            if year < years - 1:
                coefficients[columns[step.id] + year] = -step.effort
            if year > 0:
                coefficients[columns[step.id] + year - 1] = step.effort
        constraints.add(coefficients, total if year == years - 1 else 0)
    cost = np.zeros(peak_column + 1)
    cost[peak_column] = 1
    lowest = np.zeros(peak_column + 1)
    lowest[peak_column] = math.ceil(total / years)
    highest = np.ones(peak_column + 1)
    highest[peak_column] = total
    values = _solve_program(cost, constraints, lowest, highest)
    return {
        step: years - sum(values[column + year] > 0.5 for year in range(years - 1))
        for step, column in columns.items()
    }


def _solve_program(
    cost: np.ndarray[Any, Any],
    constraints: _Constraints,
    lowest: np.ndarray[Any, Any],
    highest: np.ndarray[Any, Any],
) -> Sequence[float]:
    # These imports are slow, and only a plan over several years needs them.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    row, column, value = zip(*constraints.entries, strict=True)
    matrix = csr_array((value, (row, column)), shape=(len(constraints.lower), len(cost)))
    solution = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(lowest, highest),
        constraints=LinearConstraint(matrix, lb=constraints.lower),
        options={"mip_rel_gap": 0, "node_limit": SEARCH_NODES_MOST},
    )
    if solution.x is None:  # a schedule with all steps in the first year always exists
        raise ArithmeticError(f"the solver found no schedule: {solution.message}")
    return cast(Sequence[float], solution.x)
