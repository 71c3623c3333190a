"""The reasons why a file cannot be read as a table, and their messages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class FileProblemCode(Enum):
    """Why a file cannot be read as a table."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    TOO_LARGE_UNPACKED = "TOO_LARGE_UNPACKED"
    TOO_COMPRESSED = "TOO_COMPRESSED"
    FAR_CELL = "FAR_CELL"
    TOO_MANY_CELLS = "TOO_MANY_CELLS"
    TOO_MANY_SHEETS = "TOO_MANY_SHEETS"
    TOO_MANY_STRINGS = "TOO_MANY_STRINGS"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TOO_SLOW = "TOO_SLOW"
    ENCRYPTED = "ENCRYPTED"
    PDF_DOCUMENT = "PDF_DOCUMENT"
    WORD_DOCUMENT = "WORD_DOCUMENT"
    IMAGE = "IMAGE"
    OTHER_ARCHIVE = "OTHER_ARCHIVE"
    BINARY = "BINARY"
    NO_TABLE = "NO_TABLE"
    NOT_CSV = "NOT_CSV"
    DAMAGED = "DAMAGED"


# English templates for `str.format`, which the values of a problem fill.
FILE_PROBLEM_TEXTS: Mapping[FileProblemCode, str] = {
    FileProblemCode.EMPTY: "expected a table, got an empty file",
    FileProblemCode.TOO_LARGE: (
        "expected a file of at most {most} bytes, got one of {found} bytes; "
        "divide the table into several files, or remove pictures from it"
    ),
    FileProblemCode.TOO_LARGE_UNPACKED: (
        "expected a workbook of at most {most} bytes when unpacked, got more in {part}; "
        "copy the table alone into a new workbook"
    ),
    FileProblemCode.TOO_COMPRESSED: (
        "expected a workbook of at most {most} times the size of its file when unpacked, got "
        "{found} bytes; copy the table alone into a new workbook"
    ),
    FileProblemCode.FAR_CELL: (
        "expected cells up to {most}, got the cell {cell} of the sheet {sheet!r}; "
        "delete the rows and columns beyond the table, or copy the table into a new workbook"
    ),
    FileProblemCode.TOO_MANY_CELLS: (
        "expected at most {most} cells, got more at the cell {cell} of the sheet {sheet!r}; "
        "delete the rows and columns beyond the table, or copy the table into a new workbook"
    ),
    FileProblemCode.TOO_MANY_SHEETS: (
        "expected at most {most} sheets, got {found}; divide the workbook into several files"
    ),
    FileProblemCode.TOO_MANY_STRINGS: (
        "expected at most {most} different texts, got more in {part}; "
        "copy the table alone into a new workbook"
    ),
    FileProblemCode.TEXT_TOO_LONG: (
        "expected cells of at most {most} characters, got more in the cell {cell} "
        "of the sheet {sheet!r}; shorten the text"
    ),
    FileProblemCode.TOO_SLOW: (
        "expected a file that is read within {seconds} seconds and little memory, got one that "
        "needs more; copy the table alone into a new workbook"
    ),
    FileProblemCode.ENCRYPTED: (
        "expected a workbook without a password, got an encrypted one; "
        "save it again without a password"
    ),
    FileProblemCode.PDF_DOCUMENT: (
        "expected a spreadsheet or CSV, got a PDF document; "
        "export the table from the program that made it, as .xlsx or CSV"
    ),
    FileProblemCode.WORD_DOCUMENT: (
        "expected a spreadsheet or CSV, got a text document or a presentation; "
        "copy its table into a spreadsheet and save that as .xlsx"
    ),
    FileProblemCode.IMAGE: (
        "expected a spreadsheet or CSV, got an image; "
        "type its table into a spreadsheet and save that as .xlsx"
    ),
    FileProblemCode.OTHER_ARCHIVE: (
        "expected a spreadsheet or CSV, got an archive without a workbook; "
        "unpack it and send the workbook inside"
    ),
    FileProblemCode.BINARY: (
        "expected .xlsx, .xls, .ods, CSV or HTML, got a file of an unknown kind; "
        "save the table as .xlsx or CSV"
    ),
    FileProblemCode.NO_TABLE: (
        "expected an HTML page with a table, got none; save the table as .xlsx or CSV"
    ),
    FileProblemCode.NOT_CSV: (
        "expected rows of a CSV file, got {reason} in row {row}; save the table as .xlsx"
    ),
    FileProblemCode.DAMAGED: (
        "expected a complete workbook, got: {reason}; "
        "open it in a spreadsheet program and save it again as .xlsx"
    ),
}


class FileInvalid(ValueError):
    """A file that cannot be read as a table. `values` fill the message of its code."""

    def __init__(self, code: FileProblemCode, **values: object) -> None:
        super().__init__(FILE_PROBLEM_TEXTS[code].format(**values))
        self.code = code
        self.values: Mapping[str, object] = values
