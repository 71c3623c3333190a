"""Reads OPDs, and converts them to and from rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.matching.opd_names import SUCCESSORS_MOST
from engine.model import Opd, OpdKind, Provenance
from engine.page import Page
from storage.pagination import paginate_by_keyset
from storage.tables import OpdRow

_BY_REGION = (
    select(OpdRow).where(OpdRow.region == bindparam("region")).order_by(OpdRow.name, OpdRow.id)
)
EXISTING_BY_REGION = _BY_REGION.where(OpdRow.dissolved_reason.is_(None))


def _select_successions() -> Select[Any]:
    dissolved = (
        select(OpdRow.id, OpdRow.successor, literal(1).label("depth"))
        .where(OpdRow.id.in_(bindparam("opds", expanding=True)), OpdRow.successor.is_not(None))
        .cte("succession", recursive=True)
    )
    following = select(OpdRow.id, OpdRow.successor, dissolved.c.depth + 1).where(
        OpdRow.id == dissolved.c.successor,
        OpdRow.successor.is_not(None),
        dissolved.c.depth <= SUCCESSORS_MOST,
    )
    succession = dissolved.union(following)
    return select(succession.c.id, succession.c.successor).distinct()


# The successors of these OPDs, their successors and so on.
SUCCESSIONS = _select_successions()


def opd_columns(opd: Opd) -> dict[str, Any]:
    """Return the columns of the row of an OPD."""
    return {
        "id": opd.id,
        "region": opd.region,
        "name": opd.name,
        "acronym": opd.acronym,
        "source": opd.provenance.source,
        "confirmed": opd.provenance.confirmed,
        "note": opd.provenance.note,
        "kind": None if opd.kind is None else opd.kind.value,
        "parent": opd.parent,
        "affairs": list(opd.affairs),
        "version": opd.version,
        "successor": opd.successor,
        "dissolved_reason": opd.dissolved_reason,
    }


def opd_from_row(row: OpdRow) -> Opd:
    """Return the OPD that a row holds."""
    return Opd(
        id=row.id,
        region=row.region,
        name=row.name,
        acronym=row.acronym,
        provenance=Provenance(row.source, row.confirmed, row.note),
        kind=None if row.kind is None else OpdKind(row.kind),
        parent=row.parent,
        affairs=tuple(row.affairs),
        version=row.version,
        successor=row.successor,
        dissolved_reason=row.dissolved_reason,
    )


async def opds_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Opd]:
    """Return the OPDs with these ids; unknown ids are left out."""
    rows = await session.scalars(select(OpdRow).where(OpdRow.id.in_(ids)))
    return {row.id: opd_from_row(row) for row in rows}


async def current_opd_ids(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """Return for each id the last successor of a dissolved OPD, or the id of an existing one.

    An OPD without a successor, and an id that is not on record, stay as they are. Ids whose
    successors form a circle are left out.
    """
    rows = (await session.execute(SUCCESSIONS, {"opds": list(ids)})).all()
    return follow_successors(ids, ((row.id, row.successor) for row in rows))


def follow_successors(
    ids: Collection[str], successions: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return what `current_opd_ids` does, from the pairs of an OPD and its successor."""
    successors = dict(successions)
    current_ids: dict[str, str] = {}
    for id in ids:
        reached = id
        for _ in range(SUCCESSORS_MOST + 1):
            if reached not in successors:
                current_ids[id] = reached
                break
            reached = successors[reached]
    return current_ids


async def list_opds_by_region(
    session: AsyncSession, region: str, *, include_dissolved: bool = False
) -> list[Opd]:
    """Return the OPDs of a region, by name."""
    query = _BY_REGION if include_dissolved else EXISTING_BY_REGION
    rows = await session.scalars(query, {"region": region})
    return [opd_from_row(row) for row in rows]


async def paginate_opds(
    session: AsyncSession,
    *,
    region: str,
    include_dissolved: bool,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Opd]:
    """Return one page of a region's OPDs, by name."""
    query = select(OpdRow).where(OpdRow.region == region)
    if not include_dissolved:
        query = query.where(OpdRow.dissolved_reason.is_(None))
    page = await paginate_by_keyset(
        session, query, (OpdRow.name, OpdRow.id), first=first, after=after
    )
    return page.with_values([opd_from_row(row) for row in page.values])
