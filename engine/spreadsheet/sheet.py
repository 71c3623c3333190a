"""Rows of a sheet that a person made, and what is wrong in which of its cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

Row = tuple[int, list[str]]  # its number, as a spreadsheet counts, and its trimmed cells


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """What is wrong in a cell of the sheet, or in the whole row or column; row 1 is the header."""

    row: int | None
    column: str | None
    expected: str
    found: str
    advice: str = ""  # what can be done about it

    def __str__(self) -> str:
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        place = ", ".join(each for each in (row, column) if each is not None)
        said = f"{place}: expected {self.expected}, got {self.found}".removeprefix(": ")
        return f"{said}; {self.advice}" if self.advice else said


class SheetInvalid(ValueError):
    """A sheet with at least one problem."""

    def __init__(self, *problems: SheetProblem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse_csv_rows(text: str) -> Iterator[Row]:
    """The rows that hold something.

    Takes what spreadsheets write: a byte-order mark, `;` or a tab between columns, blank lines.

    Raises:
        SheetInvalid: the text is not CSV.
    """
    text = text.removeprefix("\ufeff")
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)  # a comma where none occurs
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):  # a cell may hold line breaks
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield number, trimmed
    except csv.Error as error:
        problem = SheetProblem(reader.line_num, None, "rows of a CSV file", str(error))
        raise SheetInvalid(problem) from error


def select_columns(rows: Iterator[Row], names: Sequence[str]) -> Iterator[Row]:
    """The cells of these columns alone, in this order; a row that is too short has empty ones.

    Raises:
        SheetInvalid: the header, which is taken from `rows` at once, lacks one or has it twice.
    """
    number, header = next(rows, (1, []))
    found = [cell.lower() for cell in header]
    missing = [name for name in names if found.count(name) != 1]
    if missing:
        told = quote_cell(",".join(header))
        expected = "a header with this column once"
        raise SheetInvalid(*(SheetProblem(number, each, expected, told) for each in missing))
    at = [found.index(name) for name in names]
    return ((row, [cells[i] if i < len(cells) else "" for i in at]) for row, cells in rows)


def quote_cell(cell: str) -> str:
    """A cell as an error shows it."""
    return repr(cell[:80]) if cell else "nothing"
