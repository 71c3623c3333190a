"""What a step to the next level costs: a declared scale, which a region may edit step by step.

A scale that rests on no published figures is marked as an assumption, and no scale says anything
about money. Efforts of several steps add up.
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

LARGEST = 1000  # of one step: far more than any scale needs, and still exact in the solver
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
    """The effort of one step, as a decimal string: a log entry holds no fractions."""

    indicator: int
    level: int
    effort: str


@dataclass(frozen=True, slots=True)
class RegionEffort:
    """A region's own figures for some steps of an instrument; all others are the default's."""

    region: str
    instrument: str
    steps: tuple[StepEffort, ...] = ()

    @property
    def values(self) -> dict[StepId, Fraction]:
        return {StepId(each.indicator, each.level): Fraction(each.effort) for each in self.steps}


class EffortInvalid(ValueError):
    """An effort that cannot be used: of which step, what was expected, what came."""

    def __init__(self, step: StepId, expected: str, found: object) -> None:
        super().__init__(
            f"indicator {step.indicator}, level {step.level}: expected {expected}, got {found}"
        )
        self.step = step
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class EffortScale:
    """What steps cost by their level, and what is added for all OPDs and for a working link."""

    id: str
    version: str
    assumption: bool  # true: it is ours and rests on no published figures
    unit: str  # what a point is, in words
    by_level: Mapping[int, Fraction]  # the level that a step reaches, lowest first
    all_opds: Fraction  # added where the level is the first that every OPD must take part in
    link: Fraction  # added where the level is the first that a link must show
    highest: Fraction  # of one step, with all that is added


@dataclass(frozen=True, slots=True)
class Effort:
    """The effort of every step of an instrument, and whose figures they are."""

    id: str
    version: str
    assumption: bool  # true: the default is ours, not the region's
    values: Mapping[StepId, Fraction]
    edited: frozenset[StepId] = frozenset()  # the region's own figures


def default_effort(instrument: Instrument, scale: EffortScale) -> Effort:
    """The effort of each step by the scale, which must know every level of the instrument."""

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
    """One point per level, whatever the indicator: the fewest level steps."""
    values = {
        StepId(each.number, level): Fraction(1)
        for each in instrument.indicators
        for level in _levels_to_reach(instrument)
    }
    return Effort("effort-uniform", "1", assumption=True, values=values)


def apply_effort_edits(effort: Effort, edits: Mapping[StepId, Fraction]) -> Effort:
    """The same scale with a region's own figures in place of some.

    Raises:
        EffortInvalid: a step that the instrument lacks, or a figure that is not above 0 with two
            decimals at most.
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
    """The scale with the figures of a sheet (columns `number,level,effort`) in place of some.

    An indicator may go by its number or by its code; `2,5` is two and a half.

    Raises:
        SheetInvalid: with all problems of the sheet, not only the first.
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
