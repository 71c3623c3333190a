"""Soft precedence rules between levels, as data for each instrument.

The rules are our reading of the criteria, not law. Official assessments break them (Bandar
Lampung 2023 had nine services at level 4 or more without a service bus). So a broken rule costs a
declared penalty and is reported, but never forbids a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from engine.path.effort import LevelStep


class PrecedenceKind(Enum):
    """The reason of a precedence rule."""

    POLICY_BEFORE_PRACTICE = "POLICY_BEFORE_PRACTICE"
    ARCHITECTURE_BEFORE_ROADMAP = "ARCHITECTURE_BEFORE_ROADMAP"
    ROADMAP_BEFORE_BUDGET = "ROADMAP_BEFORE_BUDGET"
    BUS_BEFORE_COLLABORATION = "BUS_BEFORE_COLLABORATION"


@dataclass(frozen=True, slots=True)
class PrecedenceRule:
    """A rule that `step` should be taken together with or after `prerequisite`."""

    kind: PrecedenceKind
    step: LevelStep
    prerequisite: LevelStep
    penalty: Fraction  # points of effort


@dataclass(frozen=True, slots=True)
class Precedence:
    """The soft rules of one instrument, which may be none."""

    id: str
    version: str
    assumption: bool
    rules: tuple[PrecedenceRule, ...]


NO_PRECEDENCE = Precedence("precedence-none", "1", assumption=True, rules=())


def broken_precedence_rules(
    precedence: Precedence, levels: Mapping[int, int]
) -> tuple[PrecedenceRule, ...]:
    """Return the rules that a set of levels breaks. Unknown levels break no rule."""
    return tuple(
        rule
        for rule in precedence.rules
        if rule.step.indicator in levels
        and rule.prerequisite.indicator in levels
        and levels[rule.step.indicator] >= rule.step.level
        and levels[rule.prerequisite.indicator] < rule.prerequisite.level
    )
