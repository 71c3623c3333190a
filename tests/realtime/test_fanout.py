"""Groups of followers share one source: no gap, no duplicate, and no follower waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from realtime import message
from realtime.fanout import LOOK_SECONDS, MERGE_SECONDS, TOGETHER_SECONDS, Fanout
from realtime.message import AT_ONCE_BYTES, Batch, Message, SourceClosed


@dataclass(eq=False)
class Ear:
    heard: list[int] = field(default_factory=list)
    ended: list[bytes | None] = field(default_factory=list)

    ready: bool = True
    batches: int = 0

    def deliver(self, batch: Batch) -> None:
        self.batches += 1
        self.heard += [int(message.payload) for message in batch.messages]

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
class Standing(Log):
    """A log whose source, without a position, first yields everything there is as a snapshot."""

    upto: int = 1_000_000  # a snapshot waits before it yields greater numbers
    size: int = 1  # bytes of a part

    async def begun(self, start: object) -> AsyncGenerator[Message, None]:
        number, head = (0, len(self.numbers)) if start is None else _read(start)
        if number < head:
            self.opened += 1
            for each in range(number + 1, head + 1):
                while each > self.upto:
                    await self.grown.wait()
                at = str(head) if each == head else f"{each}/{head}"
                yield Message(b"%*d" % (self.size, each), at, more=each < head, snapshot=True)
        async with aclosing(self.source(head)) as source:
            async for message in source:
                yield Message(message.payload, str(message.position))

    def follow(self, fanout: Fanout, start: str | None = None) -> Ear:
        ear = Ear()
        fanout.group("k").join(ear, start, self.begun)
        return ear


def _read(start: object) -> tuple[int, int]:
    number, _, head = str(start).partition("/")
    return int(number), int(head or number)


async def settled() -> None:
    await asyncio.sleep(2 * TOGETHER_SECONDS)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def fanout() -> Fanout:
    return Fanout(b"bug")


def follow(fanout: Fanout, log: Log, after: int, key: str = "k") -> Ear:
    ear = Ear()
    fanout.group(key).join(ear, after, lambda _: log.source(after))
    return ear


async def test_all_who_stand_at_one_place_share_one_source(fanout: Fanout, log: Log) -> None:
    ears = [follow(fanout, log, 0) for _ in range(100)]
    log.grow(3)
    await settled()
    assert [ear.heard for ear in ears] == [[1, 2, 3]] * 100
    assert (log.opened, fanout.executions) == (1, 3)


async def test_who_comes_from_behind_catches_up_and_then_shares(fanout: Fanout, log: Log) -> None:
    log.grow(5)
    live = follow(fanout, log, 5)
    await settled()
    late = follow(fanout, log, 2)
    await settled()
    assert (late.heard, live.heard, log.opened) == ([3, 4, 5], [], 2)
    assert log.closed == 1  # both followers have the same position now
    executions = fanout.executions
    log.grow(2)
    await settled()
    assert (late.heard, live.heard) == ([3, 4, 5, 6, 7], [6, 7])
    assert fanout.executions == executions + 2


async def test_groups_share_nothing(fanout: Fanout, log: Log) -> None:
    ears = [follow(fanout, log, 0, key) for key in ("a", "b")]
    log.grow()
    await settled()
    assert [ear.heard for ear in ears] == [[1], [1]]
    assert (log.opened, fanout.executions) == (2, 2)


async def test_the_source_is_closed_with_the_last_who_leaves(fanout: Fanout, log: Log) -> None:
    first, last = follow(fanout, log, 0), follow(fanout, log, 0)
    log.grow()
    await settled()
    group = fanout.group("k")
    group.leave(first)
    log.grow()
    await settled()
    assert (first.heard, last.heard, log.closed) == ([1], [1, 2], 0)
    group.leave(last)
    group.leave(last)  # leaving twice has no further effect
    await settled()
    assert (log.closed, fanout.groups) == (1, {})


async def test_who_was_given_to_another_stream_leaves_that_one(fanout: Fanout, log: Log) -> None:
    log.grow(3)
    live = follow(fanout, log, 3)
    await settled()
    late = follow(fanout, log, 0)
    await settled()
    fanout.group("k").leave(late)
    log.grow()
    await settled()
    assert (live.heard, late.heard) == ([4], [1, 2, 3])
    fanout.group("k").leave(live)
    await settled()
    assert (log.opened, log.closed, fanout.groups) == (2, 2, {})


async def test_a_source_that_ends_gives_all_the_reason_and_the_next_starts_afresh(
    fanout: Fanout,
) -> None:
    async def refused(_: object) -> AsyncGenerator[Message, None]:
        yield Message(b"1", 1)
        raise SourceClosed(b"no more")

    async def broken(_: object) -> AsyncGenerator[Message, None]:
        raise RuntimeError
        yield

    async def over(_: object) -> AsyncGenerator[Message, None]:
        yield Message(b"1", 1)

    for open, ending in ((refused, b"no more"), (broken, b"bug"), (over, None)):
        ears = [Ear(), Ear()]
        for ear in ears:
            fanout.group("k").join(ear, 0, open)
        await settled()
        assert [ear.ended for ear in ears] == [[ending]] * 2
        assert fanout.groups == {}


async def test_a_burst_is_given_together_and_a_follower_that_joins_in_it_gets_only_what_follows(
    fanout: Fanout, log: Log
) -> None:
    early = follow(fanout, log, 0)
    log.grow(10)
    for _ in range(60):
        await asyncio.sleep(0)
    assert early.heard == [1]  # delivered at once; the other two are delivered together
    late = follow(fanout, log, 10)
    assert early.heard == [*range(1, 11)]
    log.grow()
    await settled()
    assert (early.heard, late.heard) == ([*range(1, 12)], [11])
    assert (early.batches, log.opened) == (3, 1)


async def test_a_follower_that_catches_up_delays_no_other(fanout: Fanout, log: Log) -> None:
    log.grow(3)
    slow, live = follow(fanout, log, 0), follow(fanout, log, 3)
    slow.ready = False
    await settled()
    assert slow.heard == [1]
    log.grow()
    await settled()
    assert (slow.heard, live.heard) == ([1], [4])
    slow.ready = True
    await settled()
    assert (slow.heard, log.closed) == ([1, 2, 3, 4], 1)


async def test_what_is_at_hand_together_is_given_together(fanout: Fanout) -> None:
    standing = Standing(list(range(1, 11)))
    ear = standing.follow(fanout)
    await settled()
    assert (ear.heard, ear.batches) == ([*range(1, 11)], 1)


async def test_a_follower_that_begins_soon_after_gets_the_same_snapshot_and_what_came_since(
    fanout: Fanout,
) -> None:
    standing = Standing([1, 2, 3])
    first = standing.follow(fanout)
    await settled()
    second = standing.follow(fanout)
    assert second.heard == [1, 2, 3]  # at once
    await settled()
    standing.grow(2)
    await settled()
    third = standing.follow(fanout)
    await settled()
    standing.grow()
    await settled()
    assert [ear.heard for ear in (first, second, third)] == [[*range(1, 7)]] * 3
    # The third follower's own stream delivered what came since, until it caught up with the others.
    assert (standing.opened, standing.closed, fanout.executions) == (3, 1, 3 + 2 + 2 + 1)


async def test_who_begins_in_the_midst_of_a_snapshot_shares_the_rest_of_it(fanout: Fanout) -> None:
    standing = Standing([1, 2, 3, 4], upto=2)
    first = standing.follow(fanout)
    await asyncio.sleep(MERGE_SECONDS / 4)  # yielded by the source, and not yet delivered
    second = standing.follow(fanout)
    assert (first.heard, second.heard) == ([1, 2], [1, 2])
    await settled()
    third = standing.follow(fanout)
    assert third.heard == [1, 2]
    standing.upto = 4
    standing.grow()
    await settled()
    assert [ear.heard for ear in (first, second, third)] == [[1, 2, 3, 4, 5]] * 3
    assert fanout.executions == 5


async def test_a_snapshot_that_lost_its_follower_continues_for_the_next(fanout: Fanout) -> None:
    standing = Standing([1, 2, 3, 4], upto=2)
    gone, stays = standing.follow(fanout), standing.follow(fanout, "4")
    await settled()
    fanout.group("k").leave(gone)
    await settled()
    standing.upto = 4
    late = standing.follow(fanout)
    await settled()
    standing.grow()
    await settled()
    assert (gone.heard, stays.heard, late.heard) == ([1, 2], [5], [1, 2, 3, 4, 5])


async def test_an_empty_snapshot_is_followed_by_what_comes(fanout: Fanout) -> None:
    standing = Standing()
    first = standing.follow(fanout)
    await settled()
    second = standing.follow(fanout)
    standing.grow()
    await settled()
    third = standing.follow(fanout)
    await settled()
    assert [ear.heard for ear in (first, second, third)] == [[1]] * 3


async def test_a_large_snapshot_is_repeated_as_fast_as_it_is_taken(fanout: Fanout) -> None:
    numbers = [*range(1, 41)]
    standing = Standing(numbers.copy(), size=AT_ONCE_BYTES // 8)
    first = standing.follow(fanout)
    await settled()
    second = standing.follow(fanout)
    second.ready = False
    await settled()
    assert (first.heard, 0 < len(second.heard) < 40) == (numbers, True)
    standing.grow()
    second.ready = True
    await asyncio.sleep(5 * LOOK_SECONDS)
    await settled()
    standing.grow()
    await settled()
    assert (first.heard, second.heard) == ([*numbers, 41, 42], [*numbers, 41, 42])
    # The second follower's own source delivered what had come since, until both had one position.
    assert fanout.executions == 40 + 1 + 1 + 1


async def test_a_large_snapshot_that_is_forgotten_meanwhile_is_sent_to_its_end(
    fanout: Fanout,
) -> None:
    numbers = [*range(1, 41)]
    standing = Standing(numbers.copy(), size=AT_ONCE_BYTES // 8)
    first = standing.follow(fanout)
    await settled()
    second = standing.follow(fanout)
    second.ready = False
    await settled()
    fanout.group("k").beginning.forget()  # type: ignore[union-attr]
    second.ready = True
    await asyncio.sleep(5 * LOOK_SECONDS)
    standing.grow()
    await settled()
    assert (first.heard, second.heard) == ([*numbers, 41], [*numbers, 41])


async def test_a_snapshot_that_no_event_can_follow_is_forgotten(fanout: Fanout) -> None:
    """After a backup was restored, all earlier positions are unknown."""

    async def source(start: object) -> AsyncGenerator[Message, None]:
        if start == "waits":
            await asyncio.Event().wait()
        if start is not None:
            raise SourceClosed(b"of another time")
        yield Message(b"1", "1", snapshot=True)

    def follow(start: str | None = None) -> Ear:
        ear = Ear()
        fanout.group("k").join(ear, start, source)
        return ear

    stays = follow("waits")  # so that the group exists
    first = follow()
    await settled()
    second = follow()
    assert (fanout.kept.size, second.heard) == (1, [1])
    await settled()
    assert (fanout.kept.size, second.ended) == (0, [b"of another time"])
    third = follow()
    assert third.heard == []
    await settled()
    assert (first.heard, third.heard, stays.ended) == ([1], [1], [])


async def test_little_of_snapshots_is_kept_and_not_for_long(
    fanout: Fanout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message, "KEPT_SECONDS", 0.2)
    small, large = Standing([1, 2, 3]), Standing([1, 2, 3], size=message.KEPT_BYTES)
    ear = small.follow(fanout)
    await settled()
    assert fanout.kept.size == 3
    await asyncio.sleep(0.2)
    assert fanout.kept.size == 0
    again = small.follow(fanout)
    assert again.heard == []
    await settled()
    assert (ear.heard, again.heard, fanout.executions) == ([1, 2, 3], [1, 2, 3], 6)

    fanout.group("k").leave(ear)
    fanout.group("k").leave(again)
    await asyncio.sleep(0.2)
    ears = [large.follow(fanout)]
    await settled()
    assert fanout.kept.size == 0
    ears.append(large.follow(fanout))
    await settled()
    assert [each.heard for each in ears] == [[1, 2, 3]] * 2
