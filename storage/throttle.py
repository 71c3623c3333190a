"""Stores failed attempts, so that all processes count them together.

Keys are digests, so that the table holds no login and no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp, parse_timestamp
from storage.account_tables import ThrottleRow
from storage.tables import core_table


@dataclass(frozen=True, slots=True)
class Throttle:
    """The failed attempts of a key."""

    failures: int
    blocked_until: datetime | None = None


async def lock_throttle(session: AsyncSession, key: str, now: datetime) -> Throttle:
    """Return the failures of a key, which no other transaction changes until this one ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(core_table(ThrottleRow))
        .values(key=key, failures=0, last_failure_at=format_timestamp(now), blocked_until=None)
        .on_conflict_do_update(index_elements=["key"], set_={"failures": ThrottleRow.failures})
        .returning(ThrottleRow.failures, ThrottleRow.blocked_until)
    )
    row = (await session.execute(statement)).one()
    blocked_until = None if row.blocked_until is None else parse_timestamp(row.blocked_until)
    return Throttle(row.failures, blocked_until)


async def store_throttle(
    session: AsyncSession, key: str, throttle: Throttle, now: datetime
) -> None:
    """Store the failures of a key that is locked, the newest of which is now."""
    blocked_until = throttle.blocked_until
    await session.execute(
        update(ThrottleRow)
        .where(ThrottleRow.key == key)
        .values(
            failures=throttle.failures,
            last_failure_at=format_timestamp(now),
            blocked_until=None if blocked_until is None else format_timestamp(blocked_until),
        )
    )


async def forgive_failure(session: AsyncSession, key: str, *, unblock: bool = False) -> None:
    """Take back one failure of a key, whose attempt was none after all.

    Args:
        unblock: whether this failure has blocked the key.
    """
    statement = update(ThrottleRow).where(ThrottleRow.key == key, ThrottleRow.failures > 0)
    statement = statement.values(failures=ThrottleRow.failures - 1)
    await session.execute(statement.values(blocked_until=None) if unblock else statement)


async def delete_throttle(session: AsyncSession, key: str) -> None:
    """Forget the failures of a key."""
    await session.execute(delete(ThrottleRow).where(ThrottleRow.key == key))


async def delete_old_throttles(session: AsyncSession, before: datetime) -> None:
    """Forget the keys without a failure since a time."""
    statement = delete(ThrottleRow).where(ThrottleRow.last_failure_at < format_timestamp(before))
    await session.execute(statement)
