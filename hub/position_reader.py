"""Reads the newest position of the arrival order for many requests at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from storage.arrival import ArrivalPosition


class PositionReader:
    """Shares reads: what comes during a read waits for the next, which sees all earlier commits."""

    def __init__(self, read: Callable[[], Awaitable[ArrivalPosition]]) -> None:
        self._read = read
        self._current: asyncio.Task[ArrivalPosition] | None = None
        self._next: asyncio.Task[ArrivalPosition] | None = None

    async def newest_position(self) -> ArrivalPosition:
        """Return a position that was read after this call."""
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._current))
        return await asyncio.shield(self._next)

    async def _read_after(self, current: asyncio.Task[ArrivalPosition] | None) -> ArrivalPosition:
        if current is not None:
            await asyncio.wait([current])
        self._current, self._next = self._next, None
        return await self._read()
