"""Reads the entries of the logs and their heads, and converts entries to and from rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import (
    GENESIS,
    BrokenChain,
    Entry,
    LogEntry,
    WithheldEntry,
    format_timestamp,
    verify_chain,
)
from engine.log.region_identity import RegionIdentity
from engine.model import EventKind, RegionKind, Visibility
from storage import ownership
from storage.database import batch_ids
from storage.tables import EntryRow, HeadRow, SourceRow

PAGE = 500  # entries read or appended at once
PAGE_BYTES = 4_194_304  # of the bodies of the entries that are read at once

SELECT_HEAD = (
    select(
        HeadRow.sequence,
        HeadRow.hash,
        HeadRow.at,
        func.coalesce(SourceRow.owner, SourceRow.url).label("owner"),
        SourceRow.name,
        SourceRow.kind,
        SourceRow.parent,
    )
    .outerjoin(SourceRow, SourceRow.region == HeadRow.region)
    .where(HeadRow.region == bindparam("region"))
)


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The end of a log, and who writes it."""

    sequence: int
    hash: str
    at: datetime | None  # of the newest entry, as it was applied; None if it is unknown
    owner: str | None  # URL of the owner's API; None if this instance owns the region
    identity: RegionIdentity | None  # of a followed region, in this instance's list


def head_from_row(region: str, row: Any) -> StoredHead:
    """Return the head that a row of SELECT_HEAD holds."""
    at = None if row.at is None else datetime.fromisoformat(row.at)
    identity = None
    if row.name is not None:
        identity = RegionIdentity(region, row.name, RegionKind(row.kind), row.parent)
    return StoredHead(row.sequence, row.hash, at, row.owner, identity)


async def read_log_head(session: AsyncSession, region: str) -> tuple[int, str]:
    """Return sequence and hash of the newest entry of `region`; (0, GENESIS) without entries."""
    row = await session.get(HeadRow, region)
    return (0, GENESIS) if row is None else (row.sequence, row.hash)


async def read_head_with_owner(session: AsyncSession, region: str) -> tuple[int, str, str | None]:
    """Return the head of a log and its owner's URL, which is None if this instance owns it."""
    row = (await session.execute(SELECT_HEAD, {"region": region})).one_or_none()
    return (0, GENESIS, None) if row is None else (row.sequence, row.hash, row.owner)


async def newest_sequences_by_region(
    session: AsyncSession, codes: Collection[str]
) -> dict[str, int]:
    """Return the sequence of the newest entry by region; regions without a log are left out."""
    rows = await session.execute(
        select(HeadRow.region, HeadRow.sequence).where(HeadRow.region.in_(codes))
    )
    return {row.region: row.sequence for row in rows}


async def list_log_entries(
    session: AsyncSession,
    region: str,
    *,
    after: int = 0,
    limit: int = PAGE,
    bytes_most: int = PAGE_BYTES,
) -> list[LogEntry]:
    """Return entries of `region` that come after sequence `after`, in order.

    Args:
        limit: the most entries.
        bytes_most: of the bodies; the entry that exceeds it is the last one.
    """
    rows = await session.scalars(_select_page(region, after, limit, bytes_most))
    return [entry_from_row(row) for row in rows]


def _select_page(
    region: str, after: int, limit: int, bytes_most: int, *conditions: ColumnElement[bool]
) -> Select[EntryRow]:
    """Return the query for a page of entries, of which the last one may exceed the bytes."""
    of_log = (EntryRow.region == region, EntryRow.sequence > after, *conditions)
    size = func.coalesce(func.length(cast(EntryRow.body, Text)), 0).label("size")
    sizes = select(EntryRow.sequence, size).where(*of_log).order_by(EntryRow.sequence)
    sized = sizes.limit(limit).subquery()
    total = func.sum(sized.c.size).over(order_by=sized.c.sequence).label("total")
    ends = select(sized.c.sequence, sized.c.size, total).subquery()
    page = select(ends.c.sequence).where(ends.c.total - ends.c.size < bytes_most)
    return (
        select(EntryRow)
        .where(EntryRow.region == region, EntryRow.sequence.in_(page))
        .order_by(EntryRow.sequence)
    )


async def list_entry_hashes(
    session: AsyncSession, region: str, *, after: int, limit: int
) -> list[WithheldEntry]:
    """Return the hashes of up to `limit` entries after a sequence, without their bodies."""
    rows = await session.execute(
        select(
            EntryRow.sequence,
            EntryRow.header_hash,
            EntryRow.body_hash,
            EntryRow.previous_hash,
            EntryRow.hash,
        )
        .where(EntryRow.region == region, EntryRow.sequence > after)
        .order_by(EntryRow.sequence)
        .limit(limit)
    )
    return [WithheldEntry(region, *row) for row in rows]


async def list_applicable_entries(
    session: AsyncSession, region: str, *, after: int = 0, limit: int = PAGE
) -> list[Entry]:
    """Return entries as `list_log_entries` does, without withheld ones, as they were applied."""
    is_full = EntryRow.kind.is_not(None)
    rows = await session.scalars(_select_page(region, after, limit, PAGE_BYTES, is_full))
    entries: list[Entry] = []
    for row in rows:
        entry = entry_from_row(row)
        assert isinstance(entry, Entry)  # a withheld entry has no kind
        is_credible = row.applied_at is None
        at = entry.at if is_credible else datetime.fromisoformat(row.applied_at or "")
        entries.append(replace(entry, at=at))
    return entries


async def list_entries_by_subject(
    session: AsyncSession,
    region: str,
    subjects: Collection[str],
    kinds: Collection[EventKind],
    *,
    until: int,
) -> dict[str, list[Entry]]:
    """Return the entries of some kinds about each subject up to sequence `until`, in order."""
    entries: dict[str, list[Entry]] = {}
    for batch in batch_ids(subjects):
        rows = await session.scalars(
            select(EntryRow)
            .where(
                EntryRow.region == region,
                EntryRow.subject.in_(batch),
                EntryRow.kind.in_([kind.value for kind in kinds]),
                EntryRow.sequence <= until,
            )
            .order_by(EntryRow.sequence)
        )
        for row in rows:
            entry = entry_from_row(row)
            assert isinstance(entry, Entry)  # a withheld entry has no subject
            entries.setdefault(entry.subject, []).append(entry)
    return entries


async def find_entry_actor(
    session: AsyncSession, region: str, subject: str, kind: EventKind
) -> str | None:
    """Return the author of the newest entry of a kind about a subject, if there is one."""
    actor: str | None = await session.scalar(
        select(EntryRow.actor)
        .where(EntryRow.region == region, EntryRow.subject == subject, EntryRow.kind == kind.value)
        .order_by(EntryRow.sequence.desc())
        .limit(1)
    )
    return actor


async def list_regions_with_log(session: AsyncSession) -> list[str]:
    """Return the codes of all regions that have a log."""
    return list(await session.scalars(select(HeadRow.region).order_by(HeadRow.region)))


async def verify_log_chain(session: AsyncSession, region: str) -> int:
    """Verify the stored chain of `region` against its head; return the sequence of its last entry.

    Raises:
        engine.log.entry.BrokenChain: names the first broken entry.
    """
    base = await ownership.find_replica_base(session, region)
    sequence, previous_hash = max(0, base - 1), GENESIS
    if base:  # the replica does not have the entries before this one
        [first_entry] = await list_log_entries(session, region, after=sequence, limit=1)
        previous_hash = first_entry.previous_hash
    while page := await list_log_entries(session, region, after=sequence):
        sequence, previous_hash = verify_chain(page, sequence=sequence, previous_hash=previous_hash)
    if (sequence, previous_hash) != await read_log_head(session, region):
        raise BrokenChain(region, sequence, "the head names another last entry")
    return sequence


def entry_to_row(entry: LogEntry, applied_at: datetime | None = None) -> dict[str, Any]:
    """Return the columns of the row of an entry.

    Args:
        applied_at: the time with which the entry is applied, if its own is not credible.
    """
    full = entry if isinstance(entry, Entry) else None
    return {
        "region": entry.region,
        "sequence": entry.sequence,
        "at": None if full is None else format_timestamp(full.at),
        "applied_at": None if applied_at is None else format_timestamp(applied_at),
        "actor": None if full is None else full.actor,
        "kind": None if full is None else full.kind.value,
        "subject": None if full is None else full.subject,
        "visibility": None if full is None else full.visibility.value,
        "body": None if full is None else dict(full.body),
        "salt": None if full is None else full.salt,
        "header_hash": entry.header_hash,
        "body_hash": entry.body_hash,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def entry_from_row(row: EntryRow) -> LogEntry:
    """Return the entry that a row holds."""
    hashes = (row.header_hash, row.body_hash, row.previous_hash, row.hash)
    if row.kind is None:
        return WithheldEntry(row.region, row.sequence, *hashes)
    # A row with a kind has all columns of the entry.
    assert row.at is not None
    assert row.actor is not None
    assert row.subject is not None
    assert row.visibility is not None
    assert row.body is not None
    assert row.salt is not None
    return Entry(
        row.region,
        row.sequence,
        datetime.fromisoformat(row.at),
        row.actor,
        EventKind(row.kind),
        row.subject,
        Visibility(row.visibility),
        row.body,
        row.salt,
        *hashes,
    )
