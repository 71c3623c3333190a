"""Parses the sheet of an inventory into listings, which can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.matching.listing import Listing
from engine.model import ApplicationStatus
from engine.spreadsheet.application_rows import ApplicationRows
from engine.spreadsheet.columns import find_columns
from engine.spreadsheet.sheet import Row, SheetInvalid, SheetProblem, quote_cell

ROWS_MOST = 300_000  # the country has about 270,000 applications
ROWS_OF_A_REGION_MOST = 20_000  # all names of one region are compared
FIELDS = ("name", "opd", "region", "url", "id", "status", "function")
NOT_IN_USE = (ApplicationStatus.INACTIVE, ApplicationStatus.RETIRED)


@dataclass(frozen=True, slots=True)
class ListingSheet:
    """The listings of a sheet. The id of a listing is its row number."""

    listings: tuple[Listing, ...]
    ids: Mapping[str, str]  # the id in the sheet, if it has one, by listing id
    stated_functions: Mapping[str, str]  # the function in the sheet, by listing id
    retired_count: int  # number of rows out of use, which are left out
    nameless_count: int  # number of rows whose name means "none"
    unknown_statuses: Mapping[str, tuple[int, ...]]  # words that mean no known status -> rows
    columns: Mapping[str, str]  # field -> its header
    ignored_headers: tuple[str, ...]  # headers of ignored columns


def parse_listing_sheet(rows: Iterator[Row], functions: Mapping[str, str]) -> ListingSheet:
    """Return the listings of a sheet. `functions` holds the names of known functions, by id.

    Raises:
        SheetInvalid: the sheet has problems; the error lists all of them.
    """
    columns = find_columns(*next(rows, (1, [])), FIELDS)
    reader = ApplicationRows(columns)
    function_ids = {name.lower(): id for id, name in functions.items()} | {
        id: id for id in functions
    }
    listings: list[Listing] = []
    ids: dict[str, str] = {}
    listing_functions: dict[str, str] = {}
    retired = 0
    for number, (row, values) in enumerate(reader.read_applications(rows), start=1):
        if number > ROWS_MOST:
            raise SheetInvalid(
                SheetProblem(row, None, "at most {most} rows", "more", values={"most": ROWS_MOST})
            )
        function = values.get("function", "").lower()
        if function and function not in function_ids:
            reader.add_problem(
                row,
                "function",
                "the id or name of a function that ships (facts/functions.csv)",
                quote_cell(function),
            )
        if reader.read_status(row, values.get("status", "")) in NOT_IN_USE:
            retired += 1
            continue
        listing = Listing(
            name=values["name"],
            opd=values.get("opd", ""),
            url=values.get("url") or None,
            id=str(row),
            region=values["region"],
        )
        listings.append(listing)
        if values.get("id"):
            ids[listing.id] = values["id"]
        if function in function_ids:
            listing_functions[listing.id] = function_ids[function]
    for region, count in Counter(listing.region for listing in listings).items():
        if count > ROWS_OF_A_REGION_MOST:
            reader.add_problem(
                None,
                "region",
                "at most {most} rows of one region",
                "{count} of {region}" if region else "{count} that name none",
                values={"most": ROWS_OF_A_REGION_MOST},
                found_values={"count": count, "region": region},
            )
    if reader.problems:
        raise SheetInvalid(*reader.problems)
    return ListingSheet(
        listings=tuple(listings),
        ids=ids,
        stated_functions=listing_functions,
        retired_count=retired,
        nameless_count=len(reader.nameless),
        unknown_statuses=reader.unknown_statuses,
        columns=columns.header_by_field,
        ignored_headers=columns.ignored_headers,
    )
