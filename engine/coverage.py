"""The freshness of the regions that a response is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.log.source import SourceState


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """The freshness of the copy of one region. `as_of` is None if there is no copy yet."""

    region: str
    state: SourceState
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The regions that a response is computed from, ordered by code."""

    regions: Sequence[CoveredRegion]

    @property
    def fresh_count(self) -> int:
        """The number of fresh regions, including those that this instance owns."""
        return self._count(SourceState.OWNED, SourceState.FRESH)

    @property
    def stale_count(self) -> int:
        """The number of regions whose copy is too old."""
        return self._count(SourceState.STALE)

    @property
    def unreachable_count(self) -> int:
        """The number of regions that cannot be followed, including those that have diverged."""
        return self._count(SourceState.UNREACHABLE, SourceState.DIVERGED)

    @property
    def is_complete(self) -> bool:
        """Whether all regions are fresh."""
        return self.fresh_count == len(self.regions)

    def _count(self, *states: SourceState) -> int:
        return sum(region.state in states for region in self.regions)
