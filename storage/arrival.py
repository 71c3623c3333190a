"""The arrival order: all entries and derived events of this instance, numbered without a gap."""

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

from engine.document import parse_document, to_document
from engine.model import EventKind, Visibility
from storage.access import Access, draft_access_condition
from storage.sqlite_driver import LONG
from storage.tables import ArrivalRow, EntryRow, InstanceRow

TOPICS_AT_ONCE = 5_000  # rows of one statement, which SQLite reads on the event loop


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry or a derived event, with its number in the arrival order of this instance."""

    number: int
    at: datetime
    region: str  # which it is about
    log: str  # the region in whose log the entry is
    sequence: int
    kind: EventKind
    visibility: Visibility
    actor: str
    subject: str
    topic: str  # a newer arrival of the same kind and topic may replace this one
    derived: Mapping[str, Any] | None  # the derived event; None: the arrival is the entry itself


@dataclass(frozen=True, slots=True)
class ArrivalPosition:
    """The end of the arrival order, and the epoch of its numbering."""

    epoch: str
    arrival: int
    floor: int  # up to this number, only the newest arrival of each kind and topic is retained


_ARRIVALS = (
    select(
        ArrivalRow.number,
        ArrivalRow.at,
        ArrivalRow.region,
        ArrivalRow.log,
        ArrivalRow.sequence,
        ArrivalRow.kind,
        ArrivalRow.topic,
        ArrivalRow.visibility,
        ArrivalRow.derived,
        # The newest entry, from which an event is derived, may be withheld.
        func.coalesce(EntryRow.actor, ""),
        func.coalesce(EntryRow.subject, ""),
    )
    .join(
        EntryRow,
        and_(EntryRow.region == ArrivalRow.log, EntryRow.sequence == ArrivalRow.sequence),
    )
    .order_by(ArrivalRow.number)
)
# Each process executes this statement at each change.
_ARRIVALS_AFTER = _ARRIVALS.where(ArrivalRow.number > bindparam("after")).limit(bindparam("limit"))
# The topic of an entry is its subject.
_ARRIVAL_TOPICS = (
    select(ArrivalRow.number, ArrivalRow.kind, ArrivalRow.region, ArrivalRow.topic)
    .where(ArrivalRow.number > bindparam("after"), ArrivalRow.number <= bindparam("head"))
    .order_by(ArrivalRow.number)
    .limit(bindparam("limit"))
)
_POSITION = select(InstanceRow.epoch, InstanceRow.arrival_head, InstanceRow.arrival_floor)


async def read_arrival_position(session: AsyncSession) -> ArrivalPosition:
    """Return the newest position of the arrival order."""
    row = (await session.execute(_POSITION)).one()
    return ArrivalPosition(row.epoch, row.arrival_head, row.arrival_floor)


async def list_arrivals_after(session: AsyncSession, number: int, limit: int) -> list[Arrival]:
    """Return up to `limit` arrivals after `number`, in order, regardless of their visibility."""
    rows = await session.execute(_ARRIVALS_AFTER, {"after": number, "limit": limit})
    return [_arrival_from_row(row) for row in rows]


@dataclass(frozen=True, slots=True)
class ArrivalTopic:
    """The kind, region and topic of an arrival, without its content."""

    kind: EventKind
    region: str
    topic: str


async def iterate_arrival_topics(
    session: AsyncSession, after: int, head: int
) -> AsyncIterator[ArrivalTopic]:
    """Yield the topics of the arrivals after `after` and up to `head`, in order."""
    while after < head:
        bounds = {"after": after, "head": head, "limit": TOPICS_AT_ONCE}
        rows = (await session.execute(_ARRIVAL_TOPICS, bounds)).all()
        if not rows:
            return
        for number, kind, region, topic in rows:
            after = number
            yield ArrivalTopic(EventKind(kind), region, topic)


async def list_visible_arrivals_after(
    session: AsyncSession, number: int, limit: int, access: Access
) -> list[Arrival]:
    """Return up to `limit` arrivals after `number` that the reader may see, in order."""
    return await _read_arrivals(
        session, ArrivalRow.number > number, _visible_condition(access), limit=limit
    )


async def newest_arrival_numbers(
    session: AsyncSession,
    head: int,
    *,
    after: int,
    access: Access,
    kinds: Collection[EventKind] | None,
    regions: Collection[str] | None,
) -> array[int]:
    """Return the number of the newest arrival of each kind, region and topic, in order.

    Only arrivals up to `head` that the reader may see count. Numbers up to `after` are left out,
    and so are other kinds and regions; None means all. The query reads the whole arrival order
    once, and the caller then reads pages with `list_arrivals_by_number`. A number takes eight bytes
    in the result.
    """
    number = func.max(ArrivalRow.number)
    newest = (
        select(number.label("number"))
        .prefix_with(LONG)
        .where(ArrivalRow.number <= head, _visible_condition(access))
        .group_by(ArrivalRow.kind, ArrivalRow.region, ArrivalRow.topic)
        .having(number > after)
    )
    if kinds is not None:
        newest = newest.where(ArrivalRow.kind.in_([kind.value for kind in kinds]))
    if regions is not None:
        newest = newest.where(ArrivalRow.region.in_(regions))
    return array("q", sorted(await session.scalars(newest)))


async def list_arrivals_by_number(session: AsyncSession, numbers: Sequence[int]) -> list[Arrival]:
    """Return the arrivals with these numbers, in order; pruned arrivals are left out."""
    return await _read_arrivals(session, ArrivalRow.number.in_(numbers), limit=len(numbers))


def _visible_condition(access: Access) -> ColumnElement[bool]:
    return or_(
        ArrivalRow.visibility == Visibility.PUBLIC.value,
        draft_access_condition(ArrivalRow.region, access),
    )


async def _read_arrivals(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> list[Arrival]:
    rows = await session.execute(_ARRIVALS.where(*conditions).limit(limit))
    return [_arrival_from_row(row) for row in rows]


def _arrival_from_row(row: Row[Any]) -> Arrival:
    number, at, region, log, sequence, kind, topic, visibility, derived, actor, subject = tuple(row)
    return Arrival(
        number=number,
        at=datetime.fromisoformat(at),
        region=region,
        log=log,
        sequence=sequence,
        kind=EventKind(kind),
        visibility=Visibility(visibility),
        actor=actor,
        subject=subject if derived is None else derived.get("subject", subject),
        topic=topic,
        derived=derived,
    )


def encode_arrival(arrival: Arrival) -> bytes:
    """Encode an arrival for the broker."""
    return orjson.dumps(to_document(arrival))


def decode_arrival(content: bytes) -> Arrival:
    """Decode an arrival that `encode_arrival` returned.

    Raises:
        ValueError: the content is not an encoded arrival.
    """
    return parse_document(Arrival, content)


async def renew_arrival_epoch(session: AsyncSession) -> None:
    """Begin a new epoch, so that clients do not resume from numbers of the old one.

    This is needed after a backup is restored, because numbers then repeat with other arrivals.
    """
    await session.execute(update(InstanceRow).values(epoch=secrets.token_hex(6)))
