"""The rules for paths: the scale of effort, and the recommended order of levels."""

from __future__ import annotations

from functools import cache

from engine.document import from_document
from engine.path.effort import EffortScale, LevelStep
from engine.path.precedence import NO_PRECEDENCE, Precedence, PrecedenceKind, PrecedenceRule
from facts.document import FactDocument, NonEmpty, PositiveFraction, document_text, parse_document
from facts.validation import expect_equal, expect_one_of

LEVELS = [1, 2, 3, 4, 5]  # the levels that a step can reach in any instrument
INSTRUMENTS = ("spbe-2020",)


# The engine class of the same name documents the keys of a document.
class _EffortScale(FactDocument):
    id: str
    version: str
    assumption: bool
    unit: str
    by_level: dict[int, PositiveFraction]
    all_opds: PositiveFraction
    link: PositiveFraction
    highest: PositiveFraction


class _Rule(FactDocument):
    kind: PrecedenceKind
    indicator: int
    level: int
    asks: int
    asks_level: int


class _Precedence(FactDocument):
    id: str
    version: str
    assumption: bool
    penalties: dict[PrecedenceKind, PositiveFraction]
    rules: NonEmpty[_Rule]


@cache
def effort_scale() -> EffortScale:
    """Return the scale of effort, which Simpul defines because no public cost figures exist."""
    return parse_effort_scale(document_text("path_rules", "effort.json"), "effort.json")


@cache
def precedence_rules(instrument: str) -> Precedence:
    """Return the soft rules of an instrument by its id; without known rules, they are empty."""
    if instrument not in INSTRUMENTS:
        return NO_PRECEDENCE
    file = f"precedence-{instrument}.json"
    return parse_precedence(document_text("path_rules", file), file)


def parse_effort_scale(text: str, file: str = "effort") -> EffortScale:
    """Parse a scale of effort and check that it has every level.

    Raises:
        FactInvalid: the document has another shape, or a level is missing.
    """
    document = parse_document(_EffortScale, text, file)
    expect_equal(file, "by_level, levels", LEVELS, list(document.by_level))
    return from_document(EffortScale, document.model_dump())


def parse_precedence(text: str, file: str = "precedence") -> Precedence:
    """Parse the soft rules of an instrument.

    Raises:
        FactInvalid: the document has another shape, or a rule has no penalty.
    """
    document = parse_document(_Precedence, text, file)
    rules = []
    for index, rule in enumerate(document.rules):
        kinds = [kind.value for kind in document.penalties]
        expect_one_of(file, f"rules[{index}].kind", kinds, rule.kind.value)
        step, required = (
            LevelStep(rule.indicator, rule.level),
            LevelStep(rule.asks, rule.asks_level),
        )
        rules.append(PrecedenceRule(rule.kind, step, required, document.penalties[rule.kind]))
    return Precedence(document.id, document.version, document.assumption, tuple(rules))
