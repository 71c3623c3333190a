"""The feed of a region: its log as another instance follows it, entry by entry."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import orjson

from engine.entry import Entry
from engine.model import Role, Viewer, Visibility
from resolvers.access import covers
from resolvers.context import Context
from resolvers.problems import Forbidden, InvalidArgument, UnknownEntity
from storage import log
from storage.arrival import Arrival

HEARTBEAT_SECONDS = 5.0
ENTRIES_MOST = 200  # of one frame
FRAME_BYTES = 1_048_576  # of the bodies of one frame, unless a single one is larger


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a region's log."""

    region: str
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Entries in order, and the end of the log when they were read; without entries a heartbeat."""

    head: Head
    entries: tuple[Entry, ...]


async def head(context: Context, region: str) -> Head:
    """Return the end of a region's log.

    Raises:
        Forbidden: the viewer has no token.
        UnknownEntity: there is no such region.
    """
    _admit(context.viewer)
    async with context.read() as session:
        sequence, hash = await log.head(session, region)
    if sequence == 0:
        raise UnknownEntity("region", region)
    return Head(region, sequence, hash)


async def follow(context: Context, region: str, after: int) -> AsyncGenerator[Frame, None]:
    """Yield all entries after a sequence, then each as it is committed, and heartbeats between.

    An entry that the viewer may not read comes without its body. Close it when done.

    Raises:
        Forbidden: the viewer has no token.
        UnknownEntity: there is no such region.
    """
    if after < 0:
        raise InvalidArgument("after", "a sequence of 0 or more", str(after))
    tail = context.instance.tail

    def wanted(arrival: Arrival) -> bool:
        return arrival.region == region

    while True:
        context.begin()
        context.regions.clear_all()
        seen = tail.newest  # before reading, so that nothing is missed
        end = await head(context, region)
        found = await _readable(context, region, after)
        entries = _bounded(found)
        yield Frame(end, entries)
        if entries:
            after = entries[-1].sequence
        if len(entries) == len(found) < ENTRIES_MOST:
            await tail.wait(seen, wanted, HEARTBEAT_SECONDS)


async def _readable(context: Context, code: str, after: int) -> list[Entry]:
    """The next entries, without the bodies of those that the viewer may not read."""
    async with context.read() as session:
        found = await log.entries(session, code, after=after, limit=ENTRIES_MOST)
    region = await context.regions.load(code)
    if region is not None and covers(context.viewer, region):
        return found
    return [
        each if each.visibility is Visibility.PUBLIC else replace(each, body=None) for each in found
    ]


def _bounded(entries: list[Entry]) -> tuple[Entry, ...]:
    size = 0
    for count, entry in enumerate(entries):
        size += len(orjson.dumps(entry.body))
        if size > FRAME_BYTES and count:
            return tuple(entries[:count])
    return tuple(entries)


def _admit(viewer: Viewer) -> None:
    """Entries name who wrote them, which is not for everybody."""
    if viewer.role is Role.PUBLIC:
        raise Forbidden(viewer.role, "follow the log of a region")
