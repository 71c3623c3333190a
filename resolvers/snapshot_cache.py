"""Caches snapshots that clients read page by page, so that all pages are as of one entry."""

from __future__ import annotations

from cachetools import LRUCache

from engine.log.snapshot import Snapshot

ROWS_MOST = 200_000  # of all snapshots together


class SnapshotCache:
    """A least-recently-used cache of snapshots, bounded by their rows.

    A snapshot with more rows than the cache holds fills all of it, so that its reader can read the
    second page.
    """

    def __init__(self, rows_most: int = ROWS_MOST) -> None:
        self._snapshots: LRUCache[tuple[str, int, bool], Snapshot] = LRUCache(
            rows_most, lambda snapshot: min(1 + len(snapshot.rows), rows_most)
        )

    def find(self, region: str, sequence: int, drafts: bool) -> Snapshot | None:
        """Return the cached snapshot of a region as of an entry, with or without drafts."""
        return self._snapshots.get((region, sequence, drafts))

    def clear(self) -> None:
        """Drop all snapshots."""
        self._snapshots.clear()

    def add(self, snapshot: Snapshot, drafts: bool) -> Snapshot:
        """Cache the snapshot, unless one as of the same entry is cached; return the cached one."""
        key = (snapshot.newest.region, snapshot.newest.sequence, drafts)
        return self._snapshots.setdefault(key, snapshot)
