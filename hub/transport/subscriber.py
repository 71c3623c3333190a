"""A subscriber on a connection, with backpressure and conflation.

If messages have subjects, a peer that reads slowly gets only the newest pending message about each
subject. A peer without conflation, or with too many pending bytes, is disconnected and reconnects.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from hub.transport.websocket_protocol import BUFFER_BYTES, CONNECTION_COUNTS, flush_outbox
from realtime.message import Batch, Message


@dataclass(frozen=True, slots=True)
class SubscriberAccount:
    """The client that pays for a subscription."""

    client: str  # as `hub.admission.client` names it
    is_anonymous: bool
    slots: asyncio.Semaphore | None = None  # of its socket's executions; None: it is a stream


class Subscriber(ABC):
    """A sink of the fan-out for a peer on a connection. None of its methods blocks."""

    __slots__ = ("_pending", "account")

    def __init__(self, account: SubscriberAccount) -> None:
        self.account = account
        self._pending: dict[Hashable, Message] = {}

    @property
    @abstractmethod
    def is_ready(self) -> bool:
        """Whether the peer has read most of what was sent."""

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Write a batch; does nothing after the subscription has ended."""

    @abstractmethod
    def call_when_ready(self, callback: Callable[[], None]) -> None:
        """Call the callback once the peer has read the pending bytes."""

    @abstractmethod
    def disconnect_slow_peer(self) -> None:
        """Disconnect the peer, because it leaves too much unread."""

    @abstractmethod
    def end(self, payload: bytes | None) -> None:
        """End the subscription; the payload, if any, states the reason."""

    def deliver(self, batch: Batch) -> None:
        """Write a batch, or hold it until the peer can receive more."""
        if batch.messages[0].subject is not None and (self._pending or not self.is_ready):
            self._conflate(batch)
        else:
            self.write(batch)

    def write_pending(self) -> None:
        """Write the pending messages."""
        pending, self._pending = self._pending, {}
        if pending:
            self.write(Batch([*pending.values()]))
            flush_outbox()

    def _conflate(self, batch: Batch) -> None:
        if not self._pending:
            self.call_when_ready(self.write_pending)
        for message in batch.messages:
            if self._pending.pop(message.subject, None) is not None:
                CONNECTION_COUNTS.conflated += 1
            self._pending[message.subject] = message
        if sum(len(message.payload) for message in self._pending.values()) > BUFFER_BYTES:
            self.disconnect_slow_peer()
