"""The log of each region, which is gapless, in commit order and chained by hash.

A write transaction is about one region. It locks the end of that region's log first, so that the
next writer waits and then sees its entries. It takes its arrival numbers last, from a row that it
locks until it commits. So both numberings are gapless and in commit order, whatever is rolled back
in between. Never order by a timestamp or an autoincrement column: a later value of those can commit
first.
"""

from __future__ import annotations

import secrets
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import (
    GENESIS,
    SALT_BYTES,
    Entry,
    LogEntry,
    format_timestamp,
    seal_entry,
)
from engine.log.entry_check import check_body_size
from engine.log.refusal import EntryRefused, RefusedEntry
from engine.log.region_identity import RegionIdentity
from engine.log.source import ClockDeviation
from engine.model import Application, EventKind, Integration, Visibility
from storage import assessment, projection, refused_entry
from storage.database import Database
from storage.log_end import end_log
from storage.log_entries import PAGE, SELECT_HEAD, StoredHead, entry_to_row, head_from_row
from storage.pending_arrivals import DerivedEvent, PendingArrivals
from storage.projected_assessment import IndexChange
from storage.projection_batch import ProjectionBatch
from storage.tables import EntryRow, HeadRow, core_table

Clock = Callable[[], datetime]
Derive = Callable[["LogTransaction"], Awaitable[Sequence["DerivedEvent"]]]

_INSERT_ENTRIES = insert(core_table(EntryRow))
_SELECT_HEAD_FOR_UPDATE = SELECT_HEAD.with_for_update(of=HeadRow)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append to a log, before it has a place in the log."""

    actor: str
    kind: EventKind
    subject: str
    body: Mapping[str, Any]
    visibility: Visibility = Visibility.PUBLIC


@dataclass
class LogTransaction:
    """A transaction on one log. Read and append through it, or raise to roll everything back."""

    session: AsyncSession
    region: str  # the region whose log it is
    at: datetime  # after the newest entry of an own log; else the arrival of the entries
    sequence: int  # sequence of the newest entry, including entries of this transaction
    hash: str  # hash of the newest entry
    owner: str | None = None  # URL of the owner's API; None if this instance owns the region
    identity: RegionIdentity | None = None  # of a followed region, in this instance's list
    entry_at: datetime | None = None  # time of the newest entry, as it was applied
    clock: ClockDeviation | None = None  # of the entries that were accepted; AHEAD of both
    arrival: int = 0  # last arrival number of the transaction, once committed
    # The kinds of the stored entries, by the region that they are about.
    kinds_by_region: dict[str, set[EventKind]] = field(default_factory=dict)
    refused: list[RefusedEntry] = field(default_factory=list)  # entries that were not applied
    # The applications and integrations that the appended entries state, by id.
    versioned: dict[str, Application | Integration] = field(default_factory=dict)
    # Called after the commit, with what it made final.
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    _initial_sequence: int = field(init=False)
    arrivals: PendingArrivals = field(init=False)

    def __post_init__(self) -> None:
        self._initial_sequence = self.sequence
        self.arrivals = PendingArrivals(self.region, self.at)

    async def append(
        self,
        *,
        actor: str,
        kind: EventKind,
        subject: str,
        body: Mapping[str, Any],
        visibility: Visibility = Visibility.PUBLIC,
        batch: ProjectionBatch | None = None,
    ) -> Entry:
        """Append the next entry, project it onto the rows, and record the index change, if any.

        Args:
            batch: the rows that the entry refers to, if the caller has read them in this
                transaction.

        Raises:
            LogOwnedElsewhere: another instance writes this log.
        """
        [entry] = await self.append_all([NewEntry(actor, kind, subject, body, visibility)], batch)
        return entry

    async def append_all(
        self, new_entries: Sequence[NewEntry], batch: ProjectionBatch | None = None
    ) -> list[Entry]:
        """Append entries in this order, as `append` does, in pages of PAGE.

        Args:
            batch: the rows that the entries refer to, which are then one page at most.

        Raises:
            LogOwnedElsewhere: another instance writes this log.
            engine.log.refusal.BodyTooLarge: no follower would store an entry.
        """
        if self.owner is not None:
            raise LogOwnedElsewhere(self.region, self.owner)
        appended: list[Entry] = []
        for start in range(0, len(new_entries), PAGE):
            entries: list[Entry] = []
            previous_hash = self.hash
            page = new_entries[start : start + PAGE]
            for sequence, new_entry in enumerate(page, start=self.sequence + 1):
                check_body_size(new_entry.body)
                entry = seal_entry(
                    region=self.region,
                    sequence=sequence,
                    at=self.at,
                    actor=new_entry.actor,
                    kind=new_entry.kind,
                    subject=new_entry.subject,
                    visibility=new_entry.visibility,
                    body=new_entry.body,
                    salt=secrets.token_hex(SALT_BYTES),
                    previous_hash=previous_hash,
                )
                entries.append(entry)
                previous_hash = entry.hash
            await self.store_entries(entries, batch)
            appended += entries
        return appended

    async def store_entries(
        self,
        entries: Sequence[LogEntry],
        batch: ProjectionBatch | None = None,
        applied_at: Mapping[int, datetime] = MappingProxyType({}),
    ) -> None:
        """Store entries that continue the log, apply them to the rows, and add their events.

        Args:
            batch: the rows that the entries refer to, if the caller has read them.
            applied_at: the times with which entries are applied whose own are not credible, by
                sequence.
        """
        rows, full_entries = [], []
        for entry in entries:
            at = applied_at.get(entry.sequence)
            rows.append(entry_to_row(entry, at))
            if isinstance(entry, Entry):
                full_entries.append(entry if at is None else replace(entry, at=at))
                self.entry_at = at or entry.at
        await self.session.execute(_INSERT_ENTRIES, rows)
        projected = await projection.apply_entries(self.session, full_entries, self.identity, batch)
        self.versioned |= projected.versioned
        self.sequence, self.hash = entries[-1].sequence, entries[-1].hash
        for applied in projected.applied:
            self._add_events(applied)
        if projected.is_region_new:
            await self.announce_awaited_scores(self.sequence)
        await self.record_refused(
            [
                (applied.entry.sequence, refusal)
                for applied in projected.applied
                for refusal in applied.refusals
            ]
        )

    def _add_events(self, applied: projection.AppliedEntry) -> None:
        """Add the events of an entry, unless it waits for its region or changed nothing."""
        if applied.refused is not None or not applied.is_region_held:
            return
        entry = applied.entry
        self.kinds_by_region.setdefault(applied.region, set()).add(entry.kind)
        self.arrivals.add_entry(applied.region, entry)
        if applied.index_change is not None:
            self.arrivals.add_index_change(entry.sequence, applied.index_change)

    async def announce_awaited_scores(self, sequence: int) -> None:
        """Add the events of results that were stored before their region."""
        for awaited, score in await assessment.list_awaited_scores(self.session, self.region):
            self.kinds_by_region.setdefault(self.region, set()).add(EventKind.INDEX_CHANGED)
            self.arrivals.add_index_change(sequence, IndexChange(awaited, None, score))

    async def record_refused(self, refusals: Sequence[tuple[int, EntryRefused]]) -> None:
        """Record the refusals of entries, by their sequence."""
        refused = [
            RefusedEntry(self.region, sequence, refusal.reason, str(refusal), self.at)
            for sequence, refusal in refusals
        ]
        await refused_entry.insert_refused_entries(self.session, refused)
        self.refused += refused

    def add_derived_events(self, events: Iterable[DerivedEvent]) -> None:
        """Add events that follow from the newest entry; they commit with it."""
        for event in events:
            self.arrivals.add_derived(self.sequence, event)

    async def finish(self) -> None:
        """Update the end of the log and number the arrivals, as the last step before the commit."""
        if not self.arrivals.rows and self.sequence == self._initial_sequence:
            return
        at = None if self.entry_at is None else format_timestamp(self.entry_at)
        self.arrival = await end_log(
            self.session, self.region, self.sequence, self.hash, at, self.arrivals.rows
        )


class LogNotFound(LookupError):
    """The region has no log."""


class LogOwnedElsewhere(Exception):
    """Another instance writes the log of the region; `url` is the URL of its API."""

    def __init__(self, region: str, url: str) -> None:
        super().__init__(f"region {region} is owned by {url}")
        self.region = region
        self.url = url


@asynccontextmanager
async def begin_log_transaction(
    database: Database,
    region: str,
    clock: Clock,
    derive: Derive | None = None,
    *,
    begun: bool = False,
) -> AsyncIterator[LogTransaction]:
    """Yield a transaction that changes `region`; it commits when the block ends.

    Args:
        derive: returns the events that follow from the entries; they commit with the entries.
        begun: whether the log must exist; otherwise the transaction may create it.

    Raises:
        LogNotFound: the log must exist, and does not.
    """
    async with database.write() as session:
        head = await _lock_head(session, region, must_exist=begun)
        now = clock()
        if head.at is not None and head.owner is None:
            # The entries of a log are in the order of their times, even if the clock was set back.
            # The time of another instance's entry is no measure of when the next one arrives.
            now = max(now, head.at + timedelta.resolution)
        transaction = LogTransaction(
            session,
            region,
            now,
            head.sequence,
            head.hash,
            head.owner,
            head.identity,
            head.at,
        )
        yield transaction
        if derive is not None:
            transaction.add_derived_events(await derive(transaction))
        await transaction.finish()
    for call in transaction.after_commit:
        call()


async def lock_log(session: AsyncSession, region: str) -> None:
    """Lock the log of a region, if there is one, in a transaction on the log of its parent.

    A transaction locks logs in this order alone, from a parent to its child.
    """
    await session.execute(_SELECT_HEAD_FOR_UPDATE, {"region": region})


async def _lock_head(session: AsyncSession, region: str, *, must_exist: bool) -> StoredHead:
    row = (await session.execute(_SELECT_HEAD_FOR_UPDATE, {"region": region})).one_or_none()
    if row is None:
        if must_exist:
            raise LogNotFound(region)
        # Concurrent first writers of a region must lock the same row, so one inserts it and the
        # others wait.
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        await session.execute(
            dialect.insert(HeadRow)
            .values(region=region, sequence=0, hash=GENESIS)
            .on_conflict_do_nothing()
        )
        row = (await session.execute(_SELECT_HEAD_FOR_UPDATE, {"region": region})).one()
    return head_from_row(region, row)
