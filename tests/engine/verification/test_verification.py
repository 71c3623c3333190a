"""Verification of claims against an inventory: verdicts, flags, gaps and the resulting index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.model import (
    ApplicationStatus,
    Capability,
    CommonApplication,
    CommonApplicationClassification,
    Evidence,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationStatus,
    LevelClaim,
)
from engine.verification.evaluation import MissingFact, RequirementState, VerificationGap
from engine.verification.inventory import (
    Development,
    ReviewDocument,
    development_since_policy,
    functions_ticked,
    indicators_by_application,
    review_documents,
)
from engine.verification.verification import VerificationFlag, verify_levels
from facts.rule_table import rule_tables
from tests.engine.verification.inventories import (
    API,
    APPLICATIONS,
    FOLLOW_UP,
    HUB,
    PEMDI,
    REVIEW,
    RULES,
    SOURCE,
    SPBE,
    TODAY,
    UNKNOWN,
    exchange,
    inventory_with,
    missing,
    outcome,
    verify_indicator,
)


@pytest.mark.parametrize(
    ("integration", "claim", "expected"),
    [
        (exchange("a", "b"), 4, (4, 4, VerificationFlag.SUPPORTED)),  # 41 is a partner of 36
        (exchange("b", "a"), 4, (4, 4, VerificationFlag.SUPPORTED)),  # in either direction
        # An application of another instance.
        (exchange("a", "n"), 4, (4, 4, VerificationFlag.SUPPORTED)),
        # A national application by name.
        (exchange("a", "SPLP"), 4, (4, 4, VerificationFlag.SUPPORTED)),
        # Without documents, and the deadline for them has passed.
        (exchange("a", "b"), 5, (4, 4, VerificationFlag.OVER_CLAIM)),
        # The partners named are examples.
        (exchange("a", "c"), 4, (3, 4, VerificationFlag.UNVERIFIABLE)),
        (exchange("a", "SIMPEG"), 4, (3, 4, VerificationFlag.UNVERIFIABLE)),  # the owner is unknown
        (exchange("b", "c"), 4, (3, 3, VerificationFlag.OVER_CLAIM)),
        (exchange("b", "c"), 3, (3, 3, VerificationFlag.SUPPORTED)),
        (
            replace(exchange("a", "b"), evidence_grade=EvidenceGrade.CLAIMED),
            4,
            (3, 3, VerificationFlag.OVER_CLAIM),
        ),
        (replace(exchange("a", "b"), verified_on=None), 4, (3, 4, VerificationFlag.UNVERIFIABLE)),
        (
            replace(exchange("a", "b", UNKNOWN), evidence_grade=EvidenceGrade.DOCUMENTED),
            4,
            (3, 4, VerificationFlag.UNVERIFIABLE),
        ),
        (
            replace(exchange("a", "b"), verified_on=TODAY - timedelta(days=366)),
            4,
            (3, 3, VerificationFlag.OVER_CLAIM),
        ),
        (
            replace(exchange("a", "b"), status=IntegrationStatus.PLANNED),
            4,
            (3, 3, VerificationFlag.OVER_CLAIM),
        ),
    ],
)
def test_a_service_collaborates_by_an_exchange_with_a_partner_or_another_instance(
    integration: Integration, claim: int, expected: tuple[int, int, VerificationFlag]
) -> None:
    assert outcome(verify_indicator(36, claim, inventory_with(integration))) == expected


def test_a_supported_service_names_its_evidence() -> None:
    verdict = verify_indicator(
        36, 4, inventory_with(exchange("a", "b"), exchange("a", "n"), exchange("a", "c"))
    )
    assert verdict.edges == ("a-b", "a-n")
    assert verdict.rule == "permenpanrb59-2020/engine/0.1/R32-47"
    assert verdict.confirmed


def test_an_unsupported_service_names_its_gaps() -> None:
    out_of_date = replace(exchange("a", "b"), verified_on=TODAY - timedelta(days=400))
    verdict = verify_indicator(
        36, 4, inventory_with(out_of_date, exchange("a", "SIMPEG"), exchange("a", "c"))
    )
    assert set(verdict.open_findings[0].missing) == {
        MissingFact(VerificationGap.NOT_COUNTED, "a-b", ("OUT_OF_DATE",)),
        MissingFact(VerificationGap.OWNER_UNKNOWN, "a-SIMPEG"),
        MissingFact(VerificationGap.PARTNER_NOT_NAMED, "a-c"),
        MissingFact(VerificationGap.NO_EXCHANGE, "a"),
    }


@pytest.mark.parametrize("attested", ["", "y", "yz"])
def test_without_an_attestation_no_claim_is_an_over_claim(attested: str) -> None:
    verdict = verify_indicator(36, 4, inventory_with(attesting_opds=frozenset(attested)))
    assert outcome(verdict) == (3, 4, VerificationFlag.UNVERIFIABLE)
    assert MissingFact(VerificationGap.NOT_ATTESTED, "x") in missing(verdict)


def test_the_absence_of_a_service_refutes_only_with_complete_inventories() -> None:
    assert outcome(verify_indicator(44, 4, inventory_with())) == (3, 3, VerificationFlag.OVER_CLAIM)
    unlisted = verify_indicator(
        44,
        4,
        inventory_with(indicators_by_application={"a": frozenset([36]), "b": frozenset([41])}),
    )
    assert outcome(unlisted) == (3, 4, VerificationFlag.UNVERIFIABLE)
    assert MissingFact(VerificationGap.SERVICE_UNKNOWN, "c") in missing(unlisted)
    assert outcome(verify_indicator(44, 4, inventory_with(attesting_opds=frozenset("xy")))) == (
        3,
        4,
        VerificationFlag.UNVERIFIABLE,
    )


def test_two_applications_of_one_service_do_not_collaborate() -> None:
    both = {"a": frozenset([36]), "b": frozenset([36]), "c": frozenset[int]()}
    assert outcome(
        verify_indicator(36, 4, inventory_with(exchange("a", "b"), indicators_by_application=both))
    ) == (
        3,
        3,
        VerificationFlag.OVER_CLAIM,
    )
    partner_too = {**both, "b": frozenset([36, 41])}
    assert (
        outcome(
            verify_indicator(
                36, 4, inventory_with(exchange("a", "b"), indicators_by_application=partner_too)
            )
        )[0]
        == 4
    )


def test_the_highest_level_of_a_service_requires_both_documents_of_the_year() -> None:
    def documents(review: date | None) -> tuple[ReviewDocument, ...]:
        return (
            ReviewDocument("r", 36, EvidenceKind.REVIEW, review),
            ReviewDocument("f", 36, EvidenceKind.FOLLOW_UP, date(2026, 3, 1)),
        )

    linked = exchange("a", "b")
    this_year = verify_indicator(
        36, 5, inventory_with(linked, documents=documents(date(2026, 1, 1)))
    )
    assert outcome(this_year) == (5, 5, VerificationFlag.SUPPORTED)
    assert [finding.documents for finding in this_year.findings] == [(), ("r",), ("f",)]
    earlier = verify_indicator(
        36, 5, inventory_with(linked, documents=documents(date(2025, 12, 31)))
    )
    assert outcome(earlier) == (4, 4, VerificationFlag.OVER_CLAIM)
    undated = verify_indicator(36, 5, inventory_with(linked, documents=documents(None)))
    assert outcome(undated) == (4, 5, VerificationFlag.UNVERIFIABLE)
    still_open = verify_indicator(36, 5, inventory_with(linked, documents_closed=False))
    assert outcome(still_open) == (4, 5, VerificationFlag.UNVERIFIABLE)


def test_a_low_claim_is_an_under_claim_only_with_confirmed_functions() -> None:
    linked = exchange("a", "b")
    assert verify_indicator(36, 3, inventory_with(linked)).flag is VerificationFlag.SUPPORTED
    inventory = inventory_with(linked, functions_ticked=frozenset([36]))
    assert verify_indicator(36, 3, inventory).flag is VerificationFlag.UNDER_CLAIM
    assert verify_indicator(36, 4, inventory).flag is VerificationFlag.SUPPORTED
    assert (
        verify_indicator(36, 2, inventory_with(functions_ticked=frozenset([36]))).flag
        is VerificationFlag.UNDER_CLAIM
    )


BUS = (exchange("a", "b", HUB), exchange("c", "b", HUB))


@pytest.mark.parametrize(
    ("integrations", "changes", "expected"),
    [
        ((), {}, (1, 1)),
        ((exchange("a", "b"),), {}, (1, 1)),
        ((exchange("a", "b", UNKNOWN),), {}, (1, 2)),  # it may use the bus, but z does not
        ((exchange("a", "b", UNKNOWN), exchange("b", "c", UNKNOWN)), {}, (1, 3)),
        ((exchange("a", "b", HUB),), {}, (2, 2)),
        ((exchange("a", "b", HUB),), {"attesting_opds": frozenset("xy")}, (2, 3)),
        ((exchange("a", "b", HUB),), {"exemptions": {"z": "dilebur"}}, (3, 3)),
        (BUS, {}, (3, 3)),
        ((*BUS, exchange("a", "SPLP", HUB)), {}, (3, 3)),  # without a review
        ((*BUS, exchange("a", "SPLP", HUB)), {"documents": (REVIEW,)}, (4, 4)),
        ((*BUS, exchange("a", "n", HUB)), {"documents": (REVIEW,)}, (4, 4)),
        ((*BUS, exchange("a", "SIMPEG", HUB)), {"documents": (REVIEW,)}, (3, 4)),
        ((*BUS, exchange("a", "n", API)), {"documents": (REVIEW,)}, (3, 3)),
        ((*BUS, exchange("a", "n", HUB)), {"documents": (REVIEW, FOLLOW_UP)}, (5, 5)),
        ((), {"attesting_opds": frozenset()}, (1, 5)),
        ((), {"opds": (), "attesting_opds": frozenset()}, (1, 5)),
    ],
)
def test_the_bus_indicator_is_checked_for_every_opd_in_scope(
    integrations: tuple[Integration, ...],
    changes: dict[str, object],
    expected: tuple[int, int],
) -> None:
    inventory = inventory_with(*integrations, **changes)
    if not inventory.attesting_opds:
        inventory = replace(inventory, documents_closed=False)
    verdict = verify_indicator(18, None, inventory)
    assert (verdict.ceiling, verdict.not_refuted) == expected


def test_an_opd_that_vouches_for_an_inventory_without_the_bus_is_named() -> None:
    verdict = verify_indicator(18, 3, inventory_with(exchange("a", "b", HUB)))
    assert verdict.flag is VerificationFlag.OVER_CLAIM
    assert verdict.edges == ("a-b",)
    assert verdict.open_findings[0].missing == (MissingFact(VerificationGap.OPD_NOT_ON_BUS, "z"),)


def test_a_confirmed_exchange_of_unknown_mode_may_be_over_the_bus() -> None:
    verdict = verify_indicator(
        18, 2, inventory_with(exchange("a", "b", UNKNOWN), attesting_opds=frozenset("xyz"))
    )
    assert verdict.flag is VerificationFlag.UNVERIFIABLE
    assert MissingFact(VerificationGap.NOT_COUNTED, "a-b", ("MODE_UNKNOWN",)) in missing(verdict)


@pytest.mark.parametrize(
    ("development", "expected"),
    [
        (None, (2, 5)),
        (Development(("a", "b"), (), {"a": True, "b": True}, ()), (5, 5)),
        (Development((), (), {}, ()), (5, 5)),
        (Development(("a", "b"), (), {"a": True}, ()), (2, 5)),
        (Development(("a", "b"), (), {"a": True, "b": False}, ()), (2, 2)),
        (Development(("a",), ("b",), {"a": True}, ()), (2, 5)),
        (Development(("a",), ("b",), {"a": True, "b": True}, ()), (5, 5)),
        (Development(("a", "b"), (), {"a": True, "b": True}, (("a", "b"),)), (3, 3)),
        (Development(("a",), ("b",), {"a": True, "b": True}, (("a", "b"),)), (3, 5)),
        (Development(("a",), (), {"a": True}, (("a", "b"),)), (5, 5)),
    ],
)
def test_development_is_checked_for_consultations_and_duplicates(
    development: Development | None, expected: tuple[int, int]
) -> None:
    verdict = verify_indicator(15, None, inventory_with(development=development))
    assert (verdict.ceiling, verdict.not_refuted) == expected


def test_the_year_determines_the_applications_built_since_the_policy() -> None:
    own = [
        replace(APPLICATIONS[0], year=2020),
        replace(APPLICATIONS[1], year=2021, consulted=True),
        APPLICATIONS[2],
        replace(APPLICATIONS[1], id="n", year=2022, common_application="sipd"),
        replace(APPLICATIONS[1], id="r", year=2022, status=ApplicationStatus.RETIRED),
    ]
    development = development_since_policy(own, policy_year=2021)
    assert (development.built, development.year_unknown, development.consulted) == (
        ("b",),
        ("c",),
        {"b": True},
    )


def test_reviews_and_follow_ups_are_found_among_the_evidence_of_claims() -> None:
    evidence = (
        Evidence("Reviu", "https://a.id/r", EvidenceKind.REVIEW, date(2026, 1, 2)),
        Evidence("Layar", "https://a.id/l"),
    )
    assert review_documents([LevelClaim(18, 4, evidence=evidence), LevelClaim(36, 3)]) == (
        ReviewDocument("https://a.id/r", 18, EvidenceKind.REVIEW, date(2026, 1, 2)),
    )


def test_functions_are_ticked_where_one_application_in_use_has_all_of_them() -> None:
    every = tuple(Capability)
    own = [
        replace(APPLICATIONS[0], capabilities=every),
        replace(APPLICATIONS[1], capabilities=every[:2]),
        replace(APPLICATIONS[2], capabilities=every, status=ApplicationStatus.INACTIVE),
    ]
    serves = {"a": frozenset([36]), "b": frozenset([41]), "c": frozenset([35])}
    assert functions_ticked(own, serves) == {36}


def test_an_application_serves_the_indicators_of_its_tag_and_its_national_application() -> None:
    sipd = CommonApplication(
        "sipd", "SIPD", "", CommonApplicationClassification.COMMON_APPLICATION, "", (32, 33), SOURCE
    )
    own = [replace(APPLICATIONS[0], common_application="sipd"), *APPLICATIONS[1:]]
    assert indicators_by_application(own, [sipd], {"a": [40], "b": []}) == {
        "a": frozenset([32, 33, 40]),
        "b": frozenset(),
    }
    retired = [replace(application, status=ApplicationStatus.RETIRED) for application in own]
    assert indicators_by_application(retired, [sipd], {"a": [40], "b": []}) == {}


def test_the_index_is_computed_as_claimed_as_supported_and_as_not_refuted() -> None:
    verification = verify_levels(
        SPBE, RULES, {36: 4, 41: 4, 1: 5}, inventory_with(exchange("b", "SIMPEG"))
    )
    assert [verdict.flag for verdict in verification.verdicts if verdict.indicator in (36, 41)] == [
        VerificationFlag.OVER_CLAIM,
        VerificationFlag.UNVERIFIABLE,
    ]
    assert verification.claimed is not None
    assert verification.supported is not None
    assert verification.not_refuted is not None
    assert verification.claimed.value == "1.217"  # 1 + 3 * 0.0275 * 2 + 4 * 0.013
    assert verification.supported.value == "1.162"
    assert verification.not_refuted.value == "1.1895"


def test_without_claims_there_are_bounds_and_no_flags_and_no_index() -> None:
    verification = verify_levels(SPBE, RULES, {}, inventory_with())
    assert len(verification.verdicts) == 18
    assert {verdict.flag for verdict in verification.verdicts} == {None}
    assert verification.claimed is None


def test_rules_from_secondary_sources_refute_no_claim() -> None:
    verification = verify_levels(
        PEMDI, rule_tables()["pemdi-2026"], {13: 4, 16: 5, 18: 4, 1: 5}, inventory_with()
    )
    assert [
        (verdict.indicator, verdict.flag, verdict.confirmed) for verdict in verification.verdicts
    ] == [
        (13, VerificationFlag.UNVERIFIABLE, False),
        (16, VerificationFlag.UNVERIFIABLE, False),
        (18, VerificationFlag.UNVERIFIABLE, False),
    ]
    assert {verdict.findings[0].state for verdict in verification.verdicts} == {
        RequirementState.FAILED
    }


def test_the_rules_of_pemdi_require_exchanges_and_reviews() -> None:
    reviews = tuple(ReviewDocument(f"r{n}", n, EvidenceKind.REVIEW, None) for n in (13, 16, 18))
    linked = inventory_with(
        *BUS, documents=reviews, indicators_by_application={"a": frozenset([16])}
    )
    verification = verify_levels(PEMDI, rule_tables()["pemdi-2026"], {13: 4, 16: 4, 18: 4}, linked)
    assert {verdict.flag for verdict in verification.verdicts} == {VerificationFlag.SUPPORTED}
    assert {verdict.ceiling for verdict in verification.verdicts} == {4}


def test_equal_inputs_have_one_hash_and_a_changed_input_has_another() -> None:
    linked = exchange("a", "b")
    first = verify_indicator(36, 4, inventory_with(linked, exchange("b", "c")))
    assert (
        verify_indicator(36, 4, inventory_with(exchange("b", "c"), linked)).inputs == first.inputs
    )
    changed = {
        verify_indicator(36, 4, inventory_with(replace(linked, version=2))).inputs,
        verify_indicator(36, 5, inventory_with(linked)).inputs,
        verify_indicator(36, 4, inventory_with(linked, year=2025)).inputs,
        verify_indicator(36, 4, inventory_with(linked, documents_closed=False)).inputs,
        verify_indicator(
            36, 4, inventory_with(linked, documents=(replace(REVIEW, indicator=36),))
        ).inputs,
        verify_indicator(36, 4, inventory_with(linked, exchange("a", "n"))).inputs,
    }
    assert len(changed | {first.inputs}) == 7
