"""Takes the rows and the merged cells of a sheet that the native reader has parsed."""

from __future__ import annotations

from python_calamine import CalamineSheet

from engine.spreadsheet.read_limits import check_texts
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import MergedRange, cell_lines, cell_text


def read_sheet_rows(
    sheet: CalamineSheet, lines: dict[tuple[int, int], tuple[str, ...]]
) -> tuple[Row, ...]:
    """Return the rows of a sheet that are not empty, and add the texts of several lines to `lines`.

    Raises:
        FileInvalid: a cell has more text than a spreadsheet program allows.
    """
    if sheet.start is None:
        return ()
    left = [""] * sheet.start[1]
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = left + [cell_text(cell) for cell in cells]
        if any(texts):
            check_texts(sheet.name, number, texts)
            rows.append((number, texts))
            for column, cell in enumerate(cells, start=len(left) + 1):
                if isinstance(cell, str) and "\n" in cell:
                    lines[number, column] = cell_lines(cell)
    return tuple(rows)


def merged_ranges(sheet: CalamineSheet) -> tuple[MergedRange, ...]:
    """Return the merged cells of a sheet."""
    return tuple(
        MergedRange(first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
        for first, last in sheet.merged_cell_ranges or ()
    )
