"""Followers of the tail: from any position, at their own pace, in order and without a gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice

import pytest

from realtime.tail import PAGE_ARRIVALS, RING_ARRIVALS, GapError, Tail
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
    pruned: set[int] = field(default_factory=set)
    epoch: str = "first"

    async def read(self, after: int, limit: int) -> Sequence[Number]:
        self.reads.append(after)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no database")
        remaining = (
            number for number in range(after + 1, self.head + 1) if number not in self.pruned
        )
        return [Number(number) for number in islice(remaining, limit)]


@dataclass(frozen=True)
class Position:
    epoch: str
    arrival: int


@dataclass
class Running:
    log: Numbers
    bus: MemoryBus
    tail: Tail[Number]

    def grow(self, to: int) -> None:
        self.log.head = to
        self.bus.announce(to)

    async def follow_until(self, after: int, until: int) -> list[int]:
        """Return the arrivals that a follower sees after `after`, up to `until`."""
        numbers: list[int] = []
        async with asyncio.timeout(SECONDS), aclosing(self.tail.follow(after)) as pages:
            async for page in pages:
                numbers += [arrival.number for arrival in page]
                if numbers[-1] >= until:
                    break
        return numbers


@asynccontextmanager
async def run_tail(head: int = 0, start: int = 0, failures: int = 0) -> AsyncIterator[Running]:
    log, bus = Numbers(head, failures), MemoryBus()

    async def read_position() -> Position:
        return Position(log.epoch, log.head)

    tail = Tail(log.read, bus, start=start, epoch=log.epoch, read_position=read_position)
    task = asyncio.create_task(tail.run())
    try:
        yield Running(log, bus, tail)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_followers_from_any_position_see_all_later_arrivals_in_order() -> None:
    async with run_tail(head=10, start=10) as running:
        followers = [
            asyncio.create_task(running.follow_until(after, 30)) for after in (0, 3, 9, 10, 15, 29)
        ]
        for head in (11, 12, 20, 30):
            running.grow(head)
            await asyncio.sleep(0)
        assert [await follower for follower in followers] == [
            list(range(after + 1, 31)) for after in (0, 3, 9, 10, 15, 29)
        ]


async def test_more_than_a_page_is_delivered_completely() -> None:
    async with run_tail() as running:
        running.grow(3 * PAGE_ARRIVALS + 1)
        assert await running.follow_until(0, 3 * PAGE_ARRIVALS + 1) == list(
            range(1, 3 * PAGE_ARRIVALS + 2)
        )


async def test_many_followers_share_one_read() -> None:
    async with run_tail() as running:
        followers = [asyncio.create_task(running.follow_until(0, 5)) for _ in range(100)]
        await asyncio.sleep(0)
        running.grow(5)
        assert [await follower for follower in followers] == [[1, 2, 3, 4, 5]] * 100
        assert running.log.reads.count(0) == 2  # at the beginning, and when it was woken


async def test_a_follower_that_is_older_than_the_ring_reads_the_log() -> None:
    behind = RING_ARRIVALS + 1000
    async with (
        run_tail() as running,
        aclosing(running.tail.follow(0)) as slow,
        asyncio.timeout(SECONDS),
    ):
        running.grow(1)
        assert [arrival.number for arrival in await anext(slow)] == [1]
        running.grow(behind)
        assert await running.follow_until(behind - 1, behind) == [behind]
        running.log.reads.clear()
        numbers: list[int] = []
        while len(numbers) < behind - 1:
            numbers += [arrival.number for arrival in await anext(slow)]
        assert numbers == list(range(2, behind + 1))
        assert running.log.reads == [1, 1 + PAGE_ARRIVALS]  # later ones are in the ring buffer
        running.grow(behind + 1)
        assert [arrival.number for arrival in await anext(slow)] == [behind + 1]


async def test_a_follower_that_needs_pruned_arrivals_fails_instead_of_skipping_them() -> None:
    behind = RING_ARRIVALS + 1000
    async with run_tail() as running, asyncio.timeout(SECONDS):
        running.grow(behind)
        assert await running.follow_until(behind - 1, behind) == [behind]
        running.log.pruned = {3}
        with pytest.raises(GapError):
            await running.follow_until(0, behind)
        assert await running.follow_until(3, behind) == list(range(4, behind + 1))


async def test_every_follower_ends_within_a_second_of_a_new_epoch() -> None:
    async with run_tail(head=5, start=5) as running:
        waiting, behind = running.tail.follow(5), running.tail.follow(0, "first")
        async with aclosing(waiting), aclosing(behind), asyncio.timeout(1.0):
            assert len(await anext(behind)) == 5
            next_page = asyncio.create_task(anext(waiting))
            running.log.epoch = "second"
            for follower in (next_page, anext(behind)):
                with pytest.raises(GapError):
                    await follower
        assert running.tail.epoch == "second"
        running.grow(6)
        assert await running.follow_until(5, 6) == [6]


async def test_a_follower_with_a_newer_epoch_than_the_tail_makes_the_tail_read_it() -> None:
    async with run_tail(head=5, start=5) as running, asyncio.timeout(SECONDS):
        running.log.epoch, running.log.head = "second", 2  # as after a backup was restored
        async with aclosing(running.tail.follow(2, "second")) as pages:
            next_page = asyncio.create_task(anext(pages))
            await asyncio.sleep(0)
            assert (running.tail.epoch, running.tail.newest) == ("second", 2)
            running.grow(3)
            assert await next_page == [Number(3)]
        with pytest.raises(GapError):
            async with aclosing(running.tail.follow(2, "first")) as pages:
                await anext(pages)


async def test_a_read_that_fails_is_tried_again_and_nothing_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="realtime.tail"):
        async with run_tail(head=3, failures=1) as running:
            assert await running.follow_until(0, 3) == [1, 2, 3]
    assert [record.getMessage() for record in caplog.records] == [
        "the arrival log cannot be read; trying again"
    ]


async def test_a_lost_announcement_delays_and_loses_nothing() -> None:
    async with run_tail() as running:
        follower = asyncio.create_task(running.follow_until(0, 2))
        await asyncio.sleep(0)
        running.log.head = 2  # as if another process had committed, without a message on this bus
        assert await follower == [1, 2]


async def test_a_follower_that_leaves_disturbs_no_other_and_leaves_nothing_behind() -> None:
    async with run_tail() as running:
        running.grow(1)
        assert await running.follow_until(0, 1) == [1]  # the tasks of the tail have begun
        tasks = asyncio.all_tasks()
        leaving = asyncio.create_task(running.follow_until(0, 5))
        staying = asyncio.create_task(running.follow_until(0, 5))
        running.grow(2)
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        running.grow(5)
        assert await staying == [1, 2, 3, 4, 5]
        assert asyncio.all_tasks() == tasks
