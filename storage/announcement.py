"""The last announced verification and proposals of each region, for comparison with new results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.log.entry import format_timestamp
from storage.tables import AnnouncementRow, InstanceRow, core_table

VERIFICATION_PREFIX = "verification "  # of the subjects of verifications, before what is verified
BY_REGION = select(AnnouncementRow.subject, AnnouncementRow.body).where(
    AnnouncementRow.region == bindparam("region")
)
_BY_REGIONS = select(AnnouncementRow.region, AnnouncementRow.body).where(
    AnnouncementRow.region.in_(bindparam("regions")),
    AnnouncementRow.subject == bindparam("subject"),
)

_ADVANCE_DERIVED_HEAD = (
    update(InstanceRow)
    .where(InstanceRow.derived_head < bindparam("arrival"))
    .values(derived_head=bindparam("arrival"))
)


async def announcements_by_region(
    session: AsyncSession, regions: Collection[str], subject: str
) -> dict[str, Mapping[str, Any]]:
    """Return the last announcements about a subject as documents, by region."""
    rows = await session.execute(_BY_REGIONS, {"regions": list(regions), "subject": subject})
    return {row.region: row.body for row in rows}


async def save_announcements(
    session: AsyncSession, region: str, outcomes: Mapping[str, object], at: datetime
) -> None:
    """Save what this transaction announces by subject, in place of the last announcements."""
    if outcomes:
        await session.execute(
            _upsert_announcement(session.get_bind().dialect.name),
            [
                {
                    "region": region,
                    "subject": subject,
                    "body": to_document(outcome),
                    "at": format_timestamp(at),
                }
                for subject, outcome in outcomes.items()
            ],
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


@lru_cache
def _upsert_announcement(dialect: str) -> Insert:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(core_table(AnnouncementRow))
    statement: Insert = insert.on_conflict_do_update(
        index_elements=("region", "subject"),
        set_={"body": insert.excluded.body, "at": insert.excluded.at},
    )
    return statement
