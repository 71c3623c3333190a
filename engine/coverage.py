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

    def count(self, *states: SourceState) -> int:
        """Return how many regions are in one of these states."""
        return sum(region.state in states for region in self.regions)

    @property
    def fresh(self) -> int:
        """The number of fresh regions, including those that this instance owns."""
        return self.count(SourceState.OWNED, SourceState.FRESH)

    @property
    def is_complete(self) -> bool:
        """Whether all regions are fresh."""
        return self.fresh == len(self.regions)
