"""The content of a file with tables: its sheets with their rows, merged cells and links."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from engine.plain_text import single_spaced
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.sheet import Row

__all__ = ["FileFormat", "FileInvalid", "FileProblemCode", "MergedRange", "Workbook", "Worksheet"]

CellValue = int | float | str | bool | time | date | datetime | timedelta
CELL_CHARACTERS_MOST = 32_767  # of a cell in Excel
FORMULA_WITHOUT_VALUE = "formula"  # the text of such a cell in `Worksheet.error_cells`


class FileFormat(Enum):
    """The format of a file, as its content says."""

    XLSX = "XLSX"
    XLS = "XLS"
    ODS = "ODS"
    CSV = "CSV"
    HTML = "HTML"


@dataclass(frozen=True, slots=True)
class MergedRange:
    """Cells that are merged into one. Rows and columns count from 1; the last ones belong to it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One sheet of a file. Cells are named by (row, column), both from 1."""

    name: str  # "" for CSV
    rows: tuple[Row, ...]  # without empty rows
    merged: tuple[MergedRange, ...] = ()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)  # the address behind a text
    are_links_read: bool = True  # False: the format may have addresses that are not read
    is_hidden: bool = False
    # The error of a formula, such as "#REF!"; FORMULA_WITHOUT_VALUE if the file has no result.
    error_cells: Mapping[tuple[int, int], str] = field(default_factory=dict)
    # The lines of texts that have several, where the format has line breaks in cells.
    lines: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The content of a file. `encoding` is that of a CSV or HTML file that was not UTF-8."""

    sheets: tuple[Worksheet, ...]
    format: FileFormat
    encoding: str | None = None


def cell_text(value: CellValue) -> str:
    """Return the text of a cell in one line: white space is single spaces, dates are ISO."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))  # workbooks store integers as floats
    if isinstance(value, datetime):
        is_date = value.time() == time()
        return value.date().isoformat() if is_date else value.isoformat(" ", "seconds")
    return single_spaced(str(value))


def cell_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a text that are not empty, each with single spaces."""
    lines = (single_spaced(line) for line in text.splitlines())
    return tuple(filter(None, lines))


def column_letters(column: int) -> str:
    """Return the letters of a column, from 1: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, remainder = divmod(column - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_reference(row: int, column: int) -> str:
    """Return the name of a cell, such as F102."""
    return f"{column_letters(column)}{row}"


def parse_reference(reference: str) -> tuple[int, int] | None:
    """Return the row and the column of a cell's name, such as F102."""
    match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", reference)
    return None if match is None else (int(match[2]), column_number(match[1]))
