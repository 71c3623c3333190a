"""What happened: pages of the arrival order, and the live end of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from engine.model import OWN_ACTORS, EventKind, Visibility
from resolvers.context import Context
from resolvers.problems import InvalidArgument, SnapshotRequired
from storage import arrival as stored
from storage import region as stored_region
from storage.arrival import Arrival, Position

REPLAY = f"{OWN_ACTORS}replay"  # the actor of entries that replay what was published earlier
REGIONS_MOST = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """An arrival as one viewer sees it, with the position before it in what that viewer sees."""

    arrival: Arrival
    cursor: str
    previous_cursor: str


async def newest(context: Context) -> str:
    """Return the cursor of the newest arrival that every read of this operation sees."""
    async with context.read() as session:
        epoch = (await stored.position(session)).epoch
    return cursor(Position(epoch, context.position))


def cursor(position: Position) -> str:
    """Return a position as a client gets it: opaque, and good for this epoch only."""
    return f"{position.epoch}:{position.arrival}"


async def page(context: Context, after: str | None, first: int) -> tuple[list[Seen], str, bool]:
    """Return up to `first` events the viewer may see, the cursor to go on from, and if more wait.

    Without `after` the page begins with the first event there is.
    """
    async with context.read() as session:
        position = await stored.position(session)
        start = 0 if after is None else _number(after, position)
        found = await stored.visible_after(session, start, first + 1, context.access)
    more = len(found) > first
    seen = _chained(position.epoch, start, found[:first])
    end = seen[-1].cursor if more else cursor(position)
    return seen, end, more


async def follow(
    context: Context,
    *,
    after: str | None,
    regions: Collection[str] | None,
    kinds: Collection[EventKind] | None,
    conflate: bool = False,
) -> AsyncGenerator[Seen, None]:
    """Yield what the viewer may see after a cursor, or from now on; close it when done.

    With `conflate` whoever reads too slowly may be told only the newest about each subject.

    Raises:
        SnapshotRequired: the cursor is of another epoch, or from the future.
    """
    if regions is not None and len(regions) > REGIONS_MOST:
        raise InvalidArgument("regions", f"at most {REGIONS_MOST} codes", str(len(regions)))
    async with context.read() as session:
        position = await stored.position(session)
        scope = await stored_region.within(session, context.access)
    wanted_regions = None if regions is None else frozenset(regions)
    wanted_kinds = None if kinds is None else frozenset(kinds)
    after = context.resume or after
    last = position.arrival if after is None else _number(after, position)
    async with aclosing(context.instance.tail.follow(last)) as arrivals:
        region_changed = False
        async for arrival in arrivals:
            region_changed = region_changed or arrival.kind is EventKind.REGION_RECORDED
            if wanted_kinds is not None and arrival.kind not in wanted_kinds:
                continue
            if wanted_regions is not None and arrival.region not in wanted_regions:
                continue
            if arrival.visibility is not Visibility.PUBLIC and not (
                scope is None or arrival.region in scope
            ):
                continue
            context.begin()
            # The operation lives on, and what it loaded may have changed: a region seldom does.
            context.forget(regions=region_changed)
            region_changed = False
            context.told = cursor(Position(position.epoch, arrival.number))
            if conflate:
                context.subject = (arrival.kind, arrival.region, arrival.subject)
            yield Seen(arrival, context.told, cursor(Position(position.epoch, last)))
            last = arrival.number


def _chained(epoch: str, start: int, arrivals: list[Arrival]) -> list[Seen]:
    numbers = [start, *(arrival.number for arrival in arrivals)]
    return [
        Seen(
            arrival,
            cursor(Position(epoch, arrival.number)),
            cursor(Position(epoch, before)),
        )
        for before, arrival in zip(numbers, arrivals, strict=False)
    ]


def _number(given: str, position: Position) -> int:
    epoch, _, number = given.rpartition(":")
    if epoch != position.epoch or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise SnapshotRequired(given[:64])
    if int(number) > position.arrival:
        raise SnapshotRequired(given)
    return int(number)
