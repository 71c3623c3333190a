"""Subscribers of a group share one source: no gap, no duplicate, and no wait for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from realtime import message
from realtime.fanout import BATCH_WAIT_SECONDS, MERGE_SECONDS, READY_POLL_SECONDS, Fanout
from realtime.message import IMMEDIATE_SNAPSHOT_BYTES, Batch, Message, SourceClosed


@dataclass(eq=False)
class Subscriber:
    """A sink that records what it receives."""

    received: list[int] = field(default_factory=list)
    ended: list[bytes | None] = field(default_factory=list)

    is_ready: bool = True
    batches: int = 0

    def deliver(self, batch: Batch) -> None:
        self.batches += 1
        self.received += [int(message.payload) for message in batch.messages]

    def end(self, payload: bytes | None) -> None:
        self.ended.append(payload)


@dataclass
class Log:
    """Numbers that grow; a source yields those after a position."""

    numbers: list[int] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0
    closed: int = 0

    def grow(self, count: int = 1) -> None:
        self.numbers.extend(range(len(self.numbers) + 1, len(self.numbers) + count + 1))
        grown, self.grown = self.grown, asyncio.Event()
        grown.set()

    async def source(self, after: int) -> AsyncGenerator[Message, None]:
        self.opened += 1
        try:
            while True:
                while after >= len(self.numbers):
                    await self.grown.wait()
                after += 1
                yield Message(b"%d" % after, after)
        finally:
            self.closed += 1


@dataclass
class SnapshotLog(Log):
    """A log whose source, without a position, first yields all of its numbers as a snapshot."""

    pause_after: int = 1_000_000  # a snapshot waits before it yields greater numbers
    size: int = 1  # bytes of a part

    async def read_from(self, start: object, _sinks: object = ()) -> AsyncGenerator[Message, None]:
        start_number, head = (0, len(self.numbers)) if start is None else _read(start)
        if start_number < head:
            self.opened += 1
            for number in range(start_number + 1, head + 1):
                while number > self.pause_after:
                    await self.grown.wait()
                at = str(head) if number == head else f"{number}/{head}"
                payload = b"%*d" % (self.size, number)
                yield Message(payload, at, more=number < head, snapshot=True)
        async with aclosing(self.source(head)) as source:
            async for message in source:
                yield Message(message.payload, str(message.position))

    def follow(self, fanout: Fanout, start: str | None = None) -> Subscriber:
        subscriber = Subscriber()
        fanout.group("k").join(subscriber, start, self.read_from)
        return subscriber


def _read(start: object) -> tuple[int, int]:
    number, _, head = str(start).partition("/")
    return int(number), int(head or number)


async def wait_for_delivery() -> None:
    await asyncio.sleep(2 * BATCH_WAIT_SECONDS)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def fanout() -> Fanout:
    return Fanout(b"bug")


def follow(fanout: Fanout, log: Log, after: int, key: str = "k") -> Subscriber:
    subscriber = Subscriber()
    fanout.group(key).join(subscriber, after, lambda *_: log.source(after))
    return subscriber


async def test_all_subscribers_at_one_position_share_one_source(fanout: Fanout, log: Log) -> None:
    subscribers = [follow(fanout, log, 0) for _ in range(100)]
    log.grow(3)
    await wait_for_delivery()
    assert [subscriber.received for subscriber in subscribers] == [[1, 2, 3]] * 100
    assert (log.opened, fanout.executions) == (1, 3)


async def test_a_late_subscriber_catches_up_and_then_shares(fanout: Fanout, log: Log) -> None:
    log.grow(5)
    live = follow(fanout, log, 5)
    await wait_for_delivery()
    late = follow(fanout, log, 2)
    await wait_for_delivery()
    assert (late.received, live.received, log.opened) == ([3, 4, 5], [], 2)
    assert log.closed == 1  # both subscribers have the same position now
    executions = fanout.executions
    log.grow(2)
    await wait_for_delivery()
    assert (late.received, live.received) == ([3, 4, 5, 6, 7], [6, 7])
    assert fanout.executions == executions + 2


async def test_groups_share_nothing(fanout: Fanout, log: Log) -> None:
    subscribers = [follow(fanout, log, 0, key) for key in ("a", "b")]
    log.grow()
    await wait_for_delivery()
    assert [subscriber.received for subscriber in subscribers] == [[1], [1]]
    assert (log.opened, fanout.executions) == (2, 2)


async def test_the_source_is_closed_when_the_last_subscriber_leaves(
    fanout: Fanout, log: Log
) -> None:
    first, last = follow(fanout, log, 0), follow(fanout, log, 0)
    log.grow()
    await wait_for_delivery()
    group = fanout.group("k")
    group.leave(first)
    log.grow()
    await wait_for_delivery()
    assert (first.received, last.received, log.closed) == ([1], [1, 2], 0)
    group.leave(last)
    group.leave(last)  # leaving twice has no further effect
    await wait_for_delivery()
    assert (log.closed, fanout.groups) == (1, {})


async def test_a_subscriber_that_moved_to_another_stream_leaves_that_one(
    fanout: Fanout, log: Log
) -> None:
    log.grow(3)
    live = follow(fanout, log, 3)
    await wait_for_delivery()
    late = follow(fanout, log, 0)
    await wait_for_delivery()
    fanout.group("k").leave(late)
    log.grow()
    await wait_for_delivery()
    assert (live.received, late.received) == ([4], [1, 2, 3])
    fanout.group("k").leave(live)
    await wait_for_delivery()
    assert (log.opened, log.closed, fanout.groups) == (2, 2, {})


async def test_a_source_that_ends_sends_its_reason_to_all_and_the_next_starts_afresh(
    fanout: Fanout,
) -> None:
    async def refused(*_: object) -> AsyncGenerator[Message, None]:
        yield Message(b"1", 1)
        raise SourceClosed(b"no more")

    async def broken(*_: object) -> AsyncGenerator[Message, None]:
        raise RuntimeError
        yield

    async def over(*_: object) -> AsyncGenerator[Message, None]:
        yield Message(b"1", 1)

    for open, ending in ((refused, b"no more"), (broken, b"bug"), (over, None)):
        subscribers = [Subscriber(), Subscriber()]
        for subscriber in subscribers:
            fanout.group("k").join(subscriber, 0, open)
        await wait_for_delivery()
        assert [subscriber.ended for subscriber in subscribers] == [[ending]] * 2
        assert fanout.groups == {}


async def test_a_burst_is_one_batch_and_a_subscriber_that_joins_in_it_gets_only_what_follows(
    fanout: Fanout, log: Log
) -> None:
    early = follow(fanout, log, 0)
    log.grow(10)
    for _ in range(60):
        await asyncio.sleep(0)
    assert early.received == [1]  # delivered at once; the other two are delivered together
    late = follow(fanout, log, 10)
    assert early.received == [*range(1, 11)]
    log.grow()
    await wait_for_delivery()
    assert (early.received, late.received) == ([*range(1, 12)], [11])
    assert (early.batches, log.opened) == (3, 1)


async def test_a_subscriber_that_catches_up_delays_no_other(fanout: Fanout, log: Log) -> None:
    log.grow(3)
    slow, live = follow(fanout, log, 0), follow(fanout, log, 3)
    slow.is_ready = False
    await wait_for_delivery()
    assert slow.received == [1]
    log.grow()
    await wait_for_delivery()
    assert (slow.received, live.received) == ([1], [4])
    slow.is_ready = True
    await wait_for_delivery()
    assert (slow.received, log.closed) == ([1, 2, 3, 4], 1)


async def test_messages_that_are_available_together_are_one_batch(fanout: Fanout) -> None:
    snapshot_log = SnapshotLog(list(range(1, 11)))
    subscriber = snapshot_log.follow(fanout)
    await wait_for_delivery()
    assert (subscriber.received, subscriber.batches) == ([*range(1, 11)], 1)


async def test_a_subscriber_soon_after_gets_the_same_snapshot_and_what_came_since(
    fanout: Fanout,
) -> None:
    snapshot_log = SnapshotLog([1, 2, 3])
    first = snapshot_log.follow(fanout)
    await wait_for_delivery()
    second = snapshot_log.follow(fanout)
    assert second.received == [1, 2, 3]  # at once
    await wait_for_delivery()
    snapshot_log.grow(2)
    await wait_for_delivery()
    third = snapshot_log.follow(fanout)
    await wait_for_delivery()
    snapshot_log.grow()
    await wait_for_delivery()
    assert [subscriber.received for subscriber in (first, second, third)] == [[*range(1, 7)]] * 3
    # The third subscriber's own stream delivered the later events, until it caught up with the
    # others.
    assert (snapshot_log.opened, snapshot_log.closed, fanout.executions) == (3, 1, 3 + 2 + 2 + 1)


async def test_a_subscriber_during_a_snapshot_shares_the_rest_of_it(fanout: Fanout) -> None:
    snapshot_log = SnapshotLog([1, 2, 3, 4], pause_after=2)
    first = snapshot_log.follow(fanout)
    await asyncio.sleep(MERGE_SECONDS / 4)  # yielded by the source, and not yet delivered
    second = snapshot_log.follow(fanout)
    assert (first.received, second.received) == ([1, 2], [1, 2])
    await wait_for_delivery()
    third = snapshot_log.follow(fanout)
    assert third.received == [1, 2]
    snapshot_log.pause_after = 4
    snapshot_log.grow()
    await wait_for_delivery()
    assert [subscriber.received for subscriber in (first, second, third)] == [[1, 2, 3, 4, 5]] * 3
    assert fanout.executions == 5


async def test_a_snapshot_that_lost_its_subscriber_continues_for_the_next(fanout: Fanout) -> None:
    snapshot_log = SnapshotLog([1, 2, 3, 4], pause_after=2)
    removed, remaining = snapshot_log.follow(fanout), snapshot_log.follow(fanout, "4")
    await wait_for_delivery()
    fanout.group("k").leave(removed)
    await wait_for_delivery()
    snapshot_log.pause_after = 4
    late = snapshot_log.follow(fanout)
    await wait_for_delivery()
    snapshot_log.grow()
    await wait_for_delivery()
    assert (removed.received, remaining.received, late.received) == ([1, 2], [5], [1, 2, 3, 4, 5])


async def test_an_empty_snapshot_is_followed_by_later_events(fanout: Fanout) -> None:
    snapshot_log = SnapshotLog()
    first = snapshot_log.follow(fanout)
    await wait_for_delivery()
    second = snapshot_log.follow(fanout)
    snapshot_log.grow()
    await wait_for_delivery()
    third = snapshot_log.follow(fanout)
    await wait_for_delivery()
    assert [subscriber.received for subscriber in (first, second, third)] == [[1]] * 3


async def test_a_large_cached_snapshot_is_sent_at_the_speed_of_its_subscriber(
    fanout: Fanout,
) -> None:
    numbers = [*range(1, 41)]
    snapshot_log = SnapshotLog(numbers.copy(), size=IMMEDIATE_SNAPSHOT_BYTES // 8)
    first = snapshot_log.follow(fanout)
    await wait_for_delivery()
    second = snapshot_log.follow(fanout)
    second.is_ready = False
    await wait_for_delivery()
    assert (first.received, 0 < len(second.received) < 40) == (numbers, True)
    snapshot_log.grow()
    second.is_ready = True
    await asyncio.sleep(5 * READY_POLL_SECONDS)
    await wait_for_delivery()
    snapshot_log.grow()
    await wait_for_delivery()
    assert (first.received, second.received) == ([*numbers, 41, 42], [*numbers, 41, 42])
    # The second subscriber's own source delivered the later events, until both had one position.
    assert fanout.executions == 40 + 1 + 1 + 1


async def test_a_large_snapshot_that_is_dropped_meanwhile_is_sent_to_its_end(
    fanout: Fanout,
) -> None:
    numbers = [*range(1, 41)]
    snapshot_log = SnapshotLog(numbers.copy(), size=IMMEDIATE_SNAPSHOT_BYTES // 8)
    first = snapshot_log.follow(fanout)
    await wait_for_delivery()
    second = snapshot_log.follow(fanout)
    second.is_ready = False
    await wait_for_delivery()
    fanout.group("k").snapshot_buffer.drop()  # type: ignore[union-attr]
    second.is_ready = True
    await asyncio.sleep(5 * READY_POLL_SECONDS)
    snapshot_log.grow()
    await wait_for_delivery()
    assert (first.received, second.received) == ([*numbers, 41], [*numbers, 41])


async def test_a_snapshot_that_no_event_can_follow_is_dropped(fanout: Fanout) -> None:
    """After a backup was restored, all earlier positions are unknown."""

    async def source(start: object, _sinks: object) -> AsyncGenerator[Message, None]:
        if start == "waits":
            await asyncio.Event().wait()
        if start is not None:
            raise SourceClosed(b"of another time")
        yield Message(b"1", "1", snapshot=True)

    def follow(start: str | None = None) -> Subscriber:
        subscriber = Subscriber()
        fanout.group("k").join(subscriber, start, source)
        return subscriber

    stays = follow("waits")  # so that the group exists
    first = follow()
    await wait_for_delivery()
    second = follow()
    assert (fanout.snapshot_budget.size, second.received) == (1, [1])
    await wait_for_delivery()
    assert (fanout.snapshot_budget.size, second.ended) == (0, [b"of another time"])
    third = follow()
    assert third.received == []
    await wait_for_delivery()
    assert (first.received, third.received, stays.ended) == ([1], [1], [])


async def test_a_new_epoch_ends_a_stream_and_its_older_snapshot(fanout: Fanout) -> None:
    begun = asyncio.Event()

    async def source(start: object, _sinks: object) -> AsyncGenerator[Message, None]:
        if start == "waits":
            await asyncio.Event().wait()
        yield Message(b"1", "1", snapshot=True)
        yield Message(b"2", "2")
        await begun.wait()
        raise SourceClosed(b"of another time")

    def follow(start: str | None = None) -> Subscriber:
        subscriber = Subscriber()
        fanout.group("k").join(subscriber, start, source)
        return subscriber

    follow("waits")  # so that the group exists
    first = follow()
    await wait_for_delivery()
    assert (fanout.snapshot_budget.size, first.received) == (1, [1, 2])
    begun.set()
    await wait_for_delivery()
    assert (fanout.snapshot_budget.size, first.ended) == (0, [b"of another time"])


async def test_the_snapshot_cache_is_limited_in_size_and_time(
    fanout: Fanout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message, "SNAPSHOT_CACHE_SECONDS", 0.2)
    small, large = SnapshotLog([1, 2, 3]), SnapshotLog([1, 2, 3], size=message.SNAPSHOT_BYTES)
    subscriber = small.follow(fanout)
    await wait_for_delivery()
    assert fanout.snapshot_budget.size == 3
    await asyncio.sleep(0.2)
    assert fanout.snapshot_budget.size == 0
    again = small.follow(fanout)
    assert again.received == []
    await wait_for_delivery()
    assert (subscriber.received, again.received, fanout.executions) == ([1, 2, 3], [1, 2, 3], 6)

    fanout.group("k").leave(subscriber)
    fanout.group("k").leave(again)
    await asyncio.sleep(0.2)
    subscribers = [large.follow(fanout)]
    await wait_for_delivery()
    assert fanout.snapshot_budget.size == 0
    subscribers.append(large.follow(fanout))
    await wait_for_delivery()
    assert [subscriber.received for subscriber in subscribers] == [[1, 2, 3]] * 2
