"""The regions and central agencies that ship with Simpul."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from engine.model import Region, RegionKind
from facts.row import Row, rows

WEST_JAVA = "32"


@dataclass(frozen=True, slots=True)
class Subdivisions:
    """How many kecamatan, kelurahan and desa a region has."""

    kecamatan: int
    kelurahan: int
    desa: int


def regions(national: bool = False) -> tuple[Region, ...]:
    """The province and its 27 regions; or all 552 regions, and the central agencies."""
    if national:
        return (*(region for region, _ in _regions()), *_central_agencies())
    return tuple(region for region, _ in _regions() if in_west_java(region.code))


def subdivisions() -> Mapping[str, Subdivisions]:
    """Kecamatan, kelurahan and desa by region code, of all 552."""
    return MappingProxyType({region.code: counts for region, counts in _regions()})


def in_west_java(code: str) -> bool:
    """Whether a code is the province's or one of its regions'."""
    return code == WEST_JAVA or code.startswith(f"{WEST_JAVA}.")


@cache
def _codes() -> frozenset[str]:
    return frozenset(region.code for region in regions(national=True))


def region_code(row: Row) -> str:
    """The code in the row's `region` cell, checked to be known."""
    code = row.text("region")
    if code not in _codes():
        raise row.wrong("region", "the code of a region or central agency")
    return code


@cache
def _regions() -> tuple[tuple[Region, Subdivisions], ...]:
    columns = (
        "code name kind parent capital population area_km2 latitude longitude"
        " kecamatan kelurahan desa"
    )
    found: list[tuple[Region, Subdivisions]] = []
    codes: set[str] = set()
    for row in rows("regions.csv", columns, "code"):
        code, parent = row.text("code"), row.optional("parent")
        if parent is not None and parent not in codes:  # a province comes before its regions
            raise row.wrong("parent", "the code of a province above")
        codes.add(code)
        region = Region(
            code=code,
            name=row.text("name"),
            kind=row.choice("kind", RegionKind),
            parent=parent,
            provenance=row.provenance(),
            capital=row.optional("capital"),
            population=row.optional_whole("population"),
            area_km2=row.optional_decimal("area_km2"),
            latitude=row.optional_decimal("latitude"),
            longitude=row.optional_decimal("longitude"),
        )
        counts = Subdivisions(row.whole("kecamatan"), row.whole("kelurahan"), row.whole("desa"))
        found.append((region, counts))
    return tuple(found)


@cache
def _central_agencies() -> tuple[Region, ...]:
    return tuple(
        Region(
            code=row.text("code"),
            name=row.text("name"),
            kind=RegionKind.CENTRAL_AGENCY,
            parent=None,
            provenance=row.provenance(),
        )
        for row in rows("central_agencies.csv", "code name", "code")
    )
