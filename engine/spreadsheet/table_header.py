"""Finds the header of a table: the row, or two or three rows, with the most known headers.

Without a known header it is the first row with the most texts, so that a person can choose the
columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.spreadsheet.headers import match_grouped_header, normalize_header
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import MergedRange

HEADER_WITHIN = 20  # rows that are not empty
_HEADER_ROWS_MOST = 3
_HEADER_CHARACTERS_MOST = 120  # a longer text is no header


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """The rows that may be a header, with the field and the rank of each column."""

    index: int  # of its first row
    header: tuple[str, ...]
    matches: tuple[tuple[str, int] | None, ...]
    row_count: int  # 1 to 3
    is_merged: bool = False  # whether merged cells join its rows

    @property
    def fields(self) -> set[str]:
        """The fields whose headers it has."""
        return {match[0] for match in self.matches if match is not None}

    def known_count(self, known_headers: frozenset[str]) -> int:
        """Return the number of headers that are known or that the caller looks for."""
        wanted = sum(normalize_header(cell) in known_headers for cell in self.header if cell)
        return wanted + len(self.fields)

    def score(self, known_headers: frozenset[str]) -> tuple[bool, bool, int, int, int, int]:
        """Return the key by which guesses are ordered: many and exact headers, and early rows."""
        inexactness = sum(match[1] // 1000 for match in self.matches if match is not None)
        has_name = "name" in self.fields
        return (
            has_name,
            has_name and self.is_merged,
            self.known_count(known_headers),
            -inexactness,
            self.row_count,
            -self.index,
        )


def used_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width


def find_header(
    rows: Sequence[Row], merged: Sequence[MergedRange], known_headers: frozenset[str]
) -> HeaderGuess | None:
    """Return the header of a table, or None if no row looks like one.

    Args:
        known_headers: normalized headers that the caller looks for, in addition to the usual ones.
    """
    first_rows = rows[:HEADER_WITHIN]
    guesses: list[HeaderGuess] = []
    for index, (_, cells) in enumerate(first_rows):
        guesses.append(_guess_single(index, cells))
        if index + 1 < len(rows):
            block = rows[index : index + _HEADER_ROWS_MOST]
            grouped = _guess_grouped(index, block, merged)
            if grouped is not None:
                guesses.append(grouped)
    best = max(guesses, key=lambda guess: guess.score(known_headers))
    known_count = best.known_count(known_headers)
    if "name" in best.fields or known_count > 1:
        return best
    return _guess_unknown(first_rows) or (best if known_count else None)


def _guess_single(index: int, cells: Sequence[str]) -> HeaderGuess:
    header = tuple(cells[: used_width(cells)])
    matches = tuple(_match("", cell) for cell in header)
    return HeaderGuess(index, header, matches, 1)


def _guess_grouped(
    index: int, rows: Sequence[Row], merged: Sequence[MergedRange]
) -> HeaderGuess | None:
    """Return the header of two or three rows, or None if they are not a header with groups above.

    Args:
        rows: the row of the groups and the rows below it.
    """
    top_row = rows[0][0]
    depth = _header_depth(top_row, merged)
    rows = rows[:depth]
    if len(rows) < depth or rows[-1][0] != top_row + depth - 1:
        return None
    width = max(used_width(cells) for _, cells in rows)
    grid = [[*cells, *[""] * width][:width] for _, cells in rows]
    if sum(map(bool, grid[0])) < 2:
        return None
    if any(cell and not _is_header_text(cell) for cells in grid[1:] for cell in cells):
        return None
    is_merged = _spread_groups(grid, top_row, merged)
    if not is_merged and not (depth == 2 and _spread_unmerged_groups(*grid)):
        return None
    parts = [[cells[column] for cells in grid if cells[column]] for column in range(width)]
    return HeaderGuess(
        index,
        header=tuple(" ".join(dict.fromkeys(texts)) for texts in parts),
        matches=tuple(_match(" ".join(texts[:-1]), texts[-1] if texts else "") for texts in parts),
        row_count=depth,
        is_merged=is_merged,
    )


def _header_depth(top_row: int, merged: Sequence[MergedRange]) -> int:
    """Return the number of rows of a header with groups: as many as a merged cell spans."""
    ends = [area.last_row for area in merged if area.first_row == top_row]
    return max(2, min(max(ends, default=top_row) - top_row + 1, _HEADER_ROWS_MOST))


def _spread_groups(grid: list[list[str]], top_row: int, merged: Sequence[MergedRange]) -> bool:
    """Repeat the text of a group over its columns; return whether merged cells join the rows."""
    is_merged = False
    last_row = top_row + len(grid) - 1
    width = len(grid[0])
    for area in merged:
        if not top_row <= area.first_row <= last_row or area.first_column > width:
            continue
        is_merged = is_merged or top_row == area.first_row < area.last_row == last_row
        if area.last_column == area.first_column or area.last_row == last_row:
            continue
        cells = grid[area.first_row - top_row]
        columns = range(area.first_column - 1, min(area.last_column, width))
        below = grid[area.last_row - top_row + 1]
        is_merged = is_merged or any(below[column] for column in columns)
        for column in columns:
            cells[column] = cells[area.first_column - 1]
    return is_merged


def _spread_unmerged_groups(top: list[str], below: list[str]) -> bool:
    """Repeat the text of a group over the blank cells behind it, as CSV has a merged cell.

    Return whether the rows can be a header with groups.
    """
    width = len(top)
    for column in range(width):
        if below[column] and top[column] and not _begins_group(column, top):
            return False
    if not any(below[column] and not top[column] for column in range(width)):
        return False
    group = ""
    for column in range(width):
        group = top[column] or group
        if below[column]:
            top[column] = group
    return True


def _begins_group(column: int, top_cells: Sequence[str]) -> bool:
    return column + 1 < len(top_cells) and not top_cells[column + 1]


def _is_header_text(cell: str) -> bool:
    is_short = len(cell) <= _HEADER_CHARACTERS_MOST
    return is_short and any(map(str.isalpha, cell)) and "://" not in cell


def _match(group: str, cell: str) -> tuple[str, int] | None:
    is_short = len(group) + len(cell) <= 2 * _HEADER_CHARACTERS_MOST
    return match_grouped_header(group, cell) if is_short else None


def _guess_unknown(rows: Sequence[Row]) -> HeaderGuess | None:
    """Return the first row with the most texts, at least two, that are no numbers or addresses.

    If no row has two, it is the first row.
    """
    best: tuple[int, HeaderGuess] | None = None
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
