"""The limits within which a file with tables is read, so that no file exhausts the memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.workbook import CELL_CHARACTERS_MOST, cell_reference


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The most that a file may have."""

    file_bytes: int
    unpacked_bytes: int  # of all parts of a workbook together
    strings: int  # shared texts of an .xlsx workbook
    rows: int
    columns: int
    cells: int  # of all sheets, each as a rectangle up to its last cell
    sheets: int = 100
    html_bytes: int = 10_000_000  # the parser reads about 5 million a second


UPLOAD_LIMITS = ReadLimits(
    file_bytes=20 * 1024 * 1024,
    unpacked_bytes=200_000_000,
    strings=500_000,
    rows=50_000,
    columns=500,
    cells=2_000_000,
)
COMMAND_LIMITS = ReadLimits(
    file_bytes=100_000_000,  # 300,000 rows have 60 million bytes as CSV
    unpacked_bytes=1_000_000_000,
    strings=3_000_000,
    rows=400_000,
    columns=500,
    cells=10_000_000,
)


class CellBudget:
    """Checks the position of each cell that has content, before memory is used for it."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self._earlier_cells = 0  # of the sheets before
        self._sheet = ""
        self._last_row = self._last_column = 0

    def begin_sheet(self, name: str) -> None:
        """Begin the next sheet."""
        self._earlier_cells += self._last_row * self._last_column
        self._sheet = name
        self._last_row = self._last_column = 0

    def check_cell(self, row: int, column: int) -> None:
        """Count the rectangle up to a cell, both numbers from 1.

        Raises:
            FileInvalid: the cell is too far away, or the file has too many cells.
        """
        limits = self.limits
        if row > limits.rows or column > limits.columns:
            raise FileInvalid(
                FileProblemCode.FAR_CELL,
                most=cell_reference(limits.rows, limits.columns),
                cell=cell_reference(row, column),
                sheet=self._sheet,
            )
        if row <= self._last_row and column <= self._last_column:
            return
        self._last_row = max(row, self._last_row)
        self._last_column = max(column, self._last_column)
        if self._earlier_cells + self._last_row * self._last_column > limits.cells:
            raise FileInvalid(
                FileProblemCode.TOO_MANY_CELLS,
                most=limits.cells,
                cell=cell_reference(row, column),
                sheet=self._sheet,
            )


def check_sheet_count(count: int, limits: ReadLimits) -> None:
    """Check the number of sheets.

    Raises:
        FileInvalid: the workbook has too many sheets.
    """
    if count > limits.sheets:
        raise FileInvalid(FileProblemCode.TOO_MANY_SHEETS, most=limits.sheets, found=count)


def check_texts(sheet: str, row: int, texts: Sequence[str]) -> None:
    """Check the lengths of the texts of a row.

    Raises:
        FileInvalid: a cell has more text than a spreadsheet program allows.
    """
    for column, text in enumerate(texts, start=1):
        if len(text) > CELL_CHARACTERS_MOST:
            raise FileInvalid(
                FileProblemCode.TEXT_TOO_LONG,
                most=CELL_CHARACTERS_MOST,
                cell=cell_reference(row, column),
                sheet=sheet,
            )
