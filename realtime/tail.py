"""The tail of the arrival log, which a process reads once for any number of followers.

Followers pull, each from its own position: the newest arrivals come from a ring in memory, older
ones from the database. So a slow follower needs no queue and delays no other, and there is no gap
between catching up and following live.

A broker, if there is one, delivers the arrivals that another process has already read from the
database. The tail takes them only where they directly follow its newest one, and reads the rest.

The numbers hold within one epoch. The tail polls the epoch, because another process may begin a new
one, and every follower of the old one then ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol

from realtime.broker import Arrival, Broker, MemoryBroker
from realtime.wakeup import MemoryBus

RING_ARRIVALS = 2048  # arrivals in the ring, which are some seconds of a busy instance
PAGE_ARRIVALS = 500  # arrivals read at once
RETRY_SECONDS = 1.0  # between reads while the database does not respond
EPOCH_POLL_SECONDS = 0.5  # whatever the interval at which a broker has the arrivals polled

logger = logging.getLogger(__name__)

ReadArrivals = Callable[[int, int], Awaitable[Sequence[Arrival]]]


class Position(Protocol):
    """The end of the arrival log."""

    @property
    def epoch(self) -> str:
        """The epoch of the numbering."""

    @property
    def arrival(self) -> int:
        """The number of the newest arrival."""


ReadPosition = Callable[[], Awaitable[Position]]


@dataclass
class TailCounts:
    """Counters of the tail since its start."""

    queries: int = 0  # queries of the database, including those without a result
    arrivals_read: int = 0  # arrivals from the database
    arrivals_received: int = 0  # arrivals from the broker


class GapError(LookupError):
    """A follower cannot continue: its next arrivals were pruned, or a new epoch has begun."""


class Tail(Generic[Arrival]):
    """Reads the arrival log from `start` on; followers advance only while `run` is running.

    Args:
        read: reads the newest arrivals, on a connection that waits for no other reader.
        read_older: reads for a follower what has left the ring; by default like `read`.
        epoch: of the numbers up to `start`.
        read_position: reads the present epoch and its newest arrival; None: the epoch never changes.
        epoch_begun: called when the tail notices a new epoch, before any follower ends.
    """

    def __init__(
        self,
        read: ReadArrivals[Arrival],
        bus: MemoryBus,
        *,
        start: int,
        broker: Broker[Arrival] | None = None,
        read_older: ReadArrivals[Arrival] | None = None,
        epoch: str = "",
        read_position: ReadPosition | None = None,
        epoch_begun: Callable[[], None] = lambda: None,
    ) -> None:
        self.epoch = epoch
        self._epoch_begun = epoch_begun
        self._read_position = read_position
        self._read = read
        self._read_older = read if read_older is None else read_older
        self._bus = bus
        self.broker: Broker[Arrival] = MemoryBroker() if broker is None else broker
        self.newest = start  # number of the newest arrival that the tail has
        self.counts = TailCounts()
        self._ring: deque[Arrival] = deque(maxlen=RING_ARRIVALS)
        self._advanced = asyncio.Event()  # at each advance it is set and replaced
        # Changes of each log that have no arrival, such as entries that are withheld from here.
        self.silent_changes = Counter[str]()
        self._read_lock = asyncio.Lock()  # concurrent reads would read the same arrivals

    async def run(self) -> None:
        """Read new arrivals until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.broker.run(self))
            group.create_task(self._watch_epoch())
            await self._read_continuously()

    async def read_new_arrivals(self) -> None:
        """Read all new arrivals from the database.

        Raises every error of the database.
        """
        async with self._read_lock:
            is_full = True
            while is_full:
                page = await self._read(self.newest, PAGE_ARRIVALS)
                is_full = len(page) == PAGE_ARRIVALS
                self.counts.queries += 1
                fresh = self._append_next(page)
                self.counts.arrivals_read += len(fresh)
                if fresh:
                    self.broker.offer(fresh)

    async def read_epoch(self) -> None:
        """Read the epoch; if it is a new one, end all followers and continue at its newest arrival.

        Raises every error of the database.
        """
        if self._read_position is None:
            return
        async with self._read_lock:
            position = await self._read_position()
            if position.epoch == self.epoch:
                return
            logger.warning("a new epoch has begun: subscribers have to take a new snapshot")
            if position.arrival < self.newest:  # a backup was restored
                self._bus.restart(position.arrival)
            self.epoch, self.newest = position.epoch, position.arrival
            self._ring.clear()
            self.broker.begin_epoch(position.epoch)
            self._epoch_begun()
            self._wake_followers()

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Take the arrivals of another process that follow the newest one without a gap."""
        self.counts.arrivals_received += len(self._append_next(arrivals))

    def wake(self) -> None:
        """Poll the database now, and from then on at the interval of the broker."""
        self._bus.wake()

    def announce_silent_change(self, log: str) -> None:
        """Wake those who wait in this process for the growth of a log by entries without an arrival."""
        self.silent_changes[log] += 1
        self._wake_followers()

    async def wait_for_growth(
        self,
        log: str,
        after: int,
        silent_changes: int,
        matches: Callable[[Arrival], bool],
        seconds: float,
    ) -> None:
        """Wait for the growth of a log, or a new epoch, for at most `seconds`.

        Args:
            after: `newest`, before the log was read.
            silent_changes: of the log, before it was read.
            matches: whether an arrival is of the log.
        """
        epoch = self.epoch
        try:
            async with asyncio.timeout(seconds):
                while self.silent_changes[log] == silent_changes and self.epoch == epoch:
                    advanced = self._advanced
                    page = await self._read_page(after)
                    if any(matches(arrival) for arrival in page):
                        return
                    if page:
                        after = page[-1].number
                    else:
                        await advanced.wait()
        except (TimeoutError, GapError):
            pass

    async def follow(
        self, after: int, epoch: str | None = None
    ) -> AsyncGenerator[Sequence[Arrival], None]:
        """Yield all arrivals after `after`, in order, in pages and without end.

        Close the generator when done.

        Args:
            epoch: of the number `after`, if the caller has read it; by default that of the tail.

        Raises:
            GapError: the next arrivals were pruned, or another epoch has begun.
        """
        if epoch is None:
            epoch = self.epoch
        elif epoch != self.epoch:
            await self.read_epoch()  # the caller may have read a newer one than the tail
        while True:
            advanced = self._advanced  # fetched before the read, so that no advance is missed
            page = await self._read_page(after)
            if epoch != self.epoch:
                raise GapError
            if page:
                yield page
                after = page[-1].number
            else:
                await advanced.wait()

    async def wait_for_arrival(
        self, after: int, matches: Callable[[Arrival], bool], seconds: float
    ) -> int:
        """Wait for an arrival after `after` that `matches` accepts, for at most `seconds`.

        Returns the number of the last arrival that was examined.
        """
        try:
            async with asyncio.timeout(seconds), aclosing(self.follow(after)) as pages:
                async for page in pages:
                    after = page[-1].number
                    if any(matches(arrival) for arrival in page):
                        break
        except TimeoutError:
            pass
        except GapError:
            after = self.newest
        return after

    async def _read_continuously(self) -> None:
        """Read new arrivals at each signal of the bus, and at least once per poll interval."""
        while True:
            try:
                await self.read_new_arrivals()
            except Exception:
                logger.exception("the arrival log cannot be read; trying again")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            waited_after = -1
            while self._bus.newest <= self.newest and waited_after != self.newest:
                waited_after = self.newest
                await self._bus.wait_beyond(waited_after, self.broker.poll_seconds)

    async def _watch_epoch(self) -> None:
        """Poll the epoch until cancelled."""
        while True:
            await asyncio.sleep(EPOCH_POLL_SECONDS)
            try:
                await self.read_epoch()
            except Exception:  # noqa: BLE001  # the read of the arrivals fails too, and is logged
                await asyncio.sleep(RETRY_SECONDS)

    def _append_next(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Add the arrivals that follow the newest one without a gap, and return them."""
        fresh: list[Arrival] = []
        for arrival in arrivals:
            if arrival.number == self.newest + len(fresh) + 1:
                fresh.append(arrival)
        if fresh:
            self._ring.extend(fresh)
            self.newest = fresh[-1].number
            self._wake_followers()
        return fresh

    def _wake_followers(self) -> None:
        advanced, self._advanced = self._advanced, asyncio.Event()
        advanced.set()

    async def _read_page(self, after: int) -> Sequence[Arrival]:
        if after >= self.newest:
            return ()
        oldest = self.newest - len(self._ring) + 1
        if after + 1 < oldest:
            page = await self._read_older(after, PAGE_ARRIVALS)
            if page and page[-1].number != after + len(page):
                raise GapError
            return page
        return list(islice(self._ring, after + 1 - oldest, after + 1 - oldest + PAGE_ARRIVALS))
