"""Caches the results of expensive computations, which run off the event loop, a few at a time.

A result follows from its key alone: the key names what is computed and holds a hash of all its
inputs. So an entry is never stale, and losing one costs only time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar, cast

from cachetools import LRUCache

from resolvers.single_flight import SingleFlight

Value = TypeVar("Value")

RESULTS_MOST = 256
AT_ONCE = 2  # the interpreter runs one of them at a time; the other may be in native code


class ResultCache:
    """A least-recently-used cache of results, with a limit on concurrent computations."""

    def __init__(self, results_most: int = RESULTS_MOST) -> None:
        self._results: LRUCache[Hashable, object] = LRUCache(results_most)
        self._calls = SingleFlight()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def find_or_compute(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """Return the result of `work`, which may depend only on what `key` names."""
        if key in self._results:
            return cast(Value, self._results[key])
        return await self._calls.run(key, partial(self._compute, key, work))

    async def _compute(self, key: Hashable, work: Callable[[], Value]) -> Value:
        async with self._turns:
            result = await asyncio.to_thread(work)
        self._results[key] = result
        return result
