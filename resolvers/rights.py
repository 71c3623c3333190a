"""The rules by which a viewer gives rights: to whom, which ones, and in which regions."""

from __future__ import annotations

from collections.abc import Collection

from engine.account import AccountKind, Right
from engine.account_access import AccountAccess, RegionTree
from engine.model import Role, Viewer
from resolvers.problems import Forbidden, InvalidInput
from storage import opd as stored_opd
from storage.database import Session
from storage.region import read_region_tree

SCOPE_MOST = 100  # regions, or OPDs, of one right
PROVINCE_GIVES = (Role.REGION, Role.ASSESSOR, Role.OPD, Role.FOLLOWER)


def givable_rights(viewer: Viewer, tree: RegionTree) -> AccountAccess:
    """Return the rights that a viewer may give, and may change and withdraw from others."""
    match viewer.role:
        case Role.ADMIN:
            return AccountAccess(everything=True)
        case Role.PROVINCE if viewer.regions:
            members = tree.members(viewer.regions)
            return AccountAccess(regions_by_role=dict.fromkeys(PROVINCE_GIVES, members))
        case Role.REGION if viewer.regions:
            # A FOLLOWER of a province also reads its regions, which a coordinator may not.
            own_regions = {Role.OPD: viewer.regions, Role.FOLLOWER: viewer.regions - tree.provinces}
            return AccountAccess(regions_by_role=own_regions)
        case _:
            return AccountAccess()


async def read_givable_rights(session: Session, viewer: Viewer) -> AccountAccess:
    """Return what `givable_rights` does for the regions that are on record."""
    if viewer.role not in (Role.PROVINCE, Role.REGION):
        return givable_rights(viewer, RegionTree({}, frozenset()))
    return givable_rights(viewer, await read_region_tree(session))


async def checked_right(session: Session, viewer: Viewer, kind: AccountKind, right: Right) -> Right:
    """Return a right that the viewer may give, and whose scope is valid.

    Raises:
        InvalidInput: the role cannot be given to this kind of account, or the scope is not valid.
        Forbidden: the viewer may not give this right.
    """
    _check_role(kind, right.role)
    tree = await read_region_tree(session)
    givable = givable_rights(viewer, tree)
    if not givable.includes_role(right.role):
        raise Forbidden(viewer.role, f"give the role {right.role.value}")
    _check_regions(right, tree)
    if not givable.includes(right):
        raise Forbidden(
            viewer.role,
            f"give the role {right.role.value} in {', '.join(sorted(right.regions))}, "
            "which is not wholly in its scope",
        )
    await _check_opds(session, right)
    if right.drafts and right.role is not Role.FOLLOWER:
        raise InvalidInput("readsDrafts", f"false for the role {right.role.value}", "true")
    return right


def _check_role(kind: AccountKind, role: Role) -> None:
    if role is Role.PUBLIC:
        raise InvalidInput("role", "a role other than PUBLIC, which needs no account", role.value)
    if kind is AccountKind.PERSON and role is Role.FOLLOWER:
        raise InvalidInput("role", "a role of a person; programs alone can be FOLLOWER", role.value)


def _check_regions(right: Right, tree: RegionTree) -> None:
    if right.role is Role.ADMIN:
        _expect_none("regionCodes", right.role, right.regions)
        return
    _expect_some("regionCodes", f"codes of regions for the role {right.role.value}", right.regions)
    provinces = tree.provinces
    for code in sorted(right.regions):
        if right.role is Role.PROVINCE and code not in provinces:
            raise InvalidInput("regionCodes", "codes of provinces on record", code)
        is_province = right.role in (Role.PROVINCE, Role.FOLLOWER) and code in provinces
        if code not in tree.parents and not is_province:
            raise InvalidInput("regionCodes", "codes of regions on record", code)


async def _check_opds(session: Session, right: Right) -> None:
    if right.role is not Role.OPD:
        _expect_none("opdIds", right.role, right.opds)
        return
    _expect_some("opdIds", "ids of OPDs for the role OPD", right.opds)
    opds = await stored_opd.opds_by_id(session, right.opds)
    for id in sorted(right.opds):
        opd = opds.get(id)
        if opd is None or opd.region not in right.regions:
            regions = ", ".join(sorted(right.regions))
            raise InvalidInput("opdIds", f"ids of OPDs of {regions}", id)
        if opd.dissolved_reason is not None:
            raise InvalidInput("opdIds", "ids of OPDs that are not dissolved", id)
    regions_with_opds = {opd.region for opd in opds.values()}
    if without := sorted(right.regions - regions_with_opds):
        raise InvalidInput("regionCodes", "the regions of the OPDs and no others", without[0])


def _expect_none(field: str, role: Role, scope: Collection[str]) -> None:
    if scope:
        raise InvalidInput(field, f"none for the role {role.value}", f"{len(scope)}")


def _expect_some(field: str, what: str, scope: Collection[str]) -> None:
    if not 1 <= len(scope) <= SCOPE_MOST:
        raise InvalidInput(field, f"1 to {SCOPE_MOST} {what}", f"{len(scope)}")
