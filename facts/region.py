"""The regions and central agencies that ship with Simpul."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from engine.log.assessment_log import NATION_CODE
from engine.log.region_identity import RegionIdentity, identify_region
from engine.matching.region_names import RegionNames
from engine.model import Provenance, Region, RegionKind
from facts.row import DecimalNumber, TableRow, WholeNumber, read_rows

WEST_JAVA = "32"


class _RegionRow(TableRow):
    code: str
    name: str
    kind: RegionKind
    parent: str | None = None
    capital: str | None = None
    population: WholeNumber | None = None
    area_km2: DecimalNumber | None = None
    latitude: DecimalNumber | None = None
    longitude: DecimalNumber | None = None
    kecamatan: WholeNumber
    kelurahan: WholeNumber
    desa: WholeNumber


class _CentralAgencyRow(TableRow):
    code: str
    name: str


class _FormerRegionCodeRow(TableRow):
    former_code: str
    code: str


@dataclass(frozen=True, slots=True)
class Subdivisions:
    """The numbers of kecamatan, kelurahan and desa in a region."""

    kecamatan: int
    kelurahan: int
    desa: int


def region_catalogue(national: bool = False) -> tuple[Region, ...]:
    """Return West Java and its 27 regions, or all 552 regions and the central agencies."""
    if national:
        return (*(region for region, _ in _regions_with_subdivisions()), *_central_agencies())
    return tuple(region for region, _ in _regions_with_subdivisions() if in_west_java(region.code))


def subdivisions_by_region() -> Mapping[str, Subdivisions]:
    """Return the subdivisions of all 552 regions, by region code."""
    return MappingProxyType(
        {region.code: counts for region, counts in _regions_with_subdivisions()}
    )


def in_west_java(code: str) -> bool:
    """Return whether a code is that of West Java or of one of its regions."""
    return code == WEST_JAVA or code.startswith(f"{WEST_JAVA}.")


@cache
def region_codes() -> frozenset[str]:
    """Return the codes of all 552 regions and of the central agencies."""
    return frozenset(region.code for region in region_catalogue(national=True))


@cache
def former_region_codes() -> Mapping[str, str]:
    """Return the present codes of regions by the codes that they had in another province."""
    codes: dict[str, str] = {}
    for row in read_rows(_FormerRegionCodeRow, "former_region_codes.csv", "former_code"):
        if row.code not in region_codes():
            raise row.invalid("code", "the code of a region")
        if row.former_code in region_codes():
            raise row.invalid("former_code", "a code that no region has now")
        codes[row.former_code] = row.code
    return MappingProxyType(codes)


@cache
def nation() -> Region:
    """Return the nation, whose log holds the results of provinces and central agencies."""
    return Region(NATION_CODE, "Indonesia", RegionKind.NATION, None, Provenance("ISO 3166-1"))


def listed_region(code: str) -> RegionIdentity | None:
    """Return the identity of a region of the country, a central agency or the nation."""
    return _identities_by_code().get(code)


@cache
def _identities_by_code() -> Mapping[str, RegionIdentity]:
    regions = (nation(), *region_catalogue(national=True))
    return MappingProxyType({region.code: identify_region(region) for region in regions})


@cache
def region_names() -> RegionNames:
    """Return the index of the codes and names of all regions and central agencies."""
    return RegionNames(region_catalogue(national=True), former_region_codes())


@cache
def _regions_with_subdivisions() -> tuple[tuple[Region, Subdivisions], ...]:
    regions: list[tuple[Region, Subdivisions]] = []
    codes: set[str] = set()
    for row in read_rows(_RegionRow, "regions.csv", "code"):
        if row.parent is not None and row.parent not in codes:  # provinces come first
            raise row.invalid("parent", "the code of a province above")
        codes.add(row.code)
        values = row.values()
        counts = Subdivisions(*(values.pop(field.name) for field in fields(Subdivisions)))
        regions.append((Region(**values), counts))
    return tuple(regions)


@cache
def _central_agencies() -> tuple[Region, ...]:
    return tuple(
        Region(row.code, row.name, RegionKind.CENTRAL_AGENCY, None, row.provenance)
        for row in read_rows(_CentralAgencyRow, "central_agencies.csv", "code")
    )
