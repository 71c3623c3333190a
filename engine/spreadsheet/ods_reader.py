"""Reads .ods workbooks: all sheets with merged cells, hyperlinks and formula errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.package import Package
from engine.spreadsheet.read_limits import CellBudget, ReadLimits, check_sheet_count, check_texts
from engine.spreadsheet.sheet import Row
from engine.spreadsheet.workbook import (
    FORMULA_WITHOUT_VALUE,
    FileFormat,
    MergedRange,
    Workbook,
    Worksheet,
    cell_text,
)

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_CELLS = frozenset(("table-cell", "covered-table-cell"))
_NOT_CONTENT = frozenset(("annotation", "shapes", "forms", "frame", "custom-shape", "object"))
_SPACE = frozenset(("s", "tab", "line-break"))
_DIGITS_MOST = 12  # of a number that is beyond each limit already


def read_ods(content: bytes, limits: ReadLimits) -> Workbook:
    """Return the sheets of a workbook.

    Raises:
        FileInvalid: the workbook is damaged, encrypted or beyond the limits.
    """
    package = Package(content, limits)
    if _MANIFEST in package.names and b"encryption-data" in package.read(_MANIFEST):
        raise FileInvalid(FileProblemCode.ENCRYPTED)
    reader = _ContentReader(limits)
    try:
        for chunk in package.chunks(_CONTENT):
            reader.parser.Parse(chunk, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=f"{_CONTENT}: {error}") from error
    return Workbook(tuple(table.worksheet() for table in reader.tables), FileFormat.ODS)


@dataclass
class _Table:
    name: str
    is_hidden: bool
    rows: list[Row] = field(default_factory=list)
    merged: list[MergedRange] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    error_cells: dict[tuple[int, int], str] = field(default_factory=dict)

    def worksheet(self) -> Worksheet:
        return Worksheet(
            name=self.name,
            rows=tuple(self.rows),
            merged=tuple(self.merged),
            links=self.links,
            is_hidden=self.is_hidden,
            error_cells=self.error_cells,
        )


class _ContentReader:
    """Builds the tables while `content.xml` is parsed. Repeated cells count before they exist."""

    def __init__(self, limits: ReadLimits) -> None:
        self.tables: list[_Table] = []
        self._limits = limits
        self._budget = CellBudget(limits)
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._table_depth = 0
        self._skipped_depth = 0  # inside comments and drawings
        self._row = self._row_repeat = self._column = 0
        self._cells: dict[int, str] = {}
        self._errors: dict[int, str] = {}
        self._row_links: dict[int, str] = {}
        self._attributes: Mapping[str, str] = {}
        self._error_type = ""
        self._is_in_cell = False
        self._texts: list[str] = []
        self._link: str | None = None
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser = parser

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if self._skipped_depth or name in _NOT_CONTENT:
            self._skipped_depth += 1
        elif name == "style":
            self._style = _locals(attributes).get("name", "")
        elif name == "table-properties" and _locals(attributes).get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._begin_table(_locals(attributes))
        elif self._table_depth != 1:
            return
        elif name == "table-row":
            self._row_repeat = _count(_locals(attributes).get("number-rows-repeated"))
            self._row += 1
            self._column = 0
        elif name in _CELLS:
            self._attributes = _locals(attributes)
            self._error_type = attributes.get(_ERROR_TYPE, "")
            self._texts, self._link, self._is_in_cell = [], None, True
        elif self._is_in_cell:
            if name == "p" and self._texts or name in _SPACE:
                self._texts.append(" ")
            elif name == "a" and self._link is None:
                self._link = _locals(attributes).get("href")

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if self._skipped_depth:
            self._skipped_depth -= 1
        elif name == "table":
            self._table_depth -= 1
        elif self._table_depth != 1:
            return
        elif name in _CELLS:
            self._end_cell(is_covered=name == "covered-table-cell")
        elif name == "table-row":
            self._end_row()

    def _add_text(self, text: str) -> None:
        if self._is_in_cell and not self._skipped_depth:
            self._texts.append(text)

    def _refuse_doctype(self, *_arguments: object) -> None:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=f"{_CONTENT} has a document type")

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._table_depth += 1
        if self._table_depth != 1:
            return
        name = attributes.get("name", "")
        self.tables.append(_Table(name, attributes.get("style-name") in self._hidden_styles))
        check_sheet_count(len(self.tables), self._limits)
        self._budget.begin_sheet(name)
        self._row = 0

    def _end_cell(self, *, is_covered: bool) -> None:
        self._is_in_cell = False
        repeat = _count(self._attributes.get("number-columns-repeated"))
        first = self._column + 1
        self._column += repeat
        text = "" if is_covered else self._text()
        error = self._error(text)
        if not text and error is None:
            return
        self._budget.check_cell(self._row, self._column)
        columns = range(first, first + repeat)
        if error is not None:
            self._errors |= dict.fromkeys(columns, error)
        else:
            self._cells |= dict.fromkeys(columns, text)
        if self._link is not None:
            self._row_links |= dict.fromkeys(columns, self._link)
        down = _count(self._attributes.get("number-rows-spanned"))
        right = _count(self._attributes.get("number-columns-spanned"))
        if down > 1 or right > 1:
            self.tables[-1].merged.append(
                MergedRange(self._row, first, self._row + down - 1, first + right - 1)
            )

    def _text(self) -> str:
        attributes, kind = self._attributes, self._attributes.get("value-type", "")
        try:
            if kind in ("float", "percentage", "currency"):
                return cell_text(float(attributes["value"]))
            if kind == "date":
                return cell_text(datetime.fromisoformat(attributes["date-value"]))
        except (KeyError, ValueError):
            pass  # what the cell shows stands in for a value that is missing or unusual
        if kind == "boolean":
            return attributes.get("boolean-value", "")
        return cell_text(attributes.get("string-value") or "".join(self._texts))

    def _error(self, text: str) -> str | None:
        if self._error_type == "error":
            return text or "#"
        if "formula" in self._attributes and "value-type" not in self._attributes:
            return FORMULA_WITHOUT_VALUE
        return None

    def _end_row(self) -> None:
        last_row = self._row + self._row_repeat - 1
        table = self.tables[-1]
        if self._cells or self._errors:
            width = max((*self._cells, *self._errors))
            self._budget.check_cell(last_row, width)
            texts = [self._cells.get(column, "") for column in range(1, width + 1)]
            check_texts(table.name, self._row, texts)
            for row in range(self._row, last_row + 1):
                if self._cells:
                    table.rows.append((row, list(texts)))
                for column, error in self._errors.items():
                    table.error_cells[row, column] = error
                for column, link in self._row_links.items():
                    table.links[row, column] = link
            self._cells, self._errors, self._row_links = {}, {}, {}
        self._row = last_row


def _locals(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes by local name; those of the standard precede extensions."""
    return {key.rpartition(" ")[2]: value for key, value in reversed(attributes.items())}


def _count(text: str | None) -> int:
    return max(int(text[:_DIGITS_MOST]), 1) if text is not None and text.isdecimal() else 1
