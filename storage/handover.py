"""Reads what a log says about the hand-over of its region, and whether a copy is complete."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.identifier import region_id
from engine.log.entry import Entry
from engine.log.refusal import RefusalReason
from engine.model import EventKind
from storage.log_entries import entry_from_row
from storage.ownership import find_replica_base
from storage.tables import EntryRow, RefusedEntryRow, SourceRow

_HANDOVER_KINDS = (
    EventKind.HANDOVER_OFFERED,
    EventKind.HANDOVER_WITHDRAWN,
    EventKind.REGION_HANDED_OVER,
)


async def find_standing_offer(session: AsyncSession, region: str) -> Entry | None:
    """Return the newest offer of a region, if it was neither withdrawn nor completed."""
    row = await session.scalar(
        select(EntryRow)
        .where(
            EntryRow.region == region,
            EntryRow.subject == region_id(region),
            EntryRow.kind.in_([kind.value for kind in _HANDOVER_KINDS]),
        )
        .order_by(EntryRow.sequence.desc())
        .limit(1)
    )
    entry = None if row is None else entry_from_row(row)
    if not isinstance(entry, Entry) or entry.kind is not EventKind.HANDOVER_OFFERED:
        return None
    return entry


async def list_standing_offers(session: AsyncSession) -> list[Entry]:
    """Return the standing offers of the regions that this instance owns, by region."""
    owned_regions = await session.scalars(
        select(EntryRow.region)
        .where(
            EntryRow.kind == EventKind.HANDOVER_OFFERED.value,
            EntryRow.region.not_in(select(SourceRow.region)),
        )
        .distinct()
        .order_by(EntryRow.region)
    )
    offers = [await find_standing_offer(session, region) for region in owned_regions]
    return [offer for offer in offers if offer is not None]


async def is_copy_complete(session: AsyncSession, region: str) -> bool:
    """Return whether a copy has its whole log and applied it, so that it could be the original.

    An identity that differs from this instance's list is no obstacle.
    """
    if await find_replica_base(session, region):
        return False
    is_refused = exists().where(
        RefusedEntryRow.region == region,
        RefusedEntryRow.reason != RefusalReason.FOREIGN_IDENTITY.value,
    )
    is_withheld = exists().where(EntryRow.region == region, EntryRow.kind.is_(None))
    return not await session.scalar(select(is_refused | is_withheld))


async def has_foreign_identity(session: AsyncSession, region: str) -> bool:
    """Return whether the log states another identity of its region than this instance's list."""
    is_foreign = exists().where(
        RefusedEntryRow.region == region,
        RefusedEntryRow.reason == RefusalReason.FOREIGN_IDENTITY.value,
    )
    return bool(await session.scalar(select(is_foreign)))
