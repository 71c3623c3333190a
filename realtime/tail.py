"""The tail of the arrival log: read once for a whole process, followed by any number.

Followers pull, each from its own position: the newest arrivals come from a ring in memory,
older ones from the database. So a slow follower costs no queue and delays nobody, and there
is no gap between catching up and being live.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from itertools import islice
from typing import Generic, Protocol, TypeVar

from realtime.bus import MemoryBus

KEPT = 2048  # arrivals in the ring: some seconds of a busy instance
PAGE = 500  # arrivals read at once
POLL_SECONDS = 1.0  # how late a change of another process is seen, at worst
RETRY_SECONDS = 1.0  # between reads while the database does not answer

logger = logging.getLogger(__name__)


class Numbered(Protocol):
    """What has a place in the arrival order."""

    @property
    def number(self) -> int:
        """The place, counted from 1 without a gap."""


Arrival = TypeVar("Arrival", bound=Numbered)
Read = Callable[[int, int], Awaitable[Sequence[Arrival]]]


class Tail(Generic[Arrival]):
    """Follows the arrival log from `start` on; `run` must be running for followers to move."""

    def __init__(self, read: Read[Arrival], bus: MemoryBus, *, start: int) -> None:
        self._read = read
        self._bus = bus
        self.newest = start  # number of the newest arrival that was read
        self._ring: deque[Arrival] = deque(maxlen=KEPT)
        self._moved = asyncio.Event()  # set once, then replaced, at each read

    async def run(self) -> None:
        """Read what arrives, until cancelled."""
        while True:
            try:
                page = await self._read(self.newest, PAGE)
            except Exception:
                logger.exception("the arrival log cannot be read; trying again")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if page:
                self._ring.extend(page)
                self.newest = page[-1].number
                moved, self._moved = self._moved, asyncio.Event()
                moved.set()
            else:
                await self._bus.beyond(self.newest, POLL_SECONDS)

    async def follow(self, after: int) -> AsyncGenerator[Arrival, None]:
        """Yield every arrival after `after`, in order, without end; close it when done."""
        while True:
            moved = self._moved  # taken before looking, so that no move is missed
            page = await self._page(after)
            for arrival in page:
                yield arrival
                after = arrival.number
            if not page:
                await moved.wait()

    async def _page(self, after: int) -> Sequence[Arrival]:
        if after >= self.newest:
            return ()
        oldest = self.newest - len(self._ring) + 1
        if after + 1 < oldest:
            return await self._read(after, PAGE)
        return list(islice(self._ring, after + 1 - oldest, after + 1 - oldest + PAGE))
