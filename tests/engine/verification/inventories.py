"""A small inventory for the verification of claims, and functions that read a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.graph.graph import build_integration_graph
from engine.model import (
    Application,
    ApplicationStatus,
    CommonApplication,
    CommonApplicationClassification,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)
from engine.verification.evaluation import MissingFact
from engine.verification.inventory import (
    Inventory,
    ReviewDocument,
)
from engine.verification.verification import Verdict, VerificationFlag, verify_levels
from facts.instrument import instrument_by_id
from facts.rule_table import rule_tables

TODAY = date(2026, 11, 24)
SOURCE = Provenance("test")
SPBE, PEMDI = instrument_by_id("spbe-2020"), instrument_by_id("pemdi-2026")
RULES = rule_tables()["spbe-2020"]
SPLP = CommonApplication(
    "splp", "SPLP", "", CommonApplicationClassification.INFRASTRUCTURE, "", (7, 18), SOURCE
)
HUB, API, UNKNOWN = IntegrationMode.HUB, IntegrationMode.API, IntegrationMode.UNKNOWN
APPLICATIONS = [
    Application(id, "32.11", opd, id, ApplicationStatus.ACTIVE, 1, SOURCE)
    for id, opd in {"a": "x", "b": "y", "c": "z"}.items()
]
NEIGHBOUR = Application("n", "32", "o", "n", ApplicationStatus.ACTIVE, 1, SOURCE)
REVIEW = ReviewDocument("review", 18, EvidenceKind.REVIEW, None)
FOLLOW_UP = ReviewDocument("follow-up", 18, EvidenceKind.FOLLOW_UP, date(2026, 5, 1))


def exchange(source: str, target: str, mode: IntegrationMode = API) -> Integration:
    """Return a confirmed exchange; an upper-case target is known by name only."""
    return Integration(
        id=f"{source}-{target}",
        region="32.11",
        source=source,
        target=None if target.isupper() else target,
        target_name=target,
        data_object="",
        mode=mode,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.CONFIRMED,
        version=1,
        provenance=SOURCE,
        verified_on=TODAY,
    )


def inventory_with(*integrations: Integration, **changes: object) -> Inventory:
    """Return an inventory with the applications a, b and c of the attesting OPDs x, y and z.

    Application a serves indicator 36, b serves 41, and c serves none.
    """
    graph = build_integration_graph(
        "32.11",
        APPLICATIONS,
        integrations,
        today=TODAY,
        elsewhere=[NEIGHBOUR],
        common=[SPLP],
    )
    inventory = Inventory(
        graph=graph,
        year=2026,
        opds=("x", "y", "z"),
        indicators_by_application={"a": frozenset([36]), "b": frozenset([41]), "c": frozenset()},
        attesting_opds=frozenset("xyz"),
        documents_closed=True,
    )
    return replace(inventory, **changes)  # type: ignore[arg-type]  # fields of Inventory


def verify_indicator(indicator: int, claim: int | None, inventory: Inventory) -> Verdict:
    levels = {} if claim is None else {indicator: claim}
    verification = verify_levels(SPBE, RULES, levels, inventory)
    return next(verdict for verdict in verification.verdicts if verdict.indicator == indicator)


def outcome(verdict: Verdict) -> tuple[int, int, VerificationFlag | None]:
    return verdict.ceiling, verdict.not_refuted, verdict.flag


def missing(verdict: Verdict) -> set[MissingFact]:
    return {gap for finding in verdict.findings for gap in finding.missing}
