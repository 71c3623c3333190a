"""Rebuilds all rows from the logs, which proves that the rows are only a projection."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage import log_entries, ownership, projection
from storage.upsert import PROJECTED_TABLES


async def rebuild_projection(session: AsyncSession) -> int:
    """Delete all projected rows and write them again; return the number of applied entries.

    The logs, the arrival order and the idempotency keys stay as they are.
    """
    for table in reversed(PROJECTED_TABLES):  # referring tables first, because of the foreign keys
        await session.execute(delete(table))
    applied = 0
    identities = {
        region: await ownership.find_identity(session, region)
        for region in await log_entries.list_regions_with_log(session)
    }
    # A followed log may have results of an own region, which perhaps no list has any more.
    for region, identity in sorted(identities.items(), key=lambda item: item[1] is not None):
        sequence = 0
        while page := await log_entries.list_applicable_entries(session, region, after=sequence):
            await projection.apply_entries(session, page, identity)
            applied += len(page)
            sequence = page[-1].sequence
    return applied
