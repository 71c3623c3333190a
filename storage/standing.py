"""What was last announced of a region's verification and proposals, to tell news from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.entry import timestamp
from storage.tables import InstanceRow, StandingRow


async def of_region(session: AsyncSession, region: str) -> dict[str, Mapping[str, Any]]:
    """Return what was last announced of a region, by subject."""
    rows = await session.scalars(select(StandingRow).where(StandingRow.region == region))
    return {each.subject: each.body for each in rows}


async def keep(
    session: AsyncSession, region: str, subject: str, body: Mapping[str, Any], at: datetime
) -> None:
    """Note what is announced with this transaction."""
    await session.merge(
        StandingRow(region=region, subject=subject, body=dict(body), at=timestamp(at))
    )


async def forget(session: AsyncSession, region: str, subject: str) -> None:
    """Forget a subject that is no more."""
    await session.execute(
        delete(StandingRow).where(StandingRow.region == region, StandingRow.subject == subject)
    )


async def followed_up(session: AsyncSession) -> int:
    """Return the arrival up to which everything was followed up."""
    return (await session.execute(select(InstanceRow.derived_head))).scalar_one()


async def move(session: AsyncSession, arrival: int) -> None:
    """Note that everything up to an arrival is followed up; it never goes back."""
    await session.execute(
        update(InstanceRow).where(InstanceRow.derived_head < arrival).values(derived_head=arrival)
    )
