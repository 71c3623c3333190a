"""Reads and streams the events that a viewer may see, in arrival order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Hashable
from contextlib import aclosing
from dataclasses import dataclass

from engine.model import OWN_ACTORS, EventKind, Visibility
from realtime.tail import GapError
from resolvers.context import Context
from resolvers.cursor import EventPosition, parse_event_cursor
from resolvers.problems import InvalidArgument, SnapshotRequired
from storage import arrival as stored
from storage import region as stored_region
from storage.arrival import Arrival

REPLAY = f"{OWN_ACTORS}replay"  # the actor of entries that replay what was published earlier
REGIONS_MOST = 1000
SNAPSHOT_PAGE = 500


@dataclass(frozen=True, slots=True)
class VisibleEvent:
    """An event as one viewer sees it, with the cursor of the previous event that the viewer sees."""

    arrival: Arrival
    cursor: str
    previous_cursor: str
    snapshot: bool = False  # it is part of the initial snapshot, and not a live event
    subject: Hashable = None  # a newer event with this subject may replace it; None: none may
    more: bool = False  # the next event is available at once


async def newest_event_cursor(context: Context) -> str:
    """Return the cursor of the newest arrival that all reads of this operation see."""
    async with context.read() as session:
        epoch = (await stored.newest_position(session)).epoch
    return EventPosition(epoch, context.position).cursor


async def page_of_events(
    context: Context, after: str | None, first: int
) -> tuple[list[VisibleEvent], str, bool]:
    """Return up to `first` events that the viewer may see, the end cursor, and whether more follow.

    Without `after` the page begins after the newest pruned event.

    Raises:
        SnapshotRequired: the cursor is within a snapshot, of another epoch, or too old.
    """
    async with context.read() as session:
        position = await stored.newest_position(session)
        if after is None:
            start = position.floor
        else:
            begin = parse_event_cursor(after, position)
            if begin.head is not None:  # a snapshot is streamed and not paged
                raise SnapshotRequired(after)
            start = begin.number
        found = await stored.visible_after(session, start, first + 1, context.access)
    more = len(found) > first
    seen = _chained(position.epoch, start, found[:first])
    end = seen[-1].cursor if more else EventPosition(position.epoch, position.arrival).cursor
    return seen, end, more


async def stream_events(
    context: Context,
    *,
    after: str | None,
    regions: Collection[str] | None,
    kinds: Collection[EventKind] | None,
    conflate: bool = False,
) -> AsyncGenerator[VisibleEvent, None]:
    """Yield the events after a cursor that the viewer may see; close it when done.

    Without a cursor the stream begins with a snapshot: the newest event per kind and topic.
    With `conflate`, a slow client may receive only the newest event per kind and topic.

    Raises:
        InvalidArgument: there are too many regions.
        SnapshotRequired: the cursor is of another epoch, from the future, or too old.
    """
    if regions is not None and len(regions) > REGIONS_MOST:
        raise InvalidArgument("regions", f"at most {REGIONS_MOST} codes", str(len(regions)))
    async with context.read() as session:
        position = await stored.newest_position(session)
        scope = await stored_region.accessible_region_codes(session, context.access)
    begin = (
        EventPosition(position.epoch, 0, position.arrival)
        if after is None
        else parse_event_cursor(after, position)
    )
    wanted = _EventFilter(
        None if regions is None else frozenset(regions),
        None if kinds is None else frozenset(kinds),
        scope,
    )
    sequence = _EventSequence(context, conflate, begin.cursor)
    if begin.head is not None:
        async with aclosing(_snapshot(context, wanted, begin.number, begin.head)) as held:
            async for arrival, more in held:
                number, head = (arrival.number, begin.head) if more else (begin.head, None)
                at = EventPosition(begin.epoch, number, head)
                yield sequence.next(arrival, at, more=more, snapshot=True)
    live = begin.number if begin.head is None else begin.head
    async with aclosing(context.instance.tail.follow(live)) as pages:
        try:
            async for page in pages:
                if any(arrival.kind is EventKind.REGION_RECORDED for arrival in page):
                    context.loaders.forget()
                visible = [arrival for arrival in page if wanted.has(arrival)]
                for arrival in visible:
                    at = EventPosition(begin.epoch, arrival.number)
                    yield sequence.next(arrival, at, more=arrival is not visible[-1])
        except GapError:
            raise SnapshotRequired(sequence.last) from None


async def _snapshot(
    context: Context, wanted: _EventFilter, after: int, head: int
) -> AsyncGenerator[tuple[Arrival, bool], None]:
    """Yield the newest event per kind and topic up to `head`, and whether more follow."""
    context.begin_event()
    async with context.read() as session:
        numbers = await stored.newest_of_each(
            session,
            head,
            after=after,
            access=context.access,
            kinds=wanted.kinds,
            regions=wanted.regions,
        )
    waiting: Arrival | None = None
    for first in range(0, len(numbers), SNAPSHOT_PAGE):
        context.begin_event()
        async with context.read() as session:
            found = await stored.list_arrivals_by_number(
                session, numbers[first : first + SNAPSHOT_PAGE]
            )
        for arrival in found:
            if waiting is not None:
                yield waiting, True
            waiting = arrival
    if waiting is not None:
        yield waiting, False


@dataclass(frozen=True, slots=True)
class _EventFilter:
    """Selects the events of a subscription that its viewer may see; None means no restriction."""

    regions: frozenset[str] | None
    kinds: frozenset[EventKind] | None
    scope: Collection[str] | None  # the regions whose drafts the viewer may read

    def has(self, arrival: Arrival) -> bool:
        return (
            (self.kinds is None or arrival.kind in self.kinds)
            and (self.regions is None or arrival.region in self.regions)
            and (
                arrival.visibility is Visibility.PUBLIC
                or self.scope is None
                or arrival.region in self.scope
            )
        )


@dataclass(slots=True)
class _EventSequence:
    """Makes the events of a subscription, each with the cursor of the event before it."""

    context: Context
    conflate: bool
    last: str  # the cursor of the event before

    def next(
        self, arrival: Arrival, at: EventPosition, *, more: bool, snapshot: bool = False
    ) -> VisibleEvent:
        self.context.begin_event()
        subject = (arrival.kind, arrival.region, arrival.topic) if self.conflate else None
        before, self.last = self.last, at.cursor
        return VisibleEvent(arrival, at.cursor, before, snapshot, subject, more)


def _chained(epoch: str, start: int, arrivals: list[Arrival]) -> list[VisibleEvent]:
    cursors = [
        EventPosition(epoch, number).cursor
        for number in (start, *(each.number for each in arrivals))
    ]
    return [
        VisibleEvent(arrival, cursor, before)
        for arrival, before, cursor in zip(arrivals, cursors, cursors[1:], strict=False)
    ]
