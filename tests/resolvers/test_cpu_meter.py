"""The meter of CPU time: an operation's steps, tasks and threads, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator

import pytest

from resolvers.cpu_meter import (
    INSTANCE,
    CpuMeter,
    create_metered_task,
    current_client,
    metered_thread,
    run_metered,
)
from resolvers.problems import OperationTooComplex

BUSY_SECONDS = 0.02


@pytest.fixture(autouse=True)
async def metered_tasks() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(create_metered_task)
    yield
    loop.set_task_factory(None)


def work() -> None:
    """Use CPU time."""
    ends = time.thread_time() + BUSY_SECONDS
    while time.thread_time() < ends:
        pass


def work_in_thread() -> None:
    """Use CPU time in a thread."""
    with metered_thread():
        work()


async def test_steps_tasks_and_threads_of_an_operation_are_measured() -> None:
    meter = CpuMeter("a")

    async def step() -> str:
        await asyncio.sleep(0)
        work()
        return current_client()

    async def operation() -> list[str]:
        await asyncio.to_thread(work_in_thread)
        return [await step(), *await asyncio.gather(step(), step())]

    assert await run_metered(operation(), meter) == ["a", "a", "a"]
    assert round(meter.seconds / BUSY_SECONDS) == 4
    assert current_client() == INSTANCE


async def test_other_operations_that_run_meanwhile_are_not_measured() -> None:
    meter, other = CpuMeter("a"), CpuMeter("b")

    async def busy() -> None:
        await asyncio.sleep(0)
        work()

    await asyncio.gather(
        run_metered(asyncio.sleep(BUSY_SECONDS), meter), run_metered(busy(), other)
    )
    assert (round(meter.seconds / BUSY_SECONDS), round(other.seconds / BUSY_SECONDS)) == (0, 1)


async def test_an_operation_without_cpu_time_left_fails_at_its_next_step() -> None:
    steps = []

    async def operation() -> None:
        work()
        steps.append("first")
        await asyncio.sleep(0)
        steps.append("second")

    with pytest.raises(OperationTooComplex):
        await run_metered(operation(), CpuMeter("a", seconds_most=BUSY_SECONDS / 2))
    assert steps == ["first"]


def test_a_process_has_a_limit_of_its_own() -> None:
    meter = CpuMeter("a", seconds=0.5, seconds_most=1.0)
    meter.add_process_seconds(3.0)
    assert (meter.seconds, meter.seconds_most) == (3.5, 4.0)
    meter.check()


async def test_an_error_reaches_the_caller_and_a_cancellation_the_operation() -> None:
    cancelled = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def operation() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        await run_metered(operation(), CpuMeter("a"))
    assert cancelled == [True]


async def test_a_task_that_is_cancelled_before_its_first_step_leaves_no_warning() -> None:
    async def operation() -> None:
        asyncio.create_task(asyncio.sleep(0)).cancel()
        await asyncio.sleep(0)

    await run_metered(operation(), CpuMeter("a"))
    gc.collect()  # a warning "was never awaited" would be an error here
