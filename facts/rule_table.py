"""The rule tables that ship with Simpul; each is read from its document and validated."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from engine.document import from_document
from engine.graph.exchange import ExchangePatterns
from engine.verification.rule import RequirementKind, RuleTable
from facts.document import FactDocument, NonEmpty, PositiveFraction, document_text, parse_document
from facts.instrument import instrument_by_id
from facts.reference import InstrumentId
from facts.validation import expect_equal, expect_one_of

INSTRUMENTS = ("spbe-2020", "pemdi-2026")


# The engine class of the same name documents the keys of a document.
class _Requirement(FactDocument):
    level: int
    kind: RequirementKind
    text: str
    in_year: bool = False
    share: PositiveFraction = Fraction(1)


class _Rule(FactDocument):
    id: str
    indicators: tuple[int, ...]
    nominates_to: int | None = None
    requirements: NonEmpty[_Requirement]


class _RuleTable(FactDocument):
    id: str
    version: str
    instrument: InstrumentId
    confirmed: bool
    note: str = ""
    sources: tuple[str, ...] = ()
    rules: NonEmpty[_Rule]


class _Role(FactDocument):
    id: str
    names: tuple[str, ...]


class _Pattern(FactDocument):
    id: str
    first_roles: tuple[str, ...]
    second_roles: tuple[str, ...]
    data_object: str
    both_ways: bool
    weight: PositiveFraction


class _Patterns(FactDocument):
    id: str
    version: str
    confirmed: bool
    note: str = ""
    sources: tuple[str, ...] = ()
    opds: NonEmpty[_Role]
    exchanges: NonEmpty[_Pattern]


@cache
def rule_tables() -> Mapping[str, RuleTable]:
    """Return the rule tables by instrument, for the instruments that have one."""
    files = {id: f"{id}.json" for id in INSTRUMENTS}
    return {id: parse_rule_table(document_text("rules", file), file) for id, file in files.items()}


@cache
def exchange_patterns() -> ExchangePatterns:
    """Return the patterns of exchanges that the work of agencies requires."""
    return parse_exchange_patterns(document_text("rules", "exchanges.json"), "exchanges.json")


def parse_rule_table(text: str, file: str = "rules") -> RuleTable:
    """Parse a rule table and validate it against its instrument.

    Raises:
        FactInvalid: the document has another shape, or a rule does not match the instrument.
    """
    document = parse_document(_RuleTable, text, file)
    instrument = instrument_by_id(document.instrument)
    # The lowest level has no requirement.
    levels = range(instrument.level_min + 1, instrument.level_max + 1)
    without_rule = {indicator.number for indicator in instrument.indicators}
    for rule in document.rules:
        for number in rule.indicators:
            expect_one_of(file, f"{rule.id}.indicators", without_rule, number)
            without_rule.remove(number)
        required_levels = [requirement.level for requirement in rule.requirements]
        for level in required_levels:
            expect_one_of(file, f"{rule.id}.requirements.level", levels, level)
        expect_equal(
            file, f"{rule.id}.requirements, levels", sorted(required_levels), required_levels
        )
    return from_document(RuleTable, document.model_dump())


def parse_exchange_patterns(text: str, file: str = "exchanges") -> ExchangePatterns:
    """Parse a table of exchange patterns.

    Raises:
        FactInvalid: the document has another shape, or a pattern names an unknown role.
    """
    document = parse_document(_Patterns, text, file)
    names = {role.id: role.names for role in document.opds}
    for pattern in document.exchanges:
        for role in (*pattern.first_roles, *pattern.second_roles):
            expect_one_of(file, f"exchanges {pattern.id}", names, role)
    return from_document(ExchangePatterns, document.model_dump(exclude={"opds"}) | {"names": names})
