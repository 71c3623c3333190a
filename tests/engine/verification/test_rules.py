"""The shipped rules, evaluated on the inventories of West Java and on small ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graph.graph import build_integration_graph
from engine.verification.evaluation import Missing, VerificationGap
from engine.verification.inventory import (
    Inventory,
    indicators_by_application,
)
from engine.verification.verification import VerificationFlag, verify_levels
from facts import tables as facts
from facts.instrument import instrument_by_id
from facts.rule_table import rule_tables
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
    own = [each for each in facts.west_java_applications() if each.region == "32"]
    graph = build_integration_graph(
        "32",
        own,
        [each for each in facts.west_java_integrations() if each.region == "32"],
        today=TODAY,
        common=facts.common_applications(),
    )
    inventory = Inventory(
        graph=graph,
        year=2026,
        opds=tuple(each.id for each in facts.west_java_opds() if each.region == "32"),
        serves=indicators_by_application(own, facts.common_applications(), {}),
    )
    found = verify_levels(SPBE, RULES, {each.number: 5 for each in SPBE.indicators}, inventory)
    assert {each.flag for each in found.verdicts} == {VerificationFlag.UNVERIFIABLE}


EMPTY = build_integration_graph("32.11", [], [], today=TODAY)
OWNERLESS = build_integration_graph("32.11", [replace(APPLICATIONS[0], opd=None)], [], today=TODAY)


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
        VerificationGap.NOT_VOUCHED_FOR: {*inventory.in_scope, *ownerless},
        VerificationGap.OPD_NOT_ON_BUS: {*inventory.in_scope},
        VerificationGap.NO_EXCHANGE: {"", *(each.id for each in graph.applications)},
        VerificationGap.SERVICE_UNKNOWN: {each.id for each in graph.applications},
        VerificationGap.NOT_COUNTED: set(graph.edges),
        VerificationGap.OWNER_UNKNOWN: set(graph.edges),
        VerificationGap.PARTNER_NOT_NAMED: set(graph.edges),
        VerificationGap.NO_OPD: set() if inventory.in_scope else {""},
    }
    found = verify_levels(instrument_by_id(instrument), rule_tables()[instrument], {}, inventory)
    gaps = {gap for each in found.verdicts for gap in missing(each) if gap.gap in there}
    assert [each for each in gaps if each.subject not in there[each.gap]] == []
    if not inventory.in_scope and not graph.applications:
        assert Missing(VerificationGap.NO_OPD) in gaps
