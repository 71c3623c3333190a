"""The scale of effort and the soft rules of precedence that ship."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from engine.path.effort import default_effort
from facts.instrument import instrument_by_id, instrument_catalogue
from facts.path_rule import effort_scale, precedence_rules


@pytest.mark.parametrize("id", list(instrument_catalogue()))
def test_every_step_of_every_instrument_has_an_effort_from_one_to_five(id: str) -> None:
    chosen = instrument_by_id(id)
    effort = default_effort(chosen, effort_scale())
    levels = chosen.level_max - chosen.level_min
    assert len(effort.values) == levels * len(chosen.indicators)
    assert all(1 <= value <= 5 for value in effort.values.values())
    assert (effort.id, effort.version, effort.assumption) == ("effort-scale", "1", True)


def test_the_soft_rules_of_2020_are_declared_as_assumptions() -> None:
    rules = precedence_rules("spbe-2020")
    assert (rules.id, rules.version, rules.assumption) == ("precedence-spbe-2020", "1", True)
    assert Counter((rule.kind, rule.penalty) for rule in rules.rules) == {
        ("policy-before-practice", 1): 24,
        ("architecture-before-roadmap", 1): 2,
        ("roadmap-before-budget", 1): 2,
        ("bus-before-collaboration", Fraction(1, 4)): 16,
    }
    steps = set(default_effort(instrument_by_id("spbe-2020"), effort_scale()).values)
    assert {step for rule in rules.rules for step in (rule.step, rule.asks)} <= steps


def test_an_instrument_without_soft_rules_has_none() -> None:
    assert precedence_rules("pemdi-2026").rules == ()
