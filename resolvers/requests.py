"""Counts the client operations in execution, so that background work can yield to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class ActiveOperations:
    """Counts the client operations that this process executes."""

    def __init__(self) -> None:
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def executing(self) -> Iterator[None]:
        """Count an operation while the block runs."""
        self._waiting += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._idle.set()

    async def idle(self, most: float) -> None:
        """Return once no client operation is in execution, at the latest after `most` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._idle.wait()
