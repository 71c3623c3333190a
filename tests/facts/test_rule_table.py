"""The shipped rule tables, and the errors of invalid rule tables."""

from __future__ import annotations

import json

import pytest

from engine.verification.rule import RequirementKind
from facts.instrument import instrument_by_id
from facts.rule_table import parse_exchange_patterns, parse_rule_table, rule_tables
from facts.validation import FactInvalid


def test_every_link_that_an_instrument_asks_for_has_a_rule() -> None:
    spbe, pemdi = rule_tables()["spbe-2020"], rule_tables()["pemdi-2026"]
    covered = {number for rule in spbe.rules for number in rule.indicators}
    needed = {
        indicator.number
        for indicator in instrument_by_id("spbe-2020").indicators
        if indicator.integration and indicator.integration.needs_link
    }
    assert covered == {15, 18, *range(32, 48)}
    assert needed <= covered
    assert spbe.confirmed
    assert not pemdi.confirmed
    assert "sumber sekunder" in pemdi.note


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"indicators": [48]}, "rules: R.indicators: expected one of 1, 10, 11"),
        ({"indicators": [1, 1]}, "rules: R.indicators: expected one of 10, 11"),
        ({"level": 1}, "rules: R.requirements.level: expected one of 2, 3, 4, 5, got 1"),
        (
            {"kind": "MAGIC"},
            "rules: rules[0].requirements[0].kind: expected 'ANY_OPD_ON_BUS', 'EVERY",
        ),
    ],
)
def test_a_rule_that_contradicts_its_instrument_is_refused(
    rule: dict[str, object], message: str
) -> None:
    requirement = {"level": rule.get("level", 4), "kind": rule.get("kind", "REVIEW"), "text": "x"}
    table = {
        "id": "t",
        "version": "1",
        "instrument": "spbe-2020",
        "confirmed": True,
        "sources": [],
        "rules": [
            {"id": "R", "indicators": rule.get("indicators", [1]), "requirements": [requirement]}
        ],
    }
    with pytest.raises(FactInvalid) as refused:
        parse_rule_table(json.dumps(table))
    assert str(refused.value).startswith(message)


def test_every_kind_of_requirement_is_used_by_a_shipped_rule() -> None:
    kinds = {
        requirement.kind
        for table in rule_tables().values()
        for rule in table.rules
        for requirement in rule.requirements
    }
    assert kinds == set(RequirementKind)


def test_a_pattern_of_a_role_that_has_no_names_is_refused() -> None:
    pattern = {
        "id": "a-b",
        "first_roles": ["a"],
        "second_roles": ["b"],
        "data_object": "gaji",
        "both_ways": False,
    }
    table = {
        "id": "t",
        "version": "1",
        "confirmed": True,
        "opds": [{"id": "a", "names": ["Dinas A"]}],
        "exchanges": [pattern | {"weight": "1"}],
    }
    with pytest.raises(FactInvalid) as refused:
        parse_exchange_patterns(json.dumps(table))
    assert str(refused.value) == "exchanges: exchanges a-b: expected one of a, got 'b'"
