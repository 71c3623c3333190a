"""Concurrent calls with one key run once, even if some callers are cancelled."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.single_flight import SingleFlight


class Work:
    """Counts its runs; each returns its number once `gate` is open."""

    def __init__(self) -> None:
        self.flight = SingleFlight()
        self.started = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    def call(self, key: str = "key") -> asyncio.Task[int]:
        return asyncio.create_task(self.flight.run(key, self._run))

    async def _run(self) -> int:
        self.started += 1
        number = self.started
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return number


async def wait_until_idle() -> None:
    """Let all tasks run until each of them waits."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_calls_with_one_key_share_a_run_and_others_do_not() -> None:
    work = Work()
    calls = [work.call(), work.call(), work.call("another")]
    await wait_until_idle()
    work.gate.set()
    assert await asyncio.gather(*calls) == [1, 1, 2]


async def test_a_call_that_comes_after_the_end_runs_again() -> None:
    work = Work()
    work.gate.set()
    assert [await work.call(), await work.call()] == [1, 2]


async def test_an_exception_reaches_all_callers_and_is_not_cached() -> None:
    work = Work()
    work.error = OSError("gone")
    calls = [work.call(), work.call()]
    await wait_until_idle()
    work.gate.set()
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert errors == [work.error, work.error]
    assert work.started == 1
    work.error = None
    assert await work.call() == 2


async def test_a_cancelled_caller_does_not_disturb_the_others() -> None:
    work = Work()
    first, second = work.call(), work.call()
    await wait_until_idle()
    first.cancel()
    await wait_until_idle()
    work.gate.set()
    assert await second == 1
    assert (first.cancelled(), work.cancelled) == (True, 0)


async def test_a_run_is_cancelled_with_its_last_caller_and_the_next_call_starts_another() -> None:
    work = Work()
    calls = [work.call(), work.call()]
    await wait_until_idle()
    for call in calls:
        call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    work.gate.set()
    assert await work.call() == 2
    assert work.cancelled == 1
