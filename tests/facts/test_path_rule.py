"""The shipped scale of effort and the shipped soft precedence rules."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest

from engine.path.effort import default_effort
from engine.path.precedence import PrecedenceKind
from facts.instrument import instrument_by_id, instrument_catalogue
from facts.path_rule import (
    effort_scale,
    parse_effort_scale,
    parse_precedence,
    precedence_rules,
)
from facts.validation import FactInvalid


@pytest.mark.parametrize("id", list(instrument_catalogue()))
def test_every_step_of_every_instrument_has_an_effort_from_one_to_five(id: str) -> None:
    instrument = instrument_by_id(id)
    effort = default_effort(instrument, effort_scale())
    levels = instrument.level_max - instrument.level_min
    assert len(effort.values) == levels * len(instrument.indicators)
    assert all(1 <= value <= 5 for value in effort.values.values())
    assert (effort.id, effort.version, effort.assumption) == ("effort-scale", "1", True)


def test_the_soft_rules_of_2020_are_declared_as_assumptions() -> None:
    rules = precedence_rules("spbe-2020")
    assert (rules.id, rules.version, rules.assumption) == ("precedence-spbe-2020", "1", True)
    assert Counter((rule.kind, rule.penalty) for rule in rules.rules) == {
        (PrecedenceKind.POLICY_BEFORE_PRACTICE, 1): 24,
        (PrecedenceKind.ARCHITECTURE_BEFORE_ROADMAP, 1): 2,
        (PrecedenceKind.ROADMAP_BEFORE_BUDGET, 1): 2,
        (PrecedenceKind.BUS_BEFORE_COLLABORATION, Fraction(1, 4)): 16,
    }
    steps = set(default_effort(instrument_by_id("spbe-2020"), effort_scale()).values)
    assert {step for rule in rules.rules for step in (rule.step, rule.prerequisite)} <= steps


def test_an_instrument_without_soft_rules_has_none() -> None:
    assert precedence_rules("pemdi-2026").rules == ()


def test_a_scale_that_leaves_out_a_level_is_refused() -> None:
    scale = {"id": "s", "version": "1", "assumption": True, "unit": "points"}
    amounts = {"by_level": {"1": "1", "3": "2"}, "all_opds": "1", "link": "1", "highest": "5"}
    with pytest.raises(FactInvalid) as refused:
        parse_effort_scale(json.dumps(scale | amounts))
    assert str(refused.value) == ("effort: by_level, levels: expected [1, 2, 3, 4, 5], got [1, 3]")


def test_a_rule_of_a_kind_without_a_penalty_is_refused() -> None:
    rule = {"kind": "ROADMAP_BEFORE_BUDGET", "indicator": 1, "level": 3, "asks": 2, "asks_level": 2}
    penalties = {"POLICY_BEFORE_PRACTICE": "1"}
    table = {"id": "p", "version": "1", "assumption": True, "penalties": penalties}
    with pytest.raises(FactInvalid) as refused:
        parse_precedence(json.dumps(table | {"rules": [rule]}))
    assert str(refused.value) == (
        "precedence: rules[0].kind: expected one of POLICY_BEFORE_PRACTICE, got 'ROADMAP_BEFORE_BUDGET'"
    )
