"""Reads one sheet of a workbook as a list of applications, or gives the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from engine.spreadsheet.application_rows import ApplicationRows
from engine.spreadsheet.application_values import SheetReading
from engine.spreadsheet.columns import Columns, find_columns
from engine.spreadsheet.headers import FIELDS, HEADERS_BY_FIELD, header_key, normalize_header
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.row_kinds import opd_of_text, opd_of_title
from engine.spreadsheet.set_apart import NoTableReason, OpdOrigin
from engine.spreadsheet.sheet import SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.table import NoTable, SheetTable, find_table
from engine.spreadsheet.workbook import Workbook, Worksheet

RememberedColumns = Callable[[str], Mapping[int, str | None] | None]  # by header key
_SHEET_NAME_MOST = 31  # characters; a spreadsheet program cuts the name of a sheet to them
# A list with only these fields is one of offices or functions if another sheet has more.
_GUIDE_NAMES = frozenset(("petunjuk", "petunjuk pengisian", "instructions"))  # casefolded
_REFERENCE_FIELDS = frozenset(("name", "id", "function", "use", "region"))
_REFERENCE_HEADERS = frozenset(("nama", "name"))
_DATA_FIELDS_LEAST = 3
_HEADERS_NAMED = 9  # headers that a message names


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """A sheet with its table and columns. `reason` says why it is not read."""

    worksheet: Worksheet
    table: SheetTable | None
    columns: Columns
    reason: NoTableReason | None
    key: str = ""  # digest of the header
    opd: str = ""
    opd_origin: OpdOrigin | None = None

    @property
    def is_read(self) -> bool:
        """Whether its rows are read."""
        return self.reason is None


_NO_COLUMNS = Columns((), ())


def find_sheets(
    workbook: Workbook,
    edits: ImportEdits,
    *,
    fields: Collection[str] = FIELDS,
    remembered: RememberedColumns = lambda header_key: None,
    known_headers: Collection[str] = (),
    are_ids_of_simpul: bool = True,
) -> tuple[FoundSheet, ...]:
    """Return all sheets of a workbook with their tables and columns.

    Args:
        fields: the fields to read.
        remembered: returns the fields that were chosen earlier for the columns of a header.
        known_headers: normalized headers of columns that a person chose.
        are_ids_of_simpul: whether a column of ids must have ids of Simpul to be read.
    """
    found = [
        _find_sheet(worksheet, edits, fields, remembered, known_headers, are_ids_of_simpul)
        for worksheet in workbook.sheets
    ]
    has_data_sheet = any(
        sheet.is_read
        and not _is_reference(sheet)
        and len(sheet.columns.number_by_field) >= _DATA_FIELDS_LEAST
        for sheet in found
    )
    return tuple(
        _with_reason(sheet, NoTableReason.REFERENCE)
        if sheet.is_read and has_data_sheet and _is_reference(sheet)
        else sheet
        for sheet in found
    )


def describe_sheet(
    sheet: FoundSheet, rows: ApplicationRows | None = None, row_count: int = 0
) -> SheetReading:
    """Return how a sheet was read. `rows` has read it, unless it is not read."""
    return SheetReading(
        name=sheet.worksheet.name,
        is_read=sheet.is_read,
        reason=sheet.reason,
        header_rows=()
        if sheet.table is None
        else tuple(number for number, _ in sheet.table.header_rows),
        header_key=sheet.key,
        columns=sheet.columns.uses,
        set_apart=() if rows is None else tuple(rows.set_apart),
        opd=sheet.opd,
        opd_origin=sheet.opd_origin,
        row_count=row_count,
    )


def ignored_headers(reading: SheetReading) -> tuple[str, ...]:
    """Return the headers of the columns that are not read. One without a header has a number."""
    return tuple(
        use.header or f"column {use.column}" for use in reading.columns if use.field is None
    )


def header_by_field(*readings: SheetReading) -> dict[str, str]:
    """Return the header of each field, of the first sheet that has it, in the order of FIELDS."""
    uses = [use for reading in readings for use in reading.columns]
    headers = {use.field: use.header for use in reversed(uses) if use.field is not None}
    return {field: headers[field] for field in FIELDS if field in headers}


def no_name_column(reading: SheetReading) -> SheetProblem:
    """Return the problem of a sheet that has no column of names of applications."""
    headers = [use.header for use in reading.columns]
    return SheetProblem(
        reading.header_rows[0] if reading.header_rows else None,
        "name",
        "a header with one of {names}",
        quote_cell(",".join(headers)),
        "a column with another header can be chosen: --column name=HEADER",
        values={"names": ", ".join(HEADERS_BY_FIELD["name"][:_HEADERS_NAMED])},
        code=SheetProblemCode.NO_HEADER,
        sheet=reading.name,
        field="name",
    )


def unknown_statuses(problems: Iterable[SheetProblem]) -> dict[str, tuple[int, ...]]:
    """Return the rows of each word that means no known status."""
    rows: dict[str, list[int]] = {}
    for problem in problems:
        if problem.code is SheetProblemCode.STATUS_UNKNOWN and problem.row is not None:
            rows.setdefault(str(problem.values["text"]), []).append(problem.row)
    return {word: tuple(numbers) for word, numbers in rows.items()}


def ids_by_word(names: Mapping[str, str]) -> dict[str, str]:
    """Return ids by their names in lower case and by themselves. `names` are by id."""
    return {name.lower(): id for id, name in names.items()} | {id: id for id in names}


def region_code(text: str) -> str:
    """Return a region code as printed. A spreadsheet turns the code 32.10 into 32.1."""
    whole, point, decimals = text.partition(".")
    is_shortened = point and whole.isdigit() and len(decimals) == 1 and decimals.isdigit()
    return f"{text}0" if is_shortened else text


def corrections_of(edits: ImportEdits, sheet: str) -> dict[tuple[int, int], str]:
    """Return the corrected texts of a sheet by row and column."""
    return {(cell.row, cell.column): cell.text for cell in edits.cells if cell.sheet == sheet}


def _find_sheet(
    worksheet: Worksheet,
    edits: ImportEdits,
    fields: Collection[str],
    remembered: RememberedColumns,
    known_headers: Collection[str],
    are_ids_of_simpul: bool,
) -> FoundSheet:
    is_skipped = worksheet.name in edits.skipped_sheets
    if is_skipped or worksheet.is_hidden:
        reason = NoTableReason.SKIPPED if is_skipped else NoTableReason.HIDDEN
        return FoundSheet(worksheet, None, _NO_COLUMNS, reason)
    table = find_table(
        worksheet,
        corrections=corrections_of(edits, worksheet.name),
        known_headers=known_headers,
    )
    if isinstance(table, NoTable):
        return FoundSheet(worksheet, None, _NO_COLUMNS, table.reason)
    key = header_key(table.header)
    chosen = {
        choice.column: choice.field for choice in edits.columns if choice.sheet == worksheet.name
    }
    columns = find_columns(
        worksheet.name,
        table,
        fields=fields,
        chosen=chosen,
        remembered=remembered(key),
        are_ids_of_simpul=are_ids_of_simpul,
    )
    numbers = columns.number_by_field
    opd, origin = ("", None) if "opd" in numbers else _find_opd(worksheet.name, table)
    if "name" not in numbers:
        is_guide = worksheet.name.strip().casefold() in _GUIDE_NAMES and not chosen
        found_reason: NoTableReason | None = (
            NoTableReason.GUIDE if is_guide else NoTableReason.NO_NAME_COLUMN
        )
    else:
        found_reason = None if table.rows else NoTableReason.NO_ROWS
    return FoundSheet(worksheet, table, columns, found_reason, key, opd, origin)


def _find_opd(name: str, table: SheetTable) -> tuple[str, OpdOrigin | None]:
    """Return the OPD that a title line states as such, or the sheet's name, or a title line is."""
    titles = [opd_of_title([cell for cell in cells if cell]) for _, cells in table.titles]
    stated = next((opd for opd, is_stated in titles if opd and is_stated), "")
    if stated:
        return stated, OpdOrigin.TITLE
    from_name = opd_of_text(name)
    from_title = next((opd for opd, _ in titles if opd), "")
    is_cut = len(name) == _SHEET_NAME_MOST and from_title.casefold().startswith(name.casefold())
    if from_name and not is_cut:
        return from_name, OpdOrigin.SHEET_NAME
    return (from_title, OpdOrigin.TITLE) if from_title else ("", None)


def _is_reference(sheet: FoundSheet) -> bool:
    """Whether a sheet is only a list of names, such as one of functions, next to a data sheet."""
    uses = [use for use in sheet.columns.uses if use.field is not None]
    headers = {normalize_header(use.header) for use in uses if use.field == "name"}
    return (
        {use.field for use in uses} <= _REFERENCE_FIELDS
        and headers <= _REFERENCE_HEADERS
        and not sheet.opd
        and not any(use.is_chosen for use in uses)
    )


def _with_reason(sheet: FoundSheet, reason: NoTableReason) -> FoundSheet:
    return FoundSheet(
        sheet.worksheet, sheet.table, sheet.columns, reason, sheet.key, sheet.opd, sheet.opd_origin
    )
