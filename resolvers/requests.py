"""How many operations of clients are being executed, so that background work can let them go first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class ActiveOperations:
    """Counts the operations of this process that clients wait for."""

    def __init__(self) -> None:
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def executing(self) -> Iterator[None]:
        """Count an operation for as long as the block lasts."""
        self._waiting += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._idle.set()

    async def idle(self, most: float) -> None:
        """Return once no client waits, or after `most` seconds, so that the work is done at all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._idle.wait()
