"""The bus wakes waiting tasks at once, and never for a position that they already know."""

from __future__ import annotations

import asyncio

from realtime.wakeup import MemoryBus

LONG = 60.0  # seconds; longer than any test waits


async def _waiting(bus: MemoryBus, arrival: int) -> asyncio.Task[None]:
    task = asyncio.create_task(bus.beyond(arrival, LONG))
    await asyncio.sleep(0)  # let it begin to wait
    return task


async def _ended(*tasks: asyncio.Task[None]) -> list[bool]:
    await asyncio.sleep(0)
    return [task.done() for task in tasks]


async def test_an_announcement_wakes_all_who_wait_within_one_turn_of_the_loop() -> None:
    bus = MemoryBus()
    tasks = [await _waiting(bus, 0) for _ in range(3)]
    bus.announce(1)
    assert await _ended(*tasks) == [True, True, True]


async def test_what_was_announced_before_is_not_waited_for() -> None:
    bus = MemoryBus()
    bus.announce(5)
    assert await _ended(await _waiting(bus, 4), await _waiting(bus, 0)) == [True, True]


async def test_an_announcement_of_something_older_wakes_no_waiter() -> None:
    bus = MemoryBus()
    bus.announce(5)
    task = await _waiting(bus, 5)
    bus.announce(4)
    bus.announce(5)
    assert await _ended(task) == [False]
    bus.announce(6)
    assert await _ended(task) == [True]


async def test_waiting_ends_when_the_time_is_over() -> None:
    bus = MemoryBus()
    async with asyncio.timeout(LONG):
        await bus.beyond(0, 0.001)
    assert bus.newest == 0
