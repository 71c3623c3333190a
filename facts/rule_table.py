"""The rule tables that ship with Simpul, each read from its document and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files

from engine.graph.exchange import Pattern, Patterns
from engine.verification.rule import Ask, Requirement, Rule, RuleTable
from facts.instrument import instrument_by_id, instrument_catalogue
from facts.section import Section

INSTRUMENTS = ("spbe-2020", "pemdi-2026")


@cache
def rule_tables() -> Mapping[str, RuleTable]:
    """The rule table of each instrument that has one."""
    return {id: parse_rule_table(_document(f"{id}.json"), f"{id}.json") for id in INSTRUMENTS}


@cache
def exchange_patterns() -> Patterns:
    """The exchanges that the work of agencies asks for."""
    return parse_exchange_patterns(_document("exchanges.json"), "exchanges.json")


def parse_rule_table(document: Mapping[str, object], file: str = "rules") -> RuleTable:
    """Read a rule table and check it against its instrument.

    Raises:
        section.Malformed: names the file and the place, what was expected and what came.
    """
    root = Section(document, file)
    instrument = root.text("instrument")
    root.expect_one_of("instrument", frozenset(instrument_catalogue()), instrument)
    numbers = frozenset(each.number for each in instrument_by_id(instrument).indicators)
    lowest, highest = (
        instrument_by_id(instrument).level_min,
        instrument_by_id(instrument).level_max,
    )
    levels = frozenset(range(lowest + 1, highest + 1))  # the lowest asks for nothing
    rules: list[Rule] = []
    ruled: set[int] = set()
    for node in root.items("rules"):
        id = node.text("id")
        indicators = node.wholes("indicators")
        for number in indicators:
            root.expect_one_of(f"{id}.indicators", numbers - ruled, number)
            ruled.add(number)
        requirements = tuple(_requirement(each, root, id) for each in node.items("requirements"))
        asked = [each.level for each in requirements]
        for level in asked:
            root.expect_one_of(f"{id}.requirements.level", levels, level)
        root.expect(f"{id}.requirements, levels", sorted(asked), asked)
        rules.append(Rule(id, indicators, node.optional_whole("nominates_to"), requirements))
    return RuleTable(
        id=root.text("id"),
        version=root.text("version"),
        instrument=instrument,
        confirmed=root.truth("confirmed"),
        note=root.optional_text("note"),
        sources=root.texts("sources"),
        rules=tuple(rules),
    )


def parse_exchange_patterns(document: Mapping[str, object], file: str = "exchanges") -> Patterns:
    """Read a table of exchange patterns; raises as `parse_rule_table` does."""
    root = Section(document, file)
    names = {node.text("id"): node.texts("names") for node in root.items("opds")}
    exchanges = tuple(
        Pattern(
            id=node.text("id"),
            one=node.texts("one"),
            other=node.texts("other"),
            data=node.text("data"),
            both_ways=node.truth("both_ways"),
            weight=node.fraction("weight"),
        )
        for node in root.items("exchanges")
    )
    for each in exchanges:
        for role in (*each.one, *each.other):
            root.expect_one_of(f"exchanges {each.id}", frozenset(names), role)
    return Patterns(
        id=root.text("id"),
        version=root.text("version"),
        confirmed=root.truth("confirmed"),
        note=root.optional_text("note"),
        sources=root.texts("sources"),
        names=names,
        exchanges=exchanges,
    )


def _requirement(node: Section, root: Section, rule: str) -> Requirement:
    ask = node.text("ask")
    root.expect_one_of(f"{rule}.requirements.ask", frozenset(Ask.__members__), ask)
    return Requirement(
        level=node.whole("level"),
        ask=Ask[ask],
        text=node.text("text"),
        in_year=node.has("in_year") and node.truth("in_year"),
        share=node.optional_fraction("share") or Fraction(1),
    )


def _document(name: str) -> Mapping[str, object]:
    text = files("facts").joinpath("rules", name).read_text(encoding="utf-8")
    document: Mapping[str, object] = json.loads(text)
    return document
