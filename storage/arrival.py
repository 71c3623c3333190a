"""The arrival order: everything this instance committed, numbered without a gap."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import document, value_in
from engine.model import EventKind, Visibility
from storage.access import Access, narrowed
from storage.sqlite_driver import LONG
from storage.tables import ArrivalRow, EntryRow, InstanceRow


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
class Position:
    """How far the arrival order goes, in which epoch of its numbering."""

    epoch: str
    arrival: int
    floor: int  # of what arrived up to here, only the newest about each topic are kept


_POSITION = select(InstanceRow.epoch, InstanceRow.arrival_head, InstanceRow.arrival_floor)


async def position(session: AsyncSession) -> Position:
    """Return the newest position."""
    row = (await session.execute(_POSITION)).one()
    return Position(row.epoch, row.arrival_head, row.arrival_floor)


async def after(session: AsyncSession, number: int, limit: int) -> list[Arrival]:
    """Return up to `limit` arrivals after `number`, in order, whoever may see them."""
    return await _read(session, [ArrivalRow.number > number], limit)


async def visible_after(
    session: AsyncSession, number: int, limit: int, access: Access
) -> list[Arrival]:
    """Return up to `limit` arrivals after `number` that the reader may see."""
    return await _read(session, [ArrivalRow.number > number, _visible(access)], limit)


async def newest_of_each(
    session: AsyncSession,
    head: int,
    *,
    after: int,
    limit: int,
    access: Access,
    kinds: Collection[EventKind] | None,
    regions: Collection[str] | None,
) -> list[Arrival]:
    """Return, of the arrivals up to `head`, the newest of each kind about each topic.

    They are those that the reader may see, of these kinds and regions (None: of all); up to `limit`
    after the number `after`, in order.
    """
    number = func.max(ArrivalRow.number)
    newest = (
        select(number.label("number"))
        .prefix_with(LONG)
        .where(ArrivalRow.number <= head, _visible(access))
        .group_by(ArrivalRow.kind, ArrivalRow.region, ArrivalRow.topic)
        .having(number > after)
        .order_by(number)
        .limit(limit)
    )
    if kinds is not None:
        newest = newest.where(ArrivalRow.kind.in_([kind.value for kind in kinds]))
    if regions is not None:
        newest = newest.where(ArrivalRow.region.in_(regions))
    numbers = list(await session.scalars(newest))
    return await _read(session, [ArrivalRow.number.in_(numbers)], limit)


def _visible(access: Access) -> ColumnElement[bool]:
    return or_(
        ArrivalRow.visibility == Visibility.PUBLIC.value, narrowed(ArrivalRow.region, access)
    )


async def _read(
    session: AsyncSession, conditions: list[ColumnElement[bool]], limit: int
) -> list[Arrival]:
    found = await session.execute(
        select(ArrivalRow, EntryRow.actor, EntryRow.subject)
        .join(
            EntryRow,
            and_(EntryRow.region == ArrivalRow.region, EntryRow.sequence == ArrivalRow.sequence),
        )
        .where(*conditions)
        .order_by(ArrivalRow.number)
        .limit(limit)
    )
    return [
        Arrival(
            number=row.number,
            at=datetime.fromisoformat(row.at),
            region=row.region,
            sequence=row.sequence,
            kind=EventKind(row.kind),
            visibility=Visibility(row.visibility),
            actor=actor,
            subject=(row.derived or {}).get("subject", subject),
            topic=row.topic,
            derived=row.derived,
        )
        for row, actor, subject in found
    ]


def encoded(arrival: Arrival) -> bytes:
    """Return an arrival as one process tells it to another."""
    return orjson.dumps(document(arrival))


def decoded(content: bytes) -> Arrival:
    """Return the arrival that `encoded` was given.

    Raises:
        ValueError: it is something else.
    """
    return value_in(Arrival, content)


async def renew_epoch(session: AsyncSession) -> None:
    """Begin a new epoch, as after a restored backup: its numbers may have meant others."""
    await session.execute(update(InstanceRow).values(epoch=secrets.token_hex(6)))
