"""Messages, the sinks that receive them, and the cache of the snapshots that were sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

AT_ONCE_BYTES = 131_072  # a larger cached snapshot is sent at the speed of the subscriber
KEPT_BYTES = 8_388_608  # a larger snapshot is not cached, but computed for each subscriber
KEPT_IN_ALL_BYTES = 33_554_432  # of all cached snapshots
KEPT_SECONDS = 30.0

Format = TypeVar("Format", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Message:
    """A payload for all sinks, and the position of the stream after it."""

    payload: bytes
    position: Hashable
    subject: Hashable = None  # a newer message with this subject may replace this one; None: never
    more: bool = False  # the next message is at hand, so both may be sent together
    snapshot: bool = False  # part of the snapshot for subscribers without a position


class Batch:
    """Messages that are delivered together, with a cache of their encoded forms."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self._made: dict[Hashable, list[bytes]] = {}

    def made(
        self, format: Format, make: Callable[[Sequence[Message], Format], list[bytes]]
    ) -> list[bytes]:
        """Return what `make` returns for the messages, called once for all sinks of one format."""
        found = self._made.get(format)
        if found is None:
            found = self._made[format] = make(self.messages, format)
        return found


class Sink(Protocol):
    """A subscriber. No method waits: the sink buffers what it cannot send at once."""

    @property
    def ready(self) -> bool:
        """False while the buffer is full, so that a stream that catches up should wait."""

    def deliver(self, batch: Batch) -> None:
        """Send or buffer the messages of a batch."""

    def end(self, payload: bytes | None) -> None:
        """End the subscription; the payload, if any, states the reason."""


class SourceClosed(Exception):
    """Raised by a source that cannot continue; `payload` states the reason to subscribers."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("a source has ended")
        self.payload = payload


@dataclass
class SnapshotBudget:
    """The memory budget that all cached snapshots share.

    It is no cache with keys: each snapshot belongs to its group, grows while it is streamed, and is
    discarded as a whole, by its timer or when the budget is exceeded. A cache of cachetools measures
    an entry once, when it is set, and expires entries only when it is used again.
    """

    size: int = 0  # bytes


@dataclass(eq=False)
class SnapshotBuffer:
    """A cached snapshot, as far as it was sent."""

    kept: SnapshotBudget
    batches: list[Batch] = field(default_factory=list)
    size: int = 0
    over: bool = False  # the snapshot was dropped, and nothing is added to it

    @property
    def position(self) -> Hashable:
        """The position after the cached part."""
        return self.batches[-1].messages[-1].position

    def note(self, batch: Batch) -> None:
        """Cache the snapshot messages of a batch; drop the snapshot if it exceeds a limit."""
        part = [message for message in batch.messages if message.snapshot]
        if self.over or not part:
            return
        if not self.batches:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.forget)
        size = sum(len(message.payload) for message in part)
        self.size += size
        self.kept.size += size
        self.batches.append(batch if len(part) == len(batch.messages) else Batch(part))
        if self.size > KEPT_BYTES or self.kept.size > KEPT_IN_ALL_BYTES:
            self.forget()

    def forget(self) -> None:
        """Drop the snapshot and free its memory."""
        self.over = True
        self.kept.size -= self.size
        self.size = 0
        self.batches.clear()
