"""Reads regions, and converts them to and from rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account_access import RegionTree
from engine.model import Provenance, Region, RegionKind
from engine.page import Page
from storage.access import Access, draft_access_condition
from storage.pagination import paginate_by_keyset
from storage.tables import RegionRow

MEMBER_KINDS = (RegionKind.REGENCY, RegionKind.CITY)  # the kinds of regions in a province
_PARENT_KINDS = {RegionKind.PROVINCE.value, RegionKind.NATION.value}

_BY_CODES = select(RegionRow).where(RegionRow.code.in_(bindparam("codes")))
BY_CODE = select(RegionRow).where(RegionRow.code == bindparam("code"))
_MEMBERS = (
    select(RegionRow.code)
    .where(RegionRow.parent == bindparam("parent"), RegionRow.kind.in_(bindparam("kinds")))
    .order_by(RegionRow.code)
)

_LOCK_MISSING_REGION = text("SELECT pg_advisory_xact_lock(hashtextextended('region ' || :code, 0))")


def region_to_row(region: Region) -> RegionRow:
    """Return the row of a region."""
    return RegionRow(
        code=region.code,
        name=region.name,
        kind=region.kind.value,
        parent=region.parent,
        capital=region.capital,
        population=region.population,
        area_km2=region.area_km2,
        latitude=region.latitude,
        longitude=region.longitude,
        source=region.provenance.source,
        confirmed=region.provenance.confirmed,
        note=region.provenance.note,
    )


def region_from_row(row: RegionRow) -> Region:
    """Return the region that a row holds."""
    return Region(
        code=row.code,
        name=row.name,
        kind=RegionKind(row.kind),
        parent=row.parent,
        capital=row.capital,
        population=row.population,
        area_km2=row.area_km2,
        latitude=row.latitude,
        longitude=row.longitude,
        provenance=Provenance(row.source, row.confirmed, row.note),
    )


async def regions_by_code(session: AsyncSession, codes: Collection[str]) -> dict[str, Region]:
    """Return the regions with these codes; unknown codes are left out."""
    rows = await session.scalars(_BY_CODES, {"codes": list(codes)})
    return {row.code: region_from_row(row) for row in rows}


async def list_region_codes(session: AsyncSession) -> set[str]:
    """Return the codes of all regions."""
    return set(await session.scalars(select(RegionRow.code)))


async def read_region_tree(session: AsyncSession) -> RegionTree:
    """Return all regions by their provinces; the nation is one, as the scope of a role."""
    rows = (await session.execute(select(RegionRow.code, RegionRow.parent, RegionRow.kind))).all()
    provinces = {row.code for row in rows if row.kind in _PARENT_KINDS}
    provinces.update(row.parent for row in rows if row.parent is not None)
    return RegionTree({row.code: row.parent for row in rows}, frozenset(provinces))


async def list_parent_codes(session: AsyncSession) -> set[str]:
    """Return the codes of the parents of all regions; a parent may have no row of its own."""
    parents = await session.scalars(select(RegionRow.parent).distinct())
    return {code for code in parents if code is not None}


async def paginate_regions(
    session: AsyncSession,
    *,
    parent: str | None,
    kinds: Sequence[RegionKind],
    search: str,
    meant: str | None,
    by_name: bool,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Region]:
    """Return one page of regions by code, or by name and code.

    Args:
        kinds: the kinds of the regions; empty for all kinds but the nation.
        search: a part of the names; all regions if it is empty.
        meant: the code of a region that is included although its name has no such part.
    """
    query = select(RegionRow)
    if parent is not None:
        query = query.where(RegionRow.parent == parent)
    if kinds:
        query = query.where(RegionRow.kind.in_([kind.value for kind in kinds]))
    else:
        query = query.where(RegionRow.kind != RegionKind.NATION.value)
    if search:
        has_part = func.lower(RegionRow.name).contains(search.lower(), autoescape=True)
        query = query.where(or_(has_part, RegionRow.code == meant))
    columns = (RegionRow.name, RegionRow.code) if by_name else (RegionRow.code,)
    page = await paginate_by_keyset(session, query, columns, first=first, after=after)
    return page.with_values([region_from_row(row) for row in page.values])


async def list_member_codes(
    session: AsyncSession, parent: str, kinds: Sequence[RegionKind]
) -> list[str]:
    """Return the codes of the regions of these kinds in `parent`, by code."""
    parameters = {"parent": parent, "kinds": [kind.value for kind in kinds]}
    return list(await session.scalars(_MEMBERS, parameters))


async def accessible_region_codes(session: AsyncSession, access: Access) -> frozenset[str] | None:
    """Return the codes of the regions whose drafts the reader may see; None for all."""
    if access.everything:
        return None
    return frozenset(
        await session.scalars(
            select(RegionRow.code).where(draft_access_condition(RegionRow.code, access))
        )
    )


async def lock_missing_regions(session: AsyncSession, codes: Collection[str]) -> bool:
    """Lock these regions, which have no row, until the transaction ends.

    Return whether one of them may have a row by now.

    A result may come before its region. The transaction that stores the region announces the
    results that wait for it, so it must see them all. SQLite has one writer at a time.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    for code in sorted(codes):
        await session.execute(_LOCK_MISSING_REGION, {"code": code})
    return True
