"""The budgets of clients, with a clock of the test."""

from __future__ import annotations

import pytest

from hub.admission.client_budgets import ClientBudgets, ClientRate
from resolvers.problems import ClientBudgetExhausted


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_client_regains_its_burst_at_the_rate() -> None:
    clock = Clock()
    budgets = ClientBudgets(ClientRate(0.25, 10.0), clock=clock)
    assert budgets.remaining_seconds("a") == 10.0
    budgets.charge("a", 12.0)
    assert budgets.remaining_seconds("a") == -2.0
    with pytest.raises(ClientBudgetExhausted) as refusal:
        budgets.check("a")
    assert refusal.value.retry_after == 9  # at 0.25 s of CPU time, which one operation may need
    budgets.check("b")
    clock.now += 8.0
    with pytest.raises(ClientBudgetExhausted):
        budgets.check("a")
    clock.now += 1.0
    budgets.check("a")
    clock.now += 1_000.0
    assert budgets.remaining_seconds("a") == 10.0


def test_a_charge_that_was_too_high_is_given_back() -> None:
    budgets = ClientBudgets(ClientRate(0.25, 10.0), clock=Clock())
    budgets.charge("a", 3.0)
    budgets.charge("a", -2.5)
    assert budgets.remaining_seconds("a") == 9.5


def test_a_rate_of_zero_charges_nothing() -> None:
    budgets = ClientBudgets(ClientRate(0.0, 10.0), clock=Clock())
    budgets.charge("a", 1_000.0)
    budgets.check("a")
    assert budgets.remaining_seconds("a") == 10.0


def test_the_client_that_was_idle_for_longest_is_forgotten_at_the_limit() -> None:
    budgets = ClientBudgets(ClientRate(0.25, 10.0), clock=Clock(), clients_most=2)
    for client in ("a", "b", "a", "c"):
        budgets.charge(client, 1.0)
    assert [budgets.remaining_seconds(client) for client in "abc"] == [8.0, 10.0, 9.0]
