"""Chooses columns by their headers, where a person names them: `--column name=judul`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.spreadsheet.headers import normalize_header
from engine.spreadsheet.import_edits import ColumnChoice
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.table import NoTable, find_table
from engine.spreadsheet.workbook import Workbook


def choose_columns(
    workbook: Workbook, header_by_field: Mapping[str, str]
) -> tuple[ColumnChoice, ...]:
    """Return the choice of the columns with these headers, in all sheets.

    Raises:
        SheetInvalid: a header is in no sheet.
    """
    known_headers = {normalize_header(header) for header in header_by_field.values()}
    choices: list[ColumnChoice] = []
    headers_found: list[str] = []
    for worksheet in workbook.sheets:
        table = find_table(worksheet, known_headers=known_headers)
        if isinstance(table, NoTable):
            continue
        headers_found += table.header
        normalized = list(map(normalize_header, table.header))
        for field, header in header_by_field.items():
            if normalize_header(header) in normalized:
                column = normalized.index(normalize_header(header)) + 1
                choices.append(ColumnChoice(worksheet.name, column, field))
    chosen = {choice.field for choice in choices}
    missing = {field: header for field, header in header_by_field.items() if field not in chosen}
    if missing:
        quoted_headers = quote_cell(", ".join(headers_found))
        raise SheetInvalid(
            *(
                SheetProblem(
                    None,
                    header,
                    "a header with this column",
                    quoted_headers,
                    code=SheetProblemCode.NO_HEADER,
                    field=field,
                )
                for field, header in missing.items()
            )
        )
    return tuple(choices)
