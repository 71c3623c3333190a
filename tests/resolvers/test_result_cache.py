"""The cache of results: each key is computed once, and the least recently used is evicted."""

from __future__ import annotations

import asyncio
import threading

import pytest

from resolvers.result_cache import ResultCache


async def test_concurrent_callers_share_one_computation() -> None:
    cache, in_main_thread = ResultCache(), []

    def work() -> int:
        in_main_thread.append(threading.current_thread() is threading.main_thread())
        return 7

    results = await asyncio.gather(*(cache.find_or_compute("key", work) for _ in range(5)))
    assert (results, in_main_thread) == ([7] * 5, [False])


async def test_the_least_recently_used_result_is_evicted() -> None:
    cache, computed_keys = ResultCache(results_most=2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        await cache.find_or_compute(key, lambda key=key: computed_keys.append(key))  # type: ignore[misc]
    assert computed_keys == ["a", "b", "c", "b"]


async def test_a_failure_is_not_cached() -> None:
    cache = ResultCache()
    with pytest.raises(ZeroDivisionError):
        await cache.find_or_compute("key", lambda: 1 // 0)
    assert await cache.find_or_compute("key", lambda: 1) == 1
