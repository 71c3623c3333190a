"""The broker over Redis: a stream in which the id of an entry is the number of its arrival.

Redis refuses an id that is not above the newest one. So when several processes publish the same
arrival, only the first one adds it, and a repetition does no harm. The stream holds only arrivals
that a process has read from the database. It may be trimmed, emptied or lost: the reader then meets a
gap and reads the database. While Redis does not respond, the database is polled more often.

The retry of the Redis client repeats calls. stamina would log the driver's exception with each
attempt, which may contain a part of the URL, and its longest delay has no jitter.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Generic

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.exceptions import RedisError, ResponseError

from realtime.broker import POLL_SECONDS, Arrival, ArrivalSink
from realtime.tail import KEPT, RETRY_SECONDS

BLOCK_SECONDS = 0.5  # for which a read blocks in Redis
CALL_SECONDS = 0.75  # timeout of a call, in addition to the time for which it blocks
UNREACHABLE_POLL_SECONDS = 0.2
SHORTEST_PAUSE_SECONDS = 0.05  # before a call is repeated; doubles with each failure
LONGEST_PAUSE_SECONDS = 2.0
DOUBLINGS_MOST = 10
AT_ONCE = 100  # arrivals of one call; they fit into its timeout, however large they are
STREAM_LENGTH = 4096  # some seconds of a busy instance
STREAM_SECONDS = 24 * 3600  # after the last arrival, so that the streams of past epochs expire
FIELD = b"arrival"
LAST = 2**64 - 1  # the greatest second part of an id: skips all entries of a number

logger = logging.getLogger(__name__)


class ReconnectBackoff(EqualJitterBackoff):
    """Doubles the delay with each failure up to a maximum, minus a random part of up to half.

    The class of the client computes a power of two for each failure, which raises OverflowError
    after 1,023 failures.
    """

    def __init__(self) -> None:
        super().__init__(cap=LONGEST_PAUSE_SECONDS, base=SHORTEST_PAUSE_SECONDS)

    def compute(self, failures: int) -> float:
        """Return the delay after a number of failures, in seconds."""
        return super().compute(min(failures, DOUBLINGS_MOST))


class RedisBroker(Generic[Arrival]):
    """Publishes and reads arrivals through one stream; `reachable` states whether both work."""

    kind = "redis"

    def __init__(
        self,
        url: str,
        stream: str,
        *,
        encode: Callable[[Arrival], bytes],
        decode: Callable[[bytes], Arrival],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Create a broker; `decode` must raise ValueError for bytes that `encode` did not return."""
        self._url = url
        self._stream = stream
        self._encode = encode
        self._decode = decode
        self._poll_seconds = poll_seconds
        self.fallbacks = 0
        self._receives = False
        self._publishes = True  # until the first attempt
        self._said: bool | None = None  # the value of `reachable` that was logged last
        # Arrivals that were offered while Redis did not respond are published later, up to this limit.
        self._waiting: deque[Arrival] = deque(maxlen=KEPT)
        self._offered = asyncio.Event()
        # Retries for ever. The type names errors of Redis only, but any exception may be given.
        self._retry = Retry(ReconnectBackoff(), -1, (Exception,))  # type: ignore[arg-type]

    @property
    def reachable(self) -> bool:
        """Whether publishing and reading both work at present."""
        return self._receives and self._publishes

    @property
    def poll_seconds(self) -> float:
        """The interval at which the tail polls the database, shorter while Redis is unreachable."""
        return self._poll_seconds if self.reachable else UNREACHABLE_POLL_SECONDS

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Queue arrivals that were read from the database for publication; never waits."""
        self._waiting.extend(arrivals)
        self._offered.set()

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Deliver the arrivals of other processes and publish those offered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(tail))
            group.create_task(self._publish(tail))

    async def _listen(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._connected() as redis:

            async def failed(error: Exception) -> None:
                self._receives = False
                self._say(tail, error)
                await _disconnect(redis)

            while True:
                entries = await self._retry.call_with_retry(
                    lambda: self._entries(redis, tail.newest), failed
                )
                self._receives = True
                self._say(tail)
                tail.take(self._arrivals(entries, tail.newest))
                if entries and entries[-1][0] > tail.newest:
                    await self._read_instead(redis, tail, newest=entries[-1][0])

    async def _publish(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._connected() as redis:

            async def failed(error: Exception) -> None:
                self._publishes = False
                self._say(tail, error)
                await _disconnect(redis)

            while True:
                await self._offered.wait()
                self._offered.clear()
                while self._waiting:
                    newest = await self._retry.call_with_retry(lambda: self._add(redis), failed)
                    self._publishes = True
                    self._say(tail)
                    while self._waiting and self._waiting[0].number <= newest:
                        self._waiting.popleft()

    async def _read_instead(self, redis: Redis, tail: ArrivalSink[Arrival], newest: int) -> None:
        """Read the database, because the stream has a gap or an entry that cannot be decoded."""
        self.fallbacks += 1
        try:
            await tail.look()
        except Exception:  # noqa: BLE001  # the tail logs this itself, and retries
            await asyncio.sleep(RETRY_SECONDS)
            return
        if tail.newest < newest:
            # Processes publish only what the database has. So the entry comes from another database,
            # as before a backup was restored. With its number the stream would refuse ours.
            logger.warning("the broker has arrivals that the database lacks: it is cleared")
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await redis.delete(self._stream)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    def _arrivals(self, entries: Sequence[tuple[int, bytes]], newest: int) -> list[Arrival]:
        """Return the new arrivals of the entries, up to the first that cannot be decoded."""
        found: list[Arrival] = []
        for number, content in entries:
            if number <= newest:
                continue
            try:
                arrival = self._decode(content)
            except ValueError:
                logger.warning("entry %d of the broker cannot be read", number)
                break
            if arrival.number != number:
                logger.warning("entry %d of the broker is that of another number", number)
                break
            found.append(arrival)
        return found

    async def _entries(self, redis: Redis, after: int) -> list[tuple[int, bytes]]:
        async with asyncio.timeout(BLOCK_SECONDS + CALL_SECONDS):
            found: Any = await redis.xread(
                {self._stream: f"{after}-{LAST}"}, count=AT_ONCE, block=int(BLOCK_SECONDS * 1000)
            )
        return [
            (int(id.partition(b"-")[0]), fields.get(FIELD, b""))
            for _, entries in found
            for id, fields in entries
        ]

    async def _add(self, redis: Redis) -> int:
        """Publish the oldest waiting arrivals; return the number of the newest of them."""
        arrivals = list(islice(self._waiting, AT_ONCE))
        async with (
            asyncio.timeout(CALL_SECONDS),
            redis.pipeline(transaction=False) as pipeline,
        ):
            for each in arrivals:
                pipeline.xadd(
                    self._stream,
                    {FIELD: self._encode(each)},
                    id=f"{each.number}-0",
                    maxlen=STREAM_LENGTH,
                )
            pipeline.expire(self._stream, STREAM_SECONDS)
            for answer in await pipeline.execute(raise_on_error=False):
                # Another process has published it already, which is no failure.
                added = isinstance(answer, ResponseError) and "equal or smaller" in str(answer)
                if isinstance(answer, Exception) and not added:
                    raise answer
        return arrivals[-1].number

    def _connected(self) -> Redis:
        return Redis.from_url(
            self._url,
            socket_connect_timeout=CALL_SECONDS,
            # Each call has a timeout of its own. This one would use asyncio.wait_for, which on Python
            # 3.11 loses a cancellation that comes just as the call ends.
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),  # the broker retries, and the database is read
            protocol=2,
            client_name="simpul",
        )

    def _say(self, tail: ArrivalSink[Arrival], error: Exception | None = None) -> None:
        """Log that the broker fails or works again; if it fails, have the tail read the database."""
        if self.reachable == self._said or (error is None and not self.reachable):
            return
        self._said = self.reachable
        if self.reachable:
            logger.info("the broker works")
            return
        self.fallbacks += 1
        # Log only the type: the message of a driver may contain a part of the URL.
        name = type(error).__name__
        logger.warning("the broker does not work (%s): the database is read instead", name)
        tail.wake()


async def _disconnect(redis: Redis) -> None:
    """Close the connections, so that a late response is not taken for that of the next call."""
    with suppress(Exception):  # a failure to close a failed connection needs no report
        async with asyncio.timeout(CALL_SECONDS):
            await redis.connection_pool.disconnect()
