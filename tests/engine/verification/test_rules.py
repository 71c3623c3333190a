"""The shipped rules, evaluated on the inventories of West Java and on small ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graph.graph import build_integration_graph
from engine.verification.evaluation import MissingFact, VerificationGap
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
    inventory_with,
    missing,
)


def test_every_level_of_west_java_that_the_graph_would_cap_is_unverifiable_today() -> None:
    own = [
        application for application in facts.west_java_applications() if application.region == "32"
    ]
    graph = build_integration_graph(
        "32",
        own,
        [
            integration
            for integration in facts.west_java_integrations()
            if integration.region == "32"
        ],
        today=TODAY,
        common=facts.common_applications(),
    )
    inventory = Inventory(
        graph=graph,
        year=2026,
        opds=tuple(opd.id for opd in facts.west_java_opds() if opd.region == "32"),
        indicators_by_application=indicators_by_application(own, facts.common_applications(), {}),
    )
    verification = verify_levels(
        SPBE, RULES, {indicator.number: 5 for indicator in SPBE.indicators}, inventory
    )
    assert {verdict.flag for verdict in verification.verdicts} == {VerificationFlag.UNVERIFIABLE}


EMPTY = build_integration_graph("32.11", [], [], today=TODAY)
OWNERLESS = build_integration_graph("32.11", [replace(APPLICATIONS[0], opd=None)], [], today=TODAY)


@pytest.mark.parametrize(
    "inventory",
    [
        Inventory(EMPTY, 2026),
        Inventory(EMPTY, 2026, opds=("x",)),
        Inventory(EMPTY, 2026, opds=("x",), exemptions={"x": "no data"}),
        Inventory(EMPTY, 2026, opds=("x",), attesting_opds=frozenset("x")),
        Inventory(OWNERLESS, 2026, opds=("x",)),
        Inventory(OWNERLESS, 2026, indicators_by_application={"a": frozenset({36})}),
        inventory_with(),
        inventory_with(exchange("a", "SIMPEG"), attesting_opds=frozenset()),
    ],
    ids=["nothing", "an OPD", "exempt", "vouched", "ownerless", "serving", "alone", "named"],
)
@pytest.mark.parametrize("instrument", ["spbe-2020", "pemdi-2026"])
def test_every_gap_names_an_existing_subject(instrument: str, inventory: Inventory) -> None:
    graph = inventory.graph
    ownerless = (
        {""} if any(application.opd is None for application in graph.applications) else set()
    )
    subjects = {
        VerificationGap.NOT_ATTESTED: {*inventory.in_scope, *ownerless},
        VerificationGap.OPD_NOT_ON_BUS: {*inventory.in_scope},
        VerificationGap.NO_EXCHANGE: {"", *(application.id for application in graph.applications)},
        VerificationGap.SERVICE_UNKNOWN: {application.id for application in graph.applications},
        VerificationGap.NOT_COUNTED: set(graph.edges),
        VerificationGap.OWNER_UNKNOWN: set(graph.edges),
        VerificationGap.PARTNER_NOT_NAMED: set(graph.edges),
        VerificationGap.NO_OPD: set() if inventory.in_scope else {""},
    }
    verification = verify_levels(
        instrument_by_id(instrument), rule_tables()[instrument], {}, inventory
    )
    gaps = {
        gap for verdict in verification.verdicts for gap in missing(verdict) if gap.gap in subjects
    }
    assert [gap for gap in gaps if gap.subject not in subjects[gap.gap]] == []
    if not inventory.in_scope and not graph.applications:
        assert MissingFact(VerificationGap.NO_OPD) in gaps
