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


class SourceProblem(Enum):
    """Why the copy of a region does not advance."""

    NOT_LISTED = "NOT_LISTED"  # this instance's list of regions does not have the region
    NOT_REACHED_YET = "NOT_REACHED_YET"
    NO_CONNECTION = "NO_CONNECTION"
    REJECTED = "REJECTED"  # the other side refuses our token or our request
    PROTOCOL_VIOLATION = "PROTOCOL_VIOLATION"
    FEED_ENDED = "FEED_ENDED"
    HISTORY_CHANGED = "HISTORY_CHANGED"  # the log contradicts what it said before
    OWNER_BEHIND = "OWNER_BEHIND"  # the new owner does not have the whole log yet
    HANDED_OVER = "HANDED_OVER"  # its new owner is not followed yet, or we do not accept it
    COPYING = "COPYING"  # the copy was deleted, and is made again
    NOT_STORED = "NOT_STORED"  # an error of this instance


class ClockDeviation(Enum):
    """How the times of an owner's newest entries deviate; they are applied with ours instead."""

    AHEAD = "AHEAD"  # more than CLOCK_TOLERANCE after their arrival
    BACKWARDS = "BACKWARDS"  # before the time of the preceding entry


CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RegionHandover:
    """The hand-over of a region to another instance: offered, withdrawn, or completed.

    The entry that completes it is the owner's last one in the region's log.
    """

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
    problem: SourceProblem | None = None  # None if no failure is known
    detail: str = ""  # the failure in English, with addresses: for operators and the region
    owner: str | None = None  # URL of the owner's API, if the other end states it
    clock: ClockDeviation | None = None  # of the newest entries
    refused_count: int = 0  # number of entries that were not applied
    parent: str | None = None  # code of the region's parent, in this instance's list
    base: int = 0  # entry as of which the rows are those of a snapshot; 0: those of the entries
    has_diverged: bool = False  # the log contradicted the copy, whatever failed since
    generation: int = 0  # how often the copy was deleted, to be made again

    @property
    def owner_url(self) -> str:
        """The URL of the instance that owns the region, as far as it is known."""
        return self.owner or self.url

    def state_at(self, now: datetime) -> SourceState:
        """Return the state at a time. A copy whose `as_of` is older than FRESH_SECONDS is stale.

        A later failure of another kind does not hide that the log has diverged.
        """
        if self.has_diverged:
            return SourceState.DIVERGED
        if self.state is not SourceState.FRESH:
            return self.state
        assert self.as_of is not None
        is_stale = now - self.as_of > timedelta(seconds=FRESH_SECONDS)
        return SourceState.STALE if is_stale else SourceState.FRESH
