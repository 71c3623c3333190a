"""The rules that ship: each fits its instrument, and West Java is judged by them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.assessment.instruments import catalogue
from engine.assessment.instruments.section import Malformed
from engine.graph.graph import build
from engine.verification.evaluation import Gap, Missing
from engine.verification.inventory import (
    Inventory,
    services,
)
from engine.verification.rule import Ask
from engine.verification.rules import parse, tables
from engine.verification.verification import Flag, verify
from facts import tables as facts
from tests.engine.verification.inventories import (
    APPLICATIONS,
    RULES,
    SPBE,
    TODAY,
    exchange,
    held,
    missing,
)


def test_every_level_of_west_java_that_the_graph_would_cap_is_unverifiable_today() -> None:
    own = [each for each in facts.applications() if each.region == "32"]
    graph = build(
        "32",
        own,
        [each for each in facts.integrations() if each.region == "32"],
        today=TODAY,
        common=facts.common_applications(),
    )
    inventory = Inventory(
        graph=graph,
        year=2026,
        opds=tuple(each.id for each in facts.opds() if each.region == "32"),
        serves=services(own, facts.common_applications(), {}),
    )
    found = verify(SPBE, RULES, {each.number: 5 for each in SPBE.indicators}, inventory)
    assert {each.flag for each in found.verdicts} == {Flag.UNVERIFIABLE}


def test_every_link_that_an_instrument_asks_for_has_a_rule() -> None:
    ruled = {number for rule in RULES.rules for number in rule.indicators}
    asked = {
        each.number for each in SPBE.indicators if each.integration and each.integration.needs_link
    }
    assert ruled == {15, 18, *range(32, 48)}
    assert asked <= ruled
    assert RULES.confirmed
    assert not tables()["pemdi-2026"].confirmed
    assert "secondary sources" in tables()["pemdi-2026"].note


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"indicators": [48]}, "rules: R.indicators: expected one of 1, 10, 11"),
        ({"indicators": [1, 1]}, "rules: R.indicators: expected one of 10, 11"),
        ({"level": 1}, "rules: R.requirements.level: expected one of 2, 3, 4, 5, got 1"),
        ({"ask": "MAGIC"}, "rules: R.requirements.ask: expected one of ANY_OPD_ON_BUS"),
    ],
)
def test_a_rule_that_does_not_fit_its_instrument_is_refused(
    rule: dict[str, object], message: str
) -> None:
    requirement = {"level": rule.get("level", 4), "ask": rule.get("ask", "REVIEW"), "text": "x"}
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
    with pytest.raises(Malformed) as refused:
        parse(table)
    assert str(refused.value).startswith(message)


def test_everything_that_a_rule_can_ask_is_asked_by_a_shipped_rule() -> None:
    asked = {
        each.ask
        for table in tables().values()
        for rule in table.rules
        for each in rule.requirements
    }
    assert asked == set(Ask)


EMPTY = build("32.11", [], [], today=TODAY)
OWNERLESS = build("32.11", [replace(APPLICATIONS[0], opd=None)], [], today=TODAY)


@pytest.mark.parametrize(
    "inventory",
    [
        Inventory(EMPTY, 2026),
        Inventory(EMPTY, 2026, opds=("x",)),
        Inventory(EMPTY, 2026, opds=("x",), exempt={"x": "no data"}),
        Inventory(EMPTY, 2026, opds=("x",), vouched_for=frozenset("x")),
        Inventory(OWNERLESS, 2026, opds=("x",)),
        Inventory(OWNERLESS, 2026, serves={"a": frozenset({36})}),
        held(),
        held(exchange("a", "SIMPEG"), vouched_for=frozenset()),
    ],
    ids=["nothing", "an OPD", "exempt", "vouched", "ownerless", "serving", "alone", "named"],
)
@pytest.mark.parametrize("instrument", ["spbe-2020", "pemdi-2026"])
def test_no_gap_is_about_what_is_not_there(instrument: str, inventory: Inventory) -> None:
    graph = inventory.graph
    ownerless = {""} if any(each.opd is None for each in graph.applications) else set()
    there = {
        Gap.NOT_VOUCHED_FOR: {*inventory.in_scope, *ownerless},
        Gap.OPD_NOT_ON_BUS: {*inventory.in_scope},
        Gap.NO_EXCHANGE: {"", *(each.id for each in graph.applications)},
        Gap.SERVICE_UNKNOWN: {each.id for each in graph.applications},
        Gap.NOT_COUNTED: set(graph.edges),
        Gap.OWNER_UNKNOWN: set(graph.edges),
        Gap.PARTNER_NOT_NAMED: set(graph.edges),
        Gap.NO_OPD: set() if inventory.in_scope else {""},
    }
    found = verify(catalogue()[instrument], tables()[instrument], {}, inventory)
    gaps = {gap for each in found.verdicts for gap in missing(each) if gap.gap in there}
    assert [each for each in gaps if each.subject not in there[each.gap]] == []
    if not inventory.in_scope and not graph.applications:
        assert Missing(Gap.NO_OPD) in gaps
