"""Snapshots that somebody reads page by page: kept for a while, so that all pages are as of one entry."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from engine.log.snapshot import Snapshot

ROWS_MOST = 200_000  # of all that are kept; one that is larger than that is kept alone


@dataclass
class KeptSnapshots:
    """The newest of them, by region, sequence, and whether there are drafts in it."""

    _kept: OrderedDict[tuple[str, int, bool], Snapshot] = field(default_factory=OrderedDict)
    _rows: int = 0

    def find(self, region: str, sequence: int, drafts: bool) -> Snapshot | None:
        """Return the snapshot as of a sequence, while it is kept."""
        return self._kept.get((region, sequence, drafts))

    def keep(self, snapshot: Snapshot, drafts: bool) -> Snapshot:
        """Keep a snapshot in place of the oldest ones."""
        key = (snapshot.newest.region, snapshot.newest.sequence, drafts)
        if key not in self._kept:
            self._kept[key] = snapshot
            self._rows += len(snapshot.rows)
        while self._rows > ROWS_MOST and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._rows -= len(oldest.rows)
        return self._kept[key]
