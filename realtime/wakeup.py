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
        self._woken = asyncio.Event()  # at each signal it is set and replaced

    def announce(self, arrival: int) -> None:
        """Announce that all arrivals up to `arrival` are committed."""
        if arrival > self.newest:
            self.newest = arrival
            self.wake()

    def restart(self, arrival: int) -> None:
        """Forget what was announced: the newest arrival is `arrival`, which may be a lower one."""
        self.newest = arrival
        self.wake()

    def wake(self) -> None:
        """Wake all waiting tasks, so that they read the database now."""
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    async def wait_beyond(self, arrival: int, seconds: float) -> None:
        """Wait for an announcement after `arrival` or a call of `wake`, for at most `seconds`."""
        if self.newest > arrival:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
