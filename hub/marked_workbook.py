"""Writes an uploaded file back as a workbook with its faulty cells coloured and commented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import FileFormat, Workbook, parse_reference
from hub.xlsx import WORKBOOK_OPTIONS

AUTHOR = "Simpul"
RED, YELLOW = "FFC7CE", "FFEB9C"  # a fault keeps its row out; a warning leaves a value out
COMMENTS_MOST = 5_000  # further cells are coloured only, because spreadsheet programs grow slow
_ORIGINAL_BYTES_MOST = 15_000_000  # unpacked; a larger workbook is written new, with its texts
_COLUMN_WIDTH = 24  # characters
_SHEET_NAME_MOST = 31


@dataclass(frozen=True, slots=True)
class CellMark:
    """A problem of a cell, in the words for the person who mends it."""

    sheet: str
    row: int
    column: int
    text: str
    is_blocking: bool = True  # False: a warning


def cell_position(cell: str | None, row: int | None) -> tuple[int, int] | None:
    """Return the row and column of a problem; one without a cell is in its row's first cell."""
    position = parse_reference(cell) if cell else None
    return position or (None if row is None else (row, 1))


def write_marked_workbook(
    content: bytes,
    workbook: Workbook,
    marks: Iterable[CellMark],
    corrections: Mapping[tuple[str, int, int], str],
) -> bytes:
    """Return an .xlsx workbook with marked cells, and with the texts that people corrected.

    An .xlsx workbook keeps its formats, formulas and lists to choose from. A file of another format,
    or a very large workbook, is written new with the texts of its cells.

    Args:
        corrections: the new texts, by sheet, row and column.
    """
    by_cell: dict[tuple[str, int, int], list[CellMark]] = {}
    for mark in marks:
        by_cell.setdefault((mark.sheet, mark.row, mark.column), []).append(mark)
    if workbook.format == FileFormat.XLSX and _unpacked_bytes(content) <= _ORIGINAL_BYTES_MOST:
        with suppress(Exception):  # what the library cannot load is written new
            return _mark_original(content, by_cell, corrections)
    return _write_new(workbook, by_cell, corrections)


def _mark_original(
    content: bytes,
    marks: Mapping[tuple[str, int, int], list[CellMark]],
    corrections: Mapping[tuple[str, int, int], str],
) -> bytes:
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    workbook = load_workbook(BytesIO(content))
    for (name, row, column), text in corrections.items():
        cell = _top_left_cell(workbook[name], row, column)
        cell.value = text
        cell.data_type = "s"  # a text that begins with "=" is no formula
    for count, ((name, row, column), cell_marks) in enumerate(marks.items()):
        cell = _top_left_cell(workbook[name], row, column)
        colour = RED if any(mark.is_blocking for mark in cell_marks) else YELLOW
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        if count < COMMENTS_MOST:
            cell.comment = Comment(_comment_text(cell_marks), AUTHOR, height=120, width=320)
    saved = BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def _top_left_cell(sheet: Any, row: int, column: int) -> Any:
    """Return a cell; of merged cells the first one, because only that one can be changed."""
    for area in sheet.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            return sheet.cell(area.min_row, area.min_col)
    return sheet.cell(row, column)


def _write_new(
    workbook: Workbook,
    marks: Mapping[tuple[str, int, int], list[CellMark]],
    corrections: Mapping[tuple[str, int, int], str],
) -> bytes:
    import xlsxwriter

    saved = BytesIO()
    with xlsxwriter.Workbook(saved, WORKBOOK_OPTIONS) as output:
        red = output.add_format({"bg_color": f"#{RED}"})
        yellow = output.add_format({"bg_color": f"#{YELLOW}"})
        names: set[str] = set()
        for worksheet in workbook.sheets:
            sheet = output.add_worksheet(_free_sheet_name(worksheet.name, names))
            sheet.set_column(0, 50, _COLUMN_WIDTH)
            for row, column, text in _texts(worksheet.name, worksheet.rows, corrections):
                sheet.write_string(row - 1, column - 1, text)
            texts = dict(worksheet.rows)
            for count, ((name, row, column), cell_marks) in enumerate(marks.items()):
                if name != worksheet.name:
                    continue
                cells = texts.get(row, [])
                text = corrections.get(
                    (name, row, column), cells[column - 1] if column <= len(cells) else ""
                )
                colour = red if any(mark.is_blocking for mark in cell_marks) else yellow
                if text:
                    sheet.write_string(row - 1, column - 1, text, colour)
                else:
                    sheet.write_blank(row - 1, column - 1, None, colour)
                if count < COMMENTS_MOST:
                    options = {"author": AUTHOR, "x_scale": 2.5, "y_scale": 1.6}
                    sheet.write_comment(row - 1, column - 1, _comment_text(cell_marks), options)
    return saved.getvalue()


def _texts(
    name: str, rows: Iterable[Row], corrections: Mapping[tuple[str, int, int], str]
) -> Iterable[tuple[int, int, str]]:
    for row, cells in rows:
        for column, text in enumerate(cells, start=1):
            if text:
                yield row, column, text
    for (sheet, row, column), text in corrections.items():
        if sheet == name and text:
            yield row, column, text


def _comment_text(marks: Iterable[CellMark]) -> str:
    return "\n".join(dict.fromkeys(mark.text for mark in marks))


def _free_sheet_name(name: str, names: set[str]) -> str:
    """Return a name that a workbook may have, and that no sheet before has."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ")
    base = plain[:_SHEET_NAME_MOST] or "Data"
    candidate, number = base, 2
    while candidate.casefold() in names:
        suffix = f" {number}"
        candidate = base[: _SHEET_NAME_MOST - len(suffix)] + suffix
        number += 1
    names.add(candidate.casefold())
    return candidate


def _unpacked_bytes(content: bytes) -> int:
    with ZipFile(BytesIO(content)) as archive:
        return sum(member.file_size for member in archive.infolist())
