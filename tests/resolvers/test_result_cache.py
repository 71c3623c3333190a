"""The cache of results: each key is computed once, and the least recently used is evicted."""

from __future__ import annotations

import asyncio
import threading

import pytest

from resolvers.cpu_meter import CpuMeter, run_metered
from resolvers.fair_queue import FairQueue
from resolvers.problems import ClientBudgetExhausted
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


class Computations:
    """Computations of a cache with one slot, which the test lets end one by one."""

    def __init__(self, waiting_most: int = 100) -> None:
        self.cache = ResultCache(turns=FairQueue(1, 1, waiting_most=waiting_most))
        self.meters: dict[str, CpuMeter] = {}
        self.begun: list[str] = []
        self.first_begun, self.first_may_end = threading.Event(), threading.Event()

    def request(self, client: str, key: str) -> asyncio.Task[str]:
        """Begin an operation of a client that needs a result; the first one runs until released."""
        meter = self.meters.setdefault(client, CpuMeter(client))

        def compute() -> str:
            self.begun.append(key)
            if key == "first":
                self.first_begun.set()
                self.first_may_end.wait()
                sum(range(200_000))
            return key

        return asyncio.create_task(run_metered(self.cache.find_or_compute(key, compute), meter))

    async def request_behind_first(self, *requests: tuple[str, str]) -> list[asyncio.Task[str]]:
        """Begin operations, while a computation of the client a occupies the slot."""
        tasks = [self.request(client, key) for client, key in [("a", "first"), *requests]]
        await asyncio.to_thread(self.first_begun.wait)
        return tasks

    async def finish(self, tasks: list[asyncio.Task[str]]) -> list[object]:
        """Let the first computation end, and return the results or errors of all."""
        self.first_may_end.set()
        return [*await asyncio.gather(*tasks, return_exceptions=True)]


async def test_the_computation_of_another_client_comes_second() -> None:
    computations = Computations()
    crowd = [("a", str(number)) for number in range(20)]
    tasks = await computations.request_behind_first(*crowd, ("b", "single"))
    await computations.finish(tasks)
    assert computations.begun == ["first", "single", *(key for _, key in crowd)]


async def test_a_result_that_two_clients_wait_for_is_computed_at_the_first_turn_of_either() -> None:
    computations = Computations()
    tasks = await computations.request_behind_first(("a", "x"), ("a", "y"), ("b", "y"))
    assert await computations.finish(tasks) == ["first", "x", "y", "y"]
    assert computations.begun == ["first", "y", "x"]


async def test_a_computation_is_dropped_with_its_last_caller() -> None:
    computations = Computations()
    tasks = await computations.request_behind_first(("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"))
    for left in (tasks[1], tasks[2], tasks[3]):
        left.cancel()
    await asyncio.wait(tasks[1:4])
    await computations.finish(tasks)
    assert (tasks[4].result(), computations.begun) == ("y", ["first", "y"])


async def test_a_client_that_leaves_no_longer_gives_its_turn() -> None:
    computations = Computations()
    tasks = await computations.request_behind_first(("a", "x"), ("a", "y"), ("b", "y"))
    tasks[3].cancel()
    await asyncio.wait([tasks[3]])
    await computations.finish(tasks)
    assert computations.begun == ["first", "x", "y"]


async def test_a_result_that_runs_when_its_client_leaves_is_cached_and_paid_for() -> None:
    computations, late = Computations(), []
    [task] = await computations.request_behind_first()
    task.cancel()
    await asyncio.wait([task])
    computations.meters["a"].charge_late = late.append
    joined = computations.request("b", "first")
    assert await computations.finish([joined]) == ["first"]
    assert (computations.begun, len(late), late[0] > 0) == (["first"], 1, True)
    assert await computations.cache.find_or_compute("first", lambda: "other") == "first"


async def test_the_computations_of_one_client_that_wait_are_bounded() -> None:
    computations = Computations(waiting_most=1)
    tasks = await computations.request_behind_first(("a", "x"), ("a", "x"), ("a", "y"), ("b", "z"))
    results = await computations.finish(tasks)
    assert isinstance(results.pop(3), ClientBudgetExhausted)
    assert results == ["first", "x", "x", "z"]


async def test_a_result_without_a_key_is_computed_each_time() -> None:
    cache, numbers = ResultCache(), iter(range(2))
    assert [await cache.compute_in_turn(lambda: next(numbers)) for _ in range(2)] == [0, 1]
