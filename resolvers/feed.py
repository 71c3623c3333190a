"""Serves a region's log and snapshots to the instances that replicate it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import orjson

from engine.log.entry import Entry
from engine.log.snapshot import Snapshot, SnapshotRow
from engine.model import Role, Viewer, Visibility
from regions.directory import plain_url, to_websocket_url
from resolvers.access import covers_region
from resolvers.context import Context
from resolvers.problems import Forbidden, InvalidArgument, SnapshotRequired, UnknownEntity
from storage import log
from storage import region as stored_region
from storage import snapshot as stored
from storage.arrival import Arrival
from storage.database import Session

HEARTBEAT_SECONDS = 5.0
ENTRIES_MOST = 200  # in one frame
ROWS_MOST = 500  # in one page of a snapshot
FRAME_BYTES = 1_048_576  # of the bodies in one frame; a larger body is sent alone


@dataclass(frozen=True, slots=True)
class LogHead:
    """The head of a region's log: its newest entry and the instance that writes it."""

    region: str
    sequence: int
    hash: str
    owner: str | None  # API address of the instance that writes it; None: it has no public one


@dataclass(frozen=True, slots=True)
class LogFrame:
    """Entries in order, and the log's head when they were read; a heartbeat has no entries."""

    head: LogHead
    entries: tuple[Entry, ...]


async def region_log_head(context: Context, region: str) -> LogHead:
    """Return the head of a region's log.

    Raises:
        Forbidden: the viewer has no token.
        UnknownEntity: there is no such region.
    """
    _admit(context.viewer)
    async with context.read() as session:
        return await _head(context, session, region)


async def stream_log_frames(
    context: Context, region: str, after: int
) -> AsyncGenerator[LogFrame, None]:
    """Yield all entries after a sequence, then each new one after its commit, and heartbeats.

    An entry that the viewer may not read has no body. Close it when done.

    Raises:
        Forbidden: the viewer has no token.
        UnknownEntity: there is no such region.
        InvalidArgument: `after` is negative.
        SnapshotRequired: the next entry is not stored here.
    """
    if after < 0:
        raise InvalidArgument("after", "a sequence of 0 or more", str(after))
    tail = context.instance.tail

    def wanted(arrival: Arrival) -> bool:
        return arrival.region == region

    while True:
        context.begin_event()
        seen = tail.newest  # before reading, so that nothing is missed
        end, found = await _next(context, region, after)
        if (found[0].sequence if found else after + 1) > after + 1:
            raise SnapshotRequired(str(after))
        entries = _bounded(found)
        yield LogFrame(end, entries)
        if entries:
            after = entries[-1].sequence
        if len(entries) == len(found) < ENTRIES_MOST:
            await tail.wait(seen, wanted, HEARTBEAT_SECONDS)


async def _next(context: Context, code: str, after: int) -> tuple[LogHead, list[Entry]]:
    """Return the head of the log and the next entries, without bodies that the viewer may not read.

    Both are read at one moment: a head behind its own entries would look like a lost log.
    """
    _admit(context.viewer)
    async with context.read() as session:
        end = await _head(context, session, code)
        found = await log.list_log_entries(session, code, after=after, limit=ENTRIES_MOST)
        region = (await stored_region.by_code(session, [code])).get(code)
    drafts = region is not None and covers_region(context.viewer, region)
    return end, [_readable_by(drafts, each) for each in found]


async def _head(context: Context, session: Session, region: str) -> LogHead:
    sequence, hash, elsewhere = await log.read_head_with_owner(session, region)
    if sequence == 0:
        raise UnknownEntity("region", region)
    owner = elsewhere or context.instance.url
    return LogHead(
        region, sequence, hash, owner if owner and plain_url(to_websocket_url(owner)) else None
    )


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """A page of a region's rows, as of the newest entry when the snapshot was taken."""

    newest: Entry
    rows: Sequence[SnapshotRow]
    cursor: str | None  # of the next page; None: this is the last one


async def region_snapshot_page(
    context: Context, region: str, first: int, after: str | None
) -> SnapshotPage:
    """Return a page of a region's snapshot; all pages are as of one entry.

    Raises:
        Forbidden: the viewer has no token.
        InvalidArgument: `first` is out of bounds.
        UnknownEntity: there is no such region.
        SnapshotRequired: the cursor's snapshot is no longer cached: read from the first page.
    """
    if not 1 <= first <= ROWS_MOST:
        raise InvalidArgument("first", f"1 to {ROWS_MOST}", str(first))
    end = await region_log_head(context, region)
    found = await context.loaders.regions.load(region)
    drafts = found is not None and covers_region(context.viewer, found)
    sequence, start = (end.sequence, 0) if after is None else _place(after)
    kept = context.instance.snapshots.find(region, sequence, drafts)
    if kept is None:
        async with context.read() as session:
            now, _ = await log.read_log_head(session, region)
            if after is not None and now != sequence:
                raise SnapshotRequired(after)
            [newest] = await log.list_log_entries(session, region, after=now - 1, limit=1)
            rows = await stored.export_snapshot_rows(session, region, drafts=drafts)
        kept = context.instance.snapshots.keep(Snapshot(_readable_by(drafts, newest), rows), drafts)
    stop, size = start, 0
    while stop < min(len(kept.rows), start + first) and (stop == start or size < FRAME_BYTES):
        size += len(orjson.dumps(kept.rows[stop].body))
        stop += 1
    more = stop < len(kept.rows)
    cursor = f"{kept.newest.sequence}:{stop}" if more else None
    return SnapshotPage(kept.newest, kept.rows[start:stop], cursor)


def _place(cursor: str) -> tuple[int, int]:
    sequence, _, start = cursor.partition(":")
    if not (_is_number(sequence) and _is_number(start)):
        raise InvalidArgument("after", "the cursor of a page of this snapshot", cursor[:40])
    return int(sequence), int(start)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _readable_by(drafts: bool, entry: Entry) -> Entry:
    public = drafts or entry.visibility is Visibility.PUBLIC
    return entry if public else replace(entry, body=None)


def _bounded(entries: list[Entry]) -> tuple[Entry, ...]:
    size = 0
    for count, entry in enumerate(entries):
        size += len(orjson.dumps(entry.body))
        if size > FRAME_BYTES and count:
            return tuple(entries[:count])
    return tuple(entries)


def _admit(viewer: Viewer) -> None:
    """Refuse viewers without a token, since entries name the persons who wrote them."""
    if viewer.role is Role.PUBLIC:
        raise Forbidden(viewer.role, "follow the log of a region")
