"""Where an instance has a region from: whether it owns it, and else how good its copy is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

FRESH_SECONDS = 15.0  # three heartbeats of the owner: beyond, a copy counts as stale


class SourceState(Enum):
    """How far this instance's copy of a region can be trusted."""

    OWNED = "OWNED"
    FRESH = "FRESH"
    STALE = "STALE"
    UNREACHABLE = "UNREACHABLE"
    DIVERGED = "DIVERGED"


@dataclass(frozen=True, slots=True)
class Handover:
    """The owner's last word about a region: from the next entry on, another instance owns it."""

    region: str
    url: str  # of the new owner's API


@dataclass(frozen=True, slots=True)
class Source:
    """A region that another instance owns, as this one last knew it.

    `as_of` is by this instance's own clock, whatever those of others say: the last moment at which
    the copy was known to hold all that its owner had; None: never yet.
    """

    region: str
    url: str  # of the API that the copy is read from
    state: SourceState
    as_of: datetime | None
    reason: str = ""  # why the owner could not be followed, when it could not
    owner: str | None = None  # of the API of the owner, where the other end names it

    @property
    def owner_url(self) -> str:
        """The address of the instance that owns the region, as far as is known here."""
        return self.owner or self.url

    def at(self, now: datetime) -> SourceState:
        """The state by now: a copy of which nothing was heard for a while is stale."""
        if self.state is not SourceState.FRESH:
            return self.state
        assert self.as_of is not None
        old = now - self.as_of > timedelta(seconds=FRESH_SECONDS)
        return SourceState.STALE if old else SourceState.FRESH
