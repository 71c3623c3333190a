"""Caches the results of expensive computations, which run off the event loop, a few at a time.

A result follows from its key alone: the key names what is computed and holds a hash of all its
inputs. An entry is therefore never stale, and evicting one costs only time.
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
# The interpreter runs one computation at a time; the other may be in native code.
CONCURRENT_COMPUTATIONS = 2


class ResultCache:
    """A least-recently-used cache of results, with a limit on concurrent computations."""

    def __init__(self, results_most: int = RESULTS_MOST) -> None:
        self._results: LRUCache[Hashable, object] = LRUCache(results_most)
        self._calls = SingleFlight()
        self._slots = asyncio.Semaphore(CONCURRENT_COMPUTATIONS)

    async def find_or_compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the result of `compute`, which may depend only on what `key` names."""
        if key in self._results:
            return cast(Value, self._results[key])
        return await self._calls.run(key, partial(self._compute, key, compute))

    async def _compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        async with self._slots:
            result = await asyncio.to_thread(compute)
        self._results[key] = result
        return result
