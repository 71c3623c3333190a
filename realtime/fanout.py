"""One source for all who follow the same thing: what it tells is made once, and given to each.

Those who ask alike are a group. A group has a stream for each place at which somebody stands: who
begins where a stream stands joins it, another one gets a stream of its own, and two streams that come
to stand at the same place become one. So nobody misses anything, hears anything twice, or waits for
another, and a herd that comes back after a restart costs one stream.

Who begins without a position is first told a snapshot. It is kept for a while, for those who come soon
after: they are told it again, and follow from where it ends.
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

BURST_SECONDS = 0.005  # events that come closer than this are a burst
MERGE_SECONDS = 0.004  # what comes in a burst within this is given together
LONGEST_MERGE_SECONDS = 0.1
TOGETHER_SECONDS = 0.02  # after the first of what is at hand together, until all of it is made
MERGED_BYTES = 32_768  # given at once at most, so that no burst alone fills what a sink may hold
PATIENCE_SECONDS = 20.0  # for one that catches up alone and takes no more for now
LOOK_SECONDS = 0.01

logger = logging.getLogger(__name__)


Open = Callable[[Hashable], AsyncGenerator[Message, None]]  # a source that begins there


@dataclass(eq=False)
class PositionedStream:
    """One source, and who follows it."""

    group: SubscriberGroup
    position: Hashable  # None: it began with what came next, wherever that was
    sinks: dict[Sink, None] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    beginning: SnapshotBuffer | None = None  # while it tells a snapshot from its first part on
    _waiting: list[Message] = field(default_factory=list)
    _flush_at: asyncio.TimerHandle | None = None
    _took: float = 0.0  # seconds that giving to all of them last took

    async def run(self, open: Open, kept: SnapshotBuffer | None = None) -> None:
        """Give what the source tells to all who follow, until nobody does or it ends.

        With a snapshot that is kept, that is told first, and the source begins where it ends.
        """
        ending: bytes | None = None
        try:
            if kept is not None:
                await self._tell_again(kept)
                if self.group.merged(self):
                    return
            async with aclosing(open(self.position)) as source:
                told_at, together, burst = 0.0, False, False
                async for told in source:
                    if not together:
                        # How long it had to be waited for: the giving itself may take longer.
                        burst = time.monotonic() - told_at < BURST_SECONDS
                    together = told.more
                    self.group.fanout.executions += 1
                    self._tell(told, burst)
                    told_at = time.monotonic()
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
        """Let these follow, who stand where this stream stands."""
        self.flush()  # what waits was told before they came
        for sink in sinks:
            self.sinks[sink] = None
            self.group.followed[sink] = self

    def leave(self, sink: Sink) -> None:
        """Follow no more; the source is closed with the last one."""
        self.sinks.pop(sink, None)
        if not self.sinks and self.task is not None:
            self.group.streams.discard(self)
            self.group.tidy()
            self.task.cancel()

    def flush(self) -> None:
        """Give what waits."""
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        if self._waiting:
            batch, self._waiting = Batch(self._waiting), []
            if self.beginning is not None:
                self.beginning.note(batch)
                if not batch.told[-1].snapshot:
                    self.beginning = None
            begun = time.monotonic()
            try:
                for sink in [*self.sinks]:
                    sink.deliver(batch)
            finally:  # what was given to some must not wait for whatever comes next
                self.group.fanout.settle()
            self._took = time.monotonic() - begun

    async def _tell_again(self, kept: SnapshotBuffer) -> None:
        """Give a snapshot that is kept, as fast as it is taken, and what is added to it meanwhile."""
        given = 0
        while given < len(kept.batches):
            batch = kept.batches[given]
            given += 1
            self.position = batch.told[-1].position
            for sink in [*self.sinks]:
                sink.deliver(batch)
            self.group.fanout.settle()
            await self._patience()
            if given == len(kept.batches):
                self.group.flush(kept)

    def _tell(self, told: Message, burst: bool) -> None:
        self.position = told.position
        self._waiting.append(told)
        large = sum(len(each.payload) for each in self._waiting) > MERGED_BYTES
        if large or not (told.more or burst):
            self.flush()
        elif self._flush_at is None:
            # No sooner than giving last took: else a burst to very many is never merged.
            wait = min(max(MERGE_SECONDS, self._took), LONGEST_MERGE_SECONDS)
            if told.more:
                wait = TOGETHER_SECONDS
            self._flush_at = asyncio.get_running_loop().call_later(wait, self.flush)

    async def _patience(self) -> None:
        await asyncio.sleep(0)  # others' turn, however much there is to catch up with
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.sinks) == 1 and time.monotonic() < until:
            if all(sink.ready for sink in self.sinks):
                return
            await asyncio.sleep(LOOK_SECONDS)


@dataclass(eq=False)
class SubscriberGroup:
    """Those who follow the same, and where they stand."""

    fanout: Fanout
    key: Hashable
    streams: set[PositionedStream] = field(default_factory=set)
    followed: dict[Sink, PositionedStream] = field(default_factory=dict)
    beginning: SnapshotBuffer | None = None  # the newest snapshot that was told

    def join(self, sink: Sink, start: Hashable, open: Open) -> None:
        """Follow from a position on."""
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
        """Return the snapshot that is kept, as far as it was told."""
        if self.beginning is None:
            return None
        self.flush(self.beginning)
        return self.beginning if self.beginning.batches else None

    def flush(self, kept: SnapshotBuffer) -> None:
        """Let the stream that tells this snapshot give what waits."""
        for stream in self.streams:
            if stream.beginning is kept:
                stream.flush()

    def forget(self, position: Hashable) -> None:
        """Keep no snapshot after which nothing can be told, as once the epoch is another one."""
        kept = self.beginning
        if kept is not None and kept.batches and kept.position == position:
            kept.forget()

    def leave(self, sink: Sink) -> None:
        """Follow no more."""
        stream = self.followed.pop(sink, None)
        if stream is not None:
            stream.leave(sink)

    def merged(self, stream: PositionedStream) -> bool:
        """Give those who follow `stream` to another one that stands where it stands, if any does."""
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
        """Forget the group once nobody is in it."""
        if not self.streams:
            self.fanout.groups.pop(self.key, None)


class Fanout:
    """All groups of this process. `failure` is told where a source fails unexpectedly."""

    def __init__(self, failure: bytes, settle: Callable[[], None] = lambda: None) -> None:
        self.failure = failure
        self.settle = settle  # called once a batch was given to all
        self.kept = SnapshotBudget()
        self.groups: dict[Hashable, SubscriberGroup] = {}
        self.executions = 0  # of events, over all groups
        self.joined = 0  # sinks that ever began to follow
        self.resumed = 0  # of these, from a position on

    @property
    def followers(self) -> int:
        """How many sinks follow anything."""
        return sum(len(group.followed) for group in self.groups.values())

    def group(self, key: Hashable) -> SubscriberGroup:
        """Return the group of all who ask alike."""
        if key not in self.groups:
            self.groups[key] = SubscriberGroup(self, key)
        return self.groups[key]

    async def close(self) -> None:
        """End all streams."""
        tasks = [each.task for group in self.groups.values() for each in group.streams if each.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
