"""The broker over Redis: a stream in which each arrival's number is its id.

Redis refuses an id that is not above the newest one, so that of all processes that read the same
arrival the first tells it, and to tell it again does no harm. The stream holds only what somebody has
read from the database. It may be cut, emptied or lost: then there is a hole, and who comes to it reads
the database. While Redis does not answer, the database is looked at more often.

Calls are tried again by the retry of the Redis client. stamina would log the driver's exception with
each try, which may hold a part of the URL, and its delays have no jitter once they are at the longest.
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

BLOCK_SECONDS = 0.5  # that Redis holds a question open
CALL_SECONDS = 0.75  # without an answer, beyond what Redis was asked to wait
UNREACHABLE_POLL_SECONDS = 0.2
SHORTEST_PAUSE_SECONDS = 0.05  # before a call is tried again; doubles with each failure
LONGEST_PAUSE_SECONDS = 2.0
DOUBLINGS_MOST = 10
AT_ONCE = 100  # arrivals, however large, that go well within a deadline
STREAM_LENGTH = 4096  # some seconds of a busy instance
STREAM_SECONDS = 24 * 3600  # after the last arrival: the streams of past epochs go
FIELD = b"arrival"
LAST = 2**64 - 1  # nothing of this number comes again, whatever somebody has added to it

logger = logging.getLogger(__name__)


class ReconnectBackoff(EqualJitterBackoff):
    """Doubles the delay with each failure, up to the longest, less a random part of up to half.

    The client's own class computes a power of two for each failure, which after 1,023 failures is no
    float any more and raises OverflowError.
    """

    def __init__(self) -> None:
        super().__init__(cap=LONGEST_PAUSE_SECONDS, base=SHORTEST_PAUSE_SECONDS)

    def compute(self, failures: int) -> float:
        return super().compute(min(failures, DOUBLINGS_MOST))


class RedisBroker(Generic[Arrival]):
    """Tells and hears arrivals by one stream; `reachable` says whether both work."""

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
        """`decode` raises ValueError for what `encode` did not make."""
        self._url = url
        self._stream = stream
        self._encode = encode
        self._decode = decode
        self._poll_seconds = poll_seconds
        self.fallbacks = 0
        self._hears = False
        self._tells = True  # until it is tried
        self._said: bool | None = None  # whether it works, as it was logged last
        # What was read while Redis did not answer is told later, as far as it is kept.
        self._waiting: deque[Arrival] = deque(maxlen=KEPT)
        self._offered = asyncio.Event()
        # Retries for ever. The type names errors of Redis only, but any exception may be given.
        self._retry = Retry(ReconnectBackoff(), -1, (Exception,))  # type: ignore[arg-type]

    @property
    def reachable(self) -> bool:
        return self._hears and self._tells

    @property
    def poll_seconds(self) -> float:
        return self._poll_seconds if self.reachable else UNREACHABLE_POLL_SECONDS

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Take what was read from the database, to tell it; never waits."""
        self._waiting.extend(arrivals)
        self._offered.set()

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Bring the tail what others tell, and tell what was offered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(tail))
            group.create_task(self._tell(tail))

    async def _listen(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._connected() as redis:

            async def failed(error: Exception) -> None:
                self._hears = False
                self._say(tail, error)
                await _disconnect(redis)

            while True:
                entries = await self._retry.call_with_retry(
                    lambda: self._entries(redis, tail.newest), failed
                )
                self._hears = True
                self._say(tail)
                tail.take(self._arrivals(entries, tail.newest))
                if entries and entries[-1][0] > tail.newest:
                    await self._read_instead(redis, tail, newest=entries[-1][0])

    async def _tell(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._connected() as redis:

            async def failed(error: Exception) -> None:
                self._tells = False
                self._say(tail, error)
                await _disconnect(redis)

            while True:
                await self._offered.wait()
                self._offered.clear()
                while self._waiting:
                    newest = await self._retry.call_with_retry(lambda: self._add(redis), failed)
                    self._tells = True
                    self._say(tail)
                    while self._waiting and self._waiting[0].number <= newest:
                        self._waiting.popleft()

    async def _read_instead(self, redis: Redis, tail: ArrivalSink[Arrival], newest: int) -> None:
        """There is a hole before what came, or it cannot be read."""
        self.fallbacks += 1
        try:
            await tail.look()
        except Exception:  # noqa: BLE001  # the tail says so by itself, and tries again
            await asyncio.sleep(RETRY_SECONDS)
            return
        if tail.newest < newest:
            # Nobody tells what the database does not have, so this is of another one, as before a
            # backup was restored. With such a number in it the stream would take none of ours.
            logger.warning("the broker tells what the database does not have: it is cleared")
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await redis.delete(self._stream)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    def _arrivals(self, entries: Sequence[tuple[int, bytes]], newest: int) -> list[Arrival]:
        """What the entries hold that is new, up to the first that cannot be read."""
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
        """Add the oldest arrivals that wait to the stream; return the number of the newest of them."""
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
                # Somebody else told it before: all is well.
                told = isinstance(answer, ResponseError) and "equal or smaller" in str(answer)
                if isinstance(answer, Exception) and not told:
                    raise answer
        return arrivals[-1].number

    def _connected(self) -> Redis:
        return Redis.from_url(
            self._url,
            socket_connect_timeout=CALL_SECONDS,
            # Each call has a deadline around all of it. This one would be by asyncio.wait_for, which
            # on Python 3.11 loses a cancellation that comes as its work is done.
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),  # we try again ourselves, and read the database meanwhile
            protocol=2,
            client_name="simpul",
        )

    def _say(self, tail: ArrivalSink[Arrival], error: Exception | None = None) -> None:
        """Once it works no more, or again, log it, and have the database read instead."""
        if self.reachable == self._said or (error is None and not self.reachable):
            return
        self._said = self.reachable
        if self.reachable:
            logger.info("the broker works")
            return
        self.fallbacks += 1
        # Only of which kind: what a driver tells may hold a part of the URL.
        name = type(error).__name__
        logger.warning("the broker does not work (%s): the database is read instead", name)
        tail.wake()


async def _disconnect(redis: Redis) -> None:
    """Give up the connections: a late answer to a call that failed is not the answer to the next."""
    with suppress(Exception):  # that it cannot be closed well is no news
        async with asyncio.timeout(CALL_SECONDS):
            await redis.connection_pool.disconnect()
