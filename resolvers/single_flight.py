"""Runs concurrent calls with the same key once, so that they share one result (single flight)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

Value = TypeVar("Value")


@dataclass
class _Call:
    task: asyncio.Future[Any]
    callers: int = 0


class SingleFlight:
    """The calls that are in progress, by key. Nothing is stored after a call.

    A caller that is cancelled does not disturb the others. The call is cancelled with its last
    caller. An exception reaches all callers.
    """

    def __init__(self) -> None:
        self._calls: dict[Hashable, _Call] = {}

    async def run(self, key: Hashable, operation: Callable[[], Awaitable[Value]]) -> Value:
        """Return the result of `operation`, or of the call with this key that is in progress."""
        call = self._calls.get(key)
        if call is None or call.task.done():
            call = self._calls[key] = _Call(asyncio.ensure_future(operation()))
        call.callers += 1
        try:
            result: Value = await asyncio.shield(call.task)
            return result
        finally:
            call.callers -= 1
            if call.callers == 0:
                call.task.cancel()  # without effect on a call that has ended
                if self._calls.get(key) is call:
                    del self._calls[key]
