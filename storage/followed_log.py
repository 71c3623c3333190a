"""Stores entries and snapshots of a log that another instance writes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert

from engine.log.entry import BrokenChain, Entry, LogEntry, WithheldEntry
from engine.log.entry_check import check_storable, is_own_id
from engine.log.refusal import EntryRefused, merge_refusals
from engine.log.snapshot import SnapshotRow
from engine.log.source import CLOCK_TOLERANCE, ClockDeviation
from engine.model import EventKind
from storage import assessment, ownership, snapshot
from storage.log import LogTransaction
from storage.log_entries import PAGE, entry_to_row
from storage.region import regions_by_code
from storage.slices import in_slices
from storage.tables import EntryRow, RefusedEntryRow, core_table

_INSERT_ENTRIES = insert(core_table(EntryRow))


async def accept_entries(transaction: LogTransaction, entries: Sequence[LogEntry]) -> None:
    """Store entries of a log that another instance writes; skip those that are stored already.

    What the log may not say is stored as refused. An entry whose time is not credible is
    applied with the time of its arrival. Of an entry whose header has control characters,
    which not every database takes, or whose body is too large or has unknown fields, the hashes
    alone are stored.

    Args:
        entries: consecutive entries with verified hashes.

    Raises:
        engine.log.entry.BrokenChain: the entries do not continue the log.
    """
    new_entries = [entry for entry in entries if entry.sequence > transaction.sequence]
    if not new_entries:
        return
    first = new_entries[0]
    if first.sequence != transaction.sequence + 1 or first.previous_hash != transaction.hash:
        raise BrokenChain(
            transaction.region,
            transaction.sequence + 1,
            f"entry {first.sequence} does not follow here",
        )
    storable, refusals = _withhold_unstorable(new_entries)
    await transaction.store_entries(storable, applied_at=_arrival_times(transaction, storable))
    await transaction.record_refused(refusals)


async def restore_snapshot(
    transaction: LogTransaction,
    newest: LogEntry,
    rows: Sequence[SnapshotRow],
    proof: Sequence[WithheldEntry] = (),
) -> None:
    """Replace the rows of the log by a snapshot from the instance that writes it.

    Args:
        newest: the newest entry that the rows include, with verified hashes.
        proof: the entries between the newest one of the log and `newest`, with verified hashes.
    """
    assert transaction.identity is not None  # only a followed log is restored
    assessed = await assessment.list_assessed_regions(transaction.session, transaction.region)
    projected = await snapshot.import_snapshot_rows(
        transaction.session, newest, rows, transaction.identity, transaction.at
    )
    for table in (EntryRow, RefusedEntryRow):
        replaced = (table.region == transaction.region, table.sequence >= newest.sequence)
        await transaction.session.execute(delete(table).where(*replaced))
    for start in range(0, len(proof), PAGE):
        page = proof[start : start + PAGE]
        await transaction.session.execute(_INSERT_ENTRIES, [entry_to_row(entry) for entry in page])
        await asyncio.sleep(0)  # a proof has as many entries as the owner likes
    [stored], storing_refusals = _withhold_unstorable([newest])
    applied_at = _arrival_times(transaction, [stored]).get(stored.sequence)
    await transaction.session.execute(_INSERT_ENTRIES, [entry_to_row(stored, applied_at)])
    transaction.sequence, transaction.hash = stored.sequence, stored.hash
    if isinstance(stored, Entry):
        transaction.entry_at = applied_at or stored.at
    assessed |= await assessment.list_assessed_regions(transaction.session, transaction.region)
    held = await regions_by_code(transaction.session, assessed)
    if isinstance(stored, Entry) and is_own_id(transaction.region, stored.subject):
        about = await assessment.find_assessed_region(transaction.session, stored.subject)
        if (about or transaction.region) in held:
            transaction.arrivals.add_entry(about or transaction.region, stored)
    async for applied in in_slices(projected.applied):
        if applied.index_change is not None and applied.is_region_held:
            transaction.arrivals.add_index_change(newest.sequence, applied.index_change)
    if projected.is_region_new:
        await transaction.announce_awaited_scores(newest.sequence)
    for code in held:
        transaction.kinds_by_region[code] = set(EventKind)  # the rows stand for entries of any kind
    await ownership.set_replica_base(transaction.session, transaction.region, newest.sequence)
    refusals = [refusal for applied in projected.applied for refusal in applied.refusals]
    if refusals:
        refusals += [refusal for _sequence, refusal in storing_refusals]
        await transaction.record_refused([(newest.sequence, merge_refusals(refusals))])
    else:
        await transaction.record_refused(storing_refusals)


def _arrival_times(transaction: LogTransaction, entries: Sequence[LogEntry]) -> dict[int, datetime]:
    """Return the times with which entries are applied whose own are not credible, by sequence.

    The clock of the owner is recorded in the transaction.
    """
    times: dict[int, datetime] = {}
    if transaction.owner is None:
        return times  # a log of this instance, whose clock wrote them
    newest = transaction.entry_at
    for entry in entries:
        if not isinstance(entry, Entry):
            continue
        is_ahead = entry.at > transaction.at + CLOCK_TOLERANCE
        is_backwards = newest is not None and entry.at < newest
        if not is_ahead and not is_backwards:
            newest = entry.at
            continue
        newest = times[entry.sequence] = max(transaction.at, newest or transaction.at)
        if is_ahead:
            transaction.clock = ClockDeviation.AHEAD
        elif transaction.clock is None:
            transaction.clock = ClockDeviation.BACKWARDS
    return times


def _withhold_unstorable(
    entries: Sequence[LogEntry],
) -> tuple[list[LogEntry], list[tuple[int, EntryRefused]]]:
    """Return the entries as they are stored, and the refusals of those of which hashes are."""
    storable: list[LogEntry] = []
    refusals: list[tuple[int, EntryRefused]] = []
    for entry in entries:
        if isinstance(entry, Entry):
            try:
                check_storable(entry)
            except EntryRefused as refused:
                refusals.append((entry.sequence, refused))
                storable.append(entry.withhold())
                continue
        storable.append(entry)
    return storable, refusals
