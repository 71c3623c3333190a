"""One who follows over a connection: written to at once, and told less where it reads too slowly.

A slow reader that asked for it is kept only the newest about each subject until there is room; one
that did not, or for which even that is too much, is given up at a bound and comes back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable

from hub.transport.websocket_protocol import BUFFER_BYTES, COUNTS, flush_outbox
from realtime.message import Batch, Message


class Subscriber(ABC):
    """A sink of the fan-out with a peer behind it. None of this waits."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Hashable, Message] = {}

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether the peer has read most of what it was sent."""

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Write a batch; nothing any more once nobody wants it."""

    @abstractmethod
    def when_ready(self, call: Callable[[], None]) -> None:
        """Call once the peer has read what waits."""

    @abstractmethod
    def give_up(self) -> None:
        """Cut off the peer, which has left too much unread."""

    def deliver(self, batch: Batch) -> None:
        """Write what was told, or keep it for when there is room."""
        if batch.told[0].subject is not None and (self._kept or not self.ready):
            self._keep(batch)
        else:
            self.write(batch)

    def write_kept(self) -> None:
        """Write what was kept."""
        kept, self._kept = self._kept, {}
        if kept:
            self.write(Batch([*kept.values()]))
            flush_outbox()

    def _keep(self, batch: Batch) -> None:
        if not self._kept:
            self.when_ready(self.write_kept)
        for told in batch.told:
            if self._kept.pop(told.subject, None) is not None:
                COUNTS.conflated += 1
            self._kept[told.subject] = told
        if sum(len(each.payload) for each in self._kept.values()) > BUFFER_BYTES:
            self.give_up()
