"""Defines the effort of a step to the next level: a declared scale that a region may edit.

A scale that is not based on published figures is marked as an assumption. Effort is not money.
The effort of several steps is the sum of their efforts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from engine.assessment.instrument import Indicator, Instrument
from engine.spreadsheet.sheet import (
    SheetInvalid,
    SheetProblem,
    parse_csv_rows,
    quote_cell,
    select_columns,
)

LARGEST = 1000  # of one step: above every scale, and exact in the solver
COLUMNS = ("number", "level", "effort")
_EXPECTED = f"a number above 0, up to {LARGEST}, with at most two decimals"
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?")


class StepId(NamedTuple):
    """Raising one indicator to `level` from the level below it."""

    indicator: int
    level: int


@dataclass(frozen=True, slots=True)
class StepEffort:
    """The effort of one step, as a decimal string because log entries hold no fractions."""

    indicator: int
    level: int
    effort: str


@dataclass(frozen=True, slots=True)
class RegionEffort:
    """A region's own efforts for some steps of an instrument. The others are the default."""

    region: str
    instrument: str
    steps: tuple[StepEffort, ...] = ()

    @property
    def values(self) -> dict[StepId, Fraction]:
        """The region's efforts as exact fractions, by step."""
        return {StepId(each.indicator, each.level): Fraction(each.effort) for each in self.steps}


class EffortInvalid(ValueError):
    """The effort of a step is invalid; `expected` and `found` give the reason."""

    def __init__(self, step: StepId, expected: str, found: object) -> None:
        super().__init__(
            f"indicator {step.indicator}, level {step.level}: expected {expected}, got {found}"
        )
        self.step = step
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class EffortScale:
    """The effort of steps by level, and the additions for all OPDs and for a working link."""

    id: str
    version: str
    assumption: bool  # True if no published figures support it
    unit: str  # the meaning of a point, in words
    by_level: Mapping[int, Fraction]  # by the level that a step reaches, lowest first
    all_opds: Fraction  # added at the first level in which every OPD must take part
    link: Fraction  # added at the first level that a link must show
    highest: Fraction  # of one step, with all additions


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of every step of an instrument, with the origin of the figures."""

    id: str
    version: str
    assumption: bool  # True if no published figures support the default
    values: Mapping[StepId, Fraction]
    edited: frozenset[StepId] = frozenset()  # steps with the region's own effort


def default_effort(instrument: Instrument, scale: EffortScale) -> Effort:
    """Return the effort of each step by a scale that covers all levels of the instrument."""

    def effort(indicator: Indicator, level: int) -> Fraction:
        need = indicator.integration
        linked = need is not None and need.needs_link and need.from_level == level
        extra = scale.all_opds * (indicator.all_opds_from == level) + scale.link * linked
        return min(scale.by_level[level] + extra, scale.highest)

    values = {
        StepId(each.number, level): effort(each, level)
        for each in instrument.indicators
        for level in _levels_to_reach(instrument)
    }
    return Effort(scale.id, scale.version, scale.assumption, values)


def uniform_effort(instrument: Instrument) -> Effort:
    """Return an effort of one point for each step, which leads to plans with the fewest steps."""
    values = {
        StepId(each.number, level): Fraction(1)
        for each in instrument.indicators
        for level in _levels_to_reach(instrument)
    }
    return Effort("effort-uniform", "1", assumption=True, values=values)


def apply_effort_edits(effort: Effort, edits: Mapping[StepId, Fraction]) -> Effort:
    """Return the effort with a region's own figures for some steps.

    Raises:
        EffortInvalid: the instrument lacks a step, or a figure is not a number above 0, up to
            1000, with at most two decimals.
    """
    for step, value in edits.items():
        if step not in effort.values:
            raise EffortInvalid(step, "a step of the instrument", "one that it lacks")
        if not _usable(value):
            raise EffortInvalid(step, _EXPECTED, value)
    return replace(
        effort, values={**effort.values, **edits}, edited=effort.edited | frozenset(edits)
    )


def parse_effort_sheet(text: str, effort: Effort, instrument: Instrument) -> Effort:
    """Return the effort with the figures of a sheet (columns `number,level,effort`).

    A row names an indicator by its number or by its code. `2,5` is two and a half.

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    numbers = instrument.numbers
    edits: dict[StepId, Fraction] = {}
    problems = []
    for row, (number_cell, level_cell, effort_cell) in select_columns(
        parse_csv_rows(text), COLUMNS
    ):
        number = numbers.get(number_cell)
        if number is None:
            expected = f"an indicator of {instrument.id} (1 to {len(instrument.indicators)})"
            problems.append(SheetProblem(row, "number", expected, quote_cell(number_cell)))
            continue
        step = StepId(number, int(level_cell) if _WHOLE.fullmatch(level_cell) else -1)
        if step not in effort.values:
            lowest, highest = instrument.level_min + 1, instrument.level_max
            expected = f"a level to reach, from {lowest} to {highest}"
            problems.append(SheetProblem(row, "level", expected, quote_cell(level_cell)))
        elif step in edits:
            expected = "each step once"
            problems.append(
                SheetProblem(row, "level", expected, f"{number} to level {level_cell} again")
            )
        elif not _DECIMAL.fullmatch(effort_cell):
            problems.append(SheetProblem(row, "effort", _EXPECTED, quote_cell(effort_cell)))
        else:
            edits[step] = Fraction(effort_cell.replace(",", "."))
            if not _usable(edits[step]):
                problems.append(SheetProblem(row, "effort", _EXPECTED, quote_cell(effort_cell)))
    if problems:
        raise SheetInvalid(*problems)
    return apply_effort_edits(effort, edits)


def _usable(value: Fraction) -> bool:
    return 0 < value <= LARGEST and (value * 100).denominator == 1


def _levels_to_reach(instrument: Instrument) -> range:
    return range(instrument.level_min + 1, instrument.level_max + 1)
