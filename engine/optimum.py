"""The cheapest set of steps that gains enough: an integer programme, solved to a proven optimum.

One yes-or-no variable per step, so level l of an indicator needs level l - 1 and jumps are two
steps. Minimise effort plus the penalties of broken orders, subject to a total gain. Gains,
efforts and penalties are whole numbers (the caller scales them), so the solver's bound, rounded
up, proves the optimum: HiGHS works in floats, but no float can hide a whole unit.

HiGHS may write a line of its own to file descriptor 1, whatever it is told. A program whose
standard output is read by another keeps it apart, as `benchmarks/path.py` does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from engine.effort import StepId

NODES = 20_000  # of the search tree: a few seconds, but a stop that no clock decides
_ROUNDING = 1e-6  # of the solver's own tolerances


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that may be taken."""

    id: StepId
    gain: int
    effort: int


@dataclass(frozen=True, slots=True)
class Order:
    """Taking `step` without `asks` costs `penalty`; `asks` may be a step that cannot be taken."""

    step: StepId
    asks: StepId
    penalty: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The steps chosen, what they cost with penalties, and a cost that nothing can go below."""

    steps: frozenset[StepId]
    cost: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no other choice is cheaper. False where the search was cut off."""
        return self.bound >= self.cost


class _Rows:
    """The constraints `lower <= row of coefficients` of a programme, as they are added."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, float]] = []
        self._lower: list[float] = []

    def add(self, coefficients: Mapping[int, float], lower: float) -> None:
        row = len(self._lower)
        self._entries.extend((row, column, value) for column, value in coefficients.items())
        self._lower.append(lower)

    def constraint(self, columns: int) -> LinearConstraint:
        rows, at, values = zip(*self._entries, strict=True)
        matrix = csr_array((values, (rows, at)), shape=(len(self._lower), columns))
        return LinearConstraint(matrix, lb=self._lower)


def cheapest(
    candidates: Sequence[Candidate],
    orders: Sequence[Order],
    needed: int,
    locked: Collection[StepId] = (),
    avoided: Collection[Collection[StepId]] = (),
) -> Choice | None:
    """The cheapest steps that gain at least `needed`; None where no steps do.

    `locked` steps are taken. Of each set in `avoided` at least one step is not.
    """
    column = {each.id: at for at, each in enumerate(candidates)}
    relevant = [each for each in orders if each.step in column]
    size = len(candidates) + len(relevant)
    if not candidates:
        return None if needed > 0 or avoided else Choice(frozenset(), 0, 0)
    cost = np.array(
        [each.effort for each in candidates] + [each.penalty for each in relevant], dtype=float
    )
    rows = _Rows()
    rows.add({at: float(each.gain) for at, each in enumerate(candidates)}, needed)
    for step, at in column.items():
        below = column.get(StepId(step.indicator, step.level - 1))
        if below is not None:
            rows.add({below: 1, at: -1}, 0)
    for at, order in enumerate(relevant, start=len(candidates)):
        row: dict[int, float] = {at: 1, column[order.step]: -1}
        if order.asks in column:
            row[column[order.asks]] = 1
        rows.add(row, 0)
    for steps in avoided:
        rows.add({column[step]: -1 for step in steps}, 1 - len(steps))

    lowest = np.zeros(size)
    lowest[[column[step] for step in locked]] = 1
    solved = _solved(cost, rows, lowest, np.ones(size))
    if solved is None:
        return None
    values, bound = solved
    taken = frozenset(step for step, at in column.items() if values[at] > 0.5)
    paid = sum(each.effort for each in candidates if each.id in taken)
    paid += sum(each.penalty for each in relevant if each.step in taken and each.asks not in taken)
    if sum(each.gain for each in candidates if each.id in taken) < needed:
        raise ArithmeticError("the solver's answer misses the gain that it was asked for")
    return Choice(taken, paid, bound)


def spread(steps: Sequence[Candidate], orders: Sequence[Order], years: int) -> dict[StepId, int]:
    """The year (1 to `years`) of every step, so that the hardest year is as light as can be.

    Steps of one indicator stay in order, and so do `orders` whose two steps are both there.
    """
    if years == 1 or not steps:
        return {each.id: 1 for each in steps}
    column = {each.id: at * (years - 1) for at, each in enumerate(steps)}
    peak = len(steps) * (years - 1)  # columns before it: step done by the end of year 1, 2, …
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
    solved = _solved(cost, rows, lowest, highest)
    assert solved is not None  # everything in the first year is always possible
    values, _ = solved
    return {
        step: years - sum(values[at + year] > 0.5 for year in range(years - 1))
        for step, at in column.items()
    }


def _solved(
    cost: np.ndarray[Any, Any],
    rows: _Rows,
    lowest: np.ndarray[Any, Any],
    highest: np.ndarray[Any, Any],
) -> tuple[Sequence[float], int] | None:
    """The solver's values and whole lower bound; None where there is no answer."""
    answer = milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(lowest, highest),
        constraints=rows.constraint(len(cost)),
        options={"mip_rel_gap": 0, "node_limit": NODES},
    )
    if answer.status == 2:  # proven infeasible
        return None
    if answer.x is None:
        raise ArithmeticError(f"the solver found no answer: {answer.message}")
    return cast(Sequence[float], answer.x), math.ceil(answer.mip_dual_bound - _ROUNDING)
