"""Finds the cheapest set of steps with a required gain, by exact dynamic programming over the gain.

Gains, efforts and penalties are whole numbers (the caller scales them). The indicators are added
one after the other. A table holds the least cost of gaining at least 0, 1, 2, … with the
indicators added so far. An order between two indicators needs the level of the first until the
second is added, so the table has an axis for each indicator that an order still needs. The
orders that ship link indicators like a tree, which needs one axis. `SearchTooLarge` is raised if
the table would exceed its limit. One table serves every gain up to the one that it is built for.

Of choices with equal cost, the search returns one with the fewest steps, and of those the one
with the largest gain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.path.effort import StepId

_CELLS = 50_000_000  # in one table: at most 400 MB
_STEPS = 1024  # more than any instrument has, so that a cost and a count fit one number

Table = NDArray[Any]


class SearchTooLarge(ValueError):
    """The orders link too many indicators with each other for an exact search."""


@dataclass(frozen=True, slots=True)
class CandidateStep:
    """A step that may be chosen, with its gain and effort in solver units."""

    id: StepId
    gain: int
    effort: int


@dataclass(frozen=True, slots=True)
class Order:
    """Taking `step` without `asks` costs `penalty`. `asks` need not be a candidate."""

    step: StepId
    asks: StepId
    penalty: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen steps, and their cost with penalties. No other choice costs less."""

    steps: frozenset[StepId]
    cost: int


@dataclass(frozen=True, slots=True)
class _Indicator:
    """The options of one indicator: option n takes its first n steps."""

    steps: tuple[StepId, ...]
    least: int  # the lowest option that the locked steps allow
    gains: tuple[int, ...]  # by option
    costs: tuple[int, ...]
    leaves_out: tuple[int, ...]  # by option: bits of the avoided sets with an untaken step


@dataclass(frozen=True, slots=True)
class _Stage:
    """An added indicator, and the indicators whose best option was settled after it."""

    number: int
    settled: tuple[tuple[int, tuple[int, ...], Table], ...]  # number, axes left, best option


class Search:
    """Searches the cheapest steps to any gain up to `most`.

    The `locked` steps are always taken. Of each set in `avoided`, at least one step is not taken.

    Raises:
        SearchTooLarge: the table would exceed its limit; see the module.
    """

    def __init__(
        self,
        candidates: Sequence[CandidateStep],
        orders: Sequence[Order],
        most: int,
        locked: Collection[StepId] = (),
        avoided: Sequence[Collection[StepId]] = (),
    ) -> None:
        # One step beyond `most`, so that equal choices are compared by their gain as well.
        self._most = max(most, 0) + max((each.gain for each in candidates), default=0)
        self._all = (1 << len(avoided)) - 1  # bits of all avoided sets
        links: dict[tuple[int, int], list[Order]] = defaultdict(list)
        known = {each.id for each in candidates}
        alone: dict[int, list[Order]] = defaultdict(list)
        for order in orders:
            first, second = order.step.indicator, order.asks.indicator
            if order.step not in known:
                continue
            if first == second or order.asks not in known:
                alone[first].append(order)
            else:
                links[first, second].append(order)
        self._indicators = _indicators(candidates, alone, set(locked), avoided)
        total = sum(max(each.costs) for each in self._indicators.values())
        total += sum(order.penalty for linked in links.values() for order in linked) * _STEPS
        self._none = total + 1  # the cost of an impossible choice
        self._stages: list[_Stage] = []
        self._least = self._searched(links)

    def cheapest(self, needed: int) -> Choice | None:
        """Return the cheapest steps that gain at least `needed` (up to `most`), or None."""
        if needed > self._most:
            raise ValueError(f"expected a gain up to {self._most}, got {needed}")
        need, left = max(needed, 0), self._all
        cost = int(self._least[left, need])
        if cost >= self._none:
            return None
        need = int(np.searchsorted(self._least[left], cost, side="right")) - 1
        options: dict[int, int] = {}
        for stage in reversed(self._stages):
            for number, axes, best in reversed(stage.settled):
                options[number] = int(best[(*(options[each] for each in axes), left, need)])
            taken, option = self._indicators[stage.number], options[stage.number]
            need = max(need - taken.gains[option], 0)
            left &= ~taken.leaves_out[option]
        steps = (self._indicators[number].steps[:option] for number, option in options.items())
        return Choice(frozenset(step for each in steps for step in each), cost // _STEPS)

    def _searched(self, links: Mapping[tuple[int, int], Sequence[Order]]) -> Table:
        """Return the least cost by avoided sets left and gain needed, over all indicators."""
        partners: dict[int, set[int]] = {number: set() for number in self._indicators}
        for first, second in links:
            partners[first].add(second)
            partners[second].add(first)
        small = self._none * 2 < np.iinfo(np.int32).max
        table = np.full(
            (self._all + 1, self._most + 1), self._none, dtype=np.int32 if small else np.int64
        )
        table[0, 0] = 0
        axes: list[int] = []
        waiting = set(self._indicators)
        while waiting:
            number = min(
                waiting, key=lambda each: (self._width(each, axes, partners, waiting), each)
            )
            waiting.remove(number)
            table = self._taken_up(number, table, axes, links)
            axes.insert(0, number)
            settled = []
            for each in [each for each in axes if not partners[each] & waiting]:
                at = axes.index(each)
                best = table.argmin(axis=at).astype(np.int8)
                table = table.min(axis=at)
                axes.remove(each)
                settled.append((each, tuple(axes), best))
            self._stages.append(_Stage(number, tuple(settled)))
        return table

    def _width(
        self, number: int, axes: list[int], partners: Mapping[int, set[int]], waiting: set[int]
    ) -> int:
        """Return the number of level combinations in the table after an indicator is added."""
        held = [each for each in (*axes, number) if partners[each] & (waiting - {number})]
        width = 1
        for each in held:
            width *= len(self._indicators[each].gains)
        return width

    def _taken_up(
        self,
        number: int,
        table: Table,
        axes: Sequence[int],
        links: Mapping[tuple[int, int], Sequence[Order]],
    ) -> Table:
        """Return the table with a new first axis for the options of one more indicator."""
        taken = self._indicators[number]
        if table.size * len(taken.gains) > _CELLS:
            raise SearchTooLarge(f"expected at most {_CELLS} cells, got more at indicator {number}")
        found = np.empty((len(taken.gains), *table.shape), dtype=table.dtype)
        everything = np.arange(self._all + 1)
        for option, (gain, cost) in enumerate(zip(taken.gains, taken.costs, strict=True)):
            target = found[option]
            if option < taken.least:
                target[...] = self._none
                continue
            bits = taken.leaves_out[option]
            before = table if not bits else table[..., everything & ~bits, :]
            reach = min(gain, self._most + 1)
            target[..., :reach] = before[..., :1]
            target[..., reach:] = before[..., : self._most + 1 - reach]
            target += cost
        for at, other in enumerate(axes):
            between = self._penalties(number, other, links)
            if between.any():
                shape = [1] * found.ndim
                shape[0], shape[at + 1] = between.shape
                found += between.astype(found.dtype).reshape(shape)
        return np.minimum(found, self._none, out=found)

    def _penalties(
        self, one: int, other: int, links: Mapping[tuple[int, int], Sequence[Order]]
    ) -> Table:
        """Return the penalties of each option of an indicator with each option of another."""
        a, b = self._indicators[one], self._indicators[other]
        found = np.zeros((len(a.gains), len(b.gains)), dtype=np.int64)
        for order in links.get((one, other), ()):
            found[a.steps.index(order.step) + 1 :, : b.steps.index(order.asks) + 1] += order.penalty
        for order in links.get((other, one), ()):
            found[: a.steps.index(order.asks) + 1, b.steps.index(order.step) + 1 :] += order.penalty
        return found * _STEPS


def _indicators(
    candidates: Sequence[CandidateStep],
    alone: Mapping[int, Sequence[Order]],
    locked: set[StepId],
    avoided: Sequence[Collection[StepId]],
) -> dict[int, _Indicator]:
    of: dict[int, list[CandidateStep]] = defaultdict(list)
    for each in sorted(candidates, key=lambda candidate: candidate.id):
        of[each.id.indicator].append(each)
    found = {}
    for number, steps in of.items():
        gains, costs, left_out = [0], [0], []
        for each in steps:
            gains.append(gains[-1] + each.gain)
            costs.append(costs[-1] + each.effort * _STEPS + 1)
        ids = tuple(each.id for each in steps)
        for option in range(len(gains)):
            taken = set(ids[:option])
            for order in alone.get(number, ()):
                if order.step in taken and order.asks not in taken:
                    costs[option] += order.penalty * _STEPS
            rest = set(ids[option:])
            left_out.append(sum(1 << bit for bit, each in enumerate(avoided) if rest & {*each}))
        least = max((at for at, each in enumerate(ids, start=1) if each in locked), default=0)
        found[number] = _Indicator(ids, least, tuple(gains), tuple(costs), tuple(left_out))
    return found
