"""Processes over one database and one Redis see one order of arrivals, also when Redis fails."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from redis import Redis

from engine.document import to_document
from engine.model import EventKind, Provenance, Region, RegionKind, Visibility
from realtime.broker import POLL_SECONDS
from realtime.redis_broker import (
    STREAM_LENGTH,
    UNREACHABLE_POLL_SECONDS,
    ReconnectBackoff,
    RedisBroker,
)
from realtime.tail import Tail, TailCounts
from realtime.wakeup import MemoryBus
from storage import arrival, log
from storage.arrival import Arrival
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.fixtures.redis import RedisServer

SECONDS = 20.0  # a missing arrival must fail its test, not hang it
NEVER = 3600.0  # seconds without news after which a process polls the database
STREAM = "simpul:test:arrivals"
CHAOS_SECONDS = 6.0
WRITE_EVERY = 0.01


MADE_UP = Arrival(
    number=2,
    at=datetime(2026, 11, 26, tzinfo=UTC),
    region="32.11",
    sequence=2,
    kind=EventKind.REGION_RECORDED,
    visibility=Visibility.PUBLIC,
    actor="test",
    subject="region-32.11",
    topic="region-32.11",
    derived=None,
)


@dataclass
class Worker:
    """The parts of one process: its database, its broker, its tail, and a follower of that tail."""

    database: Database
    bus: MemoryBus
    broker: RedisBroker[Arrival]
    tail: Tail[Arrival]
    seen: list[Arrival] = field(default_factory=list)

    async def write(self, region: str = "32.11", *, announced: bool = True) -> int:
        """Commit one entry; without announcing it, as if the process was killed just then."""
        async with log.begin_log_transaction(
            self.database, region, lambda: datetime.now(UTC)
        ) as transaction:
            await transaction.append(
                actor="test",
                kind=EventKind.REGION_RECORDED,
                subject=f"region-{region}",
                body=to_document(Region(region, "Uji", RegionKind.CITY, None, Provenance("test"))),
            )
        if announced:
            self.bus.announce(transaction.arrival)
        return transaction.arrival

    async def all(self) -> list[Arrival]:
        async with self.database.read() as session:
            return await arrival.list_arrivals_after(session, 0, 1_000_000)

    async def has(self, number: int) -> None:
        await eventually(lambda: len(self.seen) >= number)

    async def follow(self) -> None:
        async with aclosing(self.tail.follow(0)) as pages:
            async for page in pages:
                self.seen += page


async def test_what_one_has_read_no_other_asks_the_database_for(
    database_url: str, redis_url: str
) -> None:
    async with workers(database_url, redis_url, 3, poll_seconds=NEVER) as (writer, *others):
        for number in range(1, 31):
            assert await writer.write() == number
            await writer.has(number)
        for each in others:
            await each.has(30)
        assert (writer.tail.counts.read, writer.tail.counts.taken) == (30, 0)
        assert writer.broker.fallbacks == 0
        assert writer.tail.counts.reads == 30  # once for each commit
        for each in others:
            assert (each.tail.counts.read, each.tail.counts.taken) == (0, 30)
            assert each.tail.counts.reads == 0
            assert each.broker.fallbacks == 0
        assert [each.seen for each in (writer, *others)] == [await writer.all()] * 3


async def test_of_all_who_write_the_order_is_the_same_for_all(
    database_url: str, redis_url: str
) -> None:
    async with workers(database_url, redis_url, 3, poll_seconds=NEVER) as all:
        async with asyncio.TaskGroup() as writers:
            for number in range(60):
                writers.create_task(all[number % 3].write(f"32.{number % 7:02}"))
        for each in all:
            await each.has(60)
        assert [each.seen for each in all] == [await all[0].all()] * 3
        assert [each.number for each in all[0].seen] == list(range(1, 61))


async def test_an_unannounced_arrival_is_found_with_the_next_one(
    sqlite_database_url: str, redis_url: str
) -> None:
    async with workers(sqlite_database_url, redis_url, 2, poll_seconds=NEVER) as (one, other):
        await one.write(announced=False)
        await one.write(announced=False)
        with Redis.from_url(redis_url) as redis:  # the second was announced, the first was lost
            last = (await one.all())[-1]
            redis.xadd(STREAM, {"arrival": arrival.encode_arrival(last)}, id="2-0")
        await one.has(2)
        await other.has(2)
        assert [each.broker.fallbacks for each in (one, other)] == [1, 1]
        assert [each.tail.counts.read for each in (one, other)] == [2, 2]
        await one.write()
        await other.has(3)
        assert (other.tail.counts.read, other.tail.counts.taken) == (2, 1)
        assert one.seen == other.seen == await one.all()


async def test_an_arrival_that_is_never_announced_is_found_after_a_silence(
    sqlite_database_url: str, redis_url: str
) -> None:
    async with workers(sqlite_database_url, redis_url, 2) as (one, other):
        await one.write(announced=False)
        async with asyncio.timeout(2 * POLL_SECONDS + 1):
            await other.has(1)
        assert other.seen == await one.all()


@pytest.mark.parametrize(
    ("id", "content"),
    [
        ("1-0", b"\xff"),
        ("1-0", b'{"number": 1}'),
        ("1-0", arrival.encode_arrival(MADE_UP)),
        ("2-0", arrival.encode_arrival(MADE_UP)),
        ("18446744073709551615-0", b"{}"),
        ("0-7", b"{}"),
        ("1-7", b"{}"),
    ],
)
async def test_what_the_database_does_not_have_is_never_delivered_and_does_not_stay(
    sqlite_database_url: str, redis_url: str, id: str, content: bytes
) -> None:
    async with workers(sqlite_database_url, redis_url, 2, poll_seconds=NEVER) as (one, other):
        with Redis.from_url(redis_url) as redis:
            redis.xadd(STREAM, {"arrival": content}, id=id)
            if id != "0-7":
                await eventually(lambda: not redis.exists(STREAM))
        assert (one.seen, other.seen) == ([], [])
        for number in (1, 2, 3):
            await one.write()
            await other.has(number)
        assert other.seen == await one.all()
        assert (other.tail.counts.read, other.tail.counts.taken) == (0, 3)


async def test_a_stream_that_cannot_be_one_is_no_more_than_a_broker_that_is_gone(
    sqlite_database_url: str, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set(STREAM, "not a stream")
        async with workers(sqlite_database_url, redis_url, 2, reachable=False) as (one, other):
            await one.write()
            await other.has(1)
            assert other.seen == await one.all()
            assert [each.broker.reachable for each in (one, other)] == [False, False]
            redis.delete(STREAM)
            await eventually(lambda: one.broker.reachable and other.broker.reachable)


async def test_the_stream_keeps_no_more_than_it_must(
    sqlite_database_url: str, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        async with workers(sqlite_database_url, redis_url, 1) as (one,):
            one.broker.offer([replace(MADE_UP, number=number) for number in range(1, 2001)])
            await eventually(lambda: redis.xlen(STREAM) == 2000)
            for after in range(2000, 10_000, 2000):
                one.broker.offer(
                    [replace(MADE_UP, number=after + number) for number in range(1, 2001)]
                )
                await eventually(
                    lambda newest=after + 2000: (
                        redis.xinfo_stream(STREAM)["last-generated-id"] == f"{newest}-0".encode()
                    )
                )
            # Redis trims a stream in whole nodes of 100 entries.
            assert STREAM_LENGTH <= redis.xlen(STREAM) < STREAM_LENGTH + 100
            assert 0 < redis.ttl(STREAM) <= 24 * 3600


async def test_without_redis_it_begins_and_with_it_it_goes_on(
    sqlite_database_url: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.kill()
    caplog.set_level(logging.INFO)
    async with workers(sqlite_database_url, redis_server.url, 2, reachable=False) as (one, other):
        await one.write()
        await other.has(1)
        assert [each.broker.reachable for each in (one, other)] == [False, False]
        redis_server.start()
        await eventually(lambda: one.broker.reachable and other.broker.reachable)
        taken = other.tail.counts.taken
        await one.write()
        await other.has(2)
        await eventually(lambda: other.tail.counts.taken == taken + 1)
    assert [each.message for each in caplog.records] == [
        *["the broker does not work (ConnectionError): the database is read instead"] * 2,
        *["the broker works"] * 2,
    ]


async def test_a_full_redis_is_reported_and_loses_nothing(
    sqlite_database_url: str, redis_server: RedisServer
) -> None:
    with Redis.from_url(redis_server.url) as redis:
        async with workers(sqlite_database_url, redis_server.url, 2) as (one, other):
            redis.config_set("maxmemory", 1)
            await one.write()
            await other.has(1)
            assert one.broker.reachable is False
            redis.config_set("maxmemory", 0)
            await eventually(lambda: one.broker.reachable)
            await other.has(1)
            # An arrival that could not be announced is announced later.
            await eventually(lambda: redis.xlen(STREAM) == 1)


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"),
    [(1, 0.05, 0.1), (2, 0.1, 0.2), (5, 0.8, 1.6), (6, 1.0, 2.0), (10_000, 1.0, 2.0)],
)
def test_the_delay_between_tries_grows_to_its_limit_however_often_redis_fails(
    failures: int, shortest: float, longest: float
) -> None:
    delays = [ReconnectBackoff().compute(failures) for _ in range(100)]
    assert shortest <= min(delays) < max(delays) <= longest


async def test_a_password_that_is_refused_gets_into_no_log(
    sqlite_database_url: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = redis_server.url.replace(redis_server.password, "rahasia")
    caplog.set_level(logging.DEBUG)
    async with workers(sqlite_database_url, wrong, 1, reachable=False) as (one,):
        await eventually(lambda: bool(caplog.records))
        await one.write()
        await one.has(1)
    assert "the broker does not work (AuthenticationError)" in caplog.text
    assert "rahasia" not in caplog.text


async def test_nothing_is_lost_or_repeated_whatever_happens_to_redis(
    database_url: str, redis_server: RedisServer
) -> None:
    chance = random.Random(20261126)
    done = {"kill": 0, "flush": 0, "pause": 0}

    over = asyncio.Event()

    async def disturb() -> None:
        while not over.is_set() or 0 in done.values():
            for what in chance.sample(sorted(done), 3):
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                if what == "flush":
                    await asyncio.to_thread(redis_server.flush)
                elif what == "kill":
                    redis_server.kill()
                    await asyncio.sleep(chance.uniform(0, 0.6))
                    await asyncio.to_thread(redis_server.start)
                else:
                    redis_server.pause()
                    await asyncio.sleep(chance.uniform(0.1, 2.5))
                    redis_server.resume()
                done[what] += 1

    async def write(worker: Worker, region: str) -> None:
        while not over.is_set():
            await worker.write(region, announced=chance.random() < 0.9)
            await asyncio.sleep(WRITE_EVERY)

    async with workers(database_url, redis_server.url, 3) as all:
        async with asyncio.TaskGroup() as group:
            group.create_task(disturb())
            for number, each in enumerate(all[:2]):
                group.create_task(write(each, f"32.{number:02}"))
            await asyncio.sleep(CHAOS_SECONDS)
            over.set()
        await eventually(lambda: all_reach(all))
        written = await all[0].all()
        for each in all:
            await each.has(len(written))
        assert [each.number for each in written] == list(range(1, len(written) + 1))
        assert len(written) > 100
        assert [each.seen for each in all] == [written] * 3
        for each in all[1:]:
            taken = each.tail.counts.taken
            async with asyncio.timeout(SECONDS):
                while each.tail.counts.taken == taken:  # through Redis, as before
                    await each.has(await all[0].write())


def all_reach(workers: list[Worker]) -> bool:
    return all(each.broker.reachable for each in workers)


@asynccontextmanager
async def workers(
    database_url: str,
    redis_url: str,
    count: int,
    *,
    poll_seconds: float = POLL_SECONDS,
    reachable: bool = True,
) -> AsyncIterator[list[Worker]]:
    """Yield a number of running workers with followers, once their Redis answers."""
    async with AsyncExitStack() as stack:
        all = [
            await stack.enter_async_context(_running(database_url, redis_url, poll_seconds))
            for _ in range(count)
        ]
        if reachable:
            await eventually(lambda: all_reach(all))
            # The workers poll once more, as if Redis did not answer.
            await asyncio.sleep(2 * UNREACHABLE_POLL_SECONDS)
            for each in all:
                each.tail.counts = TailCounts()
        yield all


@asynccontextmanager
async def _running(database_url: str, redis_url: str, poll_seconds: float) -> AsyncIterator[Worker]:
    database, bus = Database(database_url), MemoryBus()
    broker = RedisBroker(
        redis_url,
        STREAM,
        encode=arrival.encode_arrival,
        decode=arrival.decode_arrival,
        poll_seconds=poll_seconds,
    )

    async def read(after: int, limit: int) -> list[Arrival]:
        async with database.read() as session:
            return await arrival.list_arrivals_after(session, after, limit)

    worker = Worker(database, bus, broker, Tail(read, bus, start=0, broker=broker))
    tasks = [asyncio.create_task(worker.tail.run()), asyncio.create_task(worker.follow())]
    try:
        await eventually(lambda: worker.tail.counts.reads >= 1)
        yield worker
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
