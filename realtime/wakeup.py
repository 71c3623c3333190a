"""Wakes whoever waits in this process for the arrival log to grow. It carries a number and no content.

The database is the truth: a lost announcement delays (the tail also looks by itself), it
never loses.
"""

from __future__ import annotations

import asyncio


class MemoryBus:
    """The bus within one process."""

    def __init__(self) -> None:
        self.newest = 0  # the highest arrival number that was announced
        self._stirred = asyncio.Event()  # set once, then replaced, each time

    def announce(self, arrival: int) -> None:
        """Say that everything up to `arrival` is committed."""
        if arrival > self.newest:
            self.newest = arrival
            self.stir()

    def stir(self) -> None:
        """Let all who wait look by themselves now."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def beyond(self, arrival: int, seconds: float) -> None:
        """Return once something after `arrival` was announced, when stirred, or after `seconds`."""
        if self.newest > arrival:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            pass
