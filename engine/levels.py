"""Reads a sheet of levels (columns `number,level`) and says where every bad row is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from engine.instrument import Instrument

COLUMNS = ("number", "level")
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a cell of the sheet; row 1 is the header, None the sheet as a whole."""

    row: int | None
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = (
            f"column {self.column}" if self.row is None else f"row {self.row}, column {self.column}"
        )
        return f"{place}: expected {self.expected}, got {self.found}"


class SheetInvalid(ValueError):
    """A sheet with at least one problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse(text: str, instrument: Instrument) -> dict[int, int]:
    """The level of every indicator, by number.

    Takes what spreadsheets write: a byte-order mark, `;` or a tab between columns, blank lines,
    further columns. An indicator may go by its number or by its code ("35-2").

    Raises:
        SheetInvalid: with all problems of the sheet, not only the first.
    """
    rows = _rows(text)
    header_row, header = next(rows, (1, []))
    names = [cell.lower() for cell in header]
    missing = [column for column in COLUMNS if names.count(column) != 1]
    if missing:
        found = _quoted(",".join(header))
        expected = "a header with this column once"
        raise SheetInvalid(tuple(Problem(header_row, each, expected, found) for each in missing))

    at = {column: names.index(column) for column in COLUMNS}
    indicators = {each.code: each.number for each in instrument.indicators}
    indicators |= {str(each.number): each.number for each in instrument.indicators}
    lowest, highest = instrument.level_min, instrument.level_max
    levels: dict[int, int] = {}
    seen: dict[int, int] = {}  # the row that named an indicator first
    problems: list[Problem] = []
    for row, cells in rows:
        number_cell, level_cell = (
            cells[at[column]] if at[column] < len(cells) else "" for column in COLUMNS
        )
        number = indicators.get(number_cell)
        if number is None:
            expected = f"an indicator of {instrument.id} (1 to {len(instrument.indicators)})"
            problems.append(Problem(row, "number", expected, _quoted(number_cell)))
        elif number in seen:
            expected = f"each indicator once (first in row {seen[number]})"
            problems.append(Problem(row, "number", expected, _quoted(number_cell)))
        else:
            seen[number] = row
        if not _WHOLE.fullmatch(level_cell) or not lowest <= int(level_cell) <= highest:
            expected = f"a whole level from {lowest} to {highest}"
            problems.append(Problem(row, "level", expected, _quoted(level_cell)))
        elif number is not None:
            levels[number] = int(level_cell)

    absent = [str(each.number) for each in instrument.indicators if each.number not in seen]
    if absent:
        expected = f"all {len(instrument.indicators)} indicators of {instrument.id}"
        problems.append(Problem(None, "number", expected, "none for " + ", ".join(absent)))
    if problems:
        raise SheetInvalid(tuple(problems))
    return levels


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with its line number, cells trimmed."""
    text = text.removeprefix("\ufeff")
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)  # a comma where none occurs
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield reader.line_num, trimmed
    except csv.Error as error:
        problem = Problem(reader.line_num, "number", "rows of a CSV file", str(error))
        raise SheetInvalid((problem,)) from error


def _quoted(cell: str) -> str:
    return repr(cell[:80]) if cell else "nothing"
