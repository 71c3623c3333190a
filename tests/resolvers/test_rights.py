"""Who may give which right: all roles to all roles, in all kinds of scopes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.account import Right
from engine.account_access import RegionTree
from engine.model import Role, Viewer
from resolvers.rights import givable_rights

TREE = RegionTree(
    {"32": None, "32.11": "32", "32.73": "32", "33": None, "33.74": "33", "pusat.bkn": None},
    frozenset({"32", "33", "52"}),  # of 52 no region is on record by itself
)
VIEWERS = {
    Role.PUBLIC: Viewer("public", Role.PUBLIC),
    Role.FOLLOWER: Viewer("follower", Role.FOLLOWER, frozenset({"32.11"})),
    Role.OPD: Viewer("opd", Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-dinkes"})),
    Role.REGION: Viewer("region", Role.REGION, frozenset({"32.11"})),
    Role.ASSESSOR: Viewer("assessor", Role.ASSESSOR, frozenset({"32.11"})),
    Role.PROVINCE: Viewer("province", Role.PROVINCE, frozenset({"32"})),
    Role.ADMIN: Viewer("admin", Role.ADMIN),
}
GIVEN = (Role.FOLLOWER, Role.OPD, Role.REGION, Role.ASSESSOR, Role.PROVINCE, Role.ADMIN)


@dataclass(frozen=True)
class Scope:
    """Regions of a right, and which roles the coordinator of 32.11 and the province 32 may give."""

    regions: tuple[str, ...]
    by_region: tuple[Role, ...] = ()
    by_province: tuple[Role, ...] = ()


COACHED = (Role.FOLLOWER, Role.OPD, Role.REGION, Role.ASSESSOR)
SCOPES = (
    Scope(("32.11",), (Role.FOLLOWER, Role.OPD), COACHED),
    Scope(("32.73",), (), COACHED),
    Scope(("32.11", "32.73"), (), COACHED),
    Scope(("32",), (), COACHED),
    Scope(("33.74",)),
    Scope(("32.11", "33.74")),
    Scope(("33",)),
    Scope(("52",)),
    Scope(("pusat.bkn",)),
    Scope(("99.99",)),
    Scope(()),
)


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: "+".join(scope.regions) or "none")
@pytest.mark.parametrize("giver", VIEWERS, ids=lambda role: role.value)
def test_a_role_gives_exactly_these_roles(giver: Role, scope: Scope) -> None:
    regions = frozenset(scope.regions)
    given = {
        role
        for role in GIVEN
        if givable_rights(VIEWERS[giver], TREE).includes(Right(role, regions))
    }
    expected = {
        Role.REGION: set(scope.by_region),
        Role.PROVINCE: set(scope.by_province),
        Role.ADMIN: set(GIVEN),
    }
    assert given == expected.get(giver, set())


def test_the_nation_gives_roles_in_provinces_and_central_agencies() -> None:
    nation = Viewer("nation", Role.PROVINCE, frozenset({"ID"}))
    given = givable_rights(nation, TREE).regions_by_role[Role.ASSESSOR]
    assert given == {"ID", "32", "33", "pusat.bkn"}


def test_a_follower_with_drafts_needs_the_scope_of_one_without() -> None:
    right = Right(Role.FOLLOWER, frozenset({"32.11"}), drafts=True)
    assert givable_rights(VIEWERS[Role.REGION], TREE).includes(right)
    assert not givable_rights(Viewer("bandung", Role.REGION, frozenset({"32.73"})), TREE).includes(
        right
    )


def test_the_office_of_a_province_gives_no_follower_of_all_its_regions() -> None:
    """A FOLLOWER of a province reads the drafts of its regions, but the office does not."""
    office = Viewer("office", Role.REGION, frozenset({"32"}))
    assert not givable_rights(office, TREE).includes(
        Right(Role.FOLLOWER, frozenset({"32"}), drafts=True)
    )
    assert givable_rights(office, TREE).includes(Right(Role.OPD, frozenset({"32"})))


@pytest.mark.parametrize("role", [Role.REGION, Role.PROVINCE], ids=lambda role: role.value)
def test_a_role_without_a_scope_gives_nothing(role: Role) -> None:
    assert givable_rights(Viewer("nowhere", role), TREE).is_empty


def test_only_an_administrator_sees_an_account_whose_last_right_is_not_known() -> None:
    includes = {
        role: givable_rights(viewer, TREE).includes(None) for role, viewer in VIEWERS.items()
    }
    assert [role for role in includes if includes[role]] == [Role.ADMIN]
