"""Reads CSV files: comma, semicolon or tab, in the encodings of spreadsheet programs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from engine.spreadsheet.csv_cells import restore_cell
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import CellBudget, ReadLimits, check_texts
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import FileFormat, Workbook, Worksheet, cell_lines, cell_text

_DELIMITERS = (",", ";", "\t")
_SAMPLE_ROWS = 50
_LINE_DELIMITERS_MOST = 10_000  # a line with more would take much memory before it is refused


def read_csv(text: str, encoding: str | None, limits: ReadLimits) -> Workbook:
    """Return the table of a CSV text. Row numbers are those of a spreadsheet that opens it.

    A first line such as `sep=;` gives the delimiter, as Excel obeys it. Otherwise it is the
    delimiter that divides most of the first rows into the same number of cells.

    Raises:
        FileInvalid: the text is not CSV, or too large.
    """
    delimiter = _stated_delimiter(text)
    has_hint = delimiter is not None
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda choice: _regularity(text, choice))
    budget = CellBudget(limits)
    rows: list[Row] = []
    lines: dict[tuple[int, int], tuple[str, ...]] = {}
    reader = csv.reader(_bounded_lines(text, delimiter, limits), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):  # a cell may contain line breaks
            if has_hint and number == 1:
                continue
            texts = [cell_text(restore_cell(cell.strip())) for cell in cells]
            if any(texts):
                budget.check_cell(number, len(texts))
                check_texts("", number, texts)
                rows.append((number, texts))
                for column, cell in enumerate(cells, start=1):
                    if "\n" in cell:
                        lines[number, column] = cell_lines(cell)
    except csv.Error as error:
        raise FileInvalid(
            FileProblemCode.NOT_CSV, reason=str(error), row=reader.line_num
        ) from error
    if not rows:
        raise FileInvalid(FileProblemCode.EMPTY)
    return Workbook((Worksheet("", tuple(rows), lines=lines),), FileFormat.CSV, encoding)


def _stated_delimiter(text: str) -> str | None:
    line = text[:20].splitlines()[0].strip('" ') if text[:20].strip() else ""
    stated = line[4:] if line.lower().startswith("sep=") else ""
    return stated if len(stated) == 1 else None


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    """Return how many of the first rows have the most frequent width, and that width."""
    reader = csv.reader(StringIO(text[:100_000], newline=""), delimiter=delimiter)
    widths: Counter[int] = Counter()
    try:
        widths.update(len(row) for row in islice(reader, _SAMPLE_ROWS) if len(row) > 1)
    except csv.Error:
        pass  # the sample may end inside a cell; the whole text is read later
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return count, width


def _bounded_lines(text: str, delimiter: str, limits: ReadLimits) -> Iterator[str]:
    for number, line in enumerate(StringIO(text, newline=""), start=1):
        if line.count(delimiter) > _LINE_DELIMITERS_MOST:
            raise FileInvalid(
                FileProblemCode.TOO_MANY_CELLS,
                most=limits.columns,
                cell=f"A{number}",
                sheet="",
            )
        yield line
