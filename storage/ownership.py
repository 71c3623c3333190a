"""The regions that other instances own, and the state of their replicas here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from engine.log.region_identity import RegionIdentity
from engine.log.source import ClockDeviation, Source, SourceProblem, SourceState
from engine.model import RegionKind
from storage.tables import HeadRow, RefusedEntryRow, RegionRow, SourceRow, core_table

OWNER_BY_REGION = select(func.coalesce(SourceRow.owner, SourceRow.url).label("owner")).where(
    SourceRow.region == bindparam("region")
)
_REFUSED_COUNT = (
    select(func.count())
    .where(RefusedEntryRow.region == SourceRow.region)
    .scalar_subquery()
    .label("refused_count")
)
_BY_REGIONS = select(SourceRow, _REFUSED_COUNT).where(
    SourceRow.region.in_(bindparam("regions", expanding=True))
)
_IDENTITIES = select(SourceRow.region, SourceRow.name, SourceRow.kind, SourceRow.parent).where(
    SourceRow.region.in_(bindparam("regions", expanding=True))
)
_UPDATE_STATE = (
    update(core_table(SourceRow))
    .where(
        core_table(SourceRow).c.region == bindparam("at_region"),
        core_table(SourceRow).c.generation == bindparam("at_generation"),
    )
    .values(
        {
            name: bindparam(name)
            for name in ("url", "owner", "state", "as_of", "problem", "detail", "clock", "diverged")
        }
    )
)
_ALL_SOURCES = select(SourceRow, _REFUSED_COUNT).order_by(SourceRow.region)
_COUNT_OWNED = (
    select(func.count())
    .select_from(HeadRow)
    .where(HeadRow.sequence > 0, HeadRow.region.not_in(select(SourceRow.region)))
)


def _source_from_row(row: SourceRow, refused_count: int) -> Source:
    """Return the source that a row holds."""
    return Source(
        region=row.region,
        url=row.url,
        state=SourceState(row.state),
        as_of=None if row.as_of is None else datetime.fromisoformat(row.as_of),
        problem=None if row.problem is None else SourceProblem(row.problem),
        detail=row.detail,
        owner=row.owner,
        clock=None if row.clock is None else ClockDeviation(row.clock),
        refused_count=refused_count,
        parent=row.parent,
        generation=row.generation,
        base=row.base,
        has_diverged=row.diverged,
    )


async def sources_by_region(session: AsyncSession, regions: Collection[str]) -> dict[str, Source]:
    """Return the sources by region; regions that this instance owns are left out."""
    rows = await session.execute(_BY_REGIONS, {"regions": list(regions)})
    return {row.region: _source_from_row(row, count) for row, count in rows}


async def list_all_sources(session: AsyncSession) -> list[Source]:
    """Return the sources of all regions that other instances own, by region code."""
    return [_source_from_row(*row) for row in await session.execute(_ALL_SOURCES)]


async def count_owned_regions(session: AsyncSession) -> int:
    """Return the number of regions that this instance owns."""
    return await session.scalar(_COUNT_OWNED) or 0


async def insert_source(
    session: AsyncSession, source: Source, identity: RegionIdentity | None
) -> None:
    """Record that another instance owns the region.

    Args:
        identity: of the region in the lists of this instance; None if they do not have it.
    """
    session.add(
        SourceRow(
            region=source.region,
            base=0,
            generation=source.generation,
            **_state_columns(source),
            name=None if identity is None else identity.name,
            kind=None if identity is None else identity.kind.value,
            parent=None if identity is None else identity.parent,
        )
    )


async def update_identity(session: AsyncSession, identity: RegionIdentity) -> None:
    """Record what this instance's list now says of a followed region, in its source and its row."""
    for table, code in ((SourceRow, SourceRow.region), (RegionRow, RegionRow.code)):
        await session.execute(
            update(table)
            .where(code == identity.code)
            .values(name=identity.name, kind=identity.kind.value, parent=identity.parent)
        )


async def find_identity(session: AsyncSession, region: str) -> RegionIdentity | None:
    """Return the identity of a followed region; None if this instance owns the region."""
    return (await identities_by_region(session, [region])).get(region)


async def identities_by_region(
    session: AsyncSession, regions: Collection[str]
) -> dict[str, RegionIdentity | None]:
    """Return the identities of followed regions; None if no list of this instance has the region."""
    rows = await session.execute(_IDENTITIES, {"regions": list(regions)})
    return {
        row.region: None
        if row.name is None
        else RegionIdentity(row.region, row.name, RegionKind(row.kind), row.parent)
        for row in rows
    }


async def set_replica_base(session: AsyncSession, region: str, base: int) -> None:
    """Record the first entry of a replica; a snapshot replaces all entries before it."""
    await session.execute(update(SourceRow).where(SourceRow.region == region).values(base=base))


async def list_restored_regions(session: AsyncSession) -> set[str]:
    """Return the regions whose replicas began with a snapshot."""
    return set(await session.scalars(select(SourceRow.region).where(SourceRow.base > 0)))


async def find_replica_base(session: AsyncSession, region: str) -> int:
    """Return the sequence of the first entry of a replica; 0 if the log is complete."""
    base = await session.scalar(select(SourceRow.base).where(SourceRow.region == region))
    return base or 0


async def delete_source(session: AsyncSession, region: str) -> None:
    """Record that this instance owns the region."""
    await session.execute(delete(SourceRow).where(SourceRow.region == region))


async def update_sources(session: AsyncSession, sources: Sequence[Source]) -> None:
    """Update the state of replicas.

    Regions that this instance owns by now are left out, and so are states of a replica that was
    deleted meanwhile.
    """
    await session.execute(
        _UPDATE_STATE,
        [
            {
                "at_region": source.region,
                "at_generation": source.generation,
                **_state_columns(source),
            }
            for source in sources
        ],
    )


def _state_columns(source: Source) -> dict[str, str | bool | None]:
    return {
        "url": source.url,
        "owner": source.owner,
        "state": source.state.value,
        "as_of": None if source.as_of is None else format_timestamp(source.as_of),
        "problem": None if source.problem is None else source.problem.value,
        "detail": source.detail,
        "clock": None if source.clock is None else source.clock.value,
        "diverged": source.has_diverged,
    }
