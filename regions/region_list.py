"""Checks the regions that an operator adds to the list of regions that ships with Simpul.

Names, kinds and parents of followed regions come from these two lists alone. So the operator's list
may add regions and not change any.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.bounds import BoundExceeded
from engine.log.body_bounds import check_bounds
from engine.log.region_identity import RegionIdentity
from engine.model import Provenance, Region, RegionKind
from facts.region import listed_region

_MEMBER_KINDS = frozenset({RegionKind.REGENCY, RegionKind.CITY})


class InvalidRegionList(ValueError):
    """A list of regions contradicts itself or the shipped list; the message says where."""


def check_region_list(regions: Sequence[RegionIdentity]) -> None:
    """Check the regions that an operator lists.

    Raises:
        InvalidRegionList: a region is listed twice or otherwise than it ships, has an invalid code
            or name, or is not in a province although its kind is.
    """
    identities: dict[str, RegionIdentity] = {}
    for region in regions:
        if region.code in identities:
            raise InvalidRegionList(f"expected each region once, got {region.code} twice")
        identities[region.code] = region
    for region in regions:
        shipped = listed_region(region.code)
        if shipped is not None and region != shipped:
            raise InvalidRegionList(
                f"region {region.code}: expected what this version lists, {_words(shipped)}; "
                f"got {_words(region)}"
            )
        if shipped is None:
            _check_added_region(region, identities)


def _check_added_region(region: RegionIdentity, identities: dict[str, RegionIdentity]) -> None:
    if not (region.code.isprintable() and region.name.isprintable()):
        raise InvalidRegionList(
            f"expected a code and a name in printable characters, got {region.code!r} "
            f"and {region.name!r}"
        )
    try:
        check_bounds(
            Region(region.code, region.name, region.kind, region.parent, Provenance("operator"))
        )
    except BoundExceeded as exceeded:
        raise InvalidRegionList(f"region {region.code}: {exceeded}") from None
    if region.kind is RegionKind.NATION:
        raise InvalidRegionList(f"region {region.code}: expected a region of a nation, got NATION")
    if region.kind not in _MEMBER_KINDS:
        if region.parent is not None:
            raise InvalidRegionList(
                f"region {region.code}: expected no parent for {region.kind.value}, "
                f"got {region.parent}"
            )
        return
    parent = None
    if region.parent is not None:
        parent = listed_region(region.parent) or identities.get(region.parent)
    if parent is None or parent.kind is not RegionKind.PROVINCE:
        raise InvalidRegionList(
            f"region {region.code}: expected the code of a listed province as parent, "
            f"got {region.parent}"
        )


def _words(identity: RegionIdentity) -> str:
    parent = "no region" if identity.parent is None else identity.parent
    return f"{identity.name}, {identity.kind.value}, in {parent}"
