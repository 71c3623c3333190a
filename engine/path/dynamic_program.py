"""Finds the cheapest set of steps with a required gain, by exact dynamic programming over the gain.

Gains, efforts and penalties are whole numbers (the caller scales them). The indicators are added
one after the other. A table holds the least cost of gaining at least 0, 1, 2, … with the
indicators added so far. An order between two indicators needs the level of the first until the
second is added, so the table has an axis for each indicator that an order still needs. The
shipped orders link the indicators like a tree, which needs one axis. `SearchTooLarge` is raised if
the table would exceed its limit. One table serves every gain up to its limit.

Among choices with equal cost, the search returns one with the fewest steps, and among those the
one with the largest gain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.path.effort import LevelStep

_CELLS_MOST = 50_000_000  # in one table, which is at most 400 MB
# Greater than the number of steps of any instrument, so that one number holds a cost and a count.
_COST_SCALE = 1024

Table = NDArray[Any]


class SearchTooLarge(ValueError):
    """The orders link too many indicators with each other for an exact search."""


@dataclass(frozen=True, slots=True)
class CandidateStep:
    """A step that may be chosen, with its gain and effort in solver units."""

    id: LevelStep
    gain: int
    effort: int


@dataclass(frozen=True, slots=True)
class Order:
    """Taking `step` without `prerequisite` costs `penalty`. The prerequisite need not be a candidate."""

    step: LevelStep
    prerequisite: LevelStep
    penalty: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen steps, and their cost with penalties. No other choice costs less."""

    steps: frozenset[LevelStep]
    cost: int


@dataclass(frozen=True, slots=True)
class _Indicator:
    """The options of one indicator: option n takes its first n steps."""

    steps: tuple[LevelStep, ...]
    lowest_option: int  # the lowest option that the required steps allow
    gains: tuple[int, ...]  # by option
    costs: tuple[int, ...]
    satisfied_sets: tuple[int, ...]  # by option: bits of the avoided sets with a step not taken


@dataclass(frozen=True, slots=True)
class _Stage:
    """An added indicator, and the indicators whose best option was settled after it."""

    number: int
    settled: tuple[tuple[int, tuple[int, ...], Table], ...]  # number, remaining axes, best option


class Search:
    """Searches the cheapest steps to any gain up to `gain_most`.

    The `required` steps are always taken. At least one step of each set in `avoided` is not
    taken.

    Raises:
        SearchTooLarge: the table would exceed its limit.
    """

    def __init__(
        self,
        candidates: Sequence[CandidateStep],
        orders: Sequence[Order],
        gain_most: int,
        required: Collection[LevelStep] = (),
        avoided: Sequence[Collection[LevelStep]] = (),
    ) -> None:
        # One step beyond `gain_most`, so that equal choices are compared by their gain as well.
        self._gain_most = max(gain_most, 0) + max(
            (candidate.gain for candidate in candidates), default=0
        )
        self._all_sets = (1 << len(avoided)) - 1  # bits of all avoided sets
        links: dict[tuple[int, int], list[Order]] = defaultdict(list)
        candidate_ids = {candidate.id for candidate in candidates}
        own_orders: dict[int, list[Order]] = defaultdict(list)
        for order in orders:
            first, second = order.step.indicator, order.prerequisite.indicator
            if order.step not in candidate_ids:
                continue
            if first == second or order.prerequisite not in candidate_ids:
                own_orders[first].append(order)
            else:
                links[first, second].append(order)
        self._indicators = _group_by_indicator(candidates, own_orders, set(required), avoided)
        total = sum(max(indicator.costs) for indicator in self._indicators.values())
        total += sum(order.penalty for linked in links.values() for order in linked) * _COST_SCALE
        self._impossible_cost = total + 1  # the cost of an impossible choice
        self._stages: list[_Stage] = []
        self._least_costs = self._build_table(links)

    def cheapest_choice(self, required_gain: int) -> Choice | None:
        """Return the cheapest steps that gain at least `required_gain`, or None if there are none.

        Raises:
            ValueError: the required gain exceeds the limit of the search.
        """
        if required_gain > self._gain_most:
            raise ValueError(f"expected a gain up to {self._gain_most}, got {required_gain}")
        gain, open_sets = max(required_gain, 0), self._all_sets
        cost = int(self._least_costs[open_sets, gain])
        if cost >= self._impossible_cost:
            return None
        gain = int(np.searchsorted(self._least_costs[open_sets], cost, side="right")) - 1
        options: dict[int, int] = {}
        for stage in reversed(self._stages):
            for number, axes, best in reversed(stage.settled):
                options[number] = int(best[(*(options[axis] for axis in axes), open_sets, gain)])
            indicator, option = self._indicators[stage.number], options[stage.number]
            gain = max(gain - indicator.gains[option], 0)
            open_sets &= ~indicator.satisfied_sets[option]
        steps = frozenset(
            step
            for number, option in options.items()
            for step in self._indicators[number].steps[:option]
        )
        return Choice(steps, cost // _COST_SCALE)

    def _build_table(self, links: Mapping[tuple[int, int], Sequence[Order]]) -> Table:
        """Return the least cost by open avoided sets and required gain, over all indicators."""
        partners: dict[int, set[int]] = {number: set() for number in self._indicators}
        for first, second in links:
            partners[first].add(second)
            partners[second].add(first)
        fits_int32 = self._impossible_cost * 2 < np.iinfo(np.int32).max
        table = np.full(
            (self._all_sets + 1, self._gain_most + 1),
            self._impossible_cost,
            dtype=np.int32 if fits_int32 else np.int64,
        )
        table[0, 0] = 0
        axes: list[int] = []
        remaining = set(self._indicators)
        while remaining:
            number = min(
                remaining,
                key=lambda candidate: (
                    self._table_width(candidate, axes, partners, remaining),
                    candidate,
                ),
            )
            remaining.remove(number)
            table = self._add_indicator(number, table, axes, links)
            axes.insert(0, number)
            settled = []
            for axis in [axis for axis in axes if not partners[axis] & remaining]:
                position = axes.index(axis)
                best = table.argmin(axis=position).astype(np.int8)
                table = table.min(axis=position)
                axes.remove(axis)
                settled.append((axis, tuple(axes), best))
            self._stages.append(_Stage(number, tuple(settled)))
        return table

    def _table_width(
        self, number: int, axes: list[int], partners: Mapping[int, set[int]], remaining: set[int]
    ) -> int:
        """Return the number of level combinations in the table after an indicator is added."""
        open_axes = [axis for axis in (*axes, number) if partners[axis] & (remaining - {number})]
        width = 1
        for axis in open_axes:
            width *= len(self._indicators[axis].gains)
        return width

    def _add_indicator(
        self,
        number: int,
        table: Table,
        axes: Sequence[int],
        links: Mapping[tuple[int, int], Sequence[Order]],
    ) -> Table:
        """Return the table with a new first axis for the options of one more indicator."""
        indicator = self._indicators[number]
        if table.size * len(indicator.gains) > _CELLS_MOST:
            raise SearchTooLarge(
                f"expected at most {_CELLS_MOST} cells, got more at indicator {number}"
            )
        extended = np.empty((len(indicator.gains), *table.shape), dtype=table.dtype)
        all_masks = np.arange(self._all_sets + 1)
        for option, (gain, cost) in enumerate(zip(indicator.gains, indicator.costs, strict=True)):
            target = extended[option]
            if option < indicator.lowest_option:
                target[...] = self._impossible_cost
                continue
            satisfied = indicator.satisfied_sets[option]
            previous = table if not satisfied else table[..., all_masks & ~satisfied, :]
            reach = min(gain, self._gain_most + 1)
            target[..., :reach] = previous[..., :1]
            target[..., reach:] = previous[..., : self._gain_most + 1 - reach]
            target += cost
        for position, partner in enumerate(axes):
            penalties = self._pair_penalties(number, partner, links)
            if penalties.any():
                shape = [1] * extended.ndim
                shape[0], shape[position + 1] = penalties.shape
                extended += penalties.astype(extended.dtype).reshape(shape)
        return np.minimum(extended, self._impossible_cost, out=extended)

    def _pair_penalties(
        self,
        first_number: int,
        second_number: int,
        links: Mapping[tuple[int, int], Sequence[Order]],
    ) -> Table:
        """Return the penalties of each option of an indicator with each option of another."""
        first, second = self._indicators[first_number], self._indicators[second_number]
        penalties = np.zeros((len(first.gains), len(second.gains)), dtype=np.int64)
        for order in links.get((first_number, second_number), ()):
            step, prerequisite = (
                first.steps.index(order.step),
                second.steps.index(order.prerequisite),
            )
            penalties[step + 1 :, : prerequisite + 1] += order.penalty
        for order in links.get((second_number, first_number), ()):
            step, prerequisite = (
                second.steps.index(order.step),
                first.steps.index(order.prerequisite),
            )
            penalties[: prerequisite + 1, step + 1 :] += order.penalty
        return penalties * _COST_SCALE


def _group_by_indicator(
    candidates: Sequence[CandidateStep],
    own_orders: Mapping[int, Sequence[Order]],
    required: set[LevelStep],
    avoided: Sequence[Collection[LevelStep]],
) -> dict[int, _Indicator]:
    candidates_by_number: dict[int, list[CandidateStep]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda candidate: candidate.id):
        candidates_by_number[candidate.id.indicator].append(candidate)
    indicators = {}
    for number, steps in candidates_by_number.items():
        gains, costs, satisfied_sets = [0], [0], []
        for step in steps:
            gains.append(gains[-1] + step.gain)
            costs.append(costs[-1] + step.effort * _COST_SCALE + 1)
        ids = tuple(step.id for step in steps)
        for option in range(len(gains)):
            taken, untaken = set(ids[:option]), set(ids[option:])
            for order in own_orders.get(number, ()):
                if order.step in taken and order.prerequisite not in taken:
                    costs[option] += order.penalty * _COST_SCALE
            satisfied_sets.append(
                sum(1 << bit for bit, step_set in enumerate(avoided) if untaken & {*step_set})
            )
        lowest_option = max(
            (option for option, id in enumerate(ids, start=1) if id in required), default=0
        )
        indicators[number] = _Indicator(
            ids, lowest_option, tuple(gains), tuple(costs), tuple(satisfied_sets)
        )
    return indicators
