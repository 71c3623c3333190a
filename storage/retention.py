"""Prunes the arrival order by deleting old arrivals that newer ones have replaced.

The entries themselves stay. Of old arrivals, the newest of each kind and topic stay too, because
the snapshot at the beginning of a subscription contains them.
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

ARRIVALS_AT_ONCE = 5000  # arrivals that one transaction examines, while other writers wait

_newer = aliased(ArrivalRow)
# Only a public arrival outdates a public one, because some readers see only public arrivals.
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
    position must start again with a snapshot. The function may be stopped at any time, and
    continues when it is called again.
    """
    async with database.write() as session:
        floor = await _raise_floor(session, before)
    deleted = last = 0
    while True:
        async with database.write() as session:
            numbers = (
                select(ArrivalRow.number)
                .where(ArrivalRow.number > last, ArrivalRow.number <= floor)
                .order_by(ArrivalRow.number)
                .limit(ARRIVALS_AT_ONCE)
            )
            page_end = await session.scalar(select(func.max(numbers.subquery().c.number)))
            if page_end is None:
                return deleted
            result = await session.execute(
                delete(ArrivalRow)
                .prefix_with(LONG)
                .where(ArrivalRow.number > last, ArrivalRow.number <= page_end, _OUTDATED)
                .execution_options(synchronize_session=False)
            )
            deleted += cast("CursorResult[Any]", result).rowcount
            last = page_end


async def _raise_floor(session: Session, before: datetime) -> int:
    instance = await session.scalar(select(InstanceRow).with_for_update())
    assert instance is not None  # the migration inserts the only row
    # The limit is a number and not a time, because a clock may have been wrong for a while.
    first_kept = await session.scalar(
        select(func.min(ArrivalRow.number))
        .prefix_with(LONG)
        .where(ArrivalRow.at >= format_timestamp(before))
    )
    limit = instance.arrival_head if first_kept is None else first_kept - 1
    instance.arrival_floor = max(instance.arrival_floor, min(limit, instance.derived_head))
    return instance.arrival_floor
