"""The admission of operations, with a clock of the test."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, nullcontext

import pytest

from hub.admission.admission import (
    CHEAP_AT_ONCE,
    CHEAP_PER_CLIENT,
    EXPENSIVE_PER_CLIENT,
    EXPENSIVE_SECONDS,
    Admission,
)
from hub.admission.client_budgets import ClientRate
from hub.admission.operation_prices import PricedOperation
from resolvers.problems import ClientBudgetExhausted

CHEAP = PricedOperation("cheap", ("instance",))
EXPENSIVE = PricedOperation("expensive", ("instance",))


def admission_of(burst: float = 10.0) -> Admission:
    admission = Admission(ClientRate(0.25, burst), clock=lambda: 0.0)
    for _ in range(60):  # until the prices are these
        admission.prices.learn(CHEAP, 0.001)
        admission.prices.learn(EXPENSIVE, 2.0)
    return admission


async def test_an_operation_is_charged_at_its_price_and_then_at_its_cost() -> None:
    admission = admission_of()
    async with admission.execution("a", EXPENSIVE) as meter:
        assert admission.budgets.remaining_seconds("a") == pytest.approx(8.0)
        meter.seconds = 5.0
    assert admission.budgets.remaining_seconds("a") == pytest.approx(5.0)
    assert meter.client == "a"


async def test_a_client_without_budget_is_refused_before_its_operation_runs() -> None:
    admission = admission_of(burst=1.0)
    async with admission.execution("a", EXPENSIVE) as meter:
        meter.seconds = 1.0
    with pytest.raises(ClientBudgetExhausted):
        async with admission.execution("a", CHEAP):
            raise AssertionError("expected a refusal")
    assert admission.budgets.remaining_seconds("a") == pytest.approx(0.0)
    async with admission.execution("b", CHEAP):
        pass


async def test_a_cancelled_operation_is_charged_at_its_cost() -> None:
    admission = admission_of()

    async def run() -> None:
        async with admission.execution("a", EXPENSIVE) as meter:
            meter.seconds = 0.5
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await run()
    assert admission.budgets.remaining_seconds("a") == pytest.approx(9.5)
    assert admission.prices.estimate(EXPENSIVE) == pytest.approx(2.0)  # it was not complete


async def test_expensive_operations_of_one_client_wait_for_each_other_only() -> None:
    admission = admission_of(burst=100.0)
    running: list[str] = []
    release = asyncio.Event()

    async def run(client: str, operation: PricedOperation) -> None:
        async with admission.execution(client, operation):
            running.append(client)
            await release.wait()

    async with asyncio.TaskGroup() as group:
        for client, operation in [("a", EXPENSIVE)] * 5 + [("b", EXPENSIVE), ("a", CHEAP)]:
            group.create_task(run(client, operation))
        await asyncio.sleep(0.01)
        begun = sorted(running)
        release.set()
    assert begun == ["a"] * (EXPENSIVE_PER_CLIENT + 1) + ["b"]
    assert len(running) == 7


async def test_cheap_operations_wait_once_too_many_run() -> None:
    admission = admission_of()
    running: list[str] = []
    release = asyncio.Event()

    async def run(client: str) -> None:
        async with admission.execution(client, CHEAP):
            running.append(client)
            await release.wait()

    async with asyncio.TaskGroup() as group:
        for client in "abcdefghijklmnopq":
            for _ in range(CHEAP_PER_CLIENT + 4):
                group.create_task(run(client))
        await asyncio.sleep(0.01)
        begun = Counter(running)
        release.set()
    assert begun == dict.fromkeys("abcdefghijklmnop", CHEAP_PER_CLIENT)
    assert begun.total() == CHEAP_AT_ONCE == 64
    assert Counter(running) == dict.fromkeys("abcdefghijklmnopq", CHEAP_PER_CLIENT + 4)


async def test_a_price_decides_whether_an_operation_waits() -> None:
    admission = admission_of()
    assert admission.is_expensive(EXPENSIVE)
    assert not admission.is_expensive(CHEAP)
    assert admission.prices.estimate(CHEAP) < EXPENSIVE_SECONDS


async def test_an_operation_that_waited_is_refused_if_those_before_it_cost_too_much() -> None:
    admission = admission_of()
    outcomes: list[str] = []

    async def run() -> None:
        try:
            async with admission.execution("a", CHEAP) as meter:
                await asyncio.sleep(0)
                meter.seconds = 5.0
            outcomes.append("executed")
        except ClientBudgetExhausted:
            outcomes.append("refused")

    async with asyncio.TaskGroup() as group:
        for _ in range(3 * CHEAP_PER_CLIENT):
            group.create_task(run())
    assert sorted(outcomes) == ["executed"] * CHEAP_PER_CLIENT + ["refused"] * 2 * CHEAP_PER_CLIENT
    assert admission.budgets.remaining_seconds("a") == pytest.approx(10.0 - 5.0 * CHEAP_PER_CLIENT)


async def test_large_texts_are_parsed_one_after_another_and_small_ones_at_once() -> None:
    admission = admission_of()
    parsing: list[int] = []

    async def parse(client: str, size: int) -> None:
        async with admission.parsing(client, size):
            parsing.append(size)
            await release.wait()

    release = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for client, size in [("a", 5_000), ("a", 6_000), ("b", 7_000), ("a", 255)]:
            group.create_task(parse(client, size))
        await asyncio.sleep(0.01)
        assert parsing == [5_000, 255]
        release.set()
    assert parsing == [5_000, 255, 7_000, 6_000]


@pytest.mark.parametrize(
    ("used_seconds", "size", "is_refused"),
    [(10.0, 255, False), (10.0, 256, True), (19.9, 255, False), (20.0, 255, True)],
)
async def test_a_client_in_debt_lets_the_server_parse_little(
    used_seconds: float, size: int, is_refused: bool
) -> None:
    admission = admission_of()
    admission.budgets.charge("a", used_seconds)
    is_parsed = False
    with pytest.raises(ClientBudgetExhausted) if is_refused else nullcontext():
        async with admission.parsing("a", size):
            is_parsed = True
    assert is_parsed is not is_refused


async def test_an_operation_waits_if_all_turns_of_its_client_are_in_use() -> None:
    admission = admission_of()
    async with AsyncExitStack() as running:
        for _ in range(CHEAP_PER_CLIENT):
            assert not admission.must_wait("a", CHEAP)
            await running.enter_async_context(admission.execution("a", CHEAP))
        waits = [admission.must_wait(client, CHEAP) for client in ("a", "b")]
    assert waits == [True, False]
    assert not admission.must_wait("a", CHEAP)
