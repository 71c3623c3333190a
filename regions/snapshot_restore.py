"""Reads a snapshot of a region from its owner, with the proof that it continues the replica.

A snapshot has no history. If it could replace any replica, an owner could rewrite its log unseen. So
the owner proves by the hashes of the entries between the two that the replica's newest entry is
still in its log. Number, time and size of what it sends are bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from engine.log.entry import LogEntry, WithheldEntry, verified_prefix
from engine.log.snapshot import RegionSnapshotRowKind, SnapshotRow
from regions import contract
from regions.contract.response_values import ContractViolation
from regions.peer import PeerConnection, PeerUnreachable, RejectedByPeer
from regions.replica_store import ReplicaPosition
from regions.replication_failure import HistoryChanged

SNAPSHOT_REQUIRED = "SNAPSHOT_REQUIRED"
PAGE_SECONDS = 15.0  # for one page of a snapshot, or one response with hashes


@dataclass(frozen=True, slots=True)
class SnapshotLimits:
    """The bounds of a snapshot and of its proof."""

    rows: int = 200_000
    pages: int = 1_000
    row_bytes: int = 67_108_864  # of all bodies as JSON
    hash_pages: int = 200  # 200,000 entries if each page is full, which take about 150 MB
    seconds: float = 300.0  # for all pages of both


SNAPSHOT_LIMITS = SnapshotLimits()


@dataclass
class ReceivedSnapshot:
    """A snapshot that an owner sent."""

    newest: LogEntry
    rows: list[SnapshotRow] = field(default_factory=list)
    # The entries between the replica's newest one and that of the snapshot, without a gap.
    proof: Sequence[WithheldEntry] = ()


async def read_snapshot(
    peer: PeerConnection,
    region: str,
    position: ReplicaPosition,
    limits: SnapshotLimits = SNAPSHOT_LIMITS,
) -> ReceivedSnapshot:
    """Return a snapshot that continues the replica, with the proof if the replica is not empty.

    Raises:
        HistoryChanged: the owner does not prove that its log continues the replica, or the replica
            has diverged already.
        ContractViolation: a response exceeds a limit or has another form.
        PeerUnreachable, ProtocolError, RejectedByPeer: the owner does not answer as it must.
    """
    if position.sequence and position.has_diverged:
        raise HistoryChanged(region, "the owner's log contradicted the copy before")
    try:
        async with asyncio.timeout(limits.seconds):
            snapshot = await _read_pages(peer, region, limits)
            if position.sequence:
                newest = snapshot.newest
                snapshot.proof = await _read_proof(peer, region, position, newest, limits)
    except TimeoutError:
        raise PeerUnreachable(f"no whole snapshot within {limits.seconds:g} seconds") from None
    return snapshot


async def _read_pages(
    peer: PeerConnection, region: str, limits: SnapshotLimits
) -> ReceivedSnapshot:
    snapshot: ReceivedSnapshot | None = None
    after, size = None, 0
    for _ in range(limits.pages):
        variables = {"regionCode": region, "after": after}
        data = await peer.query(contract.SNAPSHOT, variables, PAGE_SECONDS)
        page = contract.parse_snapshot_page(region, data)
        if snapshot is None:
            _verify_newest(page.newest)
            snapshot = ReceivedSnapshot(page.newest)
        if page.newest != snapshot.newest:
            first, later = snapshot.newest.sequence, page.newest.sequence
            raise ContractViolation(f"all pages as of entry {first}", f"one as of entry {later}")
        snapshot.rows += page.rows
        size += sum(len(orjson.dumps(row.body)) for row in page.rows)
        if len(snapshot.rows) > limits.rows:
            raise ContractViolation(f"a region of at most {limits.rows} rows", "more")
        if size > limits.row_bytes:
            raise ContractViolation(f"a region of at most {limits.row_bytes} bytes", "more")
        if page.cursor is None:
            kinds = [row.kind for row in snapshot.rows[:1]]
            if kinds != [RegionSnapshotRowKind.REGION]:
                received = kinds[0].value if kinds else "no row"
                raise ContractViolation("a snapshot whose first row is the region", received)
            return snapshot
        after = page.cursor
    raise ContractViolation(f"a snapshot of at most {limits.pages} pages", "more")


def _verify_newest(newest: LogEntry) -> None:
    before = newest.sequence - 1
    _, broken = verified_prefix([newest], sequence=before, previous_hash=newest.previous_hash)
    if broken is not None:
        raise ContractViolation("a newest entry with the right hashes", broken.reason)


async def _read_proof(
    peer: PeerConnection,
    region: str,
    position: ReplicaPosition,
    newest: LogEntry,
    limits: SnapshotLimits,
) -> list[WithheldEntry]:
    """Return the entries that lead from the replica's newest entry to that of a snapshot."""
    proof: list[WithheldEntry] = []
    sequence, hash = position.sequence, position.hash
    if newest.sequence <= sequence:
        raise HistoryChanged(
            region, f"expected an entry after {sequence}, got entry {newest.sequence}"
        )
    for _ in range(limits.hash_pages):
        variables = {"regionCode": region, "afterSequence": sequence}
        try:
            data = await peer.query(contract.HASHES, variables, PAGE_SECONDS)
        except RejectedByPeer as rejected:
            if rejected.code != SNAPSHOT_REQUIRED:
                raise
            raise HistoryChanged(
                region, f"the owner has no hashes of the entries after {sequence}"
            ) from None
        entries = [
            entry
            for entry in contract.parse_log_hashes(region, data)
            if entry.sequence <= newest.sequence
        ]
        verified, broken = verified_prefix(entries, sequence=sequence, previous_hash=hash)
        if broken is not None:
            raise HistoryChanged(region, str(broken))
        if not verified:
            raise HistoryChanged(
                region, f"expected the hashes of the entries after {sequence}, got none"
            )
        proof += entries
        sequence, hash = proof[-1].sequence, proof[-1].hash
        if sequence == newest.sequence:
            break
    else:
        raise HistoryChanged(
            region, f"expected a proof of at most {limits.hash_pages} pages, got a longer one"
        )
    if hash != newest.hash:
        raise HistoryChanged(
            region, f"expected entry {newest.sequence} as in the proof, got a different one"
        )
    return proof[:-1]
