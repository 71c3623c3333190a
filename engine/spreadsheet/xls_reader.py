"""Reads .xls workbooks: all sheets with merged cells and formula errors, without hyperlinks."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engine.spreadsheet.calamine_sheet import merged_ranges, read_sheet_rows
from engine.spreadsheet.compound_file import CompoundFile
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.read_limits import ReadLimits
from engine.spreadsheet.workbook import FileFormat, Workbook, Worksheet
from engine.spreadsheet.xls_scan import scan_records


def read_xls(content: bytes, limits: ReadLimits) -> Workbook:
    """Return the sheets of a workbook. Charts and macros are left out.

    Raises:
        FileInvalid: the workbook is damaged, encrypted or beyond the limits.
    """
    scan = scan_records(CompoundFile(content).stream("Workbook", "Book"), limits)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            sheets = [
                (metadata, workbook.get_sheet_by_name(metadata.name))
                for metadata in workbook.sheets_metadata
                if metadata.typ == SheetTypeEnum.WorkSheet
            ]
    except CalamineError as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=str(error)) from error
    lines: dict[str, dict[tuple[int, int], tuple[str, ...]]] = defaultdict(dict)
    return Workbook(
        tuple(
            Worksheet(
                name=sheet.name,
                rows=read_sheet_rows(sheet, lines[sheet.name]),
                lines=lines[sheet.name],
                merged=merged_ranges(sheet),
                are_links_read=False,
                is_hidden=metadata.visible != SheetVisibleEnum.Visible,
                error_cells=scan.error_cells.get(sheet.name, {}),
            )
            for metadata, sheet in sheets
        ),
        FileFormat.XLS,
    )
