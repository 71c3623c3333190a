"""Freshness barrier: waits until the replicas of regions are at most so many seconds old.

If a replica is older, this instance requests the head of the log from the region's owner and waits
until the replica has reached it. The wait ends at a deadline; the coverage states which regions are
older then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from engine.coverage import Coverage, CoveredRegion
from engine.log.source import Source, SourceState
from regions.owners import ObservedHead
from resolvers.context import Context
from resolvers.problems import InvalidArgument
from storage import log
from storage import ownership as stored

DEADLINE_SECONDS = 2.0
AGE_MOST = 86_400  # seconds
REGIONS_MOST = 1000
# The replication client retries these owners all the time: another request would not help.
HOPELESS = frozenset({SourceState.UNREACHABLE, SourceState.DIVERGED})


async def wait_until_fresh(
    context: Context, max_age: int, regions: Collection[str] | None
) -> Coverage:
    """Wait until the replicas of regions (None: of all) are at most `max_age` seconds old.

    Return how fresh each region is after the wait.

    Raises:
        InvalidArgument: an argument is out of bounds.
    """
    if not 0 <= max_age <= AGE_MOST:
        raise InvalidArgument("maxAge", f"0 to {AGE_MOST} seconds", str(max_age))
    if regions is not None and len(regions) > REGIONS_MOST:
        raise InvalidArgument("regions", f"at most {REGIONS_MOST} codes", str(len(regions)))
    instance = context.instance
    since = instance.clock() - timedelta(seconds=max_age)
    async with context.read() as session:
        owned = set(await log.list_regions_with_log(session)) if regions is None else set(regions)
        sources = {
            each.region: each
            for each in await stored.list_all_sources(session)
            if regions is None or each.region in owned
        }
    old = {code for code, source in sources.items() if _old(source, since)}
    askable = {code for code in old if sources[code].state not in HOPELESS}
    confirmed: dict[str, datetime] = {}
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            seen = instance.tail.newest
            observed = await instance.owners.heads(askable, since, DEADLINE_SECONDS)
            await _copied(context, observed, seen, confirmed)
    except TimeoutError:
        pass
    context.confirmed.update(confirmed)
    now = instance.clock()
    outcomes = [
        _outcome(code, sources.get(code), confirmed.get(code), since, now)
        for code in sorted(owned | sources.keys())
    ]
    return Coverage(outcomes)


async def _copied(
    context: Context,
    observed: dict[str, ObservedHead],
    seen: int,
    confirmed: dict[str, datetime],
) -> None:
    """Note each region whose replica has reached its owner's head; return when all have."""
    waiting = {code: each for code, each in observed.items() if each.head is not None}
    while waiting:
        async with context.database.read() as session:
            heads = await log.newest_sequences_by_region(session, waiting)
        for code, each in list(waiting.items()):
            if each.head is not None and heads.get(code, 0) >= each.head.sequence:
                confirmed[code] = each.at
                del waiting[code]
        if waiting:
            tail = context.instance.tail
            seen = await tail.wait(seen, lambda it: it.region in waiting, DEADLINE_SECONDS)


def _old(source: Source, since: datetime) -> bool:
    return source.state is not SourceState.FRESH or source.as_of is None or source.as_of < since


def _outcome(
    code: str, source: Source | None, confirmed: datetime | None, since: datetime, now: datetime
) -> CoveredRegion:
    if source is None:
        return CoveredRegion(code, SourceState.OWNED, now)
    if confirmed is not None:
        return CoveredRegion(code, SourceState.FRESH, confirmed)
    state = source.at(now)
    if state is SourceState.FRESH and _old(source, since):
        state = SourceState.STALE
    return CoveredRegion(code, state, source.as_of)
