"""Shares one source among all subscribers to the same thing: each event is computed once.

Subscribers with the same key form a group. A group has one stream for each position: a subscriber
that starts at the position of a stream joins it, any other subscriber gets a new stream, and two
streams that reach the same position merge. So no subscriber misses an event, receives one twice or
waits for another subscriber, and many reconnections after a restart cost one stream.

A subscriber without a position receives a snapshot first. The snapshot is cached for a while:
subscribers that come soon after receive the cached one, and continue from where it ends.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from realtime.message import (
    AT_ONCE_BYTES,
    Batch,
    Message,
    Sink,
    SnapshotBudget,
    SnapshotBuffer,
    SourceClosed,
)

BURST_SECONDS = 0.005  # events at shorter intervals are a burst
MERGE_SECONDS = 0.004  # events of a burst within this time are delivered as one batch
LONGEST_MERGE_SECONDS = 0.1
TOGETHER_SECONDS = 0.02  # longest wait for the rest of the messages that are at hand together
MERGED_BYTES = 32_768  # of one batch at most, so that no burst alone fills the buffer of a sink
PATIENCE_SECONDS = 20.0  # longest wait for a single slow subscriber that catches up
LOOK_SECONDS = 0.01

logger = logging.getLogger(__name__)


Open = Callable[[Hashable], AsyncGenerator[Message, None]]  # opens a source at a position


@dataclass(eq=False)
class PositionedStream:
    """One source and the subscribers to it."""

    group: SubscriberGroup
    position: Hashable  # None: the stream began with the next event, at no known position
    sinks: dict[Sink, None] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    beginning: SnapshotBuffer | None = None  # while the stream sends a whole snapshot
    _waiting: list[Message] = field(default_factory=list)
    _flush_at: asyncio.TimerHandle | None = None
    _took: float = 0.0  # duration of the last delivery to all sinks, in seconds

    async def run(self, open: Open, kept: SnapshotBuffer | None = None) -> None:
        """Deliver the messages of the source to all sinks, until it ends or no sink is left.

        A cached snapshot is delivered first, and the source then begins where the snapshot ends.
        """
        ending: bytes | None = None
        try:
            if kept is not None:
                await self._replay(kept)
                if self.group.merged(self):
                    return
            async with aclosing(open(self.position)) as source:
                enqueued_at, together, burst = 0.0, False, False
                async for message in source:
                    if not together:
                        # Only the wait for the source counts: the delivery itself may take longer.
                        burst = time.monotonic() - enqueued_at < BURST_SECONDS
                    together = message.more
                    self.group.fanout.executions += 1
                    self._enqueue(message, burst)
                    enqueued_at = time.monotonic()
                    if self.group.merged(self):
                        return
                    await self._patience()
        except SourceClosed as ended:
            ending = ended.payload
            self.group.forget(self.position)
        except Exception:
            logger.exception("a shared subscription has failed")
            ending = self.group.fanout.failure
        finally:
            self.flush()
            self.group.streams.discard(self)
            self.group.tidy()
        for sink in [*self.sinks]:
            sink.end(ending)

    def add(self, sinks: Iterable[Sink]) -> None:
        """Add sinks that are at the position of this stream."""
        self.flush()  # the waiting messages are older than these subscriptions
        for sink in sinks:
            self.sinks[sink] = None
            self.group.followed[sink] = self

    def leave(self, sink: Sink) -> None:
        """Remove a sink; without sinks the source is closed."""
        self.sinks.pop(sink, None)
        if not self.sinks and self.task is not None:
            self.group.streams.discard(self)
            self.group.tidy()
            self.task.cancel()

    def flush(self) -> None:
        """Deliver the waiting messages as one batch."""
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        if self._waiting:
            batch, self._waiting = Batch(self._waiting), []
            if self.beginning is not None:
                self.beginning.note(batch)
                if not batch.messages[-1].snapshot:
                    self.beginning = None
            begun = time.monotonic()
            try:
                for sink in [*self.sinks]:
                    sink.deliver(batch)
            finally:  # batches that some sinks have taken must not wait for the next event
                self.group.fanout.settle()
            self._took = time.monotonic() - begun

    async def _replay(self, kept: SnapshotBuffer) -> None:
        """Deliver a cached snapshot at the speed of the sinks, with what is added meanwhile."""
        given = 0
        while given < len(kept.batches):
            batch = kept.batches[given]
            given += 1
            self.position = batch.messages[-1].position
            for sink in [*self.sinks]:
                sink.deliver(batch)
            self.group.fanout.settle()
            await self._patience()
            if given == len(kept.batches):
                self.group.flush(kept)

    def _enqueue(self, message: Message, burst: bool) -> None:
        self.position = message.position
        self._waiting.append(message)
        large = sum(len(each.payload) for each in self._waiting) > MERGED_BYTES
        if large or not (message.more or burst):
            self.flush()
        elif self._flush_at is None:
            # The delay is at least the duration of the last delivery. Otherwise a burst to very many
            # subscribers is never merged.
            wait = min(max(MERGE_SECONDS, self._took), LONGEST_MERGE_SECONDS)
            if message.more:
                wait = TOGETHER_SECONDS
            self._flush_at = asyncio.get_running_loop().call_later(wait, self.flush)

    async def _patience(self) -> None:
        await asyncio.sleep(0)  # lets other tasks run, however many events are left
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.sinks) == 1 and time.monotonic() < until:
            if all(sink.ready for sink in self.sinks):
                return
            await asyncio.sleep(LOOK_SECONDS)


@dataclass(eq=False)
class SubscriberGroup:
    """The subscribers with the same key, in streams by position."""

    fanout: Fanout
    key: Hashable
    streams: set[PositionedStream] = field(default_factory=set)
    followed: dict[Sink, PositionedStream] = field(default_factory=dict)
    beginning: SnapshotBuffer | None = None  # the newest snapshot that was sent

    def join(self, sink: Sink, start: Hashable, open: Open) -> None:
        """Subscribe a sink from a position on; None begins with a snapshot."""
        self.fanout.joined += 1
        self.fanout.resumed += start is not None
        kept = self._kept() if start is None else None
        if kept is not None and kept.size <= AT_ONCE_BYTES:
            for batch in kept.batches:
                sink.deliver(batch)
            self.fanout.settle()
            start, kept = kept.position, None
        stream = next((each for each in self.streams if each.position == start), None)
        if stream is None or kept is not None:
            stream = PositionedStream(self, start)
            if start is None and kept is None:
                stream.beginning = self.beginning = SnapshotBuffer(self.fanout.kept)
            self.streams.add(stream)
            stream.task = asyncio.create_task(stream.run(open, kept))
        stream.add([sink])

    def _kept(self) -> SnapshotBuffer | None:
        """Return the cached snapshot, as far as it was sent."""
        if self.beginning is None:
            return None
        self.flush(self.beginning)
        return self.beginning if self.beginning.batches else None

    def flush(self, kept: SnapshotBuffer) -> None:
        """Flush the stream that sends this snapshot."""
        for stream in self.streams:
            if stream.beginning is kept:
                stream.flush()

    def forget(self, position: Hashable) -> None:
        """Drop the cached snapshot if it ends at a position that no source can continue from.

        This happens when a new epoch begins.
        """
        kept = self.beginning
        if kept is not None and kept.batches and kept.position == position:
            kept.forget()

    def leave(self, sink: Sink) -> None:
        """Unsubscribe a sink."""
        stream = self.followed.pop(sink, None)
        if stream is not None:
            stream.leave(sink)

    def merged(self, stream: PositionedStream) -> bool:
        """Move the sinks of `stream` to another stream at its position; False if there is none."""
        if stream.position is None:
            return False
        for other in self.streams:
            if other is not stream and other.position == stream.position:
                stream.flush()
                other.add(stream.sinks)
                stream.sinks.clear()
                return True
        return False

    def tidy(self) -> None:
        """Remove the group once it has no streams."""
        if not self.streams:
            self.fanout.groups.pop(self.key, None)


class Fanout:
    """All groups of this process. `failure` is the last payload if a source fails unexpectedly."""

    def __init__(self, failure: bytes, settle: Callable[[], None] = lambda: None) -> None:
        self.failure = failure
        self.settle = settle  # called after each batch is delivered to all sinks
        self.kept = SnapshotBudget()
        self.groups: dict[Hashable, SubscriberGroup] = {}
        self.executions = 0  # messages that sources produced, over all groups
        self.joined = 0  # subscriptions since the start
        self.resumed = 0  # subscriptions that resumed from a position

    @property
    def followers(self) -> int:
        """The number of subscribed sinks."""
        return sum(len(group.followed) for group in self.groups.values())

    def group(self, key: Hashable) -> SubscriberGroup:
        """Return the group of all subscribers with this key."""
        if key not in self.groups:
            self.groups[key] = SubscriberGroup(self, key)
        return self.groups[key]

    async def close(self) -> None:
        """End all streams."""
        tasks = [each.task for group in self.groups.values() for each in group.streams if each.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
