"""The snapshot cache is bounded by rows, and can hold one snapshot larger than the bound."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.log.entry import Entry
from engine.log.snapshot import RegionSnapshotRowKind, Snapshot, SnapshotRow
from engine.model import EventKind, Visibility
from resolvers.snapshot_cache import SnapshotCache

ROW = SnapshotRow(RegionSnapshotRowKind.OPD, {})


def snapshot(sequence: int, rows: int) -> Snapshot:
    newest = Entry(
        region="32.11",
        sequence=sequence,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        actor="sso:1",
        kind=EventKind.OPD_RECORDED,
        subject="opd-1",
        visibility=Visibility.PUBLIC,
        body={},
        salt="",
        header_hash="",
        body_hash="",
        previous_hash="",
        hash="",
    )
    return Snapshot(newest, [ROW] * rows)


def cached(cache: SnapshotCache) -> list[int]:
    """Return the cached sequences; this reads each of them, from the lowest to the highest."""
    return [sequence for sequence in range(10) if cache.find("32.11", sequence, False) is not None]


def test_the_least_recently_read_snapshot_is_evicted() -> None:
    cache = SnapshotCache(rows_most=33)
    for sequence in (1, 2, 3):
        cache.add(snapshot(sequence, 10), False)
    cache.find("32.11", 1, False)
    cache.add(snapshot(4, 10), False)
    assert cached(cache) == [1, 3, 4]


def test_a_snapshot_larger_than_the_cache_is_alone_in_it() -> None:
    cache = SnapshotCache(rows_most=20)
    cache.add(snapshot(1, 10), False)
    large = cache.add(snapshot(2, 1_000), False)
    assert cached(cache) == [2]
    assert cache.find("32.11", 2, False) is large
    cache.add(snapshot(3, 10), False)
    assert cached(cache) == [3]


def test_empty_snapshots_are_bounded_too() -> None:
    cache = SnapshotCache(rows_most=3)
    for sequence in range(10):
        cache.add(snapshot(sequence, 0), False)
    assert cached(cache) == [7, 8, 9]


def test_concurrent_readers_share_a_snapshot_and_drafts_have_their_own() -> None:
    cache = SnapshotCache()
    first = cache.add(snapshot(1, 1), False)
    assert cache.add(snapshot(1, 1), False) is first
    assert cache.find("32.11", 1, True) is None
