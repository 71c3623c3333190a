"""The broker over Redis: a stream in which the id of an entry is the number of its arrival.

Redis refuses an id that is not above the newest one. So when several processes publish the same
arrival, only the first one adds it, and a repetition does no harm. The stream holds only arrivals
that a process has read from the database. It may be trimmed, emptied or lost: the reader then meets
a gap and reads the database. While Redis does not respond, the database is polled more often.

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
from realtime.tail import RETRY_SECONDS, RING_ARRIVALS

BLOCK_SECONDS = 0.5  # for which a read blocks in Redis
CALL_SECONDS = 0.75  # timeout of a call, in addition to the time for which it blocks
UNREACHABLE_POLL_SECONDS = 0.2
SHORTEST_PAUSE_SECONDS = 0.05  # before a call is repeated; doubles with each failure
LONGEST_PAUSE_SECONDS = 2.0
DOUBLINGS_MOST = 10
ARRIVALS_PER_CALL = 100  # arrivals of one call; they fit into its timeout, however large they are
STREAM_LENGTH = 4096  # some seconds of a busy instance
STREAM_SECONDS = 24 * 3600  # after the last arrival, so that the streams of past epochs expire
ARRIVAL_FIELD = b"arrival"
LAST_ENTRY_PART = 2**64 - 1  # the greatest second part of an id: skips all entries of a number

logger = logging.getLogger(__name__)


def stream_name(epoch: str) -> str:
    """Return the stream of an epoch. Arrival numbers are unique only within an epoch."""
    return f"simpul:{epoch}:arrivals"


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
        """Create a broker; `decode` must raise ValueError for bytes that it cannot decode."""
        self._url = url
        self._stream = stream
        self._encode = encode
        self._decode = decode
        self._poll_seconds = poll_seconds
        self.fallbacks = 0
        self._receives = False
        self._publishes = True  # until the first attempt
        self._logged_reachable: bool | None = None  # the value of `reachable` that was logged last
        # Arrivals that were offered while Redis did not respond are published later, up to this
        # limit.
        self._unpublished: deque[Arrival] = deque(maxlen=RING_ARRIVALS)
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
        self._unpublished.extend(arrivals)
        self._offered.set()

    def begin_epoch(self, epoch: str) -> None:
        """Use the stream of this epoch, and publish nothing of an earlier one."""
        self._stream = stream_name(epoch)
        self._unpublished.clear()

    async def run(self, tail: ArrivalSink[Arrival]) -> None:
        """Deliver the arrivals of other processes and publish those offered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(tail))
            group.create_task(self._publish(tail))

    async def _listen(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._create_client() as redis:

            async def record_failure(error: Exception) -> None:
                self._receives = False
                self._log_reachability(tail, error)
                await _disconnect(redis)

            while True:
                stream = self._stream
                entries = await self._retry.call_with_retry(
                    lambda: self._read_entries(redis, tail.newest), record_failure
                )
                self._receives = True
                self._log_reachability(tail)
                if stream != self._stream:  # these entries may be of an earlier epoch
                    continue
                tail.accept(self._decode_entries(entries, tail.newest))
                if entries and entries[-1][0] > tail.newest:
                    await self._read_database(redis, tail, newest=entries[-1][0])

    async def _publish(self, tail: ArrivalSink[Arrival]) -> None:
        async with self._create_client() as redis:

            async def record_failure(error: Exception) -> None:
                self._publishes = False
                self._log_reachability(tail, error)
                await _disconnect(redis)

            while True:
                await self._offered.wait()
                self._offered.clear()
                while self._unpublished:
                    newest = await self._retry.call_with_retry(
                        lambda: self._publish_oldest(redis), record_failure
                    )
                    self._publishes = True
                    self._log_reachability(tail)
                    while self._unpublished and self._unpublished[0].number <= newest:
                        self._unpublished.popleft()

    async def _read_database(self, redis: Redis, tail: ArrivalSink[Arrival], newest: int) -> None:
        """Read the database, because the stream has a gap or an entry that cannot be decoded."""
        self.fallbacks += 1
        try:
            await tail.read_new_arrivals()
        except Exception:  # noqa: BLE001  # the tail logs this itself, and retries
            await asyncio.sleep(RETRY_SECONDS)
            return
        if tail.newest < newest:
            # Processes publish only arrivals of the database. So the entry comes from another
            # database, such as the one before a backup was restored. Redis would refuse our lower
            # numbers.
            logger.warning("the broker has arrivals that the database lacks; clearing its stream")
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await redis.delete(self._stream)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    def _decode_entries(self, entries: Sequence[tuple[int, bytes]], newest: int) -> list[Arrival]:
        """Return the new arrivals of the entries, up to the first that cannot be decoded."""
        arrivals: list[Arrival] = []
        for number, content in entries:
            if number <= newest:
                continue
            try:
                arrival = self._decode(content)
            except ValueError:
                logger.warning("entry %d of the broker cannot be decoded", number)
                break
            if arrival.number != number:
                logger.warning("entry %d of the broker contains arrival %d", number, arrival.number)
                break
            arrivals.append(arrival)
        return arrivals

    async def _read_entries(self, redis: Redis, after: int) -> list[tuple[int, bytes]]:
        """Wait for entries after a number; return the number and the content of each."""
        async with asyncio.timeout(BLOCK_SECONDS + CALL_SECONDS):
            streams: Any = await redis.xread(
                {self._stream: f"{after}-{LAST_ENTRY_PART}"},
                count=ARRIVALS_PER_CALL,
                block=int(BLOCK_SECONDS * 1000),
            )
        return [
            (int(id.partition(b"-")[0]), fields.get(ARRIVAL_FIELD, b""))
            for _, entries in streams
            for id, fields in entries
        ]

    async def _publish_oldest(self, redis: Redis) -> int:
        """Publish the oldest waiting arrivals; return the number of the newest of them."""
        arrivals = list(islice(self._unpublished, ARRIVALS_PER_CALL))
        async with (
            asyncio.timeout(CALL_SECONDS),
            redis.pipeline(transaction=False) as pipeline,
        ):
            for arrival in arrivals:
                pipeline.xadd(
                    self._stream,
                    {ARRIVAL_FIELD: self._encode(arrival)},
                    id=f"{arrival.number}-0",
                    maxlen=STREAM_LENGTH,
                )
            pipeline.expire(self._stream, STREAM_SECONDS)
            for response in await pipeline.execute(raise_on_error=False):
                # Another process may have published the arrival already, which is no failure.
                added = isinstance(response, ResponseError) and "equal or smaller" in str(response)
                if isinstance(response, Exception) and not added:
                    raise response
        return arrivals[-1].number

    def _create_client(self) -> Redis:
        return Redis.from_url(
            self._url,
            socket_connect_timeout=CALL_SECONDS,
            # Each call has a timeout of its own. This one would use asyncio.wait_for, which on
            # Python 3.11 loses a cancellation that comes just as the call ends.
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),  # the broker retries, and the database is read
            protocol=2,
            client_name="simpul",
        )

    def _log_reachability(self, tail: ArrivalSink[Arrival], error: Exception | None = None) -> None:
        """Log that the broker fails or works again; if it fails, wake the tail."""
        if self.reachable == self._logged_reachable or (error is None and not self.reachable):
            return
        self._logged_reachable = self.reachable
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
