"""Finds the table in a sheet: its header below title lines, and its rows with merged cells filled."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from engine.plain_text import single_spaced
from engine.spreadsheet.set_apart import NoTableReason
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.table_header import find_header
from engine.spreadsheet.workbook import MergedRange, Worksheet


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The table of a sheet. Cells are named by (row, column), both from 1."""

    titles: tuple[Row, ...]  # the lines above the header
    header: tuple[str, ...]  # by column; with two rows, the group and the header in one text
    matches: tuple[tuple[str, int] | None, ...]  # field and rank by column
    header_rows: tuple[Row, ...]
    rows: tuple[Row, ...]  # below the header, as they are
    # The texts that merged cells have in other rows than their first, and where they are written.
    filled: dict[tuple[int, int], tuple[str, tuple[int, int]]] = field(default_factory=dict)
    merged_rows: frozenset[int] = frozenset()  # rows with a cell merged over several columns


@dataclass(frozen=True, slots=True)
class NoTable:
    """A sheet without a table, and the reason."""

    reason: NoTableReason


def find_table(
    worksheet: Worksheet,
    *,
    corrections: dict[tuple[int, int], str] | None = None,
    known_headers: Collection[str] = (),
) -> SheetTable | NoTable:
    """Return the table of a sheet.

    Args:
        corrections: texts that replace those of cells.
        known_headers: normalized headers that the caller looks for, in addition to the usual ones.
    """
    corrections = corrections or {}
    rows = _clean_rows(worksheet.rows, corrections)
    if not rows:
        return NoTable(NoTableReason.EMPTY)
    guess = find_header(rows, worksheet.merged, frozenset(known_headers))
    if guess is None:
        return NoTable(NoTableReason.NO_HEADER)
    end = guess.index + guess.row_count
    header_rows = tuple(rows[guess.index : end])
    body = tuple(rows[end:])
    filled = _fill_merged(body, worksheet.merged, header_rows[-1][0], corrections)
    merged_rows = frozenset(
        merged.first_row for merged in worksheet.merged if merged.last_column > merged.first_column
    )
    return SheetTable(
        titles=tuple(rows[: guess.index]),
        header=guess.header,
        matches=guess.matches,
        header_rows=header_rows,
        rows=body,
        filled=filled,
        merged_rows=merged_rows,
    )


def _clean_rows(rows: Sequence[Row], corrections: dict[tuple[int, int], str]) -> list[Row]:
    """Return the rows with corrected cells and without invisible characters."""
    cleaned: list[Row] = []
    texts_by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in corrections.items():
        texts_by_row.setdefault(number, {})[column] = single_spaced(text)
    for number, cells in rows:
        if not all(map(str.isprintable, cells)):
            cells = list(map(single_spaced, cells))
        texts = texts_by_row.get(number)
        if texts is not None:
            width = max(len(cells), *texts)
            cells = [*cells, *[""] * (width - len(cells))]
            for column, text in texts.items():
                cells[column - 1] = text
        cleaned.append((number, cells))
    return cleaned


def _fill_merged(
    rows: Sequence[Row],
    merged: Sequence[MergedRange],
    header_row: int,
    corrections: dict[tuple[int, int], str],
) -> dict[tuple[int, int], tuple[str, tuple[int, int]]]:
    """Return the texts of the cells below the first one of each merged range."""
    areas = [
        area for area in merged if area.last_row > area.first_row and area.first_row > header_row
    ]
    if not areas:
        return {}
    cells_by_row = dict(rows)
    numbers = sorted(cells_by_row)
    filled = {}
    for area in areas:
        first_cells = cells_by_row.get(area.first_row, [])
        if len(first_cells) < area.first_column or not first_cells[area.first_column - 1]:
            continue
        origin = (area.first_row, area.first_column)
        text = first_cells[area.first_column - 1]
        start = bisect_right(numbers, area.first_row)
        for number in numbers[start : bisect_right(numbers, area.last_row)]:
            place = (number, area.first_column)
            if place not in corrections:
                filled[place] = text, origin
    return filled
