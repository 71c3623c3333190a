"""The source of a region on an instance: its own log, or a replica with a freshness state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

FRESH_SECONDS = 15.0  # three heartbeats of the owner; an older copy is stale


class SourceState(Enum):
    """The state of a region on this instance: owned, or the freshness of the copy."""

    OWNED = "OWNED"
    FRESH = "FRESH"
    STALE = "STALE"
    UNREACHABLE = "UNREACHABLE"
    DIVERGED = "DIVERGED"


@dataclass(frozen=True, slots=True)
class RegionHandover:
    """The owner's last entry in a region's log. Another instance owns the region after it."""

    region: str
    url: str  # URL of the new owner's API


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a region that another instance owns.

    `as_of` is the last time at which the copy was known to hold all entries of its owner, or None
    if it never was. It is a time of this instance's clock.
    """

    region: str
    url: str  # API from which the copy is read
    state: SourceState
    as_of: datetime | None
    reason: str = ""  # why following the owner failed, if it did
    owner: str | None = None  # URL of the owner's API, if the other end states it

    @property
    def owner_url(self) -> str:
        """The URL of the instance that owns the region, as far as it is known."""
        return self.owner or self.url

    def state_at(self, now: datetime) -> SourceState:
        """Return the state at a time. A copy whose `as_of` is older than FRESH_SECONDS is stale."""
        if self.state is not SourceState.FRESH:
            return self.state
        assert self.as_of is not None
        is_stale = now - self.as_of > timedelta(seconds=FRESH_SECONDS)
        return SourceState.STALE if is_stale else SourceState.FRESH
