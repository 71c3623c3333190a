"""How the CPU time of subscriptions is charged, and to whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.admission.client_budgets import ClientBudgets, ClientRate
from hub.admission.operation_prices import priced_operation
from hub.transport.subscriber import Subscriber, SubscriberAccount
from hub.transport.subscription_budget import (
    SubscriptionBudget,
    SubscriptionLimits,
    is_feed,
    wait_for_budget,
)
from realtime.message import Batch
from schema.event_envelope import EventEnvelope
from schema.limits import DocumentLimits

SNAPSHOT: EventEnvelope[Any] = EventEnvelope(None, snapshot=True)
LIVE: EventEnvelope[Any] = EventEnvelope(None)


class Peer(Subscriber):
    def __init__(self, client: str, *, is_anonymous: bool = True) -> None:
        super().__init__(SubscriberAccount(client, is_anonymous))
        self.codes: list[str] = []

    is_ready = True

    def write(self, batch: Batch) -> None: ...

    def call_when_ready(self, callback: Callable[[], None]) -> None: ...

    def disconnect_slow_peer(self) -> None: ...

    def end(self, payload: bytes | None) -> None:
        self.codes += [error["extensions"]["code"] for error in json.loads(payload or b"[]")]


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def open_budget(
    clock: Clock, *peers: Peer, burst: float = 10.0
) -> tuple[ClientBudgets, SubscriptionBudget]:
    budgets = ClientBudgets(ClientRate(0.25, burst), clock=clock)
    return budgets, SubscriptionBudget(budgets, peers, SubscriptionLimits(), clock=clock)


def test_a_snapshot_is_charged_to_the_client_that_began_it() -> None:
    budgets, budget = open_budget(Clock(), Peer("a"), Peer("b"))
    budget.charge(1.5, SNAPSHOT)
    assert (budgets.remaining_seconds("a"), budgets.remaining_seconds("b")) == (8.5, 10.0)


def test_live_events_are_charged_in_equal_parts_once_a_second() -> None:
    clock = Clock()
    budgets, budget = open_budget(clock, Peer("a"), Peer("a"), Peer("b"))
    budget.charge(0.25, LIVE)
    assert budgets.remaining_seconds("a") == 10.0
    clock.seconds = 1.0
    budget.charge(0.25, LIVE)
    assert (budgets.remaining_seconds("a"), budgets.remaining_seconds("b")) == (9.75, 9.75)
    budget.charge(0.5, LIVE)
    budget.close(0.5)
    assert (budgets.remaining_seconds("a"), budgets.remaining_seconds("b")) == (9.25, 9.25)


def test_a_client_deep_in_debt_loses_its_own_subscriptions_only() -> None:
    debtor, other = Peer("a"), Peer("b")
    budgets, budget = open_budget(Clock(), debtor, other)
    budgets.charge("a", 19.9)
    budget.charge(0.5, LIVE)
    budget.settle()
    assert (debtor.codes, other.codes) == (["CLIENT_BUDGET_EXHAUSTED"], [])


def test_an_anonymous_subscription_has_a_limit_of_cpu_time_and_one_with_a_token_has_none() -> None:
    anonymous, known = Peer("a"), Peer("account ani", is_anonymous=False)
    _, budget = open_budget(Clock(), anonymous, known)
    budget.charge(5.0, SNAPSHOT)
    assert anonymous.codes == []
    budget.charge(0.1, SNAPSHOT)
    assert (anonymous.codes, known.codes) == (["TOO_COMPLEX"], [])


def test_live_events_may_cost_a_quarter_of_a_second_each_on_average() -> None:
    for seconds, codes in ((0.24, []), (0.26, ["TOO_COMPLEX"])):
        anonymous = Peer("a")
        _, budget = open_budget(Clock(), anonymous, burst=100.0)
        for _ in range(8):
            budget.charge(seconds, LIVE)
        budget.settle()
        assert anonymous.codes == codes


async def test_a_client_in_debt_waits_until_it_has_cpu_time_again() -> None:
    clock = Clock()
    budgets = ClientBudgets(ClientRate(1.0, 1.0), clock=clock)
    budgets.charge("feed account a", 1.02)
    waiting = asyncio.create_task(wait_for_budget(budgets, "feed account a"))
    await wait_for_budget(budgets, "feed account b")
    await asyncio.sleep(0.02)
    assert not waiting.done()
    clock.seconds = 1.0
    await waiting


def test_a_feed_reads_logs_and_nothing_else() -> None:
    for fields, expected in (
        ('regionLogHead(regionCode: "1") { sequence }', True),
        ('regionLogHead(regionCode: "1") { sequence } instance { name }', False),
        ("instance { name }", False),
    ):
        assert is_feed(priced_operation(f"{{ {fields} }}", None, DocumentLimits())) is expected
