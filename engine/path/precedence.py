"""Which level is better reached before which other one: soft rules, as data per instrument.

They are our reading of what the criteria build on, not law: official sheets break them (Bandar
Lampung 2023 had nine services at level 4 or more without a service bus). So a broken rule costs a
declared penalty and is reported; it never forbids a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.path.effort import StepId


@dataclass(frozen=True, slots=True)
class PrecedenceRule:
    """`step` is better taken with or after `asks`."""

    kind: str  # why: "policy-before-practice"
    step: StepId
    asks: StepId
    penalty: Fraction  # in points of effort


@dataclass(frozen=True, slots=True)
class Precedence:
    """The soft rules of one instrument; none where we know none."""

    id: str
    version: str
    assumption: bool
    rules: tuple[PrecedenceRule, ...]


NONE = Precedence("precedence-none", "1", assumption=True, rules=())


def broken_precedence_rules(
    precedence: Precedence, levels: Mapping[int, int]
) -> tuple[PrecedenceRule, ...]:
    """The rules that a set of levels does not keep; levels that are not known break none."""
    return tuple(
        rule
        for rule in precedence.rules
        if rule.step.indicator in levels
        and rule.asks.indicator in levels
        and levels[rule.step.indicator] >= rule.step.level
        and levels[rule.asks.indicator] < rule.asks.level
    )
