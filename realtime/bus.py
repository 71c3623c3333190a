"""Wakes whoever waits for the arrival log to grow. It carries a number and no content.

The database is the truth: a lost announcement delays (the tail also looks by itself), it
never loses. So another broker needs only these two methods.
"""

from __future__ import annotations

import asyncio


class MemoryBus:
    """The bus within one process."""

    def __init__(self) -> None:
        self.newest = 0  # the highest arrival number that was announced
        self._grown = asyncio.Event()  # set once, then replaced, at each growth

    def announce(self, arrival: int) -> None:
        """Say that everything up to `arrival` is committed."""
        if arrival > self.newest:
            self.newest = arrival
            grown, self._grown = self._grown, asyncio.Event()
            grown.set()

    async def beyond(self, arrival: int, seconds: float) -> None:
        """Return once something after `arrival` was announced, or when `seconds` are over."""
        if self.newest > arrival:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._grown.wait()
        except TimeoutError:
            pass
