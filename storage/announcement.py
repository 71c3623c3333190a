"""What was last announced of a region's verification and proposals, to tell news from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.log.entry import format_timestamp
from storage.tables import AnnouncementRow, InstanceRow

_OF_REGION = select(AnnouncementRow).where(AnnouncementRow.region == bindparam("region"))
_OF_REGIONS = select(AnnouncementRow).where(
    AnnouncementRow.region.in_(bindparam("regions")),
    AnnouncementRow.subject == bindparam("subject"),
)

_MOVE = (
    update(InstanceRow)
    .where(InstanceRow.derived_head < bindparam("arrival"))
    .values(derived_head=bindparam("arrival"))
)


async def announcements_by_subject(
    session: AsyncSession, region: str
) -> dict[str, Mapping[str, Any]]:
    """Return what was last announced of a region as documents, by subject."""
    rows = await session.scalars(_OF_REGION, {"region": region})
    return {each.subject: each.body for each in rows}


async def announcements_by_region(
    session: AsyncSession, regions: Collection[str], subject: str
) -> dict[str, Mapping[str, Any]]:
    """Return what was last announced about that subject as documents, by region."""
    rows = await session.scalars(_OF_REGIONS, {"regions": list(regions), "subject": subject})
    return {each.region: each.body for each in rows}


async def save_announcement(
    session: AsyncSession, region: str, subject: str, outcome: object, at: datetime
) -> None:
    """Note what is announced with this transaction."""
    await session.merge(
        AnnouncementRow(
            region=region, subject=subject, body=to_document(outcome), at=format_timestamp(at)
        )
    )


async def delete_announcements(
    session: AsyncSession, region: str, subjects: Collection[str]
) -> None:
    """Forget subjects that are followed no more."""
    if subjects:
        await session.execute(
            delete(AnnouncementRow).where(
                AnnouncementRow.region == region, AnnouncementRow.subject.in_(subjects)
            )
        )


async def followed_up(session: AsyncSession) -> int:
    """Return the arrival up to which everything was followed up."""
    return (await session.execute(select(InstanceRow.derived_head))).scalar_one()


async def advance_derived_head(session: AsyncSession, arrival: int) -> None:
    """Note that everything up to an arrival is followed up; it never goes back."""
    await session.execute(_MOVE, {"arrival": arrival})
