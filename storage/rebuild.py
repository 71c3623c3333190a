"""Rebuilds all rows from the logs, which proves that the rows are only a projection."""

from __future__ import annotations

from sqlalchemy import delete, false, not_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from storage import log_entries, ownership, projection
from storage.snapshot import log_row_condition
from storage.tables import core_table
from storage.upsert import PROJECTED_TABLES


async def rebuild_projection(session: AsyncSession) -> int:
    """Delete all projected rows and write them again; return the number of applied entries.

    The logs, the arrival order and the idempotency keys stay as they are, and so do the rows of
    copies that began with a snapshot: their entries are not complete.
    """
    restored = await ownership.list_restored_regions(session)
    for table in reversed(PROJECTED_TABLES):  # referring tables first, because of the foreign keys
        is_restored = or_(false(), *(log_row_condition(table, region) for region in restored))
        await session.execute(delete(core_table(table)).where(not_(is_restored)))
    applied = 0
    identities = {
        region: await ownership.find_identity(session, region)
        for region in await log_entries.list_regions_with_log(session)
        if region not in restored
    }
    # A followed log may have results of an own region, which perhaps no list has any more.
    for region, identity in sorted(identities.items(), key=lambda item: item[1] is not None):
        sequence = 0
        while page := await log_entries.list_applicable_entries(session, region, after=sequence):
            await projection.apply_entries(session, page, identity)
            applied += len(page)
            sequence = page[-1].sequence
    return applied
