"""Reads the applications of a workbook, with the problems of their cells, for an import."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from engine.bounds import IMPORTED_ROWS_MOST
from engine.plain_text import name_key
from engine.spreadsheet.application_rows import ApplicationRows
from engine.spreadsheet.application_sheet import (
    RememberedColumns,
    corrections_of,
    describe_sheet,
    find_sheets,
    ids_by_word,
)
from engine.spreadsheet.application_values import (
    ApplicationRow,
    ApplicationValues,
    ApplicationWorkbook,
    ColumnUse,
    SheetReading,
)
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.set_apart import NoTableReason, OpdOrigin, SetApartReason, SetApartRow
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.workbook import Workbook

__all__ = [
    "ApplicationRow",
    "ApplicationValues",
    "ApplicationWorkbook",
    "ColumnUse",
    "NoTableReason",
    "OpdOrigin",
    "RememberedColumns",
    "SetApartReason",
    "SetApartRow",
    "SheetReading",
    "parse_application_workbook",
]

_NO_EDITS = ImportEdits()


def parse_application_workbook(
    workbook: Workbook,
    edits: ImportEdits = _NO_EDITS,
    *,
    remembered: RememberedColumns = lambda header_key: None,
    functions: Mapping[str, str] | None = None,
    common_applications: Mapping[str, str] | None = None,
    known_headers: Collection[str] = (),
) -> ApplicationWorkbook:
    """Return the applications of all sheets of a workbook that list applications.

    A row with a faulty cell has its problems. A row that repeats the OPD and the name of a row
    above is refused.

    Args:
        edits: what a person decided about columns, sheets and cells.
        remembered: returns the fields that were chosen earlier for the columns of a header, by
            column number.
        functions: names of the functions of the catalogue, by id.
        common_applications: names of the common applications, by id.
        known_headers: normalized headers of the columns that a person chose by their headers.

    Raises:
        SheetInvalid: the workbook has too many rows.
    """
    function_ids = ids_by_word(functions or {})
    common_ids = ids_by_word(common_applications or {})
    readings: list[SheetReading] = []
    rows: list[ApplicationRow] = []
    problems: list[SheetProblem] = []
    for sheet in find_sheets(workbook, edits, remembered=remembered, known_headers=known_headers):
        if not sheet.is_read or sheet.table is None:
            readings.append(describe_sheet(sheet))
            continue
        reader = ApplicationRows(
            sheet.worksheet,
            sheet.table,
            sheet.columns,
            functions=function_ids,
            common_applications=common_ids,
            opd=sheet.opd,
            corrected=frozenset(corrections_of(edits, sheet.worksheet.name)),
        )
        count = len(rows)
        for row in reader.read_rows():
            if len(rows) == IMPORTED_ROWS_MOST:
                raise SheetInvalid(_too_many_rows(row))
            rows.append(row)
        readings.append(describe_sheet(sheet, reader, len(rows) - count))
        problems += sheet.columns.problems
    return ApplicationWorkbook(tuple(readings), tuple(_refuse_repeated(rows)), tuple(problems))


def _too_many_rows(row: ApplicationRow) -> SheetProblem:
    return SheetProblem(
        row.row,
        None,
        "at most {most} applications at once",
        "more",
        values={"most": IMPORTED_ROWS_MOST},
        code=SheetProblemCode.TOO_MANY_ROWS,
        sheet=row.sheet,
    )


def _refuse_repeated(rows: list[ApplicationRow]) -> list[ApplicationRow]:
    """Return the rows, of which those that repeat the OPD and the name of another have a problem.

    Two rows with different ids are different applications.
    """
    first_rows: dict[tuple[str, str, str], ApplicationRow] = {}
    checked = []
    for row in rows:
        values = row.values
        key = (name_key(values.region), name_key(values.opd), name_key(values.name))
        first = first_rows.setdefault(key, row)
        is_repeated = first is not row and values.name != ""
        if is_repeated and (not values.id or not first.values.id or values.id == first.values.id):
            row = replace(row, problems=(*row.problems, _repeated_name(row, first)))
        checked.append(row)
    return checked


def _repeated_name(row: ApplicationRow, first: ApplicationRow) -> SheetProblem:
    return SheetProblem(
        row.row,
        None,
        "each application of an OPD once; {cell} has the same name",
        quote_cell(row.values.name),
        values={"cell": first.cells["name"]},
        code=SheetProblemCode.NAME_TWICE,
        sheet=row.sheet,
        cell=row.cells["name"],
        field="name",
    )
