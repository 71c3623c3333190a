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

LEVEL_SHEET_COLUMNS = ("number", "level")
_WHOLE = re.compile(r"[0-9]{1,9}")


def parse_level_sheet(text: str, instrument: Instrument) -> dict[int, int]:
    """Return the level of every indicator, by number.

    Other columns are ignored. A row names an indicator by its number or by its code ("35-2").

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    numbers = instrument.indicator_numbers
    lowest, highest = instrument.level_min, instrument.level_max
    levels: dict[int, int] = {}
    first_rows: dict[int, int] = {}  # by indicator number
    problems: list[SheetProblem] = []
    for row, (number_cell, level_cell) in select_columns(parse_csv_rows(text), LEVEL_SHEET_COLUMNS):
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
        elif number in first_rows:
            problems.append(
                SheetProblem(
                    row,
                    "number",
                    "each indicator once (first in row {first_row})",
                    quote_cell(number_cell),
                    values={"first_row": first_rows[number]},
                )
            )
        else:
            first_rows[number] = row
        if not _WHOLE.fullmatch(level_cell) or not lowest <= int(level_cell) <= highest:
            problems.append(
                SheetProblem(
                    row,
                    "level",
                    "a whole level from {lowest} to {highest}",
                    quote_cell(level_cell),
                    values={"lowest": lowest, "highest": highest},
                )
            )
        elif number is not None:
            levels[number] = int(level_cell)

    absent = [
        str(indicator.number)
        for indicator in instrument.indicators
        if indicator.number not in first_rows
    ]
    if absent:
        problems.append(
            SheetProblem(
                None,
                "number",
                "all {count} indicators of {instrument}",
                "none for {indicators}",
                values={"count": len(instrument.indicators), "instrument": instrument.id},
                found_values={"indicators": ", ".join(absent)},
            )
        )
    if problems:
        raise SheetInvalid(*problems)
    return levels
