"""Reads the applications of a workbook as listings, which can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from engine.matching.listing import Listing
from engine.matching.region_names import RegionMatch, RegionNames
from engine.model import ApplicationStatus
from engine.spreadsheet.application_rows import ApplicationRows
from engine.spreadsheet.application_sheet import (
    FoundSheet,
    describe_sheet,
    find_sheets,
    header_by_field,
    ids_by_word,
    ignored_headers,
    no_name_column,
    region_code,
    unknown_statuses,
)
from engine.spreadsheet.application_values import ApplicationRow, SheetReading
from engine.spreadsheet.columns import Columns
from engine.spreadsheet.import_edits import ColumnChoice, ImportEdits
from engine.spreadsheet.set_apart import NoTableReason, SetApartReason
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, SheetProblemCode, quote_cell
from engine.spreadsheet.workbook import Workbook

ROWS_MOST = 300_000  # the country has about 270,000 applications
ROWS_OF_A_REGION_MOST = 20_000  # all names of one region are compared
FIELDS = ("name", "opd", "region", "url", "id", "status", "function")
NOT_IN_USE = (ApplicationStatus.INACTIVE, ApplicationStatus.RETIRED)
# A comparison of the other rows would mislead if such a row were left out.
_REFUSING = frozenset(
    (
        SheetProblemCode.TOO_MANY_CELLS,
        SheetProblemCode.NAME_MISSING,
        SheetProblemCode.FUNCTION_UNKNOWN,
    )
)
_LISTED_OTHERWISE = frozenset((SheetProblemCode.STATUS_UNKNOWN,))


@dataclass(frozen=True, slots=True)
class ListingWorkbook:
    """The listings of a workbook.

    The id of a listing is its row number; with several sheets, the sheet and the row number.
    """

    listings: tuple[Listing, ...]
    ids: Mapping[str, str]  # the id in the sheet, if it has one, by listing id
    stated_functions: Mapping[str, str]  # the function in the sheet, by listing id
    retired_count: int  # number of rows out of use, which are left out
    nameless_count: int  # number of rows whose name means "none"
    unknown_statuses: Mapping[str, tuple[int, ...]]  # words that mean no known status -> rows
    sheets: tuple[SheetReading, ...]
    problems: tuple[SheetProblem, ...]  # of cells that are not compared
    encoding: str | None  # of the text of the file, if it is not UTF-8

    @property
    def is_one_sheet(self) -> bool:
        """Whether the listings are from one sheet, so that their ids are row numbers."""
        return sum(reading.is_read for reading in self.sheets) <= 1

    @property
    def columns(self) -> dict[str, str]:
        """The header of each field that is compared, of the first sheet that has it."""
        headers = header_by_field(*(reading for reading in self.sheets if reading.is_read))
        return {field: header for field, header in headers.items() if field in FIELDS}

    @property
    def unneeded_columns(self) -> tuple[str, ...]:
        """The headers of the columns that an import reads and a comparison does not need."""
        uses = [use for reading in self.sheets if reading.is_read for use in reading.columns]
        headers = [use.header for use in uses if use.field is not None and use.field not in FIELDS]
        return tuple(dict.fromkeys(headers))

    @property
    def ignored_headers(self) -> tuple[str, ...]:
        """The headers of the columns that are not read, of all sheets that are read."""
        readings = [reading for reading in self.sheets if reading.is_read]
        headers = [header for reading in readings for header in ignored_headers(reading)]
        return tuple(dict.fromkeys(headers))


@dataclass
class _Listings:
    """What has been read so far."""

    is_one_sheet: bool
    function_ids: Mapping[str, str]  # by name in lower case, and by id
    regions: RegionNames | None
    listings: list[Listing] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    retired_count: int = 0
    row_count: int = 0
    _matches: dict[str, RegionMatch] = field(default_factory=dict)

    def add_sheet(self, sheet: FoundSheet) -> SheetReading:
        if not sheet.is_read or sheet.table is None:
            return describe_sheet(sheet)
        columns = _compared_columns(sheet.columns)
        reader = ApplicationRows(
            sheet.worksheet,
            sheet.table,
            columns,
            functions=self.function_ids,
            common_applications={},
            opd=sheet.opd,
            is_function_required=True,
        )
        count = self.row_count
        headers = [use.header for use in columns.uses if use.field == "region"]
        for row in reader.read_rows():
            self.add_row(row, "".join(headers))
        self.problems += columns.problems
        return describe_sheet(sheet, reader, self.row_count - count)

    def add_row(self, row: ApplicationRow, region_header: str) -> None:
        self.row_count += 1
        self.problems += row.problems
        values = row.values
        if values.status in NOT_IN_USE:
            self.retired_count += 1
            return
        id = str(row.row) if self.is_one_sheet else f"{row.sheet}!{row.row}"
        region = self._find_region(row, region_header) if values.region else ""
        self.listings.append(Listing(values.name, values.opd, values.url, id, region))
        if values.id:
            self.ids[id] = values.id
        if values.function is not None:
            self.functions[id] = values.function

    def _find_region(self, row: ApplicationRow, header: str) -> str:
        """Return the code of the region of a row, or the region as written if it is unknown."""
        text = row.values.region
        if self.regions is None:
            return region_code(text)
        match = self._matches.get(text)
        if match is None:
            match = self._matches[text] = self.regions.match(text)
        if match.code is not None:
            return match.code
        names = ", ".join(f"{region.name} ({region.code})" for region in match.candidates)
        self.problems.append(
            SheetProblem(
                row.row,
                header,
                "the code or the name of one region",
                quote_cell(text),
                "the nearest are: {names}" if names else "",
                values={"names": names, "text": text},
                code=SheetProblemCode.REGION_UNKNOWN,
                sheet=row.sheet,
                cell=row.cells.get("region"),
                field="region",
                is_blocking=False,
            )
        )
        return text


def parse_listing_workbook(
    workbook: Workbook,
    functions: Mapping[str, str],
    *,
    columns: tuple[ColumnChoice, ...] = (),
    known_headers: Collection[str] = (),
    regions: RegionNames | None = None,
) -> ListingWorkbook:
    """Return the listings of all sheets of a workbook that list applications.

    Args:
        functions: the names of known functions, by id.
        columns: the columns that a person chose; the others are found by their headers.
        known_headers: normalized headers of the columns that a person chose.
        regions: finds regions by codes and names; without it, regions are codes.

    Raises:
        SheetInvalid: no sheet lists applications, or rows have problems; it lists all of them.
    """
    edits = ImportEdits(columns=columns)
    found = find_sheets(
        workbook,
        edits,
        known_headers=known_headers,
        are_ids_of_simpul=False,
    )
    _require_table(found)
    _require_few_rows(found)
    listings = _Listings(
        sum(sheet.is_read for sheet in found) <= 1, ids_by_word(functions), regions
    )
    readings = [listings.add_sheet(sheet) for sheet in found]
    problems = [*filter(_is_refusal, listings.problems), *_oversized_regions(listings.listings)]
    if problems:
        raise SheetInvalid(*problems)
    return ListingWorkbook(
        listings=tuple(listings.listings),
        ids=listings.ids,
        stated_functions=listings.functions,
        retired_count=listings.retired_count,
        nameless_count=sum(
            row.reason is SetApartReason.NO_APPLICATION
            for reading in readings
            for row in reading.set_apart
        ),
        unknown_statuses=unknown_statuses(listings.problems),
        sheets=tuple(readings),
        problems=tuple(
            problem for problem in listings.problems if problem.code not in _LISTED_OTHERWISE
        ),
        encoding=workbook.encoding,
    )


def _compared_columns(columns: Columns) -> Columns:
    """Return the columns without the fields that are not compared, so that these are not read."""
    return Columns(
        tuple(use if use.field in FIELDS else replace(use, field=None) for use in columns.uses),
        tuple(problem for problem in columns.problems if problem.field in FIELDS),
    )


def _require_table(found: tuple[FoundSheet, ...]) -> None:
    readings = list(map(describe_sheet, found))
    if any(reading.is_read or reading.reason is NoTableReason.NO_ROWS for reading in readings):
        return
    with_columns = [reading for reading in readings if reading.columns]
    raise SheetInvalid(no_name_column((with_columns or readings)[0]))


def _require_few_rows(found: tuple[FoundSheet, ...]) -> None:
    count = 0
    for sheet in found:
        if sheet.table is None or not sheet.is_read:
            continue
        earlier, count = count, count + len(sheet.table.rows)
        if count > ROWS_MOST:
            raise SheetInvalid(
                SheetProblem(
                    sheet.table.rows[ROWS_MOST - earlier][0],
                    None,
                    "at most {most} rows",
                    "more",
                    values={"most": ROWS_MOST},
                    code=SheetProblemCode.TOO_MANY_ROWS,
                    sheet=sheet.worksheet.name,
                )
            )


def _is_refusal(problem: SheetProblem) -> bool:
    is_name_unread = problem.field == "name" and problem.is_blocking
    return problem.code in _REFUSING or is_name_unread


def _oversized_regions(listings: list[Listing]) -> list[SheetProblem]:
    return [
        SheetProblem(
            None,
            "region",
            "at most {most} rows of one region",
            "{count} of {region}" if region else "{count} that name none",
            values={"most": ROWS_OF_A_REGION_MOST},
            found_values={"count": count, "region": region},
            code=SheetProblemCode.TOO_MANY_ROWS,
            field="region",
        )
        for region, count in Counter(listing.region for listing in listings).items()
        if count > ROWS_OF_A_REGION_MOST
    ]
