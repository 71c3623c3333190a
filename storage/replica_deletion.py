"""Deletes the replica of a region, so that it is copied again."""

from __future__ import annotations

from sqlalchemy import delete, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.assessment_log import NATION_CODE, result_log
from engine.log.region_identity import identify_region
from engine.log.source import Source, SourceProblem, SourceState
from facts.region import nation
from storage import arrival, log_entries, ownership
from storage.announcement import VERIFICATION_PREFIX
from storage.database import Database
from storage.log import lock_log
from storage.snapshot import log_row_condition
from storage.tables import (
    AnnouncementRow,
    ArrivalRow,
    AssessmentRow,
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


class NationNotFollowed(LookupError):
    """This instance owns the nation, and gives it up only if it follows another instance."""

    def __init__(self) -> None:
        super().__init__(
            f"region {NATION_CODE} is owned here: expected an endpoint with it, got none"
        )


async def delete_replica(database: Database, region: str, owner_url: str | None = None) -> None:
    """Delete the replica of a region, so that it is replicated again, and begin a new epoch.

    The log of the nation can also be given up. An instance owns it until it follows another one for
    it, because the results of provinces are in it.

    Args:
        owner_url: of the API that is listed for the region.

    Raises:
        NotAReplica: there is no replica of the region.
        NationNotFollowed: the nation is owned here, and no API is listed for it.
    """
    async with database.write() as session:
        await _lock_logs(session, region)  # entries that are stored meanwhile are deleted too
        source = await session.get(SourceRow, region)
        if source is None:
            source = await _follow_nation(session, region, owner_url)
        source.base, source.as_of, source.diverged = 0, None, False
        source.generation += 1
        source.state, source.problem = SourceState.STALE.value, SourceProblem.COPYING.value
        source.detail, source.clock = "", None
        await _delete_announced_results(session, region)
        for table in reversed(PROJECTED_TABLES):
            await session.execute(delete(core_table(table)).where(log_row_condition(table, region)))
        # Results of the region, in the log of its parent, wait for it again.
        arrivals = or_(ArrivalRow.log == region, ArrivalRow.region == region)
        await session.execute(delete(ArrivalRow).where(arrivals))
        for table in (AnnouncementRow, EntryRow, RefusedEntryRow, HeadRow):
            await session.execute(delete(table).where(table.region == region))
        # The numbers of the arrivals have gaps now.
        await session.execute(update(InstanceRow).values(arrival_floor=InstanceRow.arrival_head))
        await arrival.renew_arrival_epoch(session)


async def _lock_logs(session: AsyncSession, region: str) -> None:
    """Lock the log of the region, and before it that of its parent, which has its results."""
    identity = await ownership.find_identity(session, region)
    parent = None if identity is None else result_log(region, identity.parent)
    for code in filter(None, (parent, region)):
        await lock_log(session, code)


async def _delete_announced_results(session: AsyncSession, log: str) -> None:
    """Delete what was announced about the results of other regions that are in the log.

    What a transaction on the log announced about these regions themselves stays valid. It follows
    the newest entry of the region's own log from now on.
    """
    assessed = select(AssessmentRow.region).where(
        AssessmentRow.log == log, AssessmentRow.region != log
    )
    for code in sorted(await session.scalars(assessed.distinct())):
        await lock_log(session, code)
    arrivals, results = core_table(ArrivalRow), f"{log}:"  # with which the ids of results begin
    is_of_result = arrivals.c.topic.startswith(results, autoescape=True)
    own_sequence = (
        select(HeadRow.sequence).where(HeadRow.region == arrivals.c.region).scalar_subquery()
    )
    await session.execute(
        update(arrivals)
        .where(
            arrivals.c.log == log,
            arrivals.c.region != log,
            arrivals.c.region.in_(select(HeadRow.region)),
            arrivals.c.derived.is_not(None),
            not_(is_of_result),
        )
        .values(log=arrivals.c.region, sequence=own_sequence)
    )
    # A result that waited for its region has the change of its index in the log of the region.
    await session.execute(delete(arrivals).where(is_of_result))
    subject = f"{VERIFICATION_PREFIX}{results}"
    await session.execute(
        delete(AnnouncementRow).where(AnnouncementRow.subject.startswith(subject, autoescape=True))
    )


async def _follow_nation(session: AsyncSession, region: str, owner_url: str | None) -> SourceRow:
    """Return the new source of the nation, whose log is owned here."""
    sequence, _ = await log_entries.read_log_head(session, region)
    if region != NATION_CODE or not sequence:
        raise NotAReplica(region)
    if owner_url is None:
        raise NationNotFollowed
    source = Source(region, owner_url, SourceState.STALE, None, SourceProblem.COPYING)
    await ownership.insert_source(session, source, identify_region(nation()))
    await session.flush()
    row = await session.get(SourceRow, region)
    assert row is not None
    return row
