"""Scans the XML of an .xlsx sheet: how far it goes, its errors, formulas and hyperlinks.

The reader of workbooks reserves memory up to the last cell with content and shows a formula error
as an empty cell. The scan finds both before, at the speed of regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import CellBudget
from engine.spreadsheet.workbook import FORMULA_WITHOUT_VALUE, column_number, parse_reference

_P = rb"(?:\w+:)?"  # a namespace prefix
_CELL_TAG = re.compile(rb"<" + _P + rb"c(?=[\s>/])")
_NAMED_TAG = re.compile(rb"<" + _P + rb"c\s(?:[^>]*?\s)?r\s*=")
_USUAL_TAG = b'<c r="'  # counting it is much faster
# A cell with content: neither closed at once nor followed by its end tag. Formatted empty cells far
# away are frequent in people's files, and cost nothing.
_FILLED = re.compile(
    rb"<" + _P + rb"c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'](?:[^>]*[^>/])?>(?!\s*</)"
)
_TAG = re.compile(rb"<" + _P + rb"(?:(row)|c)(?=[\s>/])([^>]*?)(/?)>(\s*</)?")
_REFERENCE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_ERROR = re.compile(
    rb"<" + _P + rb"c\s([^>]*?\bt\s*=\s*[\"']e[\"'][^>]*)>"
    rb"(?:(?!</" + _P + rb"c>).)*?<" + _P + rb"v>([^<]*)<",
    re.DOTALL,
)
_NO_VALUE = re.compile(
    rb"<" + _P + rb"c\s([^>]*)>\s*<" + _P + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</" + _P + rb"f>)\s*"
    rb"(?:<" + _P + rb"v\s*/>|<" + _P + rb"v>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)
_HYPERLINK_FORMULA = re.compile(
    rb"<" + _P + rb"c\s([^>]*)>\s*<" + _P + rb"f[^>]*>\s*HYPERLINK\(\s*(?:\"|&quot;)"
    rb"([^\"<]+?)(?:\"|&quot;)",
    re.IGNORECASE,
)
_HYPERLINK = re.compile(rb"<" + _P + rb"hyperlink\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BUFFER_BYTES_MOST = 2_000_000
_DIGITS_MOST = 9  # a row number with more is beyond each limit already
_LETTERS_MOST = 4  # of a column that is beyond each limit already


@dataclass
class SheetScan:
    """What a scan finds in one sheet. Cells are named by (row, column), both from 1."""

    error_cells: dict[tuple[int, int], str] = field(default_factory=dict)
    formula_links: dict[tuple[int, int], str] = field(default_factory=dict)
    hyperlinks: list[tuple[str, str]] = field(default_factory=list)  # reference, relationship id


def scan_sheet(chunks: Iterable[bytes], budget: CellBudget) -> SheetScan | None:
    """Return what one sheet has; None if cells lack their names, see `scan_nameless_cells`.

    Raises:
        FileInvalid: a cell is too far away, there are too many, or the XML is UTF-16.
    """
    scan = SheetScan()
    for text in _whole_cells(chunks):
        count = len(_CELL_TAG.findall(text))
        if count != text.count(_USUAL_TAG) and count != len(_NAMED_TAG.findall(text)):
            return None
        _check_filled_cells(text, budget)
        _find_particulars(text, scan)
    return scan


def scan_nameless_cells(chunks: Iterable[bytes], budget: CellBudget) -> SheetScan:
    """Check a sheet whose cells lack names, by counting rows and cells.

    Raises:
        FileInvalid: a cell is too far away, or there are too many.
    """
    row = column = 0
    for text in _whole_cells(chunks):
        for tag in _TAG.finditer(text):
            reference = _REFERENCE.search(tag[2])
            if tag[1]:
                row, column = (_row_number(reference[2]) if reference else row + 1), 0
                continue
            if reference:
                row, column = _row_number(reference[2]), _cell_column(reference[1])
            else:
                column += 1
            if not tag[3] and not tag[4]:
                budget.check_cell(max(row, 1), column)
    return SheetScan()


def xml_attributes(tag: bytes) -> dict[str, str]:
    """Return the attributes in a tag by name, without namespace prefix."""
    return {
        name.decode().rpartition(":")[2]: unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }


def _whole_cells(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text in pieces that end after a cell, where possible."""
    rest, is_first = b"", True
    for chunk in chunks:
        if is_first and (b"\0" in chunk[:100] or b"<!DOCTYPE" in chunk):
            raise FileInvalid(FileProblemCode.DAMAGED, reason="a sheet that is not UTF-8 XML")
        is_first = False
        text = rest + chunk
        cut = text.rfind(b"c>") + 2
        if cut < 2 and len(text) > _BUFFER_BYTES_MOST:
            cut = text.rfind(b"<")
        if cut < 2:
            rest = text
            continue
        yield text[:cut]
        rest = text[cut:]
    if rest:
        yield rest


def _check_filled_cells(text: bytes, budget: CellBudget) -> None:
    filled = _FILLED.findall(text)
    if not filled:
        return
    column_by_letters = {
        letters: _cell_column(letters) for letters in {letters for letters, _ in filled}
    }
    last_column = max(column_by_letters.values())
    last_row = max(_row_number(digits) for _letters, digits in filled)
    try:
        budget.check_cell(last_row, last_column)
    except FileInvalid:
        for letters, digits in filled:  # the first of the cells that is too far is named
            budget.check_cell(_row_number(digits), column_by_letters[letters])
        raise


def _row_number(digits: bytes) -> int:
    return int(digits.lstrip(b"0")[:_DIGITS_MOST] or b"0")


def _cell_column(letters: bytes) -> int:
    return column_number(letters[:_LETTERS_MOST].decode())


def _find_particulars(text: bytes, scan: SheetScan) -> None:
    for tag, value in _ERROR.findall(text) if b"#" in text else ():
        if (cell := _cell_of(tag)) is not None:
            scan.error_cells[cell] = value.decode("utf-8", "replace").strip()
    if b"f>" in text or b"f " in text or b"f/" in text:
        for tag in _NO_VALUE.findall(text):
            attributes = xml_attributes(tag)
            cell = parse_reference(attributes.get("r", ""))
            if cell is not None and attributes.get("t") != "str":  # a text may be empty
                scan.error_cells.setdefault(cell, FORMULA_WITHOUT_VALUE)
        for tag, address in _HYPERLINK_FORMULA.findall(text):
            if (cell := _cell_of(tag)) is not None:
                scan.formula_links[cell] = unescape(address.decode("utf-8", "replace"))
    for tag in _HYPERLINK.findall(text):
        attributes = xml_attributes(tag)
        if attributes.get("ref") and attributes.get("id"):
            scan.hyperlinks.append((attributes["ref"], attributes["id"]))


def _cell_of(tag: bytes) -> tuple[int, int] | None:
    return parse_reference(xml_attributes(tag).get("r", ""))
