"""The regions that other instances own, and the state of their replicas here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from engine.log.source import Source, SourceState
from storage.tables import HeadRow, SourceRow, core_table

OWNER_BY_REGION = select(func.coalesce(SourceRow.owner, SourceRow.url).label("owner")).where(
    SourceRow.region == bindparam("region")
)
_BY_REGIONS = select(SourceRow).where(SourceRow.region.in_(bindparam("regions", expanding=True)))
_UPDATE_STATE = (
    update(core_table(SourceRow))
    .where(core_table(SourceRow).c.region == bindparam("at_region"))
    .values({name: bindparam(name) for name in ("url", "owner", "state", "as_of", "reason")})
)
_ALL_SOURCES = select(SourceRow).order_by(SourceRow.region)
_COUNT_OWNED = (
    select(func.count())
    .select_from(HeadRow)
    .where(HeadRow.sequence > 0, HeadRow.region.not_in(select(SourceRow.region)))
)


def source_from_row(row: SourceRow) -> Source:
    """Return the source that a row holds."""
    return Source(
        region=row.region,
        url=row.url,
        state=SourceState(row.state),
        as_of=None if row.as_of is None else datetime.fromisoformat(row.as_of),
        reason=row.reason,
        owner=row.owner,
    )


async def sources_by_region(session: AsyncSession, regions: Collection[str]) -> dict[str, Source]:
    """Return the sources by region; regions that this instance owns are left out."""
    rows = await session.scalars(_BY_REGIONS, {"regions": list(regions)})
    return {row.region: source_from_row(row) for row in rows}


async def list_all_sources(session: AsyncSession) -> list[Source]:
    """Return the sources of all regions that other instances own, by region code."""
    return [source_from_row(row) for row in await session.scalars(_ALL_SOURCES)]


async def count_owned_regions(session: AsyncSession) -> int:
    """Return the number of regions that this instance owns."""
    return await session.scalar(_COUNT_OWNED) or 0


async def insert_source(session: AsyncSession, source: Source) -> None:
    """Record that another instance owns the region."""
    session.add(SourceRow(region=source.region, base=0, **_state_columns(source)))


async def set_replica_base(session: AsyncSession, region: str, base: int) -> None:
    """Record the first entry of a replica; a snapshot replaces all entries before it."""
    await session.execute(update(SourceRow).where(SourceRow.region == region).values(base=base))


async def find_replica_base(session: AsyncSession, region: str) -> int:
    """Return the sequence of the first entry of a replica; 0 if the log is complete."""
    base = await session.scalar(select(SourceRow.base).where(SourceRow.region == region))
    return base or 0


async def delete_source(session: AsyncSession, region: str) -> None:
    """Record that this instance owns the region."""
    await session.execute(delete(SourceRow).where(SourceRow.region == region))


async def update_sources(session: AsyncSession, sources: Sequence[Source]) -> None:
    """Update the state of replicas; regions that this instance owns by now are left out."""
    await session.execute(
        _UPDATE_STATE,
        [{"at_region": source.region, **_state_columns(source)} for source in sources],
    )


def _state_columns(source: Source) -> dict[str, str | None]:
    return {
        "url": source.url,
        "owner": source.owner,
        "state": source.state.value,
        "as_of": None if source.as_of is None else format_timestamp(source.as_of),
        "reason": source.reason,
    }
