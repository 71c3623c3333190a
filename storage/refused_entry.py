"""The entries of followed logs that were refused: they are stored, and not applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from engine.log.refusal import RefusalReason, RefusedEntry
from storage.tables import RefusedEntryRow, core_table

_INSERT = insert(core_table(RefusedEntryRow))


async def insert_refused_entries(session: AsyncSession, refused: Sequence[RefusedEntry]) -> None:
    """Record entries as refused."""
    if refused:
        await session.execute(
            _INSERT,
            [
                {
                    "region": entry.region,
                    "sequence": entry.sequence,
                    "reason": entry.reason.value,
                    "message": entry.message,
                    "at": format_timestamp(entry.at),
                }
                for entry in refused
            ],
        )


async def list_refused_entries(
    session: AsyncSession, region: str, *, after: int, limit: int
) -> list[RefusedEntry]:
    """Return up to `limit` refused entries of a log after a sequence, in order."""
    rows = await session.scalars(
        select(RefusedEntryRow)
        .where(RefusedEntryRow.region == region, RefusedEntryRow.sequence > after)
        .order_by(RefusedEntryRow.sequence)
        .limit(limit)
    )
    return [
        RefusedEntry(
            row.region,
            row.sequence,
            RefusalReason(row.reason),
            row.message,
            datetime.fromisoformat(row.at),
        )
        for row in rows
    ]
