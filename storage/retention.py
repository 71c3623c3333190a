"""How far back the arrival order goes: a log that is followed need not be kept for ever.

The entries themselves stay. Of what arrived long ago the newest about each topic stay too, for a
subscription that begins with a snapshot tells them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select
from sqlalchemy.orm import aliased

from engine.log.entry import format_timestamp
from engine.model import Visibility
from storage.database import Database, Session
from storage.sqlite_driver import LONG
from storage.tables import ArrivalRow, InstanceRow

AT_ONCE = 5000  # arrivals that one transaction looks at: others wait to write meanwhile

_newer = aliased(ArrivalRow)
# Whoever sees the older sees the newer too. Some see only what is public.
_OUTDATED = (
    select(_newer.number)
    .where(
        _newer.kind == ArrivalRow.kind,
        _newer.region == ArrivalRow.region,
        _newer.topic == ArrivalRow.topic,
        _newer.number > ArrivalRow.number,
        or_(
            _newer.visibility == Visibility.PUBLIC.value,
            ArrivalRow.visibility != Visibility.PUBLIC.value,
        ),
    )
    .exists()
)


async def prune_arrival_log(database: Database, before: datetime) -> int:
    """Forget what arrived before that time and has been followed up; return how many arrivals.

    Whoever would resume from before then is told to begin anew. It may be stopped at any time, and
    goes on when it is called again.
    """
    async with database.write() as session:
        floor = await _raised_floor(session, before)
    forgotten = last = 0
    while True:
        async with database.write() as session:
            page = (
                select(ArrivalRow.number)
                .where(ArrivalRow.number > last, ArrivalRow.number <= floor)
                .order_by(ArrivalRow.number)
                .limit(AT_ONCE)
            )
            end = await session.scalar(select(func.max(page.subquery().c.number)))
            if end is None:
                return forgotten
            done = await session.execute(
                delete(ArrivalRow)
                .prefix_with(LONG)
                .where(ArrivalRow.number > last, ArrivalRow.number <= end, _OUTDATED)
                .execution_options(synchronize_session=False)
            )
            forgotten += cast("CursorResult[Any]", done).rowcount
            last = end


async def _raised_floor(session: Session, before: datetime) -> int:
    instance = await session.scalar(select(InstanceRow).with_for_update())
    assert instance is not None  # the migration makes the one row
    # By number, and not each by its time: a clock may have been wrong for a while.
    first_kept = await session.scalar(
        select(func.min(ArrivalRow.number))
        .prefix_with(LONG)
        .where(ArrivalRow.at >= format_timestamp(before))
    )
    past = instance.arrival_head if first_kept is None else first_kept - 1
    instance.arrival_floor = max(instance.arrival_floor, min(past, instance.derived_head))
    return instance.arrival_floor
