"""Followers of the tail: from any position, at their own pace, in order and without a gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice

import pytest

from realtime.tail import KEPT, PAGE, GapError, Tail
from realtime.wakeup import MemoryBus

SECONDS = 10  # a follower that is stuck must fail its test, not hang it


@dataclass(frozen=True)
class Number:
    """The smallest arrival: only a position in the order."""

    number: int


@dataclass
class Numbers:
    """An arrival log in a list, which records all reads."""

    head: int = 0
    failures: int = 0  # the number of coming reads that fail
    reads: list[int] = field(default_factory=list)
    forgotten: set[int] = field(default_factory=set)

    async def read(self, after: int, limit: int) -> Sequence[Number]:
        self.reads.append(after)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no database")
        kept = (n for n in range(after + 1, self.head + 1) if n not in self.forgotten)
        return [Number(each) for each in islice(kept, limit)]


@dataclass
class Running:
    log: Numbers
    bus: MemoryBus
    tail: Tail[Number]

    def grow(self, to: int) -> None:
        self.log.head = to
        self.bus.announce(to)

    async def seen(self, after: int, until: int) -> list[int]:
        """Return the arrivals that a follower sees after `after`, up to `until`."""
        found: list[int] = []
        async with asyncio.timeout(SECONDS), aclosing(self.tail.follow(after)) as pages:
            async for page in pages:
                found += [arrival.number for arrival in page]
                if found[-1] >= until:
                    break
        return found


@asynccontextmanager
async def _running(head: int = 0, start: int = 0, failures: int = 0) -> AsyncIterator[Running]:
    log, bus = Numbers(head, failures), MemoryBus()
    tail = Tail(log.read, bus, start=start)
    task = asyncio.create_task(tail.run())
    try:
        yield Running(log, bus, tail)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_followers_that_begin_anywhere_see_all_that_follows_in_order() -> None:
    async with _running(head=10, start=10) as running:
        followers = [
            asyncio.create_task(running.seen(after, 30)) for after in (0, 3, 9, 10, 15, 29)
        ]
        for head in (11, 12, 20, 30):
            running.grow(head)
            await asyncio.sleep(0)
        assert [await follower for follower in followers] == [
            list(range(after + 1, 31)) for after in (0, 3, 9, 10, 15, 29)
        ]


async def test_more_than_a_page_arrives_whole() -> None:
    async with _running() as running:
        running.grow(3 * PAGE + 1)
        assert await running.seen(0, 3 * PAGE + 1) == list(range(1, 3 * PAGE + 2))


async def test_many_followers_are_fed_by_one_read() -> None:
    async with _running() as running:
        followers = [asyncio.create_task(running.seen(0, 5)) for _ in range(100)]
        await asyncio.sleep(0)
        running.grow(5)
        assert [await follower for follower in followers] == [[1, 2, 3, 4, 5]] * 100
        assert running.log.reads.count(0) == 2  # at the beginning, and when it was woken


async def test_a_follower_that_is_older_than_the_ring_reads_the_log() -> None:
    behind = KEPT + 1000
    async with (
        _running() as running,
        aclosing(running.tail.follow(0)) as slow,
        asyncio.timeout(SECONDS),
    ):
        running.grow(1)
        assert [each.number for each in await anext(slow)] == [1]
        running.grow(behind)
        assert await running.seen(behind - 1, behind) == [behind]
        running.log.reads.clear()
        rest: list[int] = []
        while len(rest) < behind - 1:
            rest += [each.number for each in await anext(slow)]
        assert rest == list(range(2, behind + 1))
        assert running.log.reads == [1, 1 + PAGE]  # later ones are in the ring buffer
        running.grow(behind + 1)
        assert [each.number for each in await anext(slow)] == [behind + 1]


async def test_a_follower_that_still_needs_forgotten_arrivals_does_not_get_the_rest() -> None:
    behind = KEPT + 1000
    async with _running() as running, asyncio.timeout(SECONDS):
        running.grow(behind)
        assert await running.seen(behind - 1, behind) == [behind]
        running.log.forgotten = {3}
        with pytest.raises(GapError):
            await running.seen(0, behind)
        assert await running.seen(3, behind) == list(range(4, behind + 1))


async def test_a_read_that_fails_is_tried_again_and_nothing_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="realtime.tail"):
        async with _running(head=3, failures=1) as running:
            assert await running.seen(0, 3) == [1, 2, 3]
    assert [record.getMessage() for record in caplog.records] == [
        "the arrival log cannot be read; trying again"
    ]


async def test_a_lost_announcement_delays_and_loses_nothing() -> None:
    async with _running() as running:
        follower = asyncio.create_task(running.seen(0, 2))
        await asyncio.sleep(0)
        running.log.head = 2  # as if another process had committed, without a message on this bus
        assert await follower == [1, 2]


async def test_a_follower_that_leaves_disturbs_no_other_and_leaves_nothing_behind() -> None:
    async with _running() as running:
        tasks = asyncio.all_tasks()
        leaving = asyncio.create_task(running.seen(0, 5))
        staying = asyncio.create_task(running.seen(0, 5))
        running.grow(2)
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        running.grow(5)
        assert await staying == [1, 2, 3, 4, 5]
        assert asyncio.all_tasks() == tasks
