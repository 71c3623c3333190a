"""Writes the applications of a region as an XLSX workbook, a CSV file or a JSON document."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from enum import Enum
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import orjson

from engine.model import Application
from engine.spreadsheet.csv_cells import neutralise_row
from engine.spreadsheet.export_sheet import (
    EXPORT_HEADERS,
    LIST_SEPARATOR,
    CellContent,
    to_sheet_row,
)
from engine.spreadsheet.workbook import CELL_CHARACTERS_MOST
from engine.visible_text import escape_json_text
from hub.xlsx import WORKBOOK_OPTIONS, XLSX_MEDIA_TYPE
from resolvers.inventory_export import RegionExport

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

JSON_SCHEMA_VERSION = 1  # increases whenever a field of the document changes its meaning
SHEET_NAME = "Aplikasi"
PRECISE_NUMBER_MOST = 10**15 - 1  # spreadsheet programs keep fifteen digits
COLUMN_WIDTHS: Mapping[str, int] = {  # in characters; other columns have DEFAULT_WIDTH
    "id": 18,
    "opd": 34,
    "name": 34,
    "function": 26,
    "use": 44,
    "url": 34,
    "legal_basis": 30,
    "integrated_with": 40,
}
DEFAULT_WIDTH = 16


class ExportFormat(Enum):
    """The format of an exported file; the value is the extension of its name."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type for HTTP."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportFormat.XLSX: XLSX_MEDIA_TYPE,
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
}


def write_export(export: RegionExport, form: ExportFormat) -> bytes:
    """Return the content of the file in this format."""
    return _WRITERS[form](export)


def write_xlsx(export: RegionExport) -> bytes:
    """Return an XLSX workbook with one sheet, whose header stays in view."""
    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, WORKBOOK_OPTIONS) as workbook:
        sheet = workbook.add_worksheet(SHEET_NAME)
        write_header(sheet, workbook.add_format({"bold": True, "text_wrap": True}))
        for row, application in enumerate(export.applications, start=1):
            for column, cell in enumerate(to_sheet_row(application, export.names)):
                _write_cell(sheet, row, column, cell)
        sheet.autofilter(0, 0, max(1, len(export.applications)), len(EXPORT_HEADERS) - 1)
    return content.getvalue()


def write_csv(export: RegionExport) -> bytes:
    """Return a CSV file as Indonesian spreadsheet programs read it: UTF-8 with a mark, and `;`.

    Cells that begin as a formula does have an apostrophe, which an import takes off again.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(EXPORT_HEADERS.values())
    for application in export.applications:
        writer.writerow(neutralise_row(to_sheet_row(application, export.names)))
    return text.getvalue().encode("utf-8-sig")


def write_json(export: RegionExport) -> bytes:
    """Return a JSON document, whose names are those of the GraphQL API."""
    document = {
        "schemaVersion": JSON_SCHEMA_VERSION,
        "region": {"code": export.region.code, "name": export.region.name},
        "applications": [
            _application_document(application, export) for application in export.applications
        ],
    }
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return escape_json_text(text.decode()).encode()


_WRITERS: Mapping[ExportFormat, Callable[[RegionExport], bytes]] = {
    ExportFormat.XLSX: write_xlsx,
    ExportFormat.CSV: write_csv,
    ExportFormat.JSON: write_json,
}


def write_header(sheet: Worksheet, header_format: Any) -> None:
    """Write the header into the first row, set the widths and keep the header in view."""
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(EXPORT_HEADERS):
        width = COLUMN_WIDTHS.get(field, DEFAULT_WIDTH)
        sheet.set_column(column, column, width)
    for column, header in enumerate(EXPORT_HEADERS.values()):
        sheet.write_string(0, column, header, header_format)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: CellContent) -> None:
    if isinstance(cell, int):
        if cell <= PRECISE_NUMBER_MOST:
            sheet.write_number(row, column, cell)
        else:
            sheet.write_string(row, column, str(cell))
    elif len(cell) > CELL_CHARACTERS_MOST:
        # Only a list of names is so long: the other texts have limits of their own.
        names = cell[:CELL_CHARACTERS_MOST].rpartition(LIST_SEPARATOR)[0]
        left_out = cell.count(LIST_SEPARATOR) - names.count(LIST_SEPARATOR)
        sheet.write_string(row, column, names)
        sheet.write_comment(row, column, f"{left_out} nama lain tidak muat; berkas CSV memuatnya.")
    elif cell:
        sheet.write_string(row, column, cell)


def _application_document(application: Application, export: RegionExport) -> dict[str, Any]:
    names = export.names
    opd, common_application = application.opd, application.common_application
    return {
        "id": application.id,
        "version": application.version,
        "opd": None if opd is None else {"id": opd, "name": names.opds.get(opd)},
        "name": application.name,
        "functionTag": _function_document(names.functions.get(application.id)),
        "functionText": application.function or None,
        "status": application.status.value,
        "year": application.year,
        "url": application.url or None,
        "platform": application.platform or None,
        "developer": application.developer or None,
        "hosting": application.hosting or None,
        "database": application.database or None,
        "users": application.users,
        "yearlyCost": application.yearly_cost,
        "migrationCost": application.migration_cost,
        "addedCost": application.added_cost,
        "legalBasis": application.legal_basis or None,
        "isPublicService": application.public_service,
        "fit": application.fit,
        "isConsulted": application.consulted,
        "commonApplication": common_application
        and {
            "id": common_application,
            "name": names.common_applications.get(common_application),
        },
        "capabilities": [capability.value for capability in application.capabilities],
        "integratedWith": list(names.integrated_with.get(application.id, ())),
    }


def _function_document(name: str | None) -> dict[str, Any] | None:
    return None if name is None else {"function": {"name": name}, "isByPerson": True}
