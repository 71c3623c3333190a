"""What happened: pages of the arrival order, and the live end of it."""

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
    """An arrival as one viewer sees it, with the position before it in what that viewer sees."""

    arrival: Arrival
    cursor: str
    previous_cursor: str
    snapshot: bool = False  # it tells how things stand, and not what happens now
    subject: Hashable = None  # a newer event about it may replace this one; None: none may
    more: bool = False  # the next event is at hand


async def newest_event_cursor(context: Context) -> str:
    """Return the cursor of the newest arrival that every read of this operation sees."""
    async with context.read() as session:
        epoch = (await stored.newest_position(session)).epoch
    return EventPosition(epoch, context.position).cursor


async def page_of_events(
    context: Context, after: str | None, first: int
) -> tuple[list[VisibleEvent], str, bool]:
    """Return up to `first` events the viewer may see, the cursor to go on from, and if more wait.

    Without `after` the page begins with the first event since which all are kept.

    Raises:
        SnapshotRequired: as of `follow`.
    """
    async with context.read() as session:
        position = await stored.newest_position(session)
        if after is None:
            start = position.floor
        else:
            begin = parse_event_cursor(after, position)
            if begin.head is not None:  # there are no pages of a snapshot
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
    """Yield what the viewer may see after a cursor; close it when done.

    Without a cursor it begins with a snapshot: the newest event of each kind about each topic.
    With `conflate` whoever reads too slowly may be told only the newest about each topic.

    Raises:
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
    teller = _EventSequence(context, conflate, begin.cursor)
    if begin.head is not None:
        async with aclosing(_snapshot(context, wanted, begin.number, begin.head)) as held:
            async for arrival, more in held:
                number, head = (arrival.number, begin.head) if more else (begin.head, None)
                at = EventPosition(begin.epoch, number, head)
                yield teller.next(arrival, at, more=more, snapshot=True)
    live = begin.number if begin.head is None else begin.head
    async with aclosing(context.instance.tail.follow(live)) as pages:
        try:
            async for page in pages:
                if any(arrival.kind is EventKind.REGION_RECORDED for arrival in page):
                    context.loaders.forget()
                told = [arrival for arrival in page if wanted.has(arrival)]
                for arrival in told:
                    at = EventPosition(begin.epoch, arrival.number)
                    yield teller.next(arrival, at, more=arrival is not told[-1])
        except GapError:
            raise SnapshotRequired(teller.last) from None


async def _snapshot(
    context: Context, wanted: _EventFilter, after: int, head: int
) -> AsyncGenerator[tuple[Arrival, bool], None]:
    """Yield the newest of each up to `head`, and whether there are more of them."""
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
    """What is told to whom; None: all of it."""

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
    """Makes the events of a subscription, each with the cursor of the one before."""

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
