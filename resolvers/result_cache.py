"""Results that are dear to compute: off the event loop, a few at a time, kept for a while.

A result is a value that follows from its key alone, so that keeping it holds no truth: the key
names what is computed and the hash of all that goes in.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Value = TypeVar("Value")

KEPT = 256
AT_ONCE = 2  # the interpreter runs one of them at a time; the other may be in native code


class Computed:
    """The newest results, and the gate that computations pass."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._results: OrderedDict[Hashable, object] = OrderedDict()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._asked: dict[Hashable, asyncio.Lock] = {}  # who asks for the same waits for the first

    async def of(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """Return the result of `work`, which takes no other inputs than `key` names."""
        if key not in self._results:
            async with self._asked.setdefault(key, asyncio.Lock()):
                if key not in self._results:
                    await self._compute(key, work)
        self._results.move_to_end(key)
        return cast(Value, self._results[key])

    async def _compute(self, key: Hashable, work: Callable[[], object]) -> None:
        try:
            async with self._gate:
                self._results[key] = await asyncio.to_thread(work)
        finally:
            self._asked.pop(key, None)
        while len(self._results) > self._kept:
            self._results.popitem(last=False)
