"""Prunes the arrival order, because old arrivals need not be stored for ever.

The entries themselves stay. Of old arrivals, the newest of each kind and topic stay too, because the
snapshot at the beginning of a subscription contains them.
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

AT_ONCE = 5000  # arrivals that one transaction examines, while other writers wait

_newer = aliased(ArrivalRow)
# A public arrival is outdated only by another public one, because some readers see only those.
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
    """Delete outdated arrivals from before a time; return the number of deleted arrivals.

    Arrivals whose derived events are not computed yet stay. A client that resumes from an earlier
    position must start again with a snapshot. The function may be stopped at any time, and continues
    when it is called again.
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
    assert instance is not None  # the migration inserts the only row
    # The limit is a number and not a time, because a clock may have been wrong for a while.
    first_kept = await session.scalar(
        select(func.min(ArrivalRow.number))
        .prefix_with(LONG)
        .where(ArrivalRow.at >= format_timestamp(before))
    )
    past = instance.arrival_head if first_kept is None else first_kept - 1
    instance.arrival_floor = max(instance.arrival_floor, min(past, instance.derived_head))
    return instance.arrival_floor
