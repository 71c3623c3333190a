"""Wakes the tasks of this process that wait for the arrival log to grow.

A signal carries a number and no content. The database is the source of truth: a lost signal only
delays the tail, which also polls.
"""

from __future__ import annotations

import asyncio


class MemoryBus:
    """The wake-up signal within one process."""

    def __init__(self) -> None:
        self.newest = 0  # the highest arrival number that was announced
        self._stirred = asyncio.Event()  # set once, then replaced, each time

    def announce(self, arrival: int) -> None:
        """Announce that all arrivals up to `arrival` are committed."""
        if arrival > self.newest:
            self.newest = arrival
            self.stir()

    def stir(self) -> None:
        """Wake all waiting tasks, so that they read the database now."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def beyond(self, arrival: int, seconds: float) -> None:
        """Wait for an announcement after `arrival` or a call of `stir`, for at most `seconds`."""
        if self.newest > arrival:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            pass
