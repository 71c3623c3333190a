"""Reads the sheet of an inventory into listings, whatever its columns are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.inventory_columns import find, says_nothing
from engine.listing import Listing
from engine.model import ApplicationStatus
from engine.sheet import Problem, Row, SheetInvalid, quoted
from engine.status_words import status_of

ROWS_MOST = 300_000  # the whole country has some 270,000 applications
ROWS_OF_A_REGION_MOST = 20_000  # names of one region are compared with each other
FIELDS = ("name", "opd", "region", "url", "id", "status", "function")
NOT_IN_USE = (ApplicationStatus.INACTIVE, ApplicationStatus.RETIRED)


@dataclass(frozen=True, slots=True)
class ListingSheet:
    """The listings of a sheet; the id of a listing is the number of its row."""

    listings: tuple[Listing, ...]
    ids: Mapping[str, str]  # what the sheet calls a listing, where it says
    said: Mapping[str, str]  # the function that the sheet gives a listing
    retired: int  # rows left out, because they are out of use
    nameless: int  # rows left out, because their name says that there is no application
    columns: Mapping[str, str]  # what was looked for -> the header it was found under
    passed_over: tuple[str, ...]  # headers


def parse(rows: Iterator[Row], functions: Mapping[str, str]) -> ListingSheet:
    """The listings of a sheet. `functions` are the names of the known ones, by id.

    Raises:
        SheetInvalid: with all problems of the sheet, not only the first.
    """
    columns = find(*next(rows, (1, [])), FIELDS)
    known = {name.lower(): id for id, name in functions.items()} | {id: id for id in functions}
    listings, problems = [], []
    ids: dict[str, str] = {}
    said: dict[str, str] = {}
    retired = nameless = 0
    for number, (row, cells) in enumerate(rows, start=1):
        if number > ROWS_MOST:
            raise SheetInvalid(Problem(row, None, f"at most {ROWS_MOST} rows", "more"))
        wide = columns.too_wide(row, cells)
        if wide is not None:
            problems.append(wide)
            continue
        values = columns.values(cells)
        if not values["name"]:
            expected = "the name of an application"
            problems.append(Problem(row, columns.header_of("name"), expected, "nothing"))
        elif says_nothing(values["name"]):
            nameless += 1
            continue
        function = values.get("function", "").lower()
        if function and function not in known:
            expected = "the id or name of a function that ships (facts/functions.csv)"
            problems.append(Problem(row, columns.header_of("function"), expected, quoted(function)))
        if status_of(values.get("status", "")) in NOT_IN_USE:
            retired += 1
            continue
        listing = Listing(
            name=values["name"],
            opd=values.get("opd", ""),
            url=values.get("url") or None,
            id=str(row),
            region=region_code(values.get("region", "")),
        )
        listings.append(listing)
        if values.get("id"):
            ids[listing.id] = values["id"]
        if function in known:
            said[listing.id] = known[function]
    for region, count in Counter(each.region for each in listings).items():
        if count > ROWS_OF_A_REGION_MOST:
            expected = f"at most {ROWS_OF_A_REGION_MOST} rows of one region"
            found = f"{count} of {region}" if region else f"{count} that name none"
            problems.append(Problem(None, columns.header_of("region"), expected, found))
    if problems:
        raise SheetInvalid(*problems)
    return ListingSheet(
        listings=tuple(listings),
        ids=ids,
        said=said,
        retired=retired,
        nameless=nameless,
        columns=columns.taken,
        passed_over=columns.passed_over,
    )


def region_code(cell: str) -> str:
    """A region as printed; a spreadsheet makes 32.1 of the code 32.10."""
    whole, point, rest = cell.partition(".")
    return f"{cell}0" if point and whole.isdigit() and len(rest) == 1 and rest.isdigit() else cell
