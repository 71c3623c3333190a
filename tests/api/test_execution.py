"""The memory of a long subscription does not grow with the number of its events."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from schema.execution import Execution
from schema.schema import schema

EVENTS = 400
LEAKED_BYTES_LEAST = 1000  # graphql-core 3.3.2 leaks at least as much for each event


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
    retained = []
    tracemalloc.start()
    try:
        for number in range(3 * EVENTS):
            result = await anext(results)
            assert result.data == {"ticks": {"number": number, "word": "word"}}
            if number % EVENTS == EVENTS - 1:
                gc.collect()
                retained.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
        await results.aclose()
    return (retained[2] - retained[1]) / EVENTS


async def test_a_live_subscription_retains_no_memory_of_an_event() -> None:
    # Some bytes are noise of the allocator.
    assert await _growth(Execution) < LEAKED_BYTES_LEAST / 20
    assert schema.execution_context_class is Execution


async def test_graphql_core_still_leaks() -> None:
    """If this fails, graphql-core has fixed the leak, and `schema.execution` can be removed."""
    assert await _growth(None) > LEAKED_BYTES_LEAST
