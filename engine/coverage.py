"""How much of an answer over many regions is as fresh as it was asked to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.log.source import SourceState


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """How fresh the copy of one region is; `as_of` None: there is none yet."""

    region: str
    state: SourceState
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """All regions that an answer rests on, by code."""

    outcomes: Sequence[CoveredRegion]

    def count(self, *states: SourceState) -> int:
        """Return how many regions are in one of these states."""
        return sum(each.state in states for each in self.outcomes)

    @property
    def fresh(self) -> int:
        """Those that are owned here count, too."""
        return self.count(SourceState.OWNED, SourceState.FRESH)

    @property
    def whole(self) -> bool:
        return self.fresh == len(self.outcomes)
