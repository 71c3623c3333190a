"""The snapshot cache is bounded by rows, and can hold one snapshot that is larger than the bound."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.log.entry import Entry
from engine.log.snapshot import RowKind, Snapshot, SnapshotRow
from engine.model import EventKind, Visibility
from resolvers.snapshot_cache import SnapshotCache

ROW = SnapshotRow(RowKind.OPD, {})


def snapshot(sequence: int, rows: int) -> Snapshot:
    newest = Entry(
        region="32.11",
        sequence=sequence,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        actor="sso:1",
        kind=EventKind.OPD_RECORDED,
        subject="opd-1",
        visibility=Visibility.PUBLIC,
        body=None,
        body_hash="",
        previous_hash="",
        hash="",
    )
    return Snapshot(newest, [ROW] * rows)


def cached(cache: SnapshotCache) -> list[int]:
    """Return the cached sequences. This counts as a read of each, oldest first."""
    return [each for each in range(10) if cache.find("32.11", each, False) is not None]


def test_the_snapshot_that_was_read_longest_ago_makes_room() -> None:
    cache = SnapshotCache(rows_most=33)
    for sequence in (1, 2, 3):
        cache.keep(snapshot(sequence, 10), False)
    cache.find("32.11", 1, False)
    cache.keep(snapshot(4, 10), False)
    assert cached(cache) == [1, 3, 4]


def test_a_snapshot_larger_than_the_cache_is_alone_in_it() -> None:
    cache = SnapshotCache(rows_most=20)
    cache.keep(snapshot(1, 10), False)
    large = cache.keep(snapshot(2, 1_000), False)
    assert cached(cache) == [2]
    assert cache.find("32.11", 2, False) is large
    cache.keep(snapshot(3, 10), False)
    assert cached(cache) == [3]


def test_empty_snapshots_are_bounded_too() -> None:
    cache = SnapshotCache(rows_most=3)
    for sequence in range(10):
        cache.keep(snapshot(sequence, 0), False)
    assert cached(cache) == [7, 8, 9]


def test_readers_at_once_get_the_same_snapshot_and_drafts_are_apart() -> None:
    cache = SnapshotCache()
    first = cache.keep(snapshot(1, 1), False)
    assert cache.keep(snapshot(1, 1), False) is first
    assert cache.find("32.11", 1, True) is None
