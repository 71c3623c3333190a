"""Serves a region's log and snapshots to the instances that replicate it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import orjson

from engine.log.entry import Entry, LogEntry, WithheldEntry
from engine.log.snapshot import Snapshot, SnapshotRow
from engine.model import Region, Role, Visibility
from regions import contract
from regions.endpoint_directory import is_plain_url, to_websocket_url
from resolvers.accepted_handover import read_accepted_handover
from resolvers.access import allow_log_reading, covers_region
from resolvers.context import Context
from resolvers.problems import InvalidArgument, SnapshotRequired, UnknownEntity
from storage import log_entries, ownership
from storage import region as stored_region
from storage import snapshot as stored
from storage.arrival import Arrival
from storage.database import Session

ReadEntry = TypeVar("ReadEntry", bound=LogEntry)

CONTRACT_VERSION = contract.VERSION
HEARTBEAT_SECONDS = 5.0
ENTRIES_MOST = contract.ENTRIES_MOST
ROWS_MOST = contract.ROWS_MOST
HASHES_MOST = contract.HASHES_MOST
FRAME_BYTES = 1_048_576  # total size of the bodies in one frame; a larger body is sent alone


@dataclass(frozen=True, slots=True)
class LogHead:
    """The head of a region's log: its newest entry and the instance that writes it."""

    region: str
    sequence: int
    hash: str
    owner_url: str | None  # API address of the instance that writes it; None: it has no public one
    accepted_offer: int | None = None  # sequence of the hand-over that we are ready to complete
    handover_url: str | None = None  # our URL, if we accept a hand-over of the region


@dataclass(frozen=True, slots=True)
class LogFrame:
    """Entries in order, and the log's head when they were read; a heartbeat has no entries."""

    head: LogHead
    entries: tuple[LogEntry, ...]


async def region_log_head(context: Context, region: str) -> LogHead:
    """Return the head of a region's log.

    Raises:
        Forbidden: the viewer has no token, or is a FOLLOWER of other regions.
        UnknownEntity: there is no such region.
    """
    async with context.read() as session:
        await _load_readable_region(context, session, region)
        head = await _load_log_head(context, session, region)
        accepted = await read_accepted_handover(context.instance, session, region)
    if accepted is None:
        return head
    return replace(head, accepted_offer=accepted.offer, handover_url=accepted.url)


async def stream_log_frames(
    context: Context, region: str, after: int
) -> AsyncGenerator[LogFrame, None]:
    """Yield all entries after a sequence, then each new one after its commit, and heartbeats.

    Of an entry that the viewer may not read there are the hashes alone. Close the generator when
    done.

    Raises:
        Forbidden: the viewer has no token, or is a FOLLOWER of other regions.
        UnknownEntity: there is no such region, or its copy is made again and lacks these entries.
        InvalidArgument: `after` is negative.
        SnapshotRequired: the next entry is not stored here.
    """
    if after < 0:
        raise InvalidArgument("afterSequence", "a sequence of 0 or more", str(after))
    tail = context.instance.tail

    def is_of_region(arrival: Arrival) -> bool:
        return arrival.log == region

    while True:
        context.begin_event()
        # Both before reading, so that nothing is missed.
        newest_arrival, silent_changes = tail.newest, tail.silent_changes[region]
        head, next_entries = await _load_next_entries(context, region, after)
        if (next_entries[0].sequence if next_entries else after + 1) > after + 1:
            raise SnapshotRequired(str(after))
        entries = _fit_in_frame(_without_gap(next_entries, after))
        yield LogFrame(head, entries)
        if entries:
            after = entries[-1].sequence
        if not entries or after >= head.sequence:
            await tail.wait_for_growth(
                region, newest_arrival, silent_changes, is_of_region, HEARTBEAT_SECONDS
            )


async def _load_next_entries(
    context: Context, code: str, after: int
) -> tuple[LogHead, list[LogEntry]]:
    """Return the head of the log and the next entries, of which the viewer may read some.

    Both are read in one session: a head behind its own entries would look like a truncated log.
    """
    async with context.read() as session:
        region = await _load_readable_region(context, session, code)
        head = await _load_log_head(context, session, code)
        if head.sequence < after and not await _is_copied(session, code):
            # The reader would conclude that the owner has lost its entries.
            raise UnknownEntity("region", code)
        entries = await log_entries.list_log_entries(
            session, code, after=after, limit=ENTRIES_MOST, bytes_most=FRAME_BYTES
        )
        if any(isinstance(entry, WithheldEntry) for entry in entries):
            # The hashes before a snapshot prove it, and are no entries to apply.
            base = await ownership.find_replica_base(session, code)
            if after + 1 < base:
                raise SnapshotRequired(str(after))
    drafts = region is not None and covers_region(context.viewer, region)
    return head, [_readable_entry(drafts, entry) for entry in entries]


async def _load_readable_region(context: Context, session: Session, code: str) -> Region | None:
    """Return the region if it is on record, provided that the viewer may read its log."""
    region = (await stored_region.regions_by_code(session, [code])).get(code)
    if region is None and context.viewer.role is Role.FOLLOWER:
        await _load_log_head(context, session, code)  # an unknown region is not a forbidden one
    allow_log_reading(context.viewer, code, region)
    return region


async def _is_copied(session: Session, region: str) -> bool:
    """Return whether the log is owned here, or its copy was complete at some time."""
    source = (await ownership.sources_by_region(session, [region])).get(region)
    return source is None or source.as_of is not None


async def _load_log_head(context: Context, session: Session, region: str) -> LogHead:
    sequence, hash, elsewhere = await log_entries.read_head_with_owner(session, region)
    if sequence == 0:
        raise UnknownEntity("region", region)
    url = elsewhere or context.instance.url
    is_public = url is not None and is_plain_url(to_websocket_url(url))
    return LogHead(region, sequence, hash, url if is_public else None)


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """A page of a region's rows, as of the newest entry when the snapshot was taken."""

    newest: LogEntry
    rows: Sequence[SnapshotRow]
    cursor: str | None  # the cursor of the next page; None on the last page


async def region_snapshot_page(
    context: Context, region: str, first: int, after: str | None
) -> SnapshotPage:
    """Return a page of a region's snapshot; all pages are as of one entry.

    Raises:
        Forbidden: the viewer has no token, or is a FOLLOWER of other regions.
        InvalidArgument: `first` is out of bounds.
        UnknownEntity: there is no such region.
        SnapshotRequired: the cursor's snapshot is no longer cached: read from the first page.
    """
    if not 1 <= first <= ROWS_MOST:
        raise InvalidArgument("first", f"1 to {ROWS_MOST}", str(first))
    head = await region_log_head(context, region)
    loaded_region = await context.loaders.regions.load(region)
    drafts = loaded_region is not None and covers_region(context.viewer, loaded_region)
    sequence, start = (head.sequence, 0) if after is None else _parse_page_cursor(after)
    snapshot = context.instance.snapshot_cache.find(region, sequence, drafts)
    if snapshot is None:
        async with context.read() as session:
            current_sequence, _ = await log_entries.read_log_head(session, region)
            if after is not None and current_sequence != sequence:
                raise SnapshotRequired(after)
            [newest] = await log_entries.list_log_entries(
                session, region, after=current_sequence - 1, limit=1
            )
            rows = await stored.export_snapshot_rows(session, region, drafts=drafts)
        snapshot = context.instance.snapshot_cache.add(
            Snapshot(_readable_entry(drafts, newest), rows), drafts
        )
    stop, size = start, 0
    while stop < min(len(snapshot.rows), start + first) and (stop == start or size < FRAME_BYTES):
        size += len(orjson.dumps(snapshot.rows[stop].body))
        stop += 1
    more = stop < len(snapshot.rows)
    cursor = f"{snapshot.newest.sequence}:{stop}" if more else None
    return SnapshotPage(snapshot.newest, snapshot.rows[start:stop], cursor)


def _parse_page_cursor(cursor: str) -> tuple[int, int]:
    sequence, _, start = cursor.partition(":")
    if not (_is_number(sequence) and _is_number(start)):
        raise InvalidArgument("after", "the cursor of a page of this snapshot", cursor[:40])
    return int(sequence), int(start)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _readable_entry(drafts: bool, entry: LogEntry) -> LogEntry:
    if drafts or isinstance(entry, WithheldEntry) or entry.visibility is Visibility.PUBLIC:
        return entry
    return entry.withhold()


def _fit_in_frame(entries: list[LogEntry]) -> tuple[LogEntry, ...]:
    size = 0
    for count, entry in enumerate(entries):
        size += len(orjson.dumps(entry.body)) if isinstance(entry, Entry) else 0
        if size > FRAME_BYTES and count:
            return tuple(entries[:count])
    return tuple(entries)


async def list_log_hashes(
    context: Context, region: str, after: int, first: int
) -> list[WithheldEntry]:
    """Return the hashes of the entries after a sequence, which prove the run of the log.

    Raises:
        Forbidden: the viewer has no token, or is a FOLLOWER of other regions.
        UnknownEntity: there is no such region.
        InvalidArgument: `after` or `first` is out of bounds.
        SnapshotRequired: the next entry is not stored here.
    """
    if after < 0:
        raise InvalidArgument("afterSequence", "a sequence of 0 or more", str(after))
    if not 1 <= first <= HASHES_MOST:
        raise InvalidArgument("first", f"1 to {HASHES_MOST}", str(first))
    async with context.read() as session:
        await _load_readable_region(context, session, region)
        head = await _load_log_head(context, session, region)
        entries = await log_entries.list_entry_hashes(session, region, after=after, limit=first)
    if head.sequence > after and (not entries or entries[0].sequence != after + 1):
        raise SnapshotRequired(str(after))
    return _without_gap(entries, after)


def _without_gap(entries: Sequence[ReadEntry], after: int) -> list[ReadEntry]:
    """Return the entries up to a gap, which a snapshot leaves in a replica."""
    return [
        entry
        for expected, entry in enumerate(entries, start=after + 1)
        if entry.sequence == expected
    ]
