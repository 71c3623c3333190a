"""What a source tells and to whom, and what is kept of it for those who begin soon after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

AT_ONCE_BYTES = 131_072  # of a snapshot that is kept; a larger one is told as fast as it is taken
KEPT_BYTES = 8_388_608  # of one snapshot: of a larger one each follower has its own
KEPT_IN_ALL_BYTES = 33_554_432
KEPT_SECONDS = 30.0

Alike = TypeVar("Alike", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Message:
    """A payload as all sinks get it, and where a stream stands once it has told it."""

    payload: bytes
    position: Hashable
    subject: Hashable = None  # a newer payload about it may replace this one; None: none may
    more: bool = False  # the next one is at hand: they may be given together
    snapshot: bool = False  # part of what is told first to who begins without a position


class Batch:
    """What is given together, with what was made of it for sinks that are alike."""

    def __init__(self, told: Sequence[Message]) -> None:
        self.told = told
        self._made: dict[Hashable, list[bytes]] = {}

    def made(
        self, alike: Alike, make: Callable[[Sequence[Message], Alike], list[bytes]]
    ) -> list[bytes]:
        """Return what `make` makes of it: once for all sinks that are alike in this."""
        found = self._made.get(alike)
        if found is None:
            found = self._made[alike] = make(self.told, alike)
        return found


class Sink(Protocol):
    """Somebody who follows. None of this may wait: what cannot be sent at once is the sink's care."""

    @property
    def ready(self) -> bool:
        """False: it holds unsent what it can, and one who catches up should rather wait."""

    def deliver(self, batch: Batch) -> None:
        """Take what was told."""

    def end(self, payload: bytes | None) -> None:
        """Nothing more comes; with a payload it says why."""


class SourceClosed(Exception):
    """Raised by a source that cannot go on; `payload` says why, to whoever follows it."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("a source has ended")
        self.payload = payload


@dataclass
class SnapshotBudget:
    """The bytes of all snapshots that are held, a budget that they share.

    It is no cache with keys: each snapshot belongs to its group, grows while it is streamed, and is
    discarded as a whole, by its timer or when the budget is exceeded. A cache of cachetools measures
    an entry once, when it is set, and expires entries only when it is used again.
    """

    size: int = 0  # bytes


@dataclass(eq=False)
class SnapshotBuffer:
    """A snapshot as far as it was told, while it is kept."""

    kept: SnapshotBudget
    batches: list[Batch] = field(default_factory=list)
    size: int = 0
    over: bool = False  # no more of it is kept

    @property
    def position(self) -> Hashable:
        """Where those stand who were told all that is kept."""
        return self.batches[-1].told[-1].position

    def note(self, batch: Batch) -> None:
        """Keep what of a batch is part of the snapshot; forget all of it where it is too much."""
        part = [told for told in batch.told if told.snapshot]
        if self.over or not part:
            return
        if not self.batches:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.forget)
        size = sum(len(told.payload) for told in part)
        self.size += size
        self.kept.size += size
        self.batches.append(batch if len(part) == len(batch.told) else Batch(part))
        if self.size > KEPT_BYTES or self.kept.size > KEPT_IN_ALL_BYTES:
            self.forget()

    def forget(self) -> None:
        """Keep no more of it."""
        self.over = True
        self.kept.size -= self.size
        self.size = 0
        self.batches.clear()
