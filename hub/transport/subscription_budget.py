"""Charges the CPU time of subscriptions to the clients of their subscribers.

A snapshot is charged to the client that it was begun for. Live events are charged to all clients of
the stream in equal parts. A client in debt has its own subscriptions paced or ended, and never
those of others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import orjson

from hub.admission.client_budgets import ClientBudgets
from hub.admission.operation_prices import PricedOperation
from hub.transport.subscriber import Subscriber, SubscriberAccount
from realtime.message import Sink
from resolvers.cpu_meter import INSTANCE
from resolvers.problems import ClientBudgetExhausted, OperationError, OperationTooComplex
from schema.event_envelope import EventEnvelope

FEED_FIELDS = frozenset({"regionLog", "regionLogHead", "regionSnapshot"})
FEED_PREFIX = "feed "
WAIT_SECONDS = 1.0  # between looks whether a client in debt may go on
FREE_EVENTS = 4  # whose CPU time an anonymous subscription may use in any window


@dataclass(frozen=True, slots=True)
class SubscriptionLimits:
    """How much CPU time an anonymous subscription may use, and how often it is charged."""

    snapshot_seconds: float = 5.0  # of the whole snapshot
    event_seconds: float = 0.25  # of a live event, on average over a window
    window_seconds: float = 1.0  # after which live events are charged


def is_feed(operation: PricedOperation) -> bool:
    """Whether an operation reads nothing but the logs and the snapshots of regions."""
    return bool(operation.root_fields) and FEED_FIELDS.issuperset(operation.root_fields)


async def wait_for_budget(
    budgets: ClientBudgets, client: str, goes_on: Callable[[], bool] = lambda: True
) -> None:
    """Wait until the client may use CPU time again, or until `goes_on` is false."""
    rate = budgets.rate.seconds_per_second
    while rate and goes_on():
        remaining = budgets.remaining_seconds(client)
        if remaining > 0:
            return
        await asyncio.sleep(min(WAIT_SECONDS, 0.01 - remaining / rate))


class SubscriptionBudget:
    """The CPU time of one source of events, and the subscribers that pay for it."""

    def __init__(
        self,
        budgets: ClientBudgets,
        subscribers: Collection[Sink],
        limits: SubscriptionLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budgets = budgets
        self._subscribers = cast("Collection[Subscriber]", subscribers)
        self._limits = limits
        self._clock = clock
        self.payer = next(
            (subscriber.account.client for subscriber in self._subscribers), INSTANCE
        )  # pays for the snapshot
        self._snapshot_seconds = 0.0
        self._live_seconds = 0.0  # since the last settlement
        self._live_events = 0
        self._settled_at = clock()

    @asynccontextmanager
    async def execution(self, event: EventEnvelope[Any]) -> AsyncIterator[None]:
        """Surround the execution of an event: the only subscriber waits for its socket's slot.

        While there are several subscribers, none of them delays the others.
        """
        account = self._only_account()
        if account is None:
            yield
            return
        if account.slots is None:
            await self._wait_while_alone(account, event)
            yield
            return
        async with account.slots:
            await self._wait_while_alone(account, event)
            yield

    def charge(self, seconds: float, event: EventEnvelope[Any]) -> None:
        """Charge the CPU time of an event; it may end subscriptions."""
        if event.snapshot:
            self._charge_snapshot(seconds)
        else:
            self._live_seconds += seconds
            self._live_events += 1
            if self._clock() - self._settled_at >= self._limits.window_seconds:
                self.settle()

    def close(self, seconds: float) -> None:
        """Charge what was not charged yet, and the CPU time since the last event."""
        self._live_seconds += seconds
        self._live_events += 1
        self.settle()

    def settle(self) -> None:
        """Charge the live events since the last settlement to the clients in equal parts."""
        seconds, events = self._live_seconds, self._live_events
        self._live_seconds, self._live_events, self._settled_at = 0.0, 0, self._clock()
        if not events:
            return
        clients = {subscriber.account.client for subscriber in self._subscribers}
        if not clients:  # they have left before this settlement
            clients = {self.payer}
        for client in clients:
            self._budgets.charge(client, seconds / len(clients))
        if seconds > self._limits.event_seconds * max(events, FREE_EVENTS):
            self._end_anonymous(f"{self._limits.event_seconds:g} seconds of CPU time per event")
        for client in clients:
            self._end_if_deep_in_debt(client)

    def _charge_snapshot(self, seconds: float) -> None:
        self._snapshot_seconds += seconds
        for subscriber in self._subscribers:  # the first one, for whom the stream was opened
            self.payer = subscriber.account.client
            break
        self._budgets.charge(self.payer, seconds)
        self._end_if_deep_in_debt(self.payer)
        if self._snapshot_seconds > self._limits.snapshot_seconds:
            self._end_anonymous(
                f"{self._limits.snapshot_seconds:g} seconds of CPU time for a snapshot"
            )

    async def _wait_while_alone(
        self, account: SubscriberAccount, event: EventEnvelope[Any]
    ) -> None:
        """Pace a client in debt, but let a live event through, which others may also get."""
        if event.snapshot or event.more_available:
            await wait_for_budget(
                self._budgets, account.client, lambda: self._only_account() is account
            )

    def _only_account(self) -> SubscriberAccount | None:
        if len(self._subscribers) != 1:
            return None
        [subscriber] = self._subscribers
        return subscriber.account

    def _end_anonymous(self, most: str) -> None:
        refusal = OperationTooComplex(f"at most {most} from a client without a token")
        self._end(refusal, lambda account: account.is_anonymous)

    def _end_if_deep_in_debt(self, client: str) -> None:
        rate = self._budgets.rate
        if not rate.seconds_per_second:
            return
        remaining = self._budgets.remaining_seconds(client)
        if remaining < -rate.burst_seconds:
            refusal = ClientBudgetExhausted(
                f"expected at most {rate.seconds_per_second:g} seconds of CPU time per second "
                "for the subscriptions of one client, got more: subscribe to fewer events, "
                "and select fewer fields",
                -remaining / rate.seconds_per_second,
            )
            self._end(refusal, lambda account: account.client == client)

    def _end(self, refusal: OperationError, concerns: Callable[[SubscriberAccount], bool]) -> None:
        payload = refusal_payload(refusal)
        for subscriber in [*self._subscribers]:
            if concerns(subscriber.account):
                subscriber.end(payload)


def refusal_payload(refusal: OperationError) -> bytes:
    """Return the payload of the message that ends a subscription."""
    return orjson.dumps([{"message": str(refusal), "extensions": refusal.extensions}])
