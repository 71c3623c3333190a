"""The bus wakes waiting tasks at once, and never for a position that they already have."""

from __future__ import annotations

import asyncio

from realtime.wakeup import MemoryBus

LONG = 60.0  # seconds; longer than any test waits


async def _start_waiting(bus: MemoryBus, arrival: int) -> asyncio.Task[None]:
    task = asyncio.create_task(bus.wait_beyond(arrival, LONG))
    await asyncio.sleep(0)  # let it begin to wait
    return task


async def _have_ended(*tasks: asyncio.Task[None]) -> list[bool]:
    await asyncio.sleep(0)
    return [task.done() for task in tasks]


async def test_an_announcement_wakes_all_waiters_within_one_iteration_of_the_loop() -> None:
    bus = MemoryBus()
    tasks = [await _start_waiting(bus, 0) for _ in range(3)]
    bus.announce(1)
    assert await _have_ended(*tasks) == [True, True, True]


async def test_waiting_for_an_earlier_announcement_ends_at_once() -> None:
    bus = MemoryBus()
    bus.announce(5)
    assert await _have_ended(await _start_waiting(bus, 4), await _start_waiting(bus, 0)) == [
        True,
        True,
    ]


async def test_an_announcement_of_something_older_wakes_no_waiter() -> None:
    bus = MemoryBus()
    bus.announce(5)
    task = await _start_waiting(bus, 5)
    bus.announce(4)
    bus.announce(5)
    assert await _have_ended(task) == [False]
    bus.announce(6)
    assert await _have_ended(task) == [True]


async def test_waiting_ends_after_its_timeout() -> None:
    bus = MemoryBus()
    async with asyncio.timeout(LONG):
        await bus.wait_beyond(0, 0.001)
    assert bus.newest == 0
