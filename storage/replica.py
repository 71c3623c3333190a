"""The end of a copy: all that is here of a region that another instance owns."""

from __future__ import annotations

from sqlalchemy import delete, update

from storage import arrival
from storage.database import Database
from storage.snapshot import of_region
from storage.tables import (
    ArrivalRow,
    EntryRow,
    HeadRow,
    InstanceRow,
    OutcomeRow,
    SourceRow,
    core,
)
from storage.upsert import FOLDED


class NotACopy(LookupError):
    """The region is owned here, or not known."""

    def __init__(self, region: str) -> None:
        super().__init__(f"region {region} is no copy of another instance's")


async def forget(database: Database, region: str) -> None:
    """Drop the copy of a region, so that it is copied anew; the epoch of the arrival order ends.

    Raises:
        NotACopy: there is none.
    """
    async with database.write() as session:
        source = await session.get(SourceRow, region)
        if source is None:
            raise NotACopy(region)
        source.base, source.as_of, source.reason = 0, None, "it is copied anew"
        for table in reversed(FOLDED):
            await session.execute(delete(core(table)).where(of_region(table, region)))
        for table in (OutcomeRow, ArrivalRow, EntryRow, HeadRow):
            await session.execute(delete(table).where(table.region == region))
        # What arrived is numbered with gaps now.
        await session.execute(update(InstanceRow).values(arrival_floor=InstanceRow.arrival_head))
        await arrival.renew_epoch(session)
