"""Parses the rows of a sheet for `simpul import`: name, OPD, status, function, year and platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.model import ApplicationStatus
from engine.spreadsheet.application_rows import ApplicationRows
from engine.spreadsheet.application_values import (
    ApplicationRow,
    ApplicationValues,
    ApplicationWorkbook,
    ColumnUse,
    SheetReading,
)
from engine.spreadsheet.columns import find_columns
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.set_apart import NoTableReason, SetApartReason, SetApartRow
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem, quote_cell
from engine.spreadsheet.workbook import Workbook, cell_reference

__all__ = [
    "ApplicationRow",
    "ApplicationValues",
    "ApplicationWorkbook",
    "ColumnUse",
    "NoTableReason",
    "SetApartReason",
    "SetApartRow",
    "SheetReading",
    "parse_application_workbook",
]

RememberedColumns = Callable[[str], Mapping[int, str | None] | None]  # by header key

ROWS_MOST = 5_000  # one transaction writes them and blocks others
FIELDS = ("name", "opd", "region", "url", "status", "function", "use", "year", "platform")
# A year alone, as a number of a spreadsheet, or at the start of a date.
_YEAR = re.compile(r"(?P<year>[0-9]{4})(\.0+|[-/][0-9]{1,2}([-/][0-9]{1,2}.*)?)?")


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One application as its row states it. A text is empty if the row does not state it."""

    row: int  # row number as in a spreadsheet, from 1
    name: str
    opd: str  # name or acronym, as printed
    region: str
    url: str | None
    status: ApplicationStatus
    function: str  # as printed in the sheet
    year: int | None
    platform: str


@dataclass(frozen=True, slots=True)
class ApplicationSheet:
    """The applications of a sheet, and the parts of the sheet that were ignored."""

    rows: tuple[InventoryRow, ...]
    columns: Mapping[str, str]  # field -> its header
    ignored_headers: tuple[str, ...]  # headers of ignored columns
    nameless: tuple[int, ...]  # rows whose name means "none"
    unknown_statuses: Mapping[str, tuple[int, ...]]  # words that mean no known status -> rows

    @property
    def without_owner(self) -> tuple[int, ...]:
        """The rows that name no OPD."""
        return tuple(application.row for application in self.rows if not application.opd)

    def header_of(self, field: str) -> str:
        """Return the header of a field, or the field's name if the sheet has no such column."""
        if field == "function" and "function" not in self.columns:
            field = "use"
        return self.columns.get(field, field)


def parse_application_sheet(rows: Iterator[Row]) -> ApplicationSheet:
    """Return the applications of a sheet.

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    columns = find_columns(*next(rows, (1, [])), FIELDS)
    reader = ApplicationRows(columns)
    applications: list[InventoryRow] = []
    for row, values in reader.read_applications(rows):
        if len(applications) == ROWS_MOST:
            raise SheetInvalid(
                SheetProblem(
                    row,
                    None,
                    "at most {most} applications at once",
                    "more",
                    values={"most": ROWS_MOST},
                )
            )
        applications.append(
            InventoryRow(
                row=row,
                name=values["name"],
                opd=values.get("opd", ""),
                region=values["region"],
                url=values.get("url") or None,
                status=reader.read_status(row, values.get("status", "")),
                function=values.get("function") or values.get("use", ""),
                year=_parse_year(reader, row, values.get("year", "")),
                platform=values.get("platform", ""),
            )
        )
    if reader.problems:
        raise SheetInvalid(*reader.problems)
    return ApplicationSheet(
        rows=tuple(applications),
        columns=columns.header_by_field,
        ignored_headers=columns.ignored_headers,
        nameless=tuple(reader.nameless),
        unknown_statuses=reader.unknown_statuses,
    )


def parse_application_workbook(
    workbook: Workbook,
    edits: ImportEdits = ImportEdits(),  # noqa: B008 (frozen)
    *,
    remembered: RememberedColumns = lambda header_key: None,
    functions: Mapping[str, str] | None = None,
    common_applications: Mapping[str, str] | None = None,
) -> ApplicationWorkbook:
    """Return the applications of all sheets of a workbook that list applications.

    Args:
        edits: what a person decided about columns, sheets and cells.
        remembered: returns the fields that were chosen earlier for the columns of a header, by
            column number.
        functions: names of the functions of the catalogue, by id.
        common_applications: names of the common applications, by id.

    Raises:
        SheetInvalid: the workbook has too many rows.
    """
    readings: list[SheetReading] = []
    application_rows: list[ApplicationRow] = []
    for worksheet in workbook.sheets:
        if worksheet.is_hidden or worksheet.name in edits.skipped_sheets:
            reason = NoTableReason.HIDDEN if worksheet.is_hidden else NoTableReason.SKIPPED
            readings.append(SheetReading(worksheet.name, is_read=False, reason=reason))
            continue
        sheet = parse_application_sheet(iter(worksheet.rows))
        header_row, header = worksheet.rows[0]
        fields = {header: field for field, header in sheet.columns.items()}
        columns = tuple(
            ColumnUse(column, text, fields.get(text), "")
            for column, text in enumerate(header, start=1)
        )
        numbers = {use.field: use.column for use in columns if use.field is not None}
        readings.append(
            SheetReading(
                worksheet.name,
                is_read=True,
                header_rows=(header_row,),
                columns=columns,
                row_count=len(sheet.rows),
            )
        )
        for row in sheet.rows:
            values = ApplicationValues(
                name=row.name,
                opd=row.opd,
                region=row.region,
                url=row.url,
                status=row.status,
                use=row.function,
                year=row.year,
                platform=row.platform,
            )
            stated = frozenset(
                field for field in numbers if getattr(values, field, None) not in ("", None)
            )
            application_rows.append(
                ApplicationRow(
                    worksheet.name,
                    row.row,
                    values,
                    stated=stated,
                    cleared=frozenset(numbers) - stated,
                    cells={
                        field: cell_reference(row.row, column) for field, column in numbers.items()
                    },
                )
            )
    return ApplicationWorkbook(tuple(readings), tuple(application_rows))


def _parse_year(reader: ApplicationRows, row: int, cell: str) -> int | None:
    if not cell:
        return None
    match = _YEAR.fullmatch(cell)
    if match is None:
        reader.add_problem(row, "year", "a year, such as 2021", quote_cell(cell))
        return None
    return int(match["year"])
