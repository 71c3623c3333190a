"""Reads a file with tables in each format that people have."""

from __future__ import annotations

from engine.spreadsheet.file_format import text_format, workbook_format
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import ReadLimits
from engine.spreadsheet.text_encoding import decode_text
from engine.spreadsheet.workbook import FileFormat, Workbook


def parse_workbook(content: bytes, limits: ReadLimits) -> Workbook:
    """Return the tables of a file, whose format its content shows.

    Raises:
        FileInvalid: the file is of another kind, damaged or beyond the limits.
    """
    if len(content) > limits.file_bytes:
        raise FileInvalid(FileProblemCode.TOO_LARGE, most=limits.file_bytes, found=len(content))
    try:
        workbook = _parse(content, limits)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the native reader raises for its bugs
            raise
        raise FileInvalid(FileProblemCode.DAMAGED, reason=str(error)) from error
    if not any(sheet.rows or sheet.error_cells for sheet in workbook.sheets):
        raise FileInvalid(FileProblemCode.EMPTY)
    return workbook


def _parse(content: bytes, limits: ReadLimits) -> Workbook:
    # Each reader is imported when it is needed: the native one takes time to load.
    match workbook_format(content):
        case FileFormat.XLSX:
            from engine.spreadsheet.xlsx_reader import read_xlsx

            return read_xlsx(content, limits)
        case FileFormat.XLS:
            from engine.spreadsheet.xls_reader import read_xls

            return read_xls(content, limits)
        case FileFormat.ODS:
            from engine.spreadsheet.ods_reader import read_ods

            return read_ods(content, limits)
    text, encoding = decode_text(content)
    if text_format(text) == FileFormat.HTML:
        from engine.spreadsheet.html_reader import read_html

        return read_html(text, encoding, limits)
    from engine.spreadsheet.csv_reader import read_csv

    return read_csv(text, encoding, limits)
