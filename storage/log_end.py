"""Moves the end of a log and numbers the arrivals, as the last step before the commit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import ArrivalRow, HeadRow, InstanceRow, core_table

_INSERT_ARRIVALS = insert(core_table(ArrivalRow))
_UPDATE_HEAD = (
    update(core_table(HeadRow))
    .where(core_table(HeadRow).c.region == bindparam("at_region"))
    .values(sequence=bindparam("sequence"), hash=bindparam("hash"), at=bindparam("at"))
)
_UPDATE_ARRIVAL_HEAD = (
    update(core_table(InstanceRow))
    .values(arrival_head=core_table(InstanceRow).c.arrival_head + bindparam("count"))
    .returning(core_table(InstanceRow).c.arrival_head)
)
# The statements as one. The writers of all regions wait for the only row of `instance`, so it must be
# locked for the fewest round trips, which are this one and the commit.
_END_ON_POSTGRESQL = text("""
WITH moved_head AS (
  UPDATE head SET sequence = :sequence, hash = :hash, at = :at WHERE region = :at_region
), numbered AS (
  UPDATE instance SET arrival_head = arrival_head + :count RETURNING arrival_head
), arrived AS (
  INSERT INTO arrival (number, at, region, log, sequence, kind, topic, visibility, derived)
  SELECT numbered.arrival_head - :count + ordinal, arrival.at, region, log, sequence, kind, topic,
    visibility, derived
  FROM numbered, json_to_recordset(CAST(:arrivals AS json)) AS arrival (
    ordinal bigint, at text, region text, log text, sequence bigint, kind text, topic text, visibility text,
    derived json)
)
SELECT arrival_head FROM numbered
""").bindparams(
    bindparam("sequence", type_=BigInteger),
    bindparam("at", type_=Text),
    bindparam("count", type_=BigInteger),
    bindparam("arrivals", type_=Text),
)


async def end_log(
    session: AsyncSession,
    region: str,
    sequence: int,
    last_hash: str,
    at: str | None,
    arrivals: Sequence[Mapping[str, Any]],
) -> int:
    """Record the newest entry of a region and the arrivals; return the number of the last one.

    Return 0 if there are no arrivals, because the entries are withheld from this instance.

    Args:
        at: the time of the newest entry, as it was applied.
        arrivals: columns of `arrival` without the number.
    """
    count = len(arrivals)
    head = {"at_region": region, "sequence": sequence, "hash": last_hash, "at": at}
    if not arrivals:
        await session.execute(_UPDATE_HEAD, head)
        return 0
    if session.get_bind().dialect.name == "postgresql":
        ordered = [{"ordinal": ordinal, **row} for ordinal, row in enumerate(arrivals, start=1)]
        parameters = {**head, "count": count, "arrivals": json.dumps(ordered)}
        last: int = (await session.execute(_END_ON_POSTGRESQL, parameters)).scalar_one()
        return last
    await session.execute(_UPDATE_HEAD, head)
    last = (await session.execute(_UPDATE_ARRIVAL_HEAD, {"count": count})).scalar_one()
    numbers = range(last - count + 1, last + 1)
    await session.execute(
        _INSERT_ARRIVALS,
        [{"number": number, **row} for number, row in zip(numbers, arrivals, strict=True)],
    )
    return last
