"""A subscription that lives for months does not grow with the number of its events."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from schema.execution import Execution
from schema.schema import schema

EVENTS = 400
LEAST = 1000  # bytes per event that graphql-core 3.3.2 leaks at least


@strawberry.type
class Tick:
    number: int
    word: str


@strawberry.type
class Query:
    nothing: str | None = None


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[Tick, None]:
        for number in range(3 * EVENTS):
            yield Tick(number=number, word="word")


async def _growth(execution: Any) -> float:
    """Return the bytes that a subscription retains for each event."""
    toy = strawberry.Schema(Query, subscription=Subscription, execution_context_class=execution)
    results: Any = await toy.subscribe("subscription { ticks { number word } }")
    held = []
    tracemalloc.start()
    try:
        for number in range(3 * EVENTS):
            result = await anext(results)
            assert result.data == {"ticks": {"number": number, "word": "word"}}
            if number % EVENTS == EVENTS - 1:
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
        await results.aclose()
    return (held[2] - held[1]) / EVENTS


async def test_a_live_subscription_keeps_nothing_of_an_event() -> None:
    assert await _growth(Execution) < LEAST / 20  # some bytes are noise of the allocator
    assert schema.execution_context_class is Execution


async def test_the_leak_is_still_there_to_be_mended() -> None:
    """If this fails, graphql-core has fixed the leak, and `schema.execution` can be removed."""
    assert await _growth(None) > LEAST
