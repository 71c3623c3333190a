"""Defines the effort of a step to the next level: a declared scale that a region may edit.

A scale that is not based on published figures is marked as an assumption. Effort is not money.
The effort of several steps is the sum of their efforts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from engine.assessment.instrument import Indicator, Instrument
from engine.spreadsheet.sheet import (
    Row,
    SheetInvalid,
    SheetProblem,
    quote_cell,
    select_columns,
)

EFFORT_MOST = 1000  # points for one step; above every scale, and exact in the solver
EFFORT_SHEET_COLUMNS = ("number", "level", "effort")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?")


class LevelStep(NamedTuple):
    """Raising one indicator to `level` from the level below it."""

    indicator: int
    level: int


@dataclass(frozen=True, slots=True)
class LevelEffort:
    """The effort of one step, as a decimal string because log entries hold no fractions."""

    indicator: int
    level: int
    effort: str


@dataclass(frozen=True, slots=True)
class RegionEffort:
    """A region's own efforts for some steps of an instrument. The other steps have the default."""

    region: str
    instrument: str
    steps: tuple[LevelEffort, ...] = ()

    @property
    def values(self) -> dict[LevelStep, Fraction]:
        """The region's efforts as exact fractions, by step."""
        return {LevelStep(step.indicator, step.level): Fraction(step.effort) for step in self.steps}


class EffortInvalid(ValueError):
    """The effort of a step is invalid; `expected` and `found` give the reason."""

    def __init__(self, step: LevelStep, expected: str, found: object) -> None:
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
    link: Fraction  # added at the first level for which a link is required
    highest: Fraction  # upper bound for one step with all additions


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of every step of an instrument, with the origin of the figures."""

    id: str
    version: str
    assumption: bool  # True if no published figures support the default
    values: Mapping[LevelStep, Fraction]
    edited: frozenset[LevelStep] = frozenset()  # steps with the region's own effort


def default_effort(instrument: Instrument, scale: EffortScale) -> Effort:
    """Return the effort of each step by a scale that covers all levels of the instrument."""

    def effort(indicator: Indicator, level: int) -> Fraction:
        need = indicator.integration
        linked = need is not None and need.needs_link and need.from_level == level
        additions = scale.all_opds * (indicator.all_opds_from == level) + scale.link * linked
        return min(scale.by_level[level] + additions, scale.highest)

    values = {
        LevelStep(indicator.number, level): effort(indicator, level)
        for indicator in instrument.indicators
        for level in _levels_to_reach(instrument)
    }
    return Effort(scale.id, scale.version, scale.assumption, values)


def uniform_effort(instrument: Instrument) -> Effort:
    """Return an effort of one point for each step, which leads to plans with the fewest steps."""
    values = {
        LevelStep(indicator.number, level): Fraction(1)
        for indicator in instrument.indicators
        for level in _levels_to_reach(instrument)
    }
    return Effort("effort-uniform", "1", assumption=True, values=values)


def apply_effort_edits(effort: Effort, edits: Mapping[LevelStep, Fraction]) -> Effort:
    """Return the effort with a region's own figures for some steps.

    Raises:
        EffortInvalid: the instrument lacks a step, or a figure is not a number above 0, up to
            1000, with at most two decimals.
    """
    for step, value in edits.items():
        if step not in effort.values:
            raise EffortInvalid(step, "a step of the instrument", "one that it lacks")
        if not _is_valid_effort(value):
            expected = f"a number above 0, up to {EFFORT_MOST}, with at most two decimals"
            raise EffortInvalid(step, expected, value)
    return replace(
        effort, values={**effort.values, **edits}, edited=effort.edited | frozenset(edits)
    )


def parse_effort_sheet(rows: Iterator[Row], effort: Effort, instrument: Instrument) -> Effort:
    """Return the effort with the figures of a sheet (columns `number,level,effort`).

    A row names an indicator by its number or by its code. `2,5` is two and a half.

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    numbers = instrument.indicator_numbers
    edits: dict[LevelStep, Fraction] = {}
    problems = []
    for row, (number_cell, level_cell, effort_cell) in select_columns(rows, EFFORT_SHEET_COLUMNS):
        number = numbers.get(number_cell)
        if number is None:
            problems.append(
                SheetProblem(
                    row,
                    "number",
                    "an indicator of {instrument} (1 to {count})",
                    quote_cell(number_cell),
                    values={"instrument": instrument.id, "count": len(instrument.indicators)},
                )
            )
            continue
        step = LevelStep(number, int(level_cell) if _WHOLE.fullmatch(level_cell) else -1)
        if step not in effort.values:
            problems.append(
                SheetProblem(
                    row,
                    "level",
                    "a level to reach, from {lowest} to {highest}",
                    quote_cell(level_cell),
                    values={"lowest": instrument.level_min + 1, "highest": instrument.level_max},
                )
            )
        elif step in edits:
            problems.append(
                SheetProblem(
                    row,
                    "level",
                    "each step once",
                    "{number} to level {level} again",
                    found_values={"number": number, "level": step.level},
                )
            )
        else:
            value = _parse_effort(effort_cell)
            edits[step] = value
            if not _is_valid_effort(value):
                problems.append(
                    SheetProblem(
                        row,
                        "effort",
                        "a number above 0, up to {most}, with at most two decimals",
                        quote_cell(effort_cell),
                        values={"most": EFFORT_MOST},
                    )
                )
    if problems:
        raise SheetInvalid(*problems)
    return apply_effort_edits(effort, edits)


def _parse_effort(cell: str) -> Fraction:
    """Return the effort in a cell; 0, which is not a valid effort, if it is no number."""
    return Fraction(cell.replace(",", ".")) if _DECIMAL.fullmatch(cell) else Fraction(0)


def _is_valid_effort(value: Fraction) -> bool:
    return 0 < value <= EFFORT_MOST and (value * 100).denominator == 1


def _levels_to_reach(instrument: Instrument) -> range:
    return range(instrument.level_min + 1, instrument.level_max + 1)
