"""Event cursors: a client's position in the arrival order, opaque to it and valid for one epoch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resolvers.problems import SnapshotRequired
from storage.arrival import ArrivalPosition

_CURSOR_PATTERN = re.compile(r"(?P<epoch>[^:]*):(?P<number>[0-9]{1,18})(?:/(?P<head>[0-9]{1,18}))?")
QUOTED_CHARACTERS = 64  # characters of an invalid cursor that an error message shows


@dataclass(frozen=True, slots=True)
class EventPosition:
    """A position in the arrival order: the client has all events up to `number`.

    Within a snapshot, `head` is the arrival number as of which the snapshot was taken. The client
    has the events of the snapshot up to `number`.
    """

    epoch: str
    number: int
    head: int | None = None

    @property
    def cursor(self) -> str:
        """The cursor string sent to clients."""
        head_suffix = "" if self.head is None else f"/{self.head}"
        return f"{self.epoch}:{self.number}{head_suffix}"


def parse_event_cursor(cursor: str, position: ArrivalPosition) -> EventPosition:
    """Return the position that a cursor encodes.

    Raises:
        SnapshotRequired: the cursor is invalid, of another epoch, from the future, or too old.
    """
    match = _CURSOR_PATTERN.fullmatch(cursor)
    if match is None or match["epoch"] != position.epoch:
        raise SnapshotRequired(cursor[:QUOTED_CHARACTERS])
    number = int(match["number"])
    head = None if match["head"] is None else int(match["head"])
    # A snapshot's own events stay stored, however old they are; later arrivals are pruned.
    live_number = number if head is None else head
    if not position.floor <= live_number <= position.arrival or number > live_number:
        raise SnapshotRequired(cursor[:QUOTED_CHARACTERS])
    return EventPosition(position.epoch, number, head)
