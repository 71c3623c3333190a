"""Messages, the sinks that receive them, and the cache of the snapshots that were sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

IMMEDIATE_SNAPSHOT_BYTES = (
    131_072  # a larger cached snapshot is sent at the speed of the subscriber
)
SNAPSHOT_BYTES = 8_388_608  # a larger snapshot is not cached, but computed for each subscriber
SNAPSHOT_CACHE_BYTES = 33_554_432  # of all cached snapshots
SNAPSHOT_CACHE_SECONDS = 30.0

Format = TypeVar("Format", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Message:
    """A payload for all sinks, and the position of the stream after it."""

    payload: bytes
    position: Hashable
    subject: Hashable = None  # a newer message with this subject may replace this one; None: never
    more: bool = False  # the source already has the next message, so both may be sent together
    snapshot: bool = False  # part of the snapshot for subscribers without a position


class Batch:
    """Messages that are delivered together, with a cache of their encoded forms."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self._encoded: dict[Hashable, list[bytes]] = {}

    def encode_once(
        self, format: Format, encode: Callable[[Sequence[Message], Format], list[bytes]]
    ) -> list[bytes]:
        """Return the encoded messages; `encode` is called once for all sinks of one format."""
        encoded = self._encoded.get(format)
        if encoded is None:
            encoded = self._encoded[format] = encode(self.messages, format)
        return encoded


class Sink(Protocol):
    """A subscriber. No method waits: the sink buffers what it cannot send at once."""

    @property
    def is_ready(self) -> bool:
        """False while the buffer is full, so that a stream that catches up should wait."""

    def deliver(self, batch: Batch) -> None:
        """Send or buffer the messages of a batch."""

    def end(self, payload: bytes | None) -> None:
        """End the subscription; the payload, if any, states the reason."""


class SourceClosed(Exception):
    """Raised by a source that cannot continue; `payload` states the reason to subscribers."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("the source cannot continue")
        self.payload = payload


@dataclass
class SnapshotBudget:
    """The memory budget that all cached snapshots share.

    A cache with keys does not fit: each snapshot belongs to its group, grows while it is streamed,
    and is discarded as a whole, by its timer or when the budget is exceeded. A cache of cachetools
    measures an entry once, when it is set, and expires entries only when it is used again.
    """

    size: int = 0  # bytes


@dataclass(eq=False)
class SnapshotBuffer:
    """The cached part of a snapshot, which is the part that was already sent."""

    budget: SnapshotBudget
    batches: list[Batch] = field(default_factory=list)
    size: int = 0
    is_dropped: bool = False  # the snapshot was dropped, and nothing is added to it

    @property
    def position(self) -> Hashable:
        """The position after the cached part."""
        return self.batches[-1].messages[-1].position

    def append(self, batch: Batch) -> None:
        """Cache the snapshot messages of a batch; drop the snapshot if it exceeds a limit."""
        snapshot_messages = [message for message in batch.messages if message.snapshot]
        if self.is_dropped or not snapshot_messages:
            return
        if not self.batches:
            asyncio.get_running_loop().call_later(SNAPSHOT_CACHE_SECONDS, self.drop)
        size = sum(len(message.payload) for message in snapshot_messages)
        self.size += size
        self.budget.size += size
        self.batches.append(
            batch if len(snapshot_messages) == len(batch.messages) else Batch(snapshot_messages)
        )
        if self.size > SNAPSHOT_BYTES or self.budget.size > SNAPSHOT_CACHE_BYTES:
            self.drop()

    def drop(self) -> None:
        """Drop the snapshot and free its memory."""
        self.is_dropped = True
        self.budget.size -= self.size
        self.size = 0
        self.batches.clear()
