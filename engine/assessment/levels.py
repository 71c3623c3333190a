"""Parses a sheet of levels (columns `number,level`) and reports the problems of each row."""

from __future__ import annotations

import re

from engine.assessment.instrument import Instrument
from engine.spreadsheet.sheet import (
    SheetInvalid,
    SheetProblem,
    parse_csv_rows,
    quote_cell,
    select_columns,
)

COLUMNS = ("number", "level")
_WHOLE = re.compile(r"[0-9]{1,9}")


def parse_level_sheet(text: str, instrument: Instrument) -> dict[int, int]:
    """Return the level of every indicator, by number.

    Other columns are ignored. A row names an indicator by its number or by its code ("35-2").

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    numbers = instrument.numbers
    lowest, highest = instrument.level_min, instrument.level_max
    levels: dict[int, int] = {}
    seen: dict[int, int] = {}  # the first row of each indicator
    problems: list[SheetProblem] = []
    for row, (number_cell, level_cell) in select_columns(parse_csv_rows(text), COLUMNS):
        number = numbers.get(number_cell)
        if number is None:
            expected = f"an indicator of {instrument.id} (1 to {len(instrument.indicators)})"
            problems.append(SheetProblem(row, "number", expected, quote_cell(number_cell)))
        elif number in seen:
            expected = f"each indicator once (first in row {seen[number]})"
            problems.append(SheetProblem(row, "number", expected, quote_cell(number_cell)))
        else:
            seen[number] = row
        if not _WHOLE.fullmatch(level_cell) or not lowest <= int(level_cell) <= highest:
            expected = f"a whole level from {lowest} to {highest}"
            problems.append(SheetProblem(row, "level", expected, quote_cell(level_cell)))
        elif number is not None:
            levels[number] = int(level_cell)

    absent = [str(each.number) for each in instrument.indicators if each.number not in seen]
    if absent:
        expected = f"all {len(instrument.indicators)} indicators of {instrument.id}"
        problems.append(SheetProblem(None, "number", expected, "none for " + ", ".join(absent)))
    if problems:
        raise SheetInvalid(*problems)
    return levels
