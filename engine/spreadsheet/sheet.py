"""Parses the rows of a CSV sheet, and defines the problems of its cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

Row = tuple[int, list[str]]  # row number as in a spreadsheet, from 1, and trimmed cells


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A problem in a cell, a row or a column of the sheet. Row 1 is the header."""

    row: int | None
    column: str | None
    expected: str
    found: str
    advice: str = ""  # a way to solve the problem

    def __str__(self) -> str:
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        place = ", ".join(each for each in (row, column) if each is not None)
        said = f"{place}: expected {self.expected}, got {self.found}".removeprefix(": ")
        return f"{said}; {self.advice}" if self.advice else said


class SheetInvalid(ValueError):
    """The sheet has at least one problem; `problems` lists all of them."""

    def __init__(self, *problems: SheetProblem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse_csv_rows(text: str) -> Iterator[Row]:
    """Yield the rows that are not empty.

    The text may have a byte-order mark, blank lines, and `,`, `;` or tabs between columns.

    Raises:
        SheetInvalid: the text is not CSV.
    """
    text = text.removeprefix("\ufeff")
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)  # a comma if none occurs
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):  # a cell may contain line breaks
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield number, trimmed
    except csv.Error as error:
        problem = SheetProblem(reader.line_num, None, "rows of a CSV file", str(error))
        raise SheetInvalid(problem) from error


def select_columns(rows: Iterator[Row], names: Sequence[str]) -> Iterator[Row]:
    """Return rows with the cells of these columns only, in this order. Missing cells are empty.

    The header is read from `rows` immediately.

    Raises:
        SheetInvalid: the header lacks a column, or has it twice.
    """
    number, header = next(rows, (1, []))
    found = [cell.lower() for cell in header]
    missing = [name for name in names if found.count(name) != 1]
    if missing:
        shown = quote_cell(",".join(header))
        expected = "a header with this column once"
        raise SheetInvalid(*(SheetProblem(number, each, expected, shown) for each in missing))
    at = [found.index(name) for name in names]
    return ((row, [cells[i] if i < len(cells) else "" for i in at]) for row, cells in rows)


def quote_cell(cell: str) -> str:
    """Quote a cell for an error message, with at most 80 characters."""
    return repr(cell[:80]) if cell else "nothing"
