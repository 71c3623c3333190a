"""Reads the tables of an HTML page, which many web applications export under a name in .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import CellBudget, ReadLimits, check_sheet_count, check_texts
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import FileFormat, MergedRange, Workbook, Worksheet, cell_text

_ROWSPAN_MOST = 65_534  # the limit of the HTML standard
_NOT_AN_ADDRESS = ("#", "javascript:", "data:", "mailto:")
_TABLES_NESTED_MOST = 20
_SPAN_DIGITS_MOST = 9  # of a number that is beyond each limit already


def read_html(text: str, encoding: str | None, limits: ReadLimits) -> Workbook:
    """Return the tables of an HTML page that have text, each as a sheet.

    Raises:
        FileInvalid: the page has no table, or is too large.
    """
    if len(text) > limits.html_bytes:
        raise FileInvalid(FileProblemCode.TOO_LARGE, most=limits.html_bytes, found=len(text))
    parser = _TableParser(limits)
    parser.feed(text)
    parser.close()
    tables = [table for table in parser.tables if table.rows]
    if not tables:
        raise FileInvalid(FileProblemCode.NO_TABLE)
    check_sheet_count(len(tables), limits)
    sheets = tuple(
        Worksheet(
            name="" if len(tables) == 1 else f"Tabel {number}",
            rows=tuple(table.rows),
            merged=table.merged_ranges(),
            links=table.links,
        )
        for number, table in enumerate(tables, start=1)
    )
    return Workbook(sheets, FileFormat.HTML, encoding)


@dataclass
class _Cell:
    rowspan: int
    colspan: int
    texts: list[str] = field(default_factory=list)
    link: str | None = None


@dataclass
class _Table:
    rows: list[Row] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    row: int = 0
    cells: dict[int, str] = field(default_factory=dict)  # of the open row, by column
    column: int = 0  # the last one taken in the open row
    cell: _Cell | None = None
    spans: list[MergedRange] = field(default_factory=list)
    taken_until: dict[int, int] = field(default_factory=dict)  # column -> last row taken by a span

    def begin_row(self) -> None:
        self.end_row()
        self.row += 1

    def begin_cell(self, rowspan: int, colspan: int) -> None:
        self.end_cell()
        if self.row == 0:
            self.row = 1
        self.cell = _Cell(rowspan, colspan)

    def next_column(self) -> int:
        """Return the next column of the open row that no cell above covers."""
        column = self.column + 1
        while self.taken_until.get(column, 0) >= max(self.row, 1):
            column += 1
        return column

    def end_cell(self) -> None:
        cell, self.cell = self.cell, None
        if cell is None:
            return
        column = self.next_column()
        last_column = column + cell.colspan - 1
        text = cell_text("".join(cell.texts))
        if text:
            self.cells[column] = text
        if cell.link is not None:
            self.links[self.row, column] = cell.link
        last_row = self.row + cell.rowspan - 1
        if cell.rowspan > 1:
            self.taken_until |= dict.fromkeys(range(column, last_column + 1), last_row)
        if cell.rowspan > 1 or cell.colspan > 1:
            self.spans.append(MergedRange(self.row, column, last_row, last_column))
        self.column = last_column

    def end_row(self) -> None:
        self.end_cell()
        if self.cells:
            width = max(self.column, max(self.cells))
            texts = [self.cells.get(column, "") for column in range(1, width + 1)]
            check_texts("", self.row, texts)
            self.rows.append((self.row, texts))
        self.cells, self.column = {}, 0

    def merged_ranges(self) -> tuple[MergedRange, ...]:
        """Return the merged cells; a span ends with the table at the latest."""
        return tuple(
            MergedRange(
                span.first_row, span.first_column, min(span.last_row, self.row), span.last_column
            )
            for span in self.spans
        )


class _TableParser(HTMLParser):
    def __init__(self, limits: ReadLimits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.budget = CellBudget(limits)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            if len(self._open) >= _TABLES_NESTED_MOST:
                raise FileInvalid(
                    FileProblemCode.DAMAGED, reason=f"more than {_TABLES_NESTED_MOST} nested tables"
                )
            table = _Table()
            self._open.append(table)
            self.tables.append(table)
            self.budget.begin_sheet("")
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].begin_row()
        elif tag in ("td", "th"):
            self._begin_cell(dict(attrs))
        elif (cell := self._open[-1].cell) is not None:
            address = dict(attrs).get("href") if tag == "a" else None
            if address and cell.link is None and not address.startswith(_NOT_AN_ADDRESS):
                cell.link = address.strip()
            if tag in ("br", "p", "div", "li"):
                cell.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        table = self._open[-1]
        if tag in ("td", "th"):
            table.end_cell()
        elif tag == "tr":
            table.end_row()
        elif tag == "table":
            table.end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and (cell := self._open[-1].cell) is not None:
            cell.texts.append(data)

    def close(self) -> None:
        super().close()
        while self._open:  # a page that ends early
            self._open.pop().end_row()

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        table = self._open[-1]
        rowspan = min(_span(attributes.get("rowspan")), _ROWSPAN_MOST)
        colspan = _span(attributes.get("colspan"))
        table.end_cell()
        self.budget.check_cell(max(table.row, 1), table.next_column() + colspan - 1)
        table.begin_cell(rowspan, colspan)


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return max(int(digits[:_SPAN_DIGITS_MOST]), 1) if digits.isdecimal() else 1
