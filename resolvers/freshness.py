"""Freshness barrier: waits until the replicas of regions are at most so many seconds old.

If a replica is older, this instance requests the head of the log from the region's owner and waits
until the replica has reached it. The wait ends at a deadline; the coverage states which regions are
older then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from engine.coverage import Coverage, CoveredRegion
from engine.log.source import Source, SourceState
from regions.owner_heads import ObservedHead
from resolvers.context import Context
from resolvers.problems import InvalidArgument, NotFresh
from storage import log_entries
from storage import ownership as stored

DEADLINE_SECONDS = 2.0
AGE_MOST = 86_400  # seconds
REGIONS_MOST = 1000
# The replication client retries these owners continuously: another request would not help.
# An entry that is withheld, refused or waits for its region wakes no waiter: the heads are read again.
POLL_SECONDS = 0.25
RETRIED_STATES = frozenset({SourceState.UNREACHABLE, SourceState.DIVERGED})


async def wait_until_fresh(
    context: Context, max_age: int, regions: Collection[str] | None
) -> Coverage:
    """Wait until the replicas of regions (None: of all) are at most `max_age` seconds old.

    Return how fresh each region is after the wait. Equal calls in one operation share one wait.
    Regions that this instance does not have are left out.

    Raises:
        InvalidArgument: an argument is out of bounds.
    """
    if not 0 <= max_age <= AGE_MOST:
        raise InvalidArgument("freshness.maxAge", f"0 to {AGE_MOST} seconds", str(max_age))
    if regions is not None and len(regions) > REGIONS_MOST:
        raise InvalidArgument(
            "freshness.regionCodes", f"at most {REGIONS_MOST} codes", str(len(regions))
        )
    key = (max_age, None if regions is None else frozenset(regions))
    coverage = context.coverage_by_request.get(key)
    if coverage is None:
        wait = partial(_wait_until_fresh, context, *key)
        coverage = context.coverage_by_request[key] = await context.waits.run(key, wait)
    return coverage


async def require_fresh(context: Context, max_age: int, regions: Collection[str] | None) -> None:
    """Wait like `wait_until_fresh`, and refuse replicas that are still older than that.

    Raises:
        InvalidArgument: an argument is out of bounds.
        NotFresh: a replica is older.
    """
    coverage = await wait_until_fresh(context, max_age, regions)
    if not coverage.is_complete:
        raise NotFresh(max_age, coverage)


async def _wait_until_fresh(
    context: Context, max_age: int, regions: frozenset[str] | None
) -> Coverage:
    instance = context.instance
    since = instance.clock() - timedelta(seconds=max_age)
    async with context.read() as session:
        sources = {
            source.region: source
            for source in await stored.list_all_sources(session)
            if regions is None or source.region in regions
        }
        codes = set(
            await log_entries.list_regions_with_log(session)
            if regions is None
            else await log_entries.newest_sequences_by_region(session, regions)
        )
    old_codes = {code for code, source in sources.items() if _is_older(source, since)}
    requested_codes = {code for code in old_codes if sources[code].state not in RETRIED_STATES}
    confirmed: dict[str, datetime] = {}
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            arrival_number = instance.tail.newest
            observed_heads = await instance.owners.heads(requested_codes, since, DEADLINE_SECONDS)
            await _wait_for_replicas(context, observed_heads, arrival_number, confirmed)
    except TimeoutError:
        pass
    if confirmed:
        context.confirmed_at_by_region.update(confirmed)
        context.loaders.forget()  # another field may have loaded rows before the replicas arrived
    now = instance.clock()
    covered_regions = [
        _covered_region(code, sources.get(code), confirmed.get(code), since, now)
        for code in sorted(codes | sources.keys())
    ]
    return Coverage(covered_regions)


async def _wait_for_replicas(
    context: Context,
    observed_heads: dict[str, ObservedHead],
    arrival_number: int,
    confirmed: dict[str, datetime],
) -> None:
    """Record in `confirmed` when each replica reached its owner's head; return when all have."""
    pending = {
        code: observed for code, observed in observed_heads.items() if observed.head is not None
    }
    while pending:
        async with context.database.read() as session:
            heads = await log_entries.newest_sequences_by_region(session, pending)
        for code, observed in list(pending.items()):
            if observed.head is not None and heads.get(code, 0) >= observed.head.sequence:
                confirmed[code] = observed.at
                del pending[code]
        if pending:
            tail = context.instance.tail
            arrival_number = await tail.wait_for_arrival(
                arrival_number, lambda arrival: arrival.log in pending, POLL_SECONDS
            )


def _is_older(source: Source, since: datetime) -> bool:
    return source.state is not SourceState.FRESH or source.as_of is None or source.as_of < since


def _covered_region(
    code: str, source: Source | None, confirmed: datetime | None, since: datetime, now: datetime
) -> CoveredRegion:
    if source is None:
        return CoveredRegion(code, SourceState.OWNED, now)
    if confirmed is not None:
        return CoveredRegion(code, SourceState.FRESH, confirmed)
    state = source.state_at(now)
    if state is SourceState.FRESH and _is_older(source, since):
        state = SourceState.STALE
    return CoveredRegion(code, state, source.as_of)
