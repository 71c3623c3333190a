"""The tail of the arrival log: read once for the whole process, followed by any number of readers.

Followers pull, each from its own position: the newest arrivals come from a ring in memory, older ones
from the database. So a slow follower needs no queue and delays no other, and there is no gap between
catching up and following live.

A broker, if there is one, delivers the arrivals that another process has already read from the
database. The tail takes them only where they directly follow its newest one, and reads the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Generic

from realtime.broker import Arrival, Broker, MemoryBroker
from realtime.wakeup import MemoryBus

KEPT = 2048  # arrivals in the ring, which are some seconds of a busy instance
PAGE = 500  # arrivals read at once
RETRY_SECONDS = 1.0  # between reads while the database does not respond

logger = logging.getLogger(__name__)

Read = Callable[[int, int], Awaitable[Sequence[Arrival]]]


@dataclass
class TailCounts:
    """Counters of the tail since its start."""

    reads: int = 0  # queries of the database, with those that found nothing
    read: int = 0  # arrivals from the database
    taken: int = 0  # arrivals from the broker


class GapError(LookupError):
    """Arrivals that a follower still needs were pruned."""


class Tail(Generic[Arrival]):
    """Reads the arrival log from `start` on; followers advance only while `run` is running."""

    def __init__(
        self,
        read: Read[Arrival],
        bus: MemoryBus,
        *,
        start: int,
        broker: Broker[Arrival] | None = None,
    ) -> None:
        self._read = read
        self._bus = bus
        self.broker: Broker[Arrival] = MemoryBroker() if broker is None else broker
        self.newest = start  # number of the newest arrival that the tail has
        self.counts = TailCounts()
        self._ring: deque[Arrival] = deque(maxlen=KEPT)
        self._moved = asyncio.Event()  # set once, then replaced, at each move
        self._looking = asyncio.Lock()  # concurrent reads would read the same arrivals

    async def run(self) -> None:
        """Read new arrivals until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.broker.run(self))
            await self._watch()

    async def look(self) -> None:
        """Read all new arrivals from the database.

        Raises every error of the database.
        """
        async with self._looking:
            whole = True
            while whole:
                page = await self._read(self.newest, PAGE)
                whole = len(page) == PAGE
                self.counts.reads += 1
                fresh = self._extend(page)
                self.counts.read += len(fresh)
                if fresh:
                    self.broker.offer(fresh)

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Take the arrivals of another process that follow the newest one without a gap."""
        self.counts.taken += len(self._extend(arrivals))

    def wake(self) -> None:
        """Poll the database now, and from then on at the interval of the broker."""
        self._bus.stir()

    async def follow(self, after: int) -> AsyncGenerator[Sequence[Arrival], None]:
        """Yield all arrivals after `after`, in order, in pages and without end.

        Close the generator when done.

        Raises:
            GapError: the next arrivals were pruned.
        """
        while True:
            moved = self._moved  # taken before the read, so that no move is missed
            page = await self._page(after)
            if page:
                yield page
                after = page[-1].number
            else:
                await moved.wait()

    async def wait(self, after: int, wanted: Callable[[Arrival], bool], seconds: float) -> int:
        """Wait for an arrival after `after` that is wanted, for at most `seconds`.

        Returns the number of the last arrival that was examined.
        """
        try:
            async with asyncio.timeout(seconds), aclosing(self.follow(after)) as pages:
                async for page in pages:
                    after = page[-1].number
                    if any(wanted(each) for each in page):
                        break
        except TimeoutError:
            pass
        except GapError:
            after = self.newest
        return after

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("the arrival log cannot be read; trying again")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            seen = -1
            while self._bus.newest <= self.newest and seen != self.newest:
                seen = self.newest
                await self._bus.beyond(seen, self.broker.poll_seconds)

    def _extend(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Add the arrivals that follow the newest one without a gap, and return them."""
        fresh: list[Arrival] = []
        for each in arrivals:
            if each.number == self.newest + len(fresh) + 1:
                fresh.append(each)
        if fresh:
            self._ring.extend(fresh)
            self.newest = fresh[-1].number
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
        return fresh

    async def _page(self, after: int) -> Sequence[Arrival]:
        if after >= self.newest:
            return ()
        oldest = self.newest - len(self._ring) + 1
        if after + 1 < oldest:
            page = await self._read(after, PAGE)
            if page and page[-1].number != after + len(page):
                raise GapError
            return page
        return list(islice(self._ring, after + 1 - oldest, after + 1 - oldest + PAGE))
