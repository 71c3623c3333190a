"""Caches the results of expensive computations, which run off the event loop, a few at a time.

A result follows from its key alone: the key names what is computed and holds a hash of all its
inputs. An entry is therefore never stale, and evicting one costs only time.

Clients take turns. A client that asks for a result for which another one waits already waits for
the same computation, which begins at the first turn of either.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from cachetools import LRUCache

from resolvers.cpu_meter import CpuMeter, current_client, current_meter
from resolvers.fair_queue import FairQueue, Turn

Value = TypeVar("Value")

RESULTS_MOST = 256
# The interpreter runs one computation at a time; the other may be in native code.
CONCURRENT_COMPUTATIONS = 2
COMPUTATIONS_PER_CLIENT = 1  # at once; the instance, with its background work, is a client, too
WAITING_MOST = 400  # of one client: four operations with as many searches as they may have


@dataclass(eq=False, slots=True)
class _Computation:
    """A computation that waits or runs, and the callers that it is for."""

    turn: Turn
    task: asyncio.Future[Any]
    callers: Counter[str] = field(default_factory=Counter)  # by client
    meters: dict[str, CpuMeter | None] = field(default_factory=dict)  # by client


class ResultCache:
    """A least-recently-used cache of results, with turns for the computations."""

    def __init__(self, results_most: int = RESULTS_MOST, *, turns: FairQueue | None = None) -> None:
        self._results: LRUCache[Hashable, object] = LRUCache(results_most)
        self._computations: dict[Hashable, _Computation] = {}
        self._turns = turns or FairQueue(
            CONCURRENT_COMPUTATIONS, COMPUTATIONS_PER_CLIENT, waiting_most=WAITING_MOST
        )

    def clear(self) -> None:
        """Drop all results."""
        self._results.clear()

    async def find_or_compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the result of `compute`, which may depend only on what `key` names.

        A computation whose callers have all been cancelled does not begin. One that runs cannot be
        stopped and occupies its turn to its end, so that a long one should be several computations.
        The client whose turn it was pays for it. An exception reaches all callers.

        Raises:
            ClientBudgetExhausted: too many computations of this client wait already.
        """
        if key in self._results:
            return cast(Value, self._results[key])

        def store(result: Value) -> None:
            self._results[key] = result

        return await self._compute_once(key, compute, store)

    async def compute_in_turn(self, compute: Callable[[], Value]) -> Value:
        """Return the result of `compute`, which is not cached.

        Raises:
            ClientBudgetExhausted: too many computations of this client wait already.
        """
        return await self._compute_once(object(), compute, lambda _result: None)

    async def _compute_once(
        self, key: Hashable, compute: Callable[[], Value], store: Callable[[Value], None]
    ) -> Value:
        client = current_client()
        computation = self._computations.get(key)
        if computation is None:
            turn = self._turns.enter(client)
            computation = self._computations[key] = _Computation(
                turn, asyncio.ensure_future(self._run_in_turn(key, turn, compute, store))
            )
        elif not computation.turn.granted.done() and client not in computation.callers:
            self._turns.join(computation.turn, client)
        computation.callers[client] += 1
        computation.meters[client] = current_meter()
        try:
            result: Value = await asyncio.shield(computation.task)
            return result
        finally:
            self._leave(key, computation, client)

    def _leave(self, key: Hashable, computation: _Computation, client: str) -> None:
        computation.callers[client] -= 1
        if not computation.callers[client]:
            del computation.callers[client]
            self._turns.withdraw(computation.turn, client)
        if not computation.callers and not computation.turn.granted.done():
            computation.task.cancel()
            if self._computations.get(key) is computation:
                del self._computations[key]

    async def _run_in_turn(
        self,
        key: Hashable,
        turn: Turn,
        compute: Callable[[], Value],
        store: Callable[[Value], None],
    ) -> Value:
        seconds: list[float] = []
        try:
            await turn.granted
            result = await asyncio.to_thread(_measure, compute, seconds)
            store(result)
            return result
        finally:
            self._turns.leave(turn)
            computation = self._computations.get(key)
            if computation is not None and computation.turn is turn:
                del self._computations[key]
                meter = computation.meters.get(turn.client)
                if meter is not None:
                    meter.add_seconds(sum(seconds))


def _measure(compute: Callable[[], Value], seconds: list[float]) -> Value:
    started = time.thread_time()
    try:
        return compute()
    finally:
        seconds.append(time.thread_time() - started)
