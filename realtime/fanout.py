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
from collections.abc import AsyncGenerator, Callable, Collection, Hashable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from realtime.message import (
    IMMEDIATE_SNAPSHOT_BYTES,
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
BATCH_WAIT_SECONDS = 0.02  # longest wait for further messages that the source already has
BATCH_BYTES = 32_768  # limit of one batch, so that no single burst fills the buffer of a sink
SLOW_SUBSCRIBER_SECONDS = 20.0  # longest wait for a single slow subscriber that catches up
READY_POLL_SECONDS = 0.01  # between checks whether the subscriber can receive more

logger = logging.getLogger(__name__)


# Opens a source at a position; the collection holds the present subscribers to it.
OpenSource = Callable[[Hashable, Collection[Sink]], AsyncGenerator[Message, None]]


@dataclass(eq=False)
class PositionedStream:
    """One source and the subscribers to it."""

    group: SubscriberGroup
    position: Hashable  # None: the stream began with the next event, at no known position
    sinks: dict[Sink, None] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    snapshot_buffer: SnapshotBuffer | None = None  # while the stream sends a whole snapshot
    _pending_messages: list[Message] = field(default_factory=list)
    _flush_timer: asyncio.TimerHandle | None = None
    _delivery_seconds: float = 0.0  # duration of the last delivery to all sinks, in seconds

    async def run(self, open: OpenSource, snapshot: SnapshotBuffer | None = None) -> None:
        """Deliver the messages of the source to all sinks, until it ends or no sink is left.

        A cached snapshot is delivered first, and the source then begins where the snapshot ends.
        """
        ending: bytes | None = None
        start = self.position
        try:
            if snapshot is not None:
                await self._replay(snapshot)
                if self.group.merge_into_other(self):
                    return
            async with aclosing(open(self.position, self.sinks.keys())) as source:
                enqueued_at, had_more, burst = 0.0, False, False
                async for message in source:
                    if not had_more:
                        # Only the wait for the source counts: the delivery itself may take longer.
                        burst = time.monotonic() - enqueued_at < BURST_SECONDS
                    had_more = message.more
                    self.group.fanout.executions += 1
                    self._enqueue(message, burst)
                    enqueued_at = time.monotonic()
                    if self.group.merge_into_other(self):
                        return
                    await self._wait_for_slow_subscriber()
        except SourceClosed as closed:
            ending = closed.payload
            self.group.drop_snapshot(self.position, is_invalid=self.position != start)
        except Exception:
            logger.exception("a shared subscription has failed")
            ending = self.group.fanout.failure
        finally:
            self.flush()
            self.group.streams.discard(self)
            self.group.remove_if_empty()
            self.task = None  # a cancelled task holds its traceback, whose frames hold the stream
        for sink in [*self.sinks]:
            sink.end(ending)

    def add(self, sinks: Iterable[Sink]) -> None:
        """Add sinks that are at the position of this stream."""
        self.flush()  # the waiting messages are older than these subscriptions
        for sink in sinks:
            self.sinks[sink] = None
            self.group.stream_by_sink[sink] = self

    def remove(self, sink: Sink) -> None:
        """Remove a sink; without sinks the source is closed."""
        self.sinks.pop(sink, None)
        if not self.sinks and self.task is not None:
            self.group.streams.discard(self)
            self.group.remove_if_empty()
            self.task.cancel()

    def flush(self) -> None:
        """Deliver the waiting messages as one batch."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        if self._pending_messages:
            batch, self._pending_messages = Batch(self._pending_messages), []
            if self.snapshot_buffer is not None:
                self.snapshot_buffer.append(batch)
                if not batch.messages[-1].snapshot:
                    self.snapshot_buffer = None
            begun = time.monotonic()
            try:
                for sink in [*self.sinks]:
                    sink.deliver(batch)
            finally:  # batches that some sinks have taken must not wait for the next event
                self.group.fanout.after_delivery()
            self._delivery_seconds = time.monotonic() - begun

    async def _replay(self, snapshot: SnapshotBuffer) -> None:
        """Deliver a cached snapshot, which may still grow, at the speed of the sinks."""
        delivered_batches = 0
        while delivered_batches < len(snapshot.batches):
            batch = snapshot.batches[delivered_batches]
            delivered_batches += 1
            self.position = batch.messages[-1].position
            for sink in [*self.sinks]:
                sink.deliver(batch)
            self.group.fanout.after_delivery()
            await self._wait_for_slow_subscriber()
            if delivered_batches == len(snapshot.batches):
                self.group.flush(snapshot)

    def _enqueue(self, message: Message, burst: bool) -> None:
        """Add a message to the next batch, and deliver the batch now or after a short delay."""
        self.position = message.position
        self._pending_messages.append(message)
        is_large = sum(len(pending.payload) for pending in self._pending_messages) > BATCH_BYTES
        if is_large or not (message.more or burst):
            self.flush()
        elif self._flush_timer is None:
            # The delay is at least the duration of the last delivery. Otherwise a burst to very
            # many subscribers is never merged.
            wait = min(max(MERGE_SECONDS, self._delivery_seconds), LONGEST_MERGE_SECONDS)
            if message.more:
                wait = BATCH_WAIT_SECONDS
            self._flush_timer = asyncio.get_running_loop().call_later(wait, self.flush)

    async def _wait_for_slow_subscriber(self) -> None:
        """Wait while the only sink is not ready, for a limited time."""
        await asyncio.sleep(0)  # lets other tasks run, however many events remain
        until = time.monotonic() + SLOW_SUBSCRIBER_SECONDS
        while len(self.sinks) == 1 and time.monotonic() < until:
            if all(sink.is_ready for sink in self.sinks):
                return
            await asyncio.sleep(READY_POLL_SECONDS)


@dataclass(eq=False)
class SubscriberGroup:
    """The subscribers with the same key, in streams by position."""

    fanout: Fanout
    key: Hashable
    streams: set[PositionedStream] = field(default_factory=set)
    stream_by_sink: dict[Sink, PositionedStream] = field(default_factory=dict)
    snapshot_buffer: SnapshotBuffer | None = None  # the newest snapshot that was sent

    def join(self, sink: Sink, start: Hashable, open: OpenSource) -> None:
        """Subscribe a sink from a position on; None begins with a snapshot."""
        self.fanout.subscriptions_started += 1
        self.fanout.subscriptions_resumed += start is not None
        snapshot = self._sent_snapshot() if start is None else None
        if snapshot is not None and snapshot.size <= IMMEDIATE_SNAPSHOT_BYTES:
            for batch in snapshot.batches:
                sink.deliver(batch)
            self.fanout.after_delivery()
            start, snapshot = snapshot.position, None
        stream = next((stream for stream in self.streams if stream.position == start), None)
        if stream is None or snapshot is not None:
            stream = PositionedStream(self, start)
            if start is None and snapshot is None:
                stream.snapshot_buffer = self.snapshot_buffer = SnapshotBuffer(
                    self.fanout.snapshot_budget
                )
            self.streams.add(stream)
            stream.task = asyncio.create_task(stream.run(open, snapshot))
        stream.add([sink])

    def _sent_snapshot(self) -> SnapshotBuffer | None:
        """Return the cached snapshot, as far as it was sent."""
        if self.snapshot_buffer is None:
            return None
        self.flush(self.snapshot_buffer)
        return self.snapshot_buffer if self.snapshot_buffer.batches else None

    def flush(self, snapshot: SnapshotBuffer) -> None:
        """Flush the stream that sends this snapshot."""
        for stream in self.streams:
            if stream.snapshot_buffer is snapshot:
                stream.flush()

    def drop_snapshot(self, position: Hashable, *, is_invalid: bool) -> None:
        """Drop the cached snapshot if it ends at a position that no source can continue from.

        This happens when a new epoch begins.

        Args:
            is_invalid: whether a source has ended that could continue from later positions.
        """
        snapshot = self.snapshot_buffer
        if snapshot is None or not snapshot.batches:
            return
        if is_invalid or snapshot.position == position:
            snapshot.drop()

    def leave(self, sink: Sink) -> None:
        """Unsubscribe a sink."""
        stream = self.stream_by_sink.pop(sink, None)
        if stream is not None:
            stream.remove(sink)

    def merge_into_other(self, stream: PositionedStream) -> bool:
        """Move the sinks of `stream` to another stream at its position; False if there is none."""
        if stream.position is None:
            return False
        for other_stream in self.streams:
            if other_stream is not stream and other_stream.position == stream.position:
                stream.flush()
                other_stream.add(stream.sinks)
                stream.sinks.clear()
                return True
        return False

    def remove_if_empty(self) -> None:
        """Remove the group once it has no streams."""
        if not self.streams:
            self.fanout.groups.pop(self.key, None)


class Fanout:
    """All groups of this process; `failure` is the last payload if a source fails unexpectedly."""

    def __init__(self, failure: bytes, after_delivery: Callable[[], None] = lambda: None) -> None:
        self.failure = failure
        self.after_delivery = after_delivery  # called after each batch is delivered to all sinks
        self.snapshot_budget = SnapshotBudget()
        self.groups: dict[Hashable, SubscriberGroup] = {}
        self.executions = 0  # messages that sources produced, over all groups
        self.subscriptions_started = 0  # subscriptions since the start
        self.subscriptions_resumed = 0  # subscriptions that resumed from a position

    @property
    def subscribers(self) -> int:
        """The number of subscribed sinks."""
        return sum(len(group.stream_by_sink) for group in self.groups.values())

    def group(self, key: Hashable) -> SubscriberGroup:
        """Return the group of all subscribers with this key."""
        if key not in self.groups:
            self.groups[key] = SubscriberGroup(self, key)
        return self.groups[key]

    async def close(self) -> None:
        """End all streams."""
        streams = [stream for group in self.groups.values() for stream in group.streams]
        tasks = [stream.task for stream in streams if stream.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
