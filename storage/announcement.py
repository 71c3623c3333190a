"""The last announced verification and proposals of each region, for comparison with new results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.log.entry import format_timestamp
from storage.tables import AnnouncementRow, InstanceRow

_BY_REGION = select(AnnouncementRow).where(AnnouncementRow.region == bindparam("region"))
_BY_REGIONS = select(AnnouncementRow).where(
    AnnouncementRow.region.in_(bindparam("regions")),
    AnnouncementRow.subject == bindparam("subject"),
)

_ADVANCE_DERIVED_HEAD = (
    update(InstanceRow)
    .where(InstanceRow.derived_head < bindparam("arrival"))
    .values(derived_head=bindparam("arrival"))
)


async def announcements_by_subject(
    session: AsyncSession, region: str
) -> dict[str, Mapping[str, Any]]:
    """Return the last announcements of a region as documents, by subject."""
    rows = await session.scalars(_BY_REGION, {"region": region})
    return {row.subject: row.body for row in rows}


async def announcements_by_region(
    session: AsyncSession, regions: Collection[str], subject: str
) -> dict[str, Mapping[str, Any]]:
    """Return the last announcements about a subject as documents, by region."""
    rows = await session.scalars(_BY_REGIONS, {"regions": list(regions), "subject": subject})
    return {row.region: row.body for row in rows}


async def save_announcement(
    session: AsyncSession, region: str, subject: str, outcome: object, at: datetime
) -> None:
    """Save what this transaction announces about a subject, in place of the last announcement."""
    await session.merge(
        AnnouncementRow(
            region=region, subject=subject, body=to_document(outcome), at=format_timestamp(at)
        )
    )


async def delete_announcements(
    session: AsyncSession, region: str, subjects: Collection[str]
) -> None:
    """Delete the announcements about subjects that are no longer tracked."""
    if subjects:
        await session.execute(
            delete(AnnouncementRow).where(
                AnnouncementRow.region == region, AnnouncementRow.subject.in_(subjects)
            )
        )


async def read_derived_head(session: AsyncSession) -> int:
    """Return the number of the arrival up to which all derived events are computed."""
    return (await session.execute(select(InstanceRow.derived_head))).scalar_one()


async def advance_derived_head(session: AsyncSession, arrival: int) -> None:
    """Record the arrival up to which derived events are computed; a lower number has no effect."""
    await session.execute(_ADVANCE_DERIVED_HEAD, {"arrival": arrival})
