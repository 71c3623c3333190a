"""Reads and streams the events that a viewer may see, in arrival order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Hashable
from contextlib import aclosing
from dataclasses import dataclass

from engine.model import OWN_ACTOR_PREFIX, EventKind, Visibility
from realtime.tail import GapError
from resolvers.context import Context
from resolvers.cursor import EventPosition, parse_event_cursor
from resolvers.problems import InvalidArgument, SnapshotRequired
from storage import arrival as stored
from storage import region as stored_region
from storage.arrival import Arrival

REPLAY_ACTOR = (
    f"{OWN_ACTOR_PREFIX}replay"  # the actor of entries that replay what was published earlier
)
REGIONS_MOST = 1000
SNAPSHOT_PAGE = 500


@dataclass(frozen=True, slots=True)
class VisibleEvent:
    """An event as one viewer sees it, with the cursor of the previous event in that view."""

    arrival: Arrival
    cursor: str
    previous_cursor: str
    snapshot: bool = False  # it is part of the initial snapshot, and not a live event
    subject: Hashable = None  # a newer event with this subject may replace it; None: never
    more_available: bool = False  # the next event is available at once


async def is_replayed(context: Context, arrival: Arrival) -> bool:
    """Return whether this instance replays what was published earlier by an arrival.

    Another owner's log may name any actor, so its entries are never a replay of this instance.
    """
    if arrival.actor != REPLAY_ACTOR or not context.instance.replay:
        return False
    return await context.loaders.sources.load(arrival.log) is None


async def newest_event_cursor(context: Context) -> str:
    """Return the cursor of the newest arrival that all reads of this operation see."""
    async with context.read() as session:
        epoch = (await stored.read_arrival_position(session)).epoch
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
        position = await stored.read_arrival_position(session)
        if after is None:
            start = position.floor
        else:
            event_position = parse_event_cursor(after, position)
            if event_position.head is not None:  # a snapshot is streamed and not paged
                raise SnapshotRequired(after)
            start = event_position.number
        arrivals = await stored.list_visible_arrivals_after(
            session, start, first + 1, context.access
        )
    more = len(arrivals) > first
    events = _events_with_cursors(position.epoch, start, arrivals[:first])
    end_cursor = (
        events[-1].cursor if more else EventPosition(position.epoch, position.arrival).cursor
    )
    return events, end_cursor, more


async def stream_events(
    context: Context,
    *,
    after: str | None,
    region_codes: Collection[str] | None,
    kinds: Collection[EventKind] | None,
    conflate: bool = False,
) -> AsyncGenerator[VisibleEvent, None]:
    """Yield the events after a cursor that the viewer may see; close the generator when done.

    Without a cursor the stream begins with a snapshot: the newest event per kind and topic.
    With `conflate`, a slow client may receive only the newest event per kind and topic.

    Raises:
        InvalidArgument: there are too many regions.
        SnapshotRequired: the cursor is of another epoch, from the future, or too old, or a new
            epoch begins.
        OperationTooComplex: the events of the snapshot have exceeded their budget.
    """
    if region_codes is not None and len(region_codes) > REGIONS_MOST:
        raise InvalidArgument(
            "regionCodes", f"at most {REGIONS_MOST} codes", str(len(region_codes))
        )
    async with context.read() as session:
        position = await stored.read_arrival_position(session)
        scope = await stored_region.accessible_region_codes(session, context.access)
    start = (
        EventPosition(position.epoch, 0, position.arrival)
        if after is None
        else parse_event_cursor(after, position)
    )
    event_filter = _EventFilter(
        None if region_codes is None else frozenset(region_codes),
        None if kinds is None else frozenset(kinds),
        scope,
    )
    sequence = _EventSequence(context, conflate, start.cursor)
    if start.head is not None:
        async with aclosing(
            _snapshot_arrivals(context, event_filter, start.number, start.head)
        ) as snapshot:
            async for arrival, more in snapshot:
                number, head = (arrival.number, start.head) if more else (start.head, None)
                event_position = EventPosition(start.epoch, number, head)
                yield sequence.next_event(arrival, event_position, more=more, snapshot=True)
    live_start = start.number if start.head is None else start.head
    async with aclosing(context.instance.tail.follow(live_start, start.epoch)) as pages:
        try:
            async for page in pages:
                if any(arrival.kind is EventKind.REGION_RECORDED for arrival in page):
                    context.loaders.forget()
                visible = [arrival for arrival in page if event_filter.matches(arrival)]
                for arrival in visible:
                    event_position = EventPosition(start.epoch, arrival.number)
                    yield sequence.next_event(
                        arrival, event_position, more=arrival is not visible[-1]
                    )
        except GapError:
            raise SnapshotRequired(sequence.last) from None


async def _snapshot_arrivals(
    context: Context, event_filter: _EventFilter, after: int, head: int
) -> AsyncGenerator[tuple[Arrival, bool], None]:
    """Yield the newest event per kind and topic up to `head`, and whether more follow."""
    context.begin_snapshot()
    async with context.read() as session:
        numbers = await stored.newest_arrival_numbers(
            session,
            head,
            after=after,
            access=context.access,
            kinds=event_filter.kinds,
            regions=event_filter.regions,
        )
    pending: Arrival | None = None
    for offset in range(0, len(numbers), SNAPSHOT_PAGE):
        context.begin_snapshot_event()
        async with context.read() as session:
            arrivals = await stored.list_arrivals_by_number(
                session, numbers[offset : offset + SNAPSHOT_PAGE]
            )
        for arrival in arrivals:
            if pending is not None:
                yield pending, True
            pending = arrival
    if pending is not None:
        yield pending, False


@dataclass(frozen=True, slots=True)
class _EventFilter:
    """Selects the events of a subscription that its viewer may see; None means no restriction."""

    regions: frozenset[str] | None
    kinds: frozenset[EventKind] | None
    scope: Collection[str] | None  # the regions whose drafts the viewer may read

    def matches(self, arrival: Arrival) -> bool:
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
    """Makes the events of a subscription, each with the cursor of the previous one."""

    context: Context
    conflate: bool
    last: str  # the cursor of the previous event

    def next_event(
        self, arrival: Arrival, position: EventPosition, *, more: bool, snapshot: bool = False
    ) -> VisibleEvent:
        if snapshot:
            self.context.begin_snapshot_event()
        else:
            self.context.begin_event()
        subject = (arrival.kind, arrival.region, arrival.topic) if self.conflate else None
        before, self.last = self.last, position.cursor
        return VisibleEvent(arrival, position.cursor, before, snapshot, subject, more)


def _events_with_cursors(epoch: str, start: int, arrivals: list[Arrival]) -> list[VisibleEvent]:
    cursors = [
        EventPosition(epoch, number).cursor
        for number in (start, *(arrival.number for arrival in arrivals))
    ]
    return [
        VisibleEvent(arrival, cursor, before)
        for arrival, before, cursor in zip(arrivals, cursors, cursors[1:], strict=False)
    ]
