"""Deletes the replica of a region, so that it is copied again."""

from __future__ import annotations

from sqlalchemy import delete, update

from engine.log.source import SourceProblem, SourceState
from storage import arrival
from storage.database import Database
from storage.log import lock_log
from storage.snapshot import log_row_condition
from storage.tables import (
    AnnouncementRow,
    ArrivalRow,
    EntryRow,
    HeadRow,
    InstanceRow,
    RefusedEntryRow,
    SourceRow,
    core_table,
)
from storage.upsert import PROJECTED_TABLES


class NotAReplica(LookupError):
    """This instance owns the region, or does not know it."""

    def __init__(self, region: str) -> None:
        super().__init__(f"region {region} is not a replica of another instance's region")


async def delete_replica(database: Database, region: str) -> None:
    """Delete the replica of a region, so that it is replicated again, and begin a new epoch.

    Raises:
        NotAReplica: there is no replica of the region.
    """
    async with database.write() as session:
        await lock_log(session, region)  # entries that are stored meanwhile are deleted too
        source = await session.get(SourceRow, region)
        if source is None:
            raise NotAReplica(region)
        source.base, source.as_of = 0, None
        source.generation += 1
        source.state, source.problem = SourceState.STALE.value, SourceProblem.COPYING.value
        source.detail, source.clock = "", None
        for table in reversed(PROJECTED_TABLES):
            await session.execute(delete(core_table(table)).where(log_row_condition(table, region)))
        await session.execute(delete(ArrivalRow).where(ArrivalRow.log == region))
        for table in (AnnouncementRow, EntryRow, RefusedEntryRow, HeadRow):
            await session.execute(delete(table).where(table.region == region))
        # The numbers of the arrivals have gaps now.
        await session.execute(update(InstanceRow).values(arrival_floor=InstanceRow.arrival_head))
        await arrival.renew_arrival_epoch(session)
