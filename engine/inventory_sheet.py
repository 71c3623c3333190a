"""Reads the sheet of an inventory into applications to be recorded, with all that it says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.inventory_columns import Columns, find, says_nothing
from engine.listing_sheet import region_code
from engine.model import ApplicationStatus
from engine.sheet import Problem, Row, SheetInvalid, quoted
from engine.status_words import status_of

ROWS_MOST = 5_000  # one transaction, for which others wait
FIELDS = ("name", "opd", "region", "url", "status", "function", "use", "year", "platform")
# A year by itself, as a spreadsheet's number, or at the beginning of a date.
_YEAR = re.compile(r"(?P<year>[0-9]{4})(\.0+|[-/][0-9]{1,2}([-/][0-9]{1,2}.*)?)?")


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One application as its row says it; a text is empty where the row says nothing."""

    row: int  # as a spreadsheet counts
    name: str
    opd: str  # name or acronym, as printed
    region: str
    url: str | None
    status: ApplicationStatus
    function: str  # in the sheet's own words
    year: int | None
    platform: str


@dataclass(frozen=True, slots=True)
class InventorySheet:
    """The applications of a sheet, and what of it was not taken."""

    rows: tuple[InventoryRow, ...]
    columns: Mapping[str, str]  # field -> the header that it was found under
    passed_over: tuple[str, ...]  # headers
    nameless: tuple[int, ...]  # rows whose name says that there is no application
    unread_status: Mapping[str, tuple[int, ...]]  # words that no status is known for -> rows

    @property
    def without_owner(self) -> tuple[int, ...]:
        """The rows that name no OPD."""
        return tuple(each.row for each in self.rows if not each.opd)

    def header_of(self, field: str) -> str:
        """The header of a field, or the field's own name where the sheet has no such column."""
        if field == "function" and "function" not in self.columns:
            field = "use"
        return self.columns.get(field, field)


def parse(rows: Iterator[Row]) -> InventorySheet:
    """The applications of a sheet.

    Raises:
        SheetInvalid: with all problems of the sheet, not only the first.
    """
    columns = find(*next(rows, (1, [])), FIELDS)
    found: list[InventoryRow] = []
    problems: list[Problem] = []
    nameless: list[int] = []
    unread: dict[str, list[int]] = {}
    for row, cells in rows:
        if len(found) == ROWS_MOST:
            expected = f"at most {ROWS_MOST} applications at once"
            raise SheetInvalid(Problem(row, None, expected, "more"))
        wide = columns.too_wide(row, cells)
        if wide is not None:
            problems.append(wide)
            continue
        values = columns.values(cells)
        if not values["name"]:
            expected = "the name of an application"
            problems.append(Problem(row, columns.header_of("name"), expected, "nothing"))
        elif says_nothing(values["name"]):
            nameless.append(row)
            continue
        status = ApplicationStatus.UNKNOWN
        if printed := values.get("status", ""):
            known = status_of(printed)
            if known is None:
                unread.setdefault(printed, []).append(row)
            else:
                status = known
        found.append(
            InventoryRow(
                row=row,
                name=values["name"],
                opd=values.get("opd", ""),
                region=region_code(values.get("region", "")),
                url=values.get("url") or None,
                status=status,
                function=values.get("function") or values.get("use", ""),
                year=_year(columns, row, values.get("year", ""), problems),
                platform=values.get("platform", ""),
            )
        )
    if problems:
        raise SheetInvalid(*problems)
    return InventorySheet(
        rows=tuple(found),
        columns=columns.taken,
        passed_over=columns.passed_over,
        nameless=tuple(nameless),
        unread_status={word: tuple(at) for word, at in unread.items()},
    )


def _year(columns: Columns, row: int, cell: str, problems: list[Problem]) -> int | None:
    if not cell:
        return None
    read = _YEAR.fullmatch(cell)
    if read is None:
        problems.append(
            Problem(row, columns.header_of("year"), "a year, such as 2021", quoted(cell))
        )
        return None
    return int(read["year"])
