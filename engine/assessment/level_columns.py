"""Finds the columns of a level sheet, and reads numbers of indicators and levels in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell
from engine.spreadsheet.workbook import Workbook, Worksheet

# The headers of each column, in lower case and without punctuation. The first that occurs is used,
# so a number precedes the name of the indicator, which may have the header "Indikator".
NUMBER_HEADERS = (
    *("number", "nomor indikator", "no indikator", "kode indikator", "nomor", "no", "kode"),
    *("indikator", "indicator"),
)
LEVEL_HEADERS = (
    *("level", "tingkat kematangan", "level kematangan", "nilai kematangan", "tingkat"),
    *("tingkat kematangan indikator", "capaian level", "level capaian", "capaian", "nilai"),
    *("nilai indikator", "nilai level"),
)
_HEADER_ROWS_MOST = 20  # a title and notes may stand above the header
_SEPARATORS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"(?:(?:indikator|indicator)\s*)?0*([0-9]{1,4})\.?(?:\s*[:.\-–]\s+.*)?")
_LEVEL = re.compile(r"(?:(?:level|tingkat)\s*)?([0-9]{1,9})(?:[.,]0{1,9})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LevelColumns:
    """The sheet with the levels, the position of its header, and its two columns."""

    sheet: Worksheet
    header_index: int  # in the rows of the sheet
    number_index: int
    level_index: int

    @property
    def number_header(self) -> str:
        """The header of the column with the numbers of indicators."""
        return self.sheet.rows[self.header_index][1][self.number_index]

    @property
    def level_header(self) -> str:
        """The header of the column with the levels."""
        return self.sheet.rows[self.header_index][1][self.level_index]

    def list_cells(self) -> list[tuple[int, str, str]]:
        """Return the row, the number and the level of each row below that has one of them.

        A formula error stands for the value that the cell lacks.
        """
        cells = []
        for row, texts in self.sheet.rows[self.header_index + 1 :]:
            number, level = (
                (texts[index] if index < len(texts) else "")
                or self.sheet.error_cells.get((row, index + 1), "")
                for index in (self.number_index, self.level_index)
            )
            if number or level:
                cells.append((row, number, level))
        return cells


def find_level_columns(workbook: Workbook) -> LevelColumns:
    """Return the columns of the first sheet that has both, below title lines if necessary.

    Raises:
        SheetInvalid: no sheet has both columns, or it has one of them twice.
    """
    for sheet in workbook.sheets:
        for index, (row, header) in enumerate(sheet.rows[:_HEADER_ROWS_MOST]):
            number, level = (
                _find_column(header, NUMBER_HEADERS),
                _find_column(header, LEVEL_HEADERS),
            )
            if number and level:
                _check_header(row, header)
                return LevelColumns(sheet, index, number[0], level[0])
    row, header = next((sheet.rows[0] for sheet in workbook.sheets if sheet.rows), (1, list[str]()))
    _check_header(row, header)
    raise AssertionError("a header with both columns is found above")


def parse_indicator_number(cell: str) -> str:
    """Return the number in a cell such as "Indikator 7"; other texts unchanged, as a code is."""
    match = _NUMBER.fullmatch(cell.casefold())
    return cell if match is None else match[1]


def parse_level(cell: str) -> int | None:
    """Return the level in a cell such as 3, "3,00" or "Level 3"; None if it is none."""
    match = _LEVEL.fullmatch(cell) if cell.isascii() else None
    return None if match is None else int(match[1])


def _find_column(header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return the indexes of the columns with the first of these names that occurs."""
    words = [" ".join(_SEPARATORS.sub(" ", cell.casefold()).split()) for cell in header]
    for name in names:
        if name in words:
            return [index for index, word in enumerate(words) if word == name]
    return []


def _check_header(row: int, header: Sequence[str]) -> None:
    missing = [
        name
        for name, names in (("number", NUMBER_HEADERS), ("level", LEVEL_HEADERS))
        if len(_find_column(header, names)) != 1
    ]
    if missing:
        quoted_header = quote_cell(",".join(header))
        raise SheetInvalid(
            *(
                SheetProblem(row, name, "a header with this column once", quoted_header)
                for name in missing
            )
        )
