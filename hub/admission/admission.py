"""Admits operations: each client has a budget of CPU time, and only a few operations at once."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from hub.admission.client_budgets import ClientBudgets, ClientRate
from hub.admission.operation_prices import OperationPrices, PricedOperation
from resolvers.cpu_meter import CpuMeter
from resolvers.fair_queue import FairQueue

FEED_RATE = ClientRate(seconds_per_second=1.0, burst_seconds=10.0)  # of one follower
EXPENSIVE_SECONDS = 0.025  # operations from this price on wait for a turn
EXPENSIVE_PER_CLIENT = 2  # run at once; more would only lengthen each other
EXPENSIVE_AT_ONCE = 64  # of all clients; they wait for reads and copies most of the time
# The others wait for turns, too, so that one that comes later does not wait behind all of them.
CHEAP_PER_CLIENT = 4
CHEAP_AT_ONCE = 64
# A request from this size on waits for a turn to be parsed, which takes 1 to 50 ms. One turn
# at once lets the event loop do everything else between two of them.
LARGE_BYTES = 256


class Admission:
    """The budgets, prices and turns of this process; subscriptions charge it directly."""

    def __init__(
        self,
        rate: ClientRate | None = None,
        *,
        operation_seconds: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        rate = rate or ClientRate()
        self.budgets = ClientBudgets(rate, clock=clock)
        # Those that follow the logs of regions are paced, and not refused.
        self.feeds = ClientBudgets(FEED_RATE if rate.seconds_per_second else rate, clock=clock)
        self.prices = OperationPrices()
        self._operation_seconds = operation_seconds  # CPU time of one operation at most
        self._expensive_turns = FairQueue(EXPENSIVE_AT_ONCE, EXPENSIVE_PER_CLIENT)
        self._cheap_turns = FairQueue(CHEAP_AT_ONCE, CHEAP_PER_CLIENT)
        self._parsing_turns = FairQueue(1, 1)

    def is_expensive(self, operation: PricedOperation) -> bool:
        """Whether the operation waits for one of the few turns of its client."""
        return self.prices.estimate(operation) >= EXPENSIVE_SECONDS

    def must_wait(self, client: str, operation: PricedOperation) -> bool:
        """Whether the operation would wait for a turn now."""
        return not self._turns(operation).has_room(client)

    @asynccontextmanager
    async def parsing(self, client: str, size: int) -> AsyncIterator[None]:
        """Surround the parsing of a request of this many bytes; its CPU time is charged.

        Raises:
            ClientBudgetExhausted: the client has no CPU time left, or lets too much wait.
        """
        if size < LARGE_BYTES:  # the response may be in a cache, which costs next to nothing
            self.budgets.check(client, debt_seconds=self.budgets.rate.burst_seconds)
            with self.charging(client):
                yield
            return
        self.budgets.check(client)
        async with self._parsing_turns.turn(client):
            with self.charging(client):
                yield

    @contextmanager
    def charging(self, client: str) -> Iterator[None]:
        """Charge the CPU time of the block, which must not await anything."""
        started = time.thread_time()
        try:
            yield
        finally:
            self.budgets.charge(client, time.thread_time() - started)

    def _turns(self, operation: PricedOperation) -> FairQueue:
        return self._expensive_turns if self.is_expensive(operation) else self._cheap_turns

    @asynccontextmanager
    async def execution(self, client: str, operation: PricedOperation) -> AsyncIterator[CpuMeter]:
        """Charge an operation to its client and yield the meter to measure its execution with.

        The estimated price is charged first. What it has cost replaces the price at the end.

        Raises:
            ClientBudgetExhausted: the client has used its CPU time, or lets too much wait.
        """
        self.budgets.check(client)
        price = self.prices.estimate(operation)
        self.budgets.charge(client, price)
        meter = CpuMeter(client, seconds_most=self._operation_seconds)
        try:
            async with self._turns(operation).turn(client):
                # Those that ran meanwhile may have cost more than was estimated.
                self.budgets.check(client, debt_seconds=price)
                yield meter
            self.prices.learn(operation, meter.seconds)
        finally:
            self.budgets.charge(client, meter.seconds - price)
            meter.charge_late = partial(self.budgets.charge, client)
