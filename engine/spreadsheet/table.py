"""Finds the table in a sheet: its header below title lines, and its rows with merged cells filled.

The header is the row within the first rows that has the most known headers. It may consist of two
rows, with headers of groups of columns above. Without a known header it is the first row with the
most texts, so that a person can choose the columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from engine.spreadsheet.headers import match_grouped_header, normalize_header
from engine.spreadsheet.set_apart import NoTableReason
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import MergedRange, Worksheet

HEADER_WITHIN = 20  # rows that are not empty
_HEADER_CHARACTERS_MOST = 120  # a longer text is no header
_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))


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


@dataclass(frozen=True, slots=True)
class _HeaderGuess:
    index: int  # of its first row
    header: tuple[str, ...]
    matches: tuple[tuple[str, int] | None, ...]
    row_count: int  # 1 or 2
    is_merged: bool = False  # whether merged cells join the two rows

    @property
    def fields(self) -> set[str]:
        return {match[0] for match in self.matches if match is not None}

    def known_count(self, known_headers: frozenset[str]) -> int:
        """Return the number of headers that are known or that the caller looks for."""
        wanted = sum(normalize_header(cell) in known_headers for cell in self.header if cell)
        return wanted + len(self.fields)

    def score(self, known_headers: frozenset[str]) -> tuple[int, bool, bool, int, int, int]:
        """Return the key by which guesses are ordered: many and exact headers, and early rows."""
        inexactness = sum(match[1] // 1000 for match in self.matches if match is not None)
        has_name = "name" in self.fields
        count = self.known_count(known_headers) + has_name
        return count, has_name, self.is_merged, -inexactness, self.row_count, -self.index


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
    guess = _find_header(rows, worksheet.merged, frozenset(known_headers))
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


def used_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width


def _clean_rows(rows: Sequence[Row], corrections: dict[tuple[int, int], str]) -> list[Row]:
    """Return the rows with corrected cells and without invisible characters."""
    cleaned: list[Row] = []
    texts_by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in corrections.items():
        texts_by_row.setdefault(number, {})[column] = " ".join(text.split())
    for number, cells in rows:
        if not all(map(str.isascii, cells)):
            cells = [
                cell if cell.isascii() else cell.translate(_ZERO_WIDTH).strip() for cell in cells
            ]
        texts = texts_by_row.get(number)
        if texts is not None:
            width = max(len(cells), *texts)
            cells = [*cells, *[""] * (width - len(cells))]
            for column, text in texts.items():
                cells[column - 1] = text
        cleaned.append((number, cells))
    return cleaned


def _find_header(
    rows: Sequence[Row], merged: Sequence[MergedRange], known_headers: frozenset[str]
) -> _HeaderGuess | None:
    first_rows = rows[:HEADER_WITHIN]
    guesses: list[_HeaderGuess] = []
    for index, (_, cells) in enumerate(first_rows):
        guesses.append(_guess_single(index, cells))
        if index + 1 < len(rows):
            grouped = _guess_grouped(index, rows[index], rows[index + 1], merged)
            if grouped is not None:
                guesses.append(grouped)
    best = max(guesses, key=lambda guess: guess.score(known_headers))
    known_count = best.known_count(known_headers)
    if "name" in best.fields or known_count > 1:
        return best
    return _guess_unknown(first_rows) or (best if known_count else None)


def _guess_single(index: int, cells: Sequence[str]) -> _HeaderGuess:
    header = tuple(cells[: used_width(cells)])
    matches = tuple(_match("", cell) for cell in header)
    return _HeaderGuess(index, header, matches, 1)


def _guess_grouped(
    index: int, top: Row, below: Row, merged: Sequence[MergedRange]
) -> _HeaderGuess | None:
    """Return the header of two rows, or None if the rows are not a header with groups above."""
    top_row, below_row = top[0], below[0]
    width = max(used_width(top[1]), used_width(below[1]))
    top_cells = [*top[1], *[""] * width][:width]
    below_cells = [*below[1], *[""] * width][:width]
    if sum(map(bool, top_cells)) < 2 or below_row != top_row + 1:
        return None
    is_merged = False
    groups = list(top_cells)
    for area in merged:
        if area.first_row == area.last_row == top_row and area.last_column > area.first_column:
            columns = range(area.first_column - 1, min(area.last_column, width))
            is_merged = is_merged or any(below_cells[column] for column in columns)
            for column in columns:
                groups[column] = top_cells[area.first_column - 1]
        elif (area.first_row, area.last_row) == (top_row, below_row):
            is_merged = is_merged or area.first_column <= width
    if not is_merged:
        if any(
            below_cells[column] and top_cells[column] and not _begins_group(column, top_cells)
            for column in range(width)
        ):
            return None
        if not any(below_cells[column] and not top_cells[column] for column in range(width)):
            return None
        for column in range(1, width):
            if not groups[column] and below_cells[column]:
                groups[column] = groups[column - 1]
    if any(cell and not _is_header_text(cell) for cell in below_cells):
        return None
    header = tuple(
        " ".join(part for part in (group, cell) if part)
        for group, cell in zip(groups, below_cells, strict=True)
    )
    matches = tuple(_match(group, cell) for group, cell in zip(groups, below_cells, strict=True))
    return _HeaderGuess(index, header, matches, 2, is_merged)


def _begins_group(column: int, top_cells: Sequence[str]) -> bool:
    return column + 1 < len(top_cells) and not top_cells[column + 1]


def _is_header_text(cell: str) -> bool:
    is_short = len(cell) <= _HEADER_CHARACTERS_MOST
    return is_short and any(map(str.isalpha, cell)) and "://" not in cell


def _match(group: str, cell: str) -> tuple[str, int] | None:
    is_short = len(group) + len(cell) <= 2 * _HEADER_CHARACTERS_MOST
    return match_grouped_header(group, cell) if is_short else None


def _guess_unknown(rows: Sequence[Row]) -> _HeaderGuess | None:
    """Return the first row with the most texts, at least two, that are no numbers or addresses.

    If no row has two, it is the first row.
    """
    best: tuple[int, _HeaderGuess] | None = None
    for index, (_, cells) in enumerate(rows):
        filled = [cell for cell in cells if cell]
        count = len(filled)
        if count < 2 or not all(map(_is_header_text, filled)):
            continue
        if best is None or count > best[0]:
            best = count, _guess_single(index, cells)
    if best is not None:
        return best[1]
    first_cells = [cell for cell in rows[0][1] if cell]
    return _guess_single(0, rows[0][1]) if all(map(_is_header_text, first_cells)) else None


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
