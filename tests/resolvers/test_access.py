"""Access to drafts: one rule decides for every list, node, event and change."""

from __future__ import annotations

import pytest

from engine.model import PUBLIC_VIEWER, Provenance, Region, RegionKind, Role, Viewer
from resolvers import access
from storage.access import PUBLISHED_ONLY, Access

PROVINCE = Region("32", "Jawa Barat", RegionKind.PROVINCE, None, Provenance("test"))
SUMEDANG = Region("32.11", "Kabupaten Sumedang", RegionKind.REGENCY, "32", Provenance("test"))
SEMARANG = Region("33.74", "Kota Semarang", RegionKind.CITY, "33", Provenance("test"))
AGENCY = Region("pusat.bps", "BPS", RegionKind.CENTRAL_AGENCY, None, Provenance("test"))


def _viewer(role: Role, *regions: str) -> Viewer:
    return Viewer("someone", role, frozenset(regions))


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (PUBLIC_VIEWER, PUBLISHED_ONLY),
        (_viewer(Role.PUBLIC, "32.11"), PUBLISHED_ONLY),
        (_viewer(Role.OPD, "32.11"), Access(regions=frozenset({"32.11"}))),
        (_viewer(Role.REGION, "32.11"), Access(regions=frozenset({"32.11"}))),
        (_viewer(Role.ASSESSOR, "32.11", "32"), Access(regions=frozenset({"32.11", "32"}))),
        (_viewer(Role.PROVINCE, "32"), Access(provinces=frozenset({"32"}))),
        (_viewer(Role.ADMIN), Access(everything=True)),
    ],
)
def test_a_role_reads_the_drafts_of_its_scope(viewer: Viewer, expected: Access) -> None:
    assert access.unpublished_access(viewer) == expected


@pytest.mark.parametrize(
    ("viewer", "covered"),
    [
        (PUBLIC_VIEWER, []),
        (_viewer(Role.PUBLIC, "32", "32.11"), []),
        (_viewer(Role.REGION, "32.11"), [SUMEDANG]),
        (_viewer(Role.REGION, "32"), [PROVINCE]),  # not those of its members
        (_viewer(Role.ASSESSOR, "32.11", "33.74"), [SUMEDANG, SEMARANG]),
        (_viewer(Role.PROVINCE, "32"), [PROVINCE, SUMEDANG]),
        (_viewer(Role.PROVINCE, "33"), [SEMARANG]),
        (_viewer(Role.PROVINCE, "ID"), [PROVINCE, AGENCY]),  # those whose results it records
        (_viewer(Role.FOLLOWER, "32"), [PROVINCE, SUMEDANG]),
        (_viewer(Role.FOLLOWER, "ID"), []),  # the nation's log is no more than its own
        (_viewer(Role.PROVINCE), []),
        (_viewer(Role.ADMIN), [PROVINCE, SUMEDANG, SEMARANG, AGENCY]),
    ],
)
def test_a_scope_covers_its_regions_and_a_province_its_members(
    viewer: Viewer, covered: list[Region]
) -> None:
    regions = (PROVINCE, SUMEDANG, SEMARANG, AGENCY)
    assert [region for region in regions if access.covers_region(viewer, region)] == covered
