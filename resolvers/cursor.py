"""Cursors: how far a client has come in what it is told, opaque to it and good for one epoch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resolvers.problems import SnapshotRequired
from storage.arrival import ArrivalPosition

_WRITTEN = re.compile(r"(?P<epoch>[^:]*):(?P<number>[0-9]{1,18})(?:/(?P<head>[0-9]{1,18}))?")
SHOWN = 64  # characters of a cursor that cannot be read


@dataclass(frozen=True, slots=True)
class EventPosition:
    """A number of the arrival order, up to which all is told.

    Within a snapshot, `head` is the number as of which it is: told is what it holds up to `number`.
    """

    epoch: str
    number: int
    head: int | None = None

    @property
    def cursor(self) -> str:
        """It, as a client gets it."""
        within = "" if self.head is None else f"/{self.head}"
        return f"{self.epoch}:{self.number}{within}"


def parse_event_cursor(cursor: str, position: ArrivalPosition) -> EventPosition:
    """Return the place that a client was given as `cursor`.

    Raises:
        SnapshotRequired: it is of another epoch, from the future, or from before what is kept.
    """
    read = _WRITTEN.fullmatch(cursor)
    if read is None or read["epoch"] != position.epoch:
        raise SnapshotRequired(cursor[:SHOWN])
    number = int(read["number"])
    head = None if read["head"] is None else int(read["head"])
    # What a snapshot still tells is kept however old it is, but not what came after it.
    kept = number if head is None else head
    if not position.floor <= kept <= position.arrival or number > kept:
        raise SnapshotRequired(cursor[:SHOWN])
    return EventPosition(position.epoch, number, head)
