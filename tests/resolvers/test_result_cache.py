"""Results that are kept: computed once per key, the oldest forgotten first."""

from __future__ import annotations

import asyncio
import threading

import pytest

from resolvers.result_cache import Computed


async def test_callers_who_ask_at_once_share_one_computation() -> None:
    computed, ran = Computed(), []

    def work() -> int:
        ran.append(threading.current_thread() is threading.main_thread())
        return 7

    found = await asyncio.gather(*(computed.of("key", work) for _ in range(5)))
    assert (found, ran) == ([7] * 5, [False])


async def test_the_one_asked_for_longest_ago_is_forgotten_first() -> None:
    computed, ran = Computed(kept=2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        await computed.of(key, lambda key=key: ran.append(key))  # type: ignore[misc]
    assert ran == ["a", "b", "c", "b"]


async def test_a_failure_is_not_kept() -> None:
    computed = Computed()
    with pytest.raises(ZeroDivisionError):
        await computed.of("key", lambda: 1 // 0)
    assert await computed.of("key", lambda: 1) == 1
