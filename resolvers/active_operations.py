"""Counts the operations that are being executed, so that background work can wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class ActiveOperations:
    """Counts the client operations that this process executes."""

    def __init__(self) -> None:
        self._executing_count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def count_operation(self) -> Iterator[None]:
        """Count an operation while the block runs."""
        self._executing_count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._executing_count -= 1
            if not self._executing_count:
                self._idle.set()

    async def wait_until_idle(self, most: float) -> None:
        """Return once no client operation is in execution, at the latest after `most` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most):
                await self._idle.wait()
