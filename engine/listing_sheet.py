"""Reads the sheet of an inventory into listings, whatever its columns are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.listing import Listing
from engine.sheet import Problem, Row, SheetInvalid, quoted

ROWS_MOST = 300_000  # the whole country has some 270,000 applications
ROWS_OF_A_REGION_MOST = 20_000  # names of one region are compared with each other
# What each column goes by; the first spelling that a sheet has is taken.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nama", "nama aplikasi", "aplikasi", "application", "nama sistem"),
    "opd": (
        *("opd", "nama opd", "perangkat daerah", "nama perangkat daerah", "skpd"),
        *("instansi", "unit kerja", "pemilik", "owner"),
    ),
    "region": (
        *("region code", "kode wilayah", "kode daerah", "region", "wilayah", "daerah"),
        *("pemda", "pemerintah daerah", "kabupaten/kota"),
    ),
    "url": ("url", "alamat url", "alamat", "tautan", "link", "domain"),
    "id": ("id", "app id", "id aplikasi", "kode aplikasi"),
    "status": ("status",),
    "function": ("function",),
}
RETIRED = frozenset({"retired", "pensiun", "dihentikan", "dihapus"})


@dataclass(frozen=True, slots=True)
class ListingSheet:
    """The listings of a sheet; the id of a listing is the number of its row."""

    listings: tuple[Listing, ...]
    ids: Mapping[str, str]  # what the sheet calls a listing, where it says
    said: Mapping[str, str]  # the function that the sheet gives a listing
    retired: int  # rows left out
    columns: Mapping[str, str]  # what was looked for -> the header it was found under
    passed_over: tuple[str, ...]  # headers


def parse(rows: Iterator[Row], functions: Mapping[str, str]) -> ListingSheet:
    """The listings of a sheet. `functions` are the names of the known ones, by id.

    Raises:
        SheetInvalid: with all problems of the sheet, not only the first.
    """
    header_row, header = next(rows, (1, []))
    at = _columns(header_row, header)
    known = {name.lower(): id for id, name in functions.items()} | {id: id for id in functions}
    listings, problems = [], []
    ids: dict[str, str] = {}
    said: dict[str, str] = {}
    retired = 0
    for number, (row, cells) in enumerate(rows, start=1):
        if number > ROWS_MOST:
            raise SheetInvalid(Problem(row, None, f"at most {ROWS_MOST} rows", "more"))
        told = {field: cells[i] if i < len(cells) else "" for field, i in at.items()}
        if not told["name"]:
            problems.append(
                Problem(row, header[at["name"]], "the name of an application", "nothing")
            )
        function = told.get("function", "").lower()
        if function and function not in known:
            expected = "the id or name of a function that ships (facts/functions.csv)"
            problems.append(Problem(row, header[at["function"]], expected, quoted(function)))
        if told.get("status", "").lower() in RETIRED:
            retired += 1
            continue
        listing = Listing(
            name=told["name"],
            opd=told.get("opd", ""),
            url=told.get("url") or None,
            id=str(row),
            region=_region(told.get("region", "")),
        )
        listings.append(listing)
        if told.get("id"):
            ids[listing.id] = told["id"]
        if function in known:
            said[listing.id] = known[function]
    for region, count in Counter(each.region for each in listings).items():
        if count > ROWS_OF_A_REGION_MOST:
            expected = f"at most {ROWS_OF_A_REGION_MOST} rows of one region"
            found = f"{count} of {region}" if region else f"{count} that name none"
            problems.append(
                Problem(None, header[at["region"]] if "region" in at else "region", expected, found)
            )
    if problems:
        raise SheetInvalid(*problems)
    return ListingSheet(
        listings=tuple(listings),
        ids=ids,
        said=said,
        retired=retired,
        columns={field: header[i] for field, i in at.items()},
        passed_over=tuple(cell for i, cell in enumerate(header) if i not in at.values()),
    )


def _columns(row: int, header: list[str]) -> dict[str, int]:
    plain = [" ".join(cell.lower().replace("_", " ").split()) for cell in header]
    at: dict[str, int] = {}
    for field, spellings in SPELLINGS.items():
        found = next((each for each in spellings if each in plain), None)
        if found is None:
            continue
        if plain.count(found) > 1:
            told = quoted(",".join(header))
            raise SheetInvalid(Problem(row, found, "a header with this column once", told))
        at[field] = plain.index(found)
    if "name" not in at:
        expected = f"a header with one of {', '.join(SPELLINGS['name'])}"
        raise SheetInvalid(Problem(row, "name", expected, quoted(",".join(header))))
    return at


def _region(cell: str) -> str:
    """A region as printed; a spreadsheet makes 32.1 of the code 32.10."""
    whole, point, rest = cell.partition(".")
    return f"{cell}0" if point and whole.isdigit() and len(rest) == 1 and rest.isdigit() else cell
