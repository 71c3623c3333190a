"""The log of each region, which is gapless, in commit order and chained by hash.

A write transaction is about one region. It locks the end of that region's log first, so that the
next writer waits and then sees its entries. It takes its arrival numbers last, from a row that it
locks until it commits. So both numberings are gapless and in commit order, whatever is rolled back
in between. Never order by a timestamp or an autoincrement column: a later value of those can commit
first.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import GENESIS, BrokenChain, Entry, format_timestamp, seal_entry
from engine.log.snapshot import SnapshotRow
from engine.model import Application, EventKind, Integration, Visibility
from storage import ownership, projection, snapshot
from storage.database import Database
from storage.log_end import end_log
from storage.log_entries import PAGE, SELECT_HEAD, entry_to_row
from storage.tables import EntryRow, HeadRow, core_table

Clock = Callable[[], datetime]
Derive = Callable[["LogTransaction"], Awaitable[Sequence["DerivedEvent"]]]

_INSERT_ENTRIES = insert(core_table(EntryRow))
_SELECT_HEAD_FOR_UPDATE = SELECT_HEAD.with_for_update(of=HeadRow)


@dataclass(frozen=True, slots=True)
class DerivedEvent:
    """An event that follows from the newest entry of a log, and has no entry itself.

    A newer event of the same kind and topic replaces an older one.
    """

    kind: EventKind
    topic: str
    body: Mapping[str, Any]
    visibility: Visibility


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
    """A transaction on one region. Read and append through it, or raise to roll everything back."""

    session: AsyncSession
    region: str
    at: datetime
    sequence: int  # sequence of the newest entry, including entries of this transaction
    hash: str  # hash of the newest entry
    owner: str | None = None  # URL of the owner's API; None if this instance owns the region
    arrival: int = 0  # last arrival number of the transaction, once committed
    kinds: set[EventKind] = field(default_factory=set)  # kinds of the appended entries
    # The applications and integrations that the appended entries state, by id.
    versioned: dict[str, Application | Integration] = field(default_factory=dict)
    # Called after the commit, with what it made final.
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    _arrivals: list[dict[str, Any]] = field(default_factory=list)

    async def append(
        self,
        *,
        actor: str,
        kind: EventKind,
        subject: str,
        body: Mapping[str, Any],
        visibility: Visibility = Visibility.PUBLIC,
        batch: projection.ProjectionBatch | None = None,
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
        self, new_entries: Sequence[NewEntry], batch: projection.ProjectionBatch | None = None
    ) -> list[Entry]:
        """Append entries in this order, as `append` does, in pages of PAGE.

        Args:
            batch: the rows that the entries refer to, which are then one page at most.

        Raises:
            LogOwnedElsewhere: another instance writes this log.
        """
        if self.owner is not None:
            raise LogOwnedElsewhere(self.region, self.owner)
        appended: list[Entry] = []
        for start in range(0, len(new_entries), PAGE):
            entries: list[Entry] = []
            previous_hash = self.hash
            page = new_entries[start : start + PAGE]
            for sequence, new_entry in enumerate(page, start=self.sequence + 1):
                entry = seal_entry(
                    region=self.region,
                    sequence=sequence,
                    at=self.at,
                    actor=new_entry.actor,
                    kind=new_entry.kind,
                    subject=new_entry.subject,
                    visibility=new_entry.visibility,
                    body=new_entry.body,
                    previous_hash=previous_hash,
                )
                entries.append(entry)
                previous_hash = entry.hash
            await self._store(entries, batch)
            appended += entries
        return appended

    async def accept(self, entries: Sequence[Entry]) -> None:
        """Store entries of a log that another instance writes; skip those that are stored already.

        Args:
            entries: consecutive entries with verified hashes.

        Raises:
            engine.log.entry.BrokenChain: the entries do not continue the log.
            storage.projection.ForeignRegionError: an entry changes data of another region.
            pydantic.ValidationError: a body does not have the type of its kind.
        """
        new_entries = [entry for entry in entries if entry.sequence > self.sequence]
        if not new_entries:
            return
        first = new_entries[0]
        if first.sequence != self.sequence + 1 or first.previous_hash != self.hash:
            raise BrokenChain(
                self.region, self.sequence + 1, f"entry {first.sequence} does not follow here"
            )
        await self._store(new_entries)

    async def restore(self, newest: Entry, rows: Sequence[SnapshotRow]) -> None:
        """Replace the region's rows by a snapshot from the instance that writes its log.

        Args:
            newest: the newest entry that the rows include, with verified hashes.

        Raises:
            storage.projection.ForeignRegionError: a row belongs to another region.
            pydantic.ValidationError: a row does not have the type of its kind.
        """
        changes = await snapshot.import_snapshot_rows(self.session, newest, rows)
        replaced = (EntryRow.region == self.region, EntryRow.sequence >= newest.sequence)
        await self.session.execute(delete(EntryRow).where(*replaced))
        await self.session.execute(_INSERT_ENTRIES, [entry_to_row(newest)])
        self.sequence, self.hash = newest.sequence, newest.hash
        self._add_arrival(newest.sequence, newest.kind, newest.subject, None, newest.visibility)
        for change in changes:
            subject, body = change.assessment.id, change.document()
            kind = EventKind.INDEX_CHANGED
            self._add_arrival(newest.sequence, kind, subject, body, change.visibility)
        await ownership.set_replica_base(self.session, self.region, newest.sequence)

    async def _store(
        self, entries: Sequence[Entry], batch: projection.ProjectionBatch | None = None
    ) -> None:
        await self.session.execute(_INSERT_ENTRIES, [entry_to_row(entry) for entry in entries])
        projected = await projection.apply_entries(self.session, entries, batch)
        self.versioned |= projected.versioned
        self.sequence, self.hash = entries[-1].sequence, entries[-1].hash
        for entry, change in zip(entries, projected.index_changes, strict=True):
            self.kinds.add(entry.kind)
            sequence = entry.sequence
            self._add_arrival(sequence, entry.kind, entry.subject, None, entry.visibility)
            if change is not None:
                body = change.document()
                self._add_arrival(
                    sequence, EventKind.INDEX_CHANGED, entry.subject, body, change.visibility
                )

    def add_derived_events(self, events: Iterable[DerivedEvent]) -> None:
        """Add events that follow from the newest entry; they commit with it."""
        for event in events:
            self._add_arrival(
                self.sequence, event.kind, event.topic, dict(event.body), event.visibility
            )

    def _add_arrival(
        self,
        sequence: int,
        kind: EventKind,
        topic: str,
        derived: dict[str, Any] | None,
        visibility: Visibility,
    ) -> None:
        self._arrivals.append(
            {
                "at": format_timestamp(self.at),
                "region": self.region,
                "sequence": sequence,
                "kind": kind.value,
                "topic": topic,
                "visibility": visibility.value,
                "derived": derived,
            }
        )

    async def finish(self) -> None:
        """Update the end of the log and number the arrivals, as the last step before the commit."""
        if not self._arrivals:
            return
        self.arrival = await end_log(
            self.session, self.region, self.sequence, self.hash, self._arrivals
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
        sequence, last_hash, owner = await _lock_head(session, region, must_exist=begun)
        transaction = LogTransaction(session, region, clock(), sequence, last_hash, owner)
        yield transaction
        if derive is not None:
            transaction.add_derived_events(await derive(transaction))
        await transaction.finish()
    for call in transaction.after_commit:
        call()


async def _lock_head(
    session: AsyncSession, region: str, *, must_exist: bool
) -> tuple[int, str, str | None]:
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
    return row.sequence, row.hash, row.owner
