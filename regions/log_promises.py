"""The promises about the entries of a log, each with its check. A check returns what it has seen."""

from __future__ import annotations

from contextlib import aclosing

import orjson

from engine.log.entry import GENESIS, Entry, WithheldEntry, verified_prefix
from engine.log.entry_check import check_header
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.log.refusal import EntryRefused
from engine.log.source import CLOCK_TOLERANCE
from engine.model import Visibility
from regions import contract
from regions.body_check import BodyCheck
from regions.conformance_state import (
    RESPONSE_SECONDS,
    CheckState,
    ConformanceFailure,
    fetch_snapshot_page,
    find_entry,
    read_feed,
    require_entries,
    require_head,
)
from regions.contract import RemoteLogHead
from regions.peer import RejectedByPeer


async def check_version(state: CheckState) -> str:
    """Check that the head has the version of this contract."""
    data = await state.peer.query(contract.HEAD, {"regionCode": state.region}, RESPONSE_SECONDS)
    state.head = contract.parse_log_head(state.region, data)
    return f"version {contract.VERSION}; {state.head.sequence} entries"


async def check_owner(state: CheckState) -> str:
    """Read who owns the region."""
    return require_head(state).owner_url or "the endpoint"


async def check_order(state: CheckState) -> str:
    """Check that the feed has all entries up to the head, in order."""
    head = require_head(state)
    try:
        return await _read_entries(state, head)
    except RejectedByPeer as rejected:
        if rejected.code != "SNAPSHOT_REQUIRED" or state.entries:
            raise
    # The owner has pruned the start of its log.
    newest = (await fetch_snapshot_page(state, None)).newest
    state.base, state.entries = newest.sequence - 1, [newest]
    return await _read_entries(state, head)


async def _read_entries(state: CheckState, head: RemoteLogHead) -> str:
    """Read the entries after those already read, up to the end of the log."""
    async with aclosing(read_feed(state, state.base + len(state.entries))) as frames:
        async for frame in frames:
            for entry in frame.entries:
                expected = state.base + len(state.entries) + 1
                if entry.sequence != expected:
                    raise ConformanceFailure(f"expected entry {expected}, got {entry.sequence}")
                state.entries.append(entry)
                if isinstance(entry, Entry):
                    state.size += len(orjson.dumps(entry.body))
            last = state.base + len(state.entries)
            if last >= head.sequence or state.is_full:
                return f"entries {state.base + 1} to {last}, without a gap"
            if not frame.entries:
                raise ConformanceFailure(f"expected entry {last + 1}, got a frame without any")
    last = state.base + len(state.entries)
    raise ConformanceFailure(f"the feed ended after {last} of {head.sequence} entries")


async def check_hash_chain(state: CheckState) -> str:
    """Check the hashes of the entries."""
    entries = require_entries(state)
    before = entries[0].previous_hash if state.base else GENESIS
    good, broken = verified_prefix(entries, sequence=state.base, previous_hash=before)
    if broken is not None:
        raise ConformanceFailure(str(broken))
    return f"{len(good)} hashes, each over the one before"


async def check_head(state: CheckState) -> str:
    """Check that the head is the last entry."""
    head = require_head(state)
    entry = find_entry(state, head.sequence)
    if entry is not None and entry.hash != head.hash:
        raise ConformanceFailure(f"expected the hash of entry {head.sequence}, got {head.hash}")
    return f"regionLogHead names entry {head.sequence}"


async def check_hashes(state: CheckState) -> str:
    """Check that the hashes alone are those of the feed, so that they prove a snapshot."""
    entries = require_entries(state)
    sequence, last = state.base, state.base + len(entries)
    while sequence < last:
        variables = {"regionCode": state.region, "afterSequence": sequence}
        data = await state.peer.query(contract.HASHES, variables, RESPONSE_SECONDS)
        hashes = contract.parse_log_hashes(state.region, data)
        if not hashes:
            raise ConformanceFailure(f"expected the hashes of entry {sequence + 1}, got none")
        for received in hashes[: last - sequence]:
            sequence += 1
            if received != _withhold(entries[sequence - state.base - 1]):
                raise ConformanceFailure(
                    f"expected the hashes of entry {sequence} as in the feed, got others of entry "
                    f"{received.sequence}"
                )
    return f"regionLogHashes has the hashes of {len(entries)} entries, as in the feed"


async def check_salts(state: CheckState) -> str:
    """Check that no two entries have the same salt."""
    entries = _full_entries(state)
    sequences_by_salt: dict[str, int] = {}
    for entry in entries:
        earlier = sequences_by_salt.setdefault(entry.salt, entry.sequence)
        if earlier != entry.sequence:
            raise ConformanceFailure(
                f"entry {entry.sequence}: expected a salt of its own, got that of entry {earlier}"
            )
    return f"{len(entries)} salts, each of one entry"


async def check_withheld_entries(state: CheckState) -> str:
    """Check that the token reads either all entries of visibility REGION or none."""
    entries = require_entries(state)
    full_entries = _full_entries(state)
    withheld_count = len(entries) - len(full_entries)
    drafts = [entry for entry in full_entries if entry.visibility is Visibility.REGION]
    if withheld_count and drafts:
        raise ConformanceFailure(
            f"expected the hashes of entry {drafts[0].sequence} alone, as of other entries that "
            "this token may not read, got all of it"
        )
    return f"{withheld_count} entries with hashes alone, {len(drafts)} with visibility REGION"


async def check_times(state: CheckState) -> str:
    """Check that the clock of the owner neither goes back nor is more than CLOCK_TOLERANCE ahead."""
    latest = None
    for entry in _full_entries(state):
        if latest is not None and entry.at < latest:
            raise ConformanceFailure(
                f"entry {entry.sequence}: expected a time of {latest} or later, got {entry.at}"
            )
        latest = entry.at
    if latest is not None and latest > state.now + CLOCK_TOLERANCE:
        raise ConformanceFailure(
            f"expected a time at most {CLOCK_TOLERANCE.seconds // 60} minutes ahead of "
            f"{state.now}, got {latest}"
        )
    return "no time is before that of the preceding entry, or more than five minutes ahead"


async def check_bodies(state: CheckState) -> str:
    """Check that an instance which follows the log applies all of its entries."""
    entries = _full_entries(state)
    body_check = BodyCheck(state.region, complete=not state.base)
    for entry in entries:
        try:
            check_header(entry)
        except EntryRefused as refused:
            raise ConformanceFailure(f"entry {entry.sequence}: {refused}") from None
        kind = ENTRY_BODY_TYPES.get(entry.kind)
        body_check.check(f"entry {entry.sequence}", kind, entry.body)
    return f"{len(entries)} bodies that an instance applies"


def _full_entries(state: CheckState) -> list[Entry]:
    return [entry for entry in require_entries(state) if isinstance(entry, Entry)]


def _withhold(entry: Entry | WithheldEntry) -> WithheldEntry:
    return entry.withhold() if isinstance(entry, Entry) else entry
