"""Scans the records of an .xls workbook: how far its sheets go, and its formula errors.

The reader of workbooks reserves memory up to the last cell of a sheet and shows a formula error as
an empty cell. The scan finds both before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack_from

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import CellBudget, ReadLimits, check_sheet_count

_BEGIN, _BOUND_SHEET, _FILE_PASS, _STRINGS = (0x0809, 0x0085, 0x002F, 0x00FC)
_FORMULA, _BOOLEAN_OR_ERROR, _REPEATED_NUMBERS = 0x0006, 0x0205, 0x00BD
# NUMBER, LABELSST, RK, LABEL, RSTRING
_CELLS = frozenset((_FORMULA, _BOOLEAN_OR_ERROR, 0x0203, 0x00FD, 0x027E, 0x0204, 0x00D6))
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_STRING_BYTES_LEAST = 3  # a text's length and its flags
_RECORDS_MOST_PER_CELL = 2


@dataclass
class XlsScan:
    """The errors of formulas, by the name of the sheet and (row, column), both from 1."""

    error_cells: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)


def scan_records(stream: bytes, limits: ReadLimits) -> XlsScan:
    """Check the cells of a workbook stream, and return its formula errors.

    Raises:
        FileInvalid: the workbook is encrypted, damaged or beyond the limits.
    """
    scan, budget = XlsScan(), CellBudget(limits)
    names: dict[int, str] = {}  # by the position of the sheet's first record
    errors: dict[tuple[int, int], str] = {}
    count = 0
    try:
        for position, kind, start, size in _records(stream):
            if kind in _CELLS or kind == _REPEATED_NUMBERS:
                count += 1
                if count > limits.cells * _RECORDS_MOST_PER_CELL:
                    raise FileInvalid(FileProblemCode.DAMAGED, reason="cells that occur repeatedly")
                row, column = unpack_from("<HH", stream, start)
                if kind == _REPEATED_NUMBERS:
                    (column,) = unpack_from("<H", stream, start + size - 2)
                budget.check_cell(row + 1, column + 1)
                error = _error(stream, kind, start)
                if error is not None:
                    errors[row + 1, column + 1] = error
            elif kind == _BEGIN and position in names:
                name = names[position]
                budget.begin_sheet(name)
                errors = scan.error_cells.setdefault(name, {})
            elif kind == _BOUND_SHEET:
                (offset,) = unpack_from("<I", stream, start)
                names[offset] = _sheet_name(stream[start : start + size])
                check_sheet_count(len(names), limits)
            elif kind == _FILE_PASS:
                raise FileInvalid(FileProblemCode.ENCRYPTED)
            elif kind == _STRINGS:
                _total, strings = unpack_from("<II", stream, start)
                if strings > len(stream) // _STRING_BYTES_LEAST:
                    raise FileInvalid(FileProblemCode.DAMAGED, reason="a false number of texts")
    except StructError as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason="a record that is cut off") from error
    return scan


def _records(stream: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the position, the kind, the start of the content and its size of each record."""
    position, end = 0, len(stream) - 4
    while position <= end:
        kind, size = unpack_from("<HH", stream, position)
        yield position, kind, position + 4, size
        position += 4 + size


def _error(stream: bytes, kind: int, start: int) -> str | None:
    if kind == _BOOLEAN_OR_ERROR:
        value, is_error = unpack_from("<BB", stream, start + 6)
        return _ERRORS.get(value, "#N/A") if is_error else None
    if kind == _FORMULA and stream[start + 12 : start + 14] == b"\xff\xff":
        return _ERRORS.get(stream[start + 8], "#N/A") if stream[start + 6] == 2 else None
    return None


def _sheet_name(record: bytes) -> str:
    count, flags = unpack_from("<BB", record, 6)
    is_wide = flags & 1
    text = record[8 : 8 + count * (2 if is_wide else 1)]
    return text.decode("utf-16-le" if is_wide else "latin-1", "replace")
