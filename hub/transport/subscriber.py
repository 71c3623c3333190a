"""A subscriber on a connection, with backpressure: a slow one gets only the newest message per subject.

If messages have subjects, the pending ones are conflated while the peer reads slowly. A peer without
conflation, or with too many pending bytes, is disconnected, and reconnects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable

from hub.transport.websocket_protocol import BUFFER_BYTES, COUNTS, flush_outbox
from realtime.message import Batch, Message


class Subscriber(ABC):
    """A sink of the fan-out for a peer on a connection. None of its methods blocks."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Hashable, Message] = {}

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether the peer has read most of what was sent."""

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Write a batch; does nothing after the subscription has ended."""

    @abstractmethod
    def when_ready(self, call: Callable[[], None]) -> None:
        """Call this once the peer has read the bytes that wait."""

    @abstractmethod
    def give_up(self) -> None:
        """Disconnect the peer, which has left too much unread."""

    def deliver(self, batch: Batch) -> None:
        """Write a batch, or hold it until the peer can take more."""
        if batch.messages[0].subject is not None and (self._kept or not self.ready):
            self._keep(batch)
        else:
            self.write(batch)

    def write_kept(self) -> None:
        """Write the messages that were held."""
        kept, self._kept = self._kept, {}
        if kept:
            self.write(Batch([*kept.values()]))
            flush_outbox()

    def _keep(self, batch: Batch) -> None:
        if not self._kept:
            self.when_ready(self.write_kept)
        for message in batch.messages:
            if self._kept.pop(message.subject, None) is not None:
                COUNTS.conflated += 1
            self._kept[message.subject] = message
        if sum(len(message.payload) for message in self._kept.values()) > BUFFER_BYTES:
            self.give_up()
