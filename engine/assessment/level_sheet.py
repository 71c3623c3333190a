"""Parses a sheet of levels (columns `number,level`), and reports the problems of each row."""

from __future__ import annotations

from engine.assessment.instrument import Instrument
from engine.assessment.level_columns import (
    find_level_columns,
    parse_indicator_number,
    parse_level,
)
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell
from engine.spreadsheet.workbook import Workbook


def parse_level_sheet(workbook: Workbook, instrument: Instrument) -> dict[int, int]:
    """Return the level of every indicator, by number.

    The header has an English or an Indonesian name of each column. Other columns are ignored. A row
    names an indicator by its number or by its code ("35-2").

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    numbers = instrument.indicator_numbers
    lowest, highest = instrument.level_min, instrument.level_max
    levels: dict[int, int] = {}
    first_rows: dict[int, int] = {}  # by indicator number
    problems: list[SheetProblem] = []
    columns = find_level_columns(workbook)
    for row, number_cell, level_cell in columns.list_cells():
        number = numbers.get(number_cell) or numbers.get(parse_indicator_number(number_cell))
        level = parse_level(level_cell)
        if number is None:
            problems.append(
                SheetProblem(
                    row,
                    columns.number_header,
                    "an indicator of {instrument} (1 to {count})",
                    quote_cell(number_cell),
                    values={"instrument": instrument.id, "count": len(instrument.indicators)},
                )
            )
        elif number in first_rows:
            problems.append(
                SheetProblem(
                    row,
                    columns.number_header,
                    "each indicator once (first in row {first_row})",
                    quote_cell(number_cell),
                    values={"first_row": first_rows[number]},
                )
            )
        else:
            first_rows[number] = row
        if level is None or not lowest <= level <= highest:
            problems.append(
                SheetProblem(
                    row,
                    columns.level_header,
                    "a whole level from {lowest} to {highest}",
                    quote_cell(level_cell),
                    values={"lowest": lowest, "highest": highest},
                )
            )
        elif number is not None:
            levels[number] = level

    absent = [
        str(indicator.number)
        for indicator in instrument.indicators
        if indicator.number not in first_rows
    ]
    if absent:
        problems.append(
            SheetProblem(
                None,
                columns.number_header,
                "all {count} indicators of {instrument}",
                "none for {indicators}",
                values={"count": len(instrument.indicators), "instrument": instrument.id},
                found_values={"indicators": ", ".join(absent)},
            )
        )
    if problems:
        raise SheetInvalid(*problems)
    return levels
