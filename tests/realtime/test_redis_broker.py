"""Processes with one database and one Redis see one order of arrivals, also when Redis fails."""

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
    stream_name,
)
from realtime.tail import GapError, Tail, TailCounts
from realtime.wakeup import MemoryBus
from storage import arrival, log
from storage.arrival import Arrival, ArrivalPosition
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.fixtures.redis import RedisServer

SECONDS = 20.0  # a missing arrival must fail its test, not hang it
NEVER = 3600.0  # a poll interval in seconds that no test reaches
STREAM = "simpul:test:arrivals"
CHAOS_SECONDS = 6.0
WRITE_EVERY = 0.01


MADE_UP = Arrival(
    number=2,
    at=datetime(2026, 11, 26, tzinfo=UTC),
    region="32.11",
    log="32.11",
    sequence=2,
    kind=EventKind.REGION_RECORDED,
    visibility=Visibility.PUBLIC,
    actor="test",
    subject="32.11:region",
    topic="32.11:region",
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
    following: asyncio.Task[None] = field(init=False)

    async def write(self, region: str = "32.11", *, announced: bool = True) -> int:
        """Commit one entry; unannounced, as if the process was killed just after the commit."""
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

    async def stored_arrivals(self) -> list[Arrival]:
        async with self.database.read() as session:
            return await arrival.list_arrivals_after(session, 0, 1_000_000)

    async def wait_until_seen(self, number: int) -> None:
        await eventually(lambda: len(self.seen) >= number)

    async def follow(self) -> None:
        async with aclosing(self.tail.follow(0)) as pages:
            async for page in pages:
                self.seen += page


async def test_workers_that_notice_a_new_epoch_share_its_stream(
    database_url: str, redis_url: str
) -> None:
    async with run_workers(database_url, redis_url, 2, poll_seconds=NEVER) as workers:
        assert await workers[0].write() == 1
        for worker in workers:
            await worker.wait_until_seen(1)
        async with workers[0].database.write() as session:
            await arrival.renew_arrival_epoch(session)
            epoch = (await arrival.read_arrival_position(session)).epoch
        for worker in workers:
            with pytest.raises(GapError):
                await worker.following
        followers = [asyncio.create_task(worker.follow()) for worker in workers]
        assert await workers[0].write() == 2
        for worker, follower in zip(workers, followers, strict=True):
            await worker.wait_until_seen(3)  # a new follower begins with the first arrival
            follower.cancel()
        assert Redis.from_url(redis_url).xlen(stream_name(epoch)) == 1


async def test_arrivals_that_one_process_has_read_no_other_reads_from_the_database(
    database_url: str, redis_url: str
) -> None:
    async with run_workers(database_url, redis_url, 3, poll_seconds=NEVER) as (writer, *readers):
        for number in range(1, 31):
            assert await writer.write() == number
            await writer.wait_until_seen(number)
        for reader in readers:
            await reader.wait_until_seen(30)
        assert (writer.tail.counts.arrivals_read, writer.tail.counts.arrivals_received) == (30, 0)
        assert writer.broker.fallbacks == 0
        assert writer.tail.counts.queries == 30  # once for each commit
        for reader in readers:
            assert (reader.tail.counts.arrivals_read, reader.tail.counts.arrivals_received) == (
                0,
                30,
            )
            assert reader.tail.counts.queries == 0
            assert reader.broker.fallbacks == 0
        assert [worker.seen for worker in (writer, *readers)] == [
            await writer.stored_arrivals()
        ] * 3


async def test_all_processes_see_the_arrivals_of_all_writers_in_one_order(
    database_url: str, redis_url: str
) -> None:
    async with run_workers(database_url, redis_url, 3, poll_seconds=NEVER) as workers:
        async with asyncio.TaskGroup() as writers:
            for number in range(60):
                writers.create_task(workers[number % 3].write(f"32.{number % 7:02}"))
        for worker in workers:
            await worker.wait_until_seen(60)
        assert [worker.seen for worker in workers] == [await workers[0].stored_arrivals()] * 3
        assert [arrival.number for arrival in workers[0].seen] == list(range(1, 61))


async def test_an_unannounced_arrival_is_found_with_the_next_one(
    sqlite_database_url: str, redis_url: str
) -> None:
    async with run_workers(sqlite_database_url, redis_url, 2, poll_seconds=NEVER) as (
        writer,
        reader,
    ):
        await writer.write(announced=False)
        await writer.write(announced=False)
        with Redis.from_url(redis_url) as redis:  # the second was announced, the first was lost
            last = (await writer.stored_arrivals())[-1]
            redis.xadd(STREAM, {"arrival": arrival.encode_arrival(last)}, id="2-0")
        await writer.wait_until_seen(2)
        await reader.wait_until_seen(2)
        assert [worker.broker.fallbacks for worker in (writer, reader)] == [1, 1]
        assert [worker.tail.counts.arrivals_read for worker in (writer, reader)] == [2, 2]
        await writer.write()
        await reader.wait_until_seen(3)
        assert (reader.tail.counts.arrivals_read, reader.tail.counts.arrivals_received) == (2, 1)
        assert writer.seen == reader.seen == await writer.stored_arrivals()


async def test_an_arrival_that_is_never_announced_is_found_after_a_silence(
    sqlite_database_url: str, redis_url: str
) -> None:
    async with run_workers(sqlite_database_url, redis_url, 2) as (writer, reader):
        await writer.write(announced=False)
        async with asyncio.timeout(2 * POLL_SECONDS + 1):
            await reader.wait_until_seen(1)
        assert reader.seen == await writer.stored_arrivals()


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
async def test_an_entry_that_the_database_lacks_is_never_delivered_and_is_removed(
    sqlite_database_url: str, redis_url: str, id: str, content: bytes
) -> None:
    async with run_workers(sqlite_database_url, redis_url, 2, poll_seconds=NEVER) as (
        writer,
        reader,
    ):
        with Redis.from_url(redis_url) as redis:
            redis.xadd(STREAM, {"arrival": content}, id=id)
            if id != "0-7":
                await eventually(lambda: not redis.exists(STREAM))
        assert (writer.seen, reader.seen) == ([], [])
        for number in (1, 2, 3):
            await writer.write()
            await reader.wait_until_seen(number)
        assert reader.seen == await writer.stored_arrivals()
        assert (reader.tail.counts.arrivals_read, reader.tail.counts.arrivals_received) == (0, 3)


async def test_a_key_that_is_not_a_stream_is_handled_like_an_unreachable_broker(
    sqlite_database_url: str, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set(STREAM, "not a stream")
        async with run_workers(sqlite_database_url, redis_url, 2, reachable=False) as (
            writer,
            reader,
        ):
            await writer.write()
            await reader.wait_until_seen(1)
            assert reader.seen == await writer.stored_arrivals()
            assert [worker.broker.reachable for worker in (writer, reader)] == [False, False]
            redis.delete(STREAM)
            await eventually(lambda: writer.broker.reachable and reader.broker.reachable)


async def test_the_stream_is_limited_in_length_and_time(
    sqlite_database_url: str, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        async with run_workers(sqlite_database_url, redis_url, 1) as (writer,):
            writer.broker.offer([replace(MADE_UP, number=number) for number in range(1, 2001)])
            await eventually(lambda: redis.xlen(STREAM) == 2000)
            for after in range(2000, 10_000, 2000):
                writer.broker.offer(
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


async def test_a_process_starts_without_redis_and_uses_it_once_it_is_reachable(
    sqlite_database_url: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.kill()
    caplog.set_level(logging.INFO)
    async with run_workers(sqlite_database_url, redis_server.url, 2, reachable=False) as (
        writer,
        reader,
    ):
        await writer.write()
        await reader.wait_until_seen(1)
        assert [worker.broker.reachable for worker in (writer, reader)] == [False, False]
        redis_server.start()
        await eventually(lambda: writer.broker.reachable and reader.broker.reachable)
        taken = reader.tail.counts.arrivals_received
        await writer.write()
        await reader.wait_until_seen(2)
        await eventually(lambda: reader.tail.counts.arrivals_received == taken + 1)
    assert [record.message for record in caplog.records] == [
        *["the broker does not work (ConnectionError): the database is read instead"] * 2,
        *["the broker works"] * 2,
    ]


async def test_a_full_redis_is_reported_and_loses_nothing(
    sqlite_database_url: str, redis_server: RedisServer
) -> None:
    with Redis.from_url(redis_server.url) as redis:
        async with run_workers(sqlite_database_url, redis_server.url, 2) as (writer, reader):
            redis.config_set("maxmemory", 1)
            await writer.write()
            await reader.wait_until_seen(1)
            assert writer.broker.reachable is False
            redis.config_set("maxmemory", 0)
            await eventually(lambda: writer.broker.reachable)
            await reader.wait_until_seen(1)
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


async def test_a_refused_password_is_not_logged(
    sqlite_database_url: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = redis_server.url.replace(redis_server.password, "rahasia")
    caplog.set_level(logging.DEBUG)
    async with run_workers(sqlite_database_url, wrong, 1, reachable=False) as (writer,):
        await eventually(lambda: bool(caplog.records))
        await writer.write()
        await writer.wait_until_seen(1)
    assert "the broker does not work (AuthenticationError)" in caplog.text
    assert "rahasia" not in caplog.text


@pytest.mark.soak(database="sqlite")
async def test_no_arrival_is_lost_or_repeated_whatever_happens_to_redis(
    database_url: str, redis_server: RedisServer
) -> None:
    chance = random.Random(20261126)
    counts = {"kill": 0, "flush": 0, "pause": 0}

    over = asyncio.Event()

    async def disturb() -> None:
        while not over.is_set() or 0 in counts.values():
            for disturbance in chance.sample(sorted(counts), 3):
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                if disturbance == "flush":
                    await asyncio.to_thread(redis_server.flush)
                elif disturbance == "kill":
                    redis_server.kill()
                    await asyncio.sleep(chance.uniform(0, 0.6))
                    await asyncio.to_thread(redis_server.start)
                else:
                    redis_server.pause()
                    await asyncio.sleep(chance.uniform(0.1, 2.5))
                    redis_server.resume()
                counts[disturbance] += 1

    async def write(worker: Worker, region: str) -> None:
        while not over.is_set():
            await worker.write(region, announced=chance.random() < 0.9)
            await asyncio.sleep(WRITE_EVERY)

    async with run_workers(database_url, redis_server.url, 3) as workers:
        async with asyncio.TaskGroup() as group:
            group.create_task(disturb())
            for number, worker in enumerate(workers[:2]):
                group.create_task(write(worker, f"32.{number:02}"))
            await asyncio.sleep(CHAOS_SECONDS)
            over.set()
        await eventually(lambda: all_reachable(workers))
        written = await workers[0].stored_arrivals()
        for worker in workers:
            await worker.wait_until_seen(len(written))
        assert [arrival.number for arrival in written] == list(range(1, len(written) + 1))
        assert len(written) > 100
        assert [worker.seen for worker in workers] == [written] * 3
        for worker in workers[1:]:
            taken = worker.tail.counts.arrivals_received
            async with asyncio.timeout(SECONDS):
                while worker.tail.counts.arrivals_received == taken:  # through Redis, as before
                    await worker.wait_until_seen(await workers[0].write())


def all_reachable(workers: list[Worker]) -> bool:
    return all(worker.broker.reachable for worker in workers)


@asynccontextmanager
async def run_workers(
    database_url: str,
    redis_url: str,
    count: int,
    *,
    poll_seconds: float = POLL_SECONDS,
    reachable: bool = True,
) -> AsyncIterator[list[Worker]]:
    """Yield a number of running workers with followers, once their Redis answers."""
    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(_run_worker(database_url, redis_url, poll_seconds))
            for _ in range(count)
        ]
        if reachable:
            await eventually(lambda: all_reachable(workers))
            # The workers poll once more, as if Redis did not answer.
            await asyncio.sleep(2 * UNREACHABLE_POLL_SECONDS)
            for worker in workers:
                worker.tail.counts = TailCounts()
        yield workers


@asynccontextmanager
async def _run_worker(
    database_url: str, redis_url: str, poll_seconds: float
) -> AsyncIterator[Worker]:
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

    async def read_position() -> ArrivalPosition:
        async with database.read_reserved() as session:
            return await arrival.read_arrival_position(session)

    async with database.read() as session:
        epoch = (await arrival.read_arrival_position(session)).epoch
    tail = Tail(read, bus, start=0, broker=broker, epoch=epoch, read_position=read_position)
    worker = Worker(database, bus, broker, tail)
    worker.following = asyncio.create_task(worker.follow())
    tasks = [asyncio.create_task(worker.tail.run()), worker.following]
    try:
        await eventually(lambda: worker.tail.counts.queries >= 1)
        yield worker
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
