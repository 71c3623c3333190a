"""Workbooks for tests, from rows of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.spreadsheet.csv_reader import read_csv
from engine.spreadsheet.read_limits import ReadLimits
from engine.spreadsheet.workbook import FileFormat, MergedRange, Workbook, Worksheet

LIMITS = ReadLimits(
    file_bytes=10**8,
    unpacked_bytes=10**8,
    strings=10**7,
    rows=10**6,
    columns=100,
    cells=10**7,
)


def to_sheet(
    rows: Sequence[Sequence[str]],
    name: str = "Sheet1",
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    links: Mapping[tuple[int, int], str] | None = None,
    are_links_read: bool = True,
    is_hidden: bool = False,
    error_cells: Mapping[tuple[int, int], str] | None = None,
) -> Worksheet:
    """Return a sheet with these cells from A1; empty rows are left out, as a reader does."""
    return Worksheet(
        name,
        tuple((number, [*cells]) for number, cells in enumerate(rows, start=1) if any(cells)),
        merged=tuple(MergedRange(*area) for area in merged),
        links=links or {},
        are_links_read=are_links_read,
        is_hidden=is_hidden,
        error_cells=error_cells or {},
    )


def to_workbook(*sheets: Worksheet) -> Workbook:
    """Return a workbook of these sheets."""
    return Workbook(sheets, FileFormat.XLSX)


def csv_workbook(text: str) -> Workbook:
    """Return the workbook of a CSV text."""
    return read_csv(text, None, LIMITS)
