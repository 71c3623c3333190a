"""The arrival order: everything this instance committed, numbered without a gap."""

from __future__ import annotations

import secrets
from array import array
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document, value_in
from engine.model import EventKind, Visibility
from storage.access import Access, draft_access_condition
from storage.sqlite_driver import LONG
from storage.tables import ArrivalRow, EntryRow, InstanceRow

CHANGES_AT_ONCE = 5_000  # rows of one statement, on the event loop with SQLite


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that happened, at its place in this instance's order."""

    number: int
    at: datetime
    region: str
    sequence: int
    kind: EventKind
    visibility: Visibility
    actor: str
    subject: str
    topic: str  # of two of a kind about it, the newer may replace the older
    derived: Mapping[str, Any] | None  # what changed by it; None: it is the entry itself


@dataclass(frozen=True, slots=True)
class ArrivalPosition:
    """How far the arrival order goes, in which epoch of its numbering."""

    epoch: str
    arrival: int
    floor: int  # of what arrived up to here, only the newest about each topic are kept


_ARRIVALS = (
    select(
        ArrivalRow.number,
        ArrivalRow.at,
        ArrivalRow.region,
        ArrivalRow.sequence,
        ArrivalRow.kind,
        ArrivalRow.topic,
        ArrivalRow.visibility,
        ArrivalRow.derived,
        EntryRow.actor,
        EntryRow.subject,
    )
    .join(
        EntryRow,
        and_(EntryRow.region == ArrivalRow.region, EntryRow.sequence == ArrivalRow.sequence),
    )
    .order_by(ArrivalRow.number)
)
# What each process reads at each change.
_AFTER = _ARRIVALS.where(ArrivalRow.number > bindparam("after")).limit(bindparam("limit"))
# Of an entry, the topic is its subject.
_CHANGES = (
    select(ArrivalRow.number, ArrivalRow.kind, ArrivalRow.region, ArrivalRow.topic)
    .where(ArrivalRow.number > bindparam("after"), ArrivalRow.number <= bindparam("head"))
    .order_by(ArrivalRow.number)
    .limit(bindparam("limit"))
)
_POSITION = select(InstanceRow.epoch, InstanceRow.arrival_head, InstanceRow.arrival_floor)


async def newest_position(session: AsyncSession) -> ArrivalPosition:
    """Return the newest position."""
    row = (await session.execute(_POSITION)).one()
    return ArrivalPosition(row.epoch, row.arrival_head, row.arrival_floor)


async def list_arrivals_after(session: AsyncSession, number: int, limit: int) -> list[Arrival]:
    """Return up to `limit` arrivals after `number`, in order, whoever may see them."""
    found = await session.execute(_AFTER, {"after": number, "limit": limit})
    return [_arrival(row) for row in found]


@dataclass(frozen=True, slots=True)
class ArrivalTopic:
    """What an arrival is about, without what it says."""

    kind: EventKind
    region: str
    topic: str


async def iterate_arrival_topics(
    session: AsyncSession, after: int, head: int
) -> AsyncIterator[ArrivalTopic]:
    """Yield what the arrivals after `after` and up to `head` are about, in order."""
    while after < head:
        bounds = {"after": after, "head": head, "limit": CHANGES_AT_ONCE}
        found = (await session.execute(_CHANGES, bounds)).all()
        if not found:
            return
        for number, kind, region, topic in found:
            after = number
            yield ArrivalTopic(EventKind(kind), region, topic)


async def visible_after(
    session: AsyncSession, number: int, limit: int, access: Access
) -> list[Arrival]:
    """Return up to `limit` arrivals after `number` that the reader may see."""
    return await _read(session, ArrivalRow.number > number, _visible(access), limit=limit)


async def newest_of_each(
    session: AsyncSession,
    head: int,
    *,
    after: int,
    access: Access,
    kinds: Collection[EventKind] | None,
    regions: Collection[str] | None,
) -> array[int]:
    """Return the numbers, of the arrivals up to `head`, of the newest of each kind about each topic.

    They are those after the number `after`, in order, that the reader may see, of these kinds and regions
    (None: of all). The whole arrival order is read for it once, however many pages are then read by
    `numbered`; eight bytes are held for each.
    """
    number = func.max(ArrivalRow.number)
    newest = (
        select(number.label("number"))
        .prefix_with(LONG)
        .where(ArrivalRow.number <= head, _visible(access))
        .group_by(ArrivalRow.kind, ArrivalRow.region, ArrivalRow.topic)
        .having(number > after)
    )
    if kinds is not None:
        newest = newest.where(ArrivalRow.kind.in_([kind.value for kind in kinds]))
    if regions is not None:
        newest = newest.where(ArrivalRow.region.in_(regions))
    return array("q", sorted(await session.scalars(newest)))


async def list_arrivals_by_number(session: AsyncSession, numbers: Sequence[int]) -> list[Arrival]:
    """Return the arrivals with these numbers, in order; one that is kept no more is left out."""
    return await _read(session, ArrivalRow.number.in_(numbers), limit=len(numbers))


def _visible(access: Access) -> ColumnElement[bool]:
    return or_(
        ArrivalRow.visibility == Visibility.PUBLIC.value,
        draft_access_condition(ArrivalRow.region, access),
    )


async def _read(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> list[Arrival]:
    found = await session.execute(_ARRIVALS.where(*conditions).limit(limit))
    return [_arrival(row) for row in found]


def _arrival(row: Row[Any]) -> Arrival:
    number, at, region, sequence, kind, topic, visibility, derived, actor, subject = tuple(row)
    return Arrival(
        number=number,
        at=datetime.fromisoformat(at),
        region=region,
        sequence=sequence,
        kind=EventKind(kind),
        visibility=Visibility(visibility),
        actor=actor,
        subject=subject if derived is None else derived.get("subject", subject),
        topic=topic,
        derived=derived,
    )


def encode_arrival(arrival: Arrival) -> bytes:
    """Return an arrival as one process tells it to another."""
    return orjson.dumps(to_document(arrival))


def decode_arrival(content: bytes) -> Arrival:
    """Return the arrival that `encoded` was given.

    Raises:
        ValueError: it is something else.
    """
    return value_in(Arrival, content)


async def renew_arrival_epoch(session: AsyncSession) -> None:
    """Begin a new epoch, as after a restored backup: its numbers may have meant others."""
    await session.execute(update(InstanceRow).values(epoch=secrets.token_hex(6)))
