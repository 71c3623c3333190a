"""Verification of claims against an inventory: verdicts, flags, gaps and the resulting index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.model import (
    ApplicationStatus,
    Capability,
    CommonApplication,
    Evidence,
    EvidenceKind,
    Integration,
    IntegrationStatus,
    LevelClaim,
)
from engine.verification.evaluation import FindingState, Missing, VerificationGap
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
    held,
    missing,
    outcome,
    verdict,
)


@pytest.mark.parametrize(
    ("integration", "claim", "expected"),
    [
        (exchange("a", "b"), 4, (4, 4, VerificationFlag.SUPPORTED)),  # 41 is a partner of 36
        (exchange("b", "a"), 4, (4, 4, VerificationFlag.SUPPORTED)),  # whichever way the data flows
        (exchange("a", "n"), 4, (4, 4, VerificationFlag.SUPPORTED)),  # another instance
        (
            exchange("a", "SPLP"),
            4,
            (4, 4, VerificationFlag.SUPPORTED),
        ),  # a national application by name
        (
            exchange("a", "b"),
            5,
            (4, 4, VerificationFlag.OVER_CLAIM),
        ),  # no documents, and the deadline for handing in has passed
        (
            exchange("a", "c"),
            4,
            (3, 4, VerificationFlag.UNVERIFIABLE),
        ),  # the partners named are examples
        (exchange("a", "SIMPEG"), 4, (3, 4, VerificationFlag.UNVERIFIABLE)),  # the owner is unknown
        (exchange("b", "c"), 4, (3, 3, VerificationFlag.OVER_CLAIM)),
        (exchange("b", "c"), 3, (3, 3, VerificationFlag.SUPPORTED)),
        (replace(exchange("a", "b"), evidence_grade=0), 4, (3, 3, VerificationFlag.OVER_CLAIM)),
        (replace(exchange("a", "b"), verified_on=None), 4, (3, 4, VerificationFlag.UNVERIFIABLE)),
        (
            replace(exchange("a", "b", UNKNOWN), evidence_grade=1),
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
    assert outcome(verdict(36, claim, held(integration))) == expected


def test_a_supported_service_names_its_evidence() -> None:
    found = verdict(36, 4, held(exchange("a", "b"), exchange("a", "n"), exchange("a", "c")))
    assert found.edges == ("a-b", "a-n")
    assert found.rule == "permenpanrb59-2020/engine/0.1/R32-47"
    assert found.confirmed


def test_a_service_that_is_not_shown_names_what_is_missing() -> None:
    out_of_date = replace(exchange("a", "b"), verified_on=TODAY - timedelta(days=400))
    found = verdict(36, 4, held(out_of_date, exchange("a", "SIMPEG"), exchange("a", "c")))
    assert set(found.open[0].missing) == {
        Missing(VerificationGap.NOT_COUNTED, "a-b", ("OUT_OF_DATE",)),
        Missing(VerificationGap.OWNER_UNKNOWN, "a-SIMPEG"),
        Missing(VerificationGap.PARTNER_NOT_NAMED, "a-c"),
        Missing(VerificationGap.NO_EXCHANGE, "a"),
    }


@pytest.mark.parametrize("vouched", ["", "y", "yz"])
def test_without_the_word_of_the_opd_nothing_is_called_an_over_claim(vouched: str) -> None:
    found = verdict(36, 4, held(vouched_for=frozenset(vouched)))
    assert outcome(found) == (3, 4, VerificationFlag.UNVERIFIABLE)
    assert Missing(VerificationGap.NOT_VOUCHED_FOR, "x") in missing(found)


def test_that_no_application_serves_an_indicator_is_a_fact_only_where_all_are_listed() -> None:
    assert outcome(verdict(44, 4, held())) == (3, 3, VerificationFlag.OVER_CLAIM)
    unlisted = verdict(44, 4, held(serves={"a": frozenset([36]), "b": frozenset([41])}))
    assert outcome(unlisted) == (3, 4, VerificationFlag.UNVERIFIABLE)
    assert Missing(VerificationGap.SERVICE_UNKNOWN, "c") in missing(unlisted)
    assert outcome(verdict(44, 4, held(vouched_for=frozenset("xy")))) == (
        3,
        4,
        VerificationFlag.UNVERIFIABLE,
    )


def test_two_applications_of_one_service_do_not_collaborate() -> None:
    both = {"a": frozenset([36]), "b": frozenset([36]), "c": frozenset[int]()}
    assert outcome(verdict(36, 4, held(exchange("a", "b"), serves=both))) == (
        3,
        3,
        VerificationFlag.OVER_CLAIM,
    )
    partner_too = {**both, "b": frozenset([36, 41])}
    assert outcome(verdict(36, 4, held(exchange("a", "b"), serves=partner_too)))[0] == 4


def test_the_highest_level_of_a_service_asks_for_both_documents_of_the_year() -> None:
    def documents(review: date | None) -> tuple[ReviewDocument, ...]:
        return (
            ReviewDocument("r", 36, EvidenceKind.REVIEW, review),
            ReviewDocument("f", 36, EvidenceKind.FOLLOW_UP, date(2026, 3, 1)),
        )

    linked = exchange("a", "b")
    whole = verdict(36, 5, held(linked, documents=documents(date(2026, 1, 1))))
    assert outcome(whole) == (5, 5, VerificationFlag.SUPPORTED)
    assert [each.documents for each in whole.findings] == [(), ("r",), ("f",)]
    earlier = verdict(36, 5, held(linked, documents=documents(date(2025, 12, 31))))
    assert outcome(earlier) == (4, 4, VerificationFlag.OVER_CLAIM)
    undated = verdict(36, 5, held(linked, documents=documents(None)))
    assert outcome(undated) == (4, 5, VerificationFlag.UNVERIFIABLE)
    still_open = verdict(36, 5, held(linked, documents_closed=False))
    assert outcome(still_open) == (4, 5, VerificationFlag.UNVERIFIABLE)


def test_a_low_claim_is_nominated_only_where_a_person_saw_the_functions() -> None:
    linked = exchange("a", "b")
    assert verdict(36, 3, held(linked)).flag is VerificationFlag.SUPPORTED
    seen = held(linked, functions_ticked=frozenset([36]))
    assert verdict(36, 3, seen).flag is VerificationFlag.UNDER_CLAIM
    assert verdict(36, 4, seen).flag is VerificationFlag.SUPPORTED
    assert (
        verdict(36, 2, held(functions_ticked=frozenset([36]))).flag is VerificationFlag.UNDER_CLAIM
    )


BUS = (exchange("a", "b", HUB), exchange("c", "b", HUB))


@pytest.mark.parametrize(
    ("integrations", "changes", "expected"),
    [
        ((), {}, (1, 1)),
        ((exchange("a", "b"),), {}, (1, 1)),
        ((exchange("a", "b", UNKNOWN),), {}, (1, 2)),  # may be the bus, but z is surely not on it
        ((exchange("a", "b", UNKNOWN), exchange("b", "c", UNKNOWN)), {}, (1, 3)),
        ((exchange("a", "b", HUB),), {}, (2, 2)),
        ((exchange("a", "b", HUB),), {"vouched_for": frozenset("xy")}, (2, 3)),
        ((exchange("a", "b", HUB),), {"exempt": {"z": "dilebur"}}, (3, 3)),
        (BUS, {}, (3, 3)),
        ((*BUS, exchange("a", "SPLP", HUB)), {}, (3, 3)),  # no review
        ((*BUS, exchange("a", "SPLP", HUB)), {"documents": (REVIEW,)}, (4, 4)),
        ((*BUS, exchange("a", "n", HUB)), {"documents": (REVIEW,)}, (4, 4)),
        ((*BUS, exchange("a", "SIMPEG", HUB)), {"documents": (REVIEW,)}, (3, 4)),
        ((*BUS, exchange("a", "n", API)), {"documents": (REVIEW,)}, (3, 3)),
        ((*BUS, exchange("a", "n", HUB)), {"documents": (REVIEW, FOLLOW_UP)}, (5, 5)),
        ((), {"vouched_for": frozenset()}, (1, 5)),
        ((), {"opds": (), "vouched_for": frozenset()}, (1, 5)),
    ],
)
def test_the_bus_is_held_against_every_opd_in_scope(
    integrations: tuple[Integration, ...],
    changes: dict[str, object],
    expected: tuple[int, int],
) -> None:
    inventory = held(*integrations, **changes)
    if not inventory.vouched_for:
        inventory = replace(inventory, documents_closed=False)
    found = verdict(18, None, inventory)
    assert (found.ceiling, found.not_refuted) == expected


def test_an_opd_that_vouches_for_an_inventory_without_the_bus_is_named() -> None:
    found = verdict(18, 3, held(exchange("a", "b", HUB)))
    assert found.flag is VerificationFlag.OVER_CLAIM
    assert found.edges == ("a-b",)
    assert found.open[0].missing == (Missing(VerificationGap.OPD_NOT_ON_BUS, "z"),)


def test_a_confirmed_exchange_of_unknown_mode_may_be_over_the_bus() -> None:
    found = verdict(18, 2, held(exchange("a", "b", UNKNOWN), vouched_for=frozenset("xyz")))
    assert found.flag is VerificationFlag.UNVERIFIABLE
    assert Missing(VerificationGap.NOT_COUNTED, "a-b", ("MODE_UNKNOWN",)) in missing(found)


@pytest.mark.parametrize(
    ("known", "expected"),
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
def test_building_applications_is_held_against_consultations_and_duplicates(
    known: Development | None, expected: tuple[int, int]
) -> None:
    found = verdict(15, None, held(development=known))
    assert (found.ceiling, found.not_refuted) == expected


def test_the_year_shows_what_was_built_since_the_policy() -> None:
    own = [
        replace(APPLICATIONS[0], year=2020),
        replace(APPLICATIONS[1], year=2021, consulted=True),
        APPLICATIONS[2],
        replace(APPLICATIONS[1], id="n", year=2022, common_application="sipd"),
        replace(APPLICATIONS[1], id="r", year=2022, status=ApplicationStatus.RETIRED),
    ]
    found = development_since_policy(own, policy_year=2021)
    assert (found.built, found.year_unknown, found.consulted) == (("b",), ("c",), {"b": True})


def test_reviews_and_follow_ups_are_found_among_the_evidence_of_claims() -> None:
    shown = (
        Evidence("Reviu", "https://a.id/r", EvidenceKind.REVIEW, date(2026, 1, 2)),
        Evidence("Layar", "https://a.id/l"),
    )
    assert review_documents([LevelClaim(18, 4, evidence=shown), LevelClaim(36, 3)]) == (
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


def test_an_application_serves_what_it_is_tagged_with_and_what_its_national_one_serves() -> None:
    sipd = CommonApplication("sipd", "SIPD", "", "", "", (32, 33), SOURCE)
    own = [replace(APPLICATIONS[0], common_application="sipd"), *APPLICATIONS[1:]]
    assert indicators_by_application(own, [sipd], {"a": [40], "b": []}) == {
        "a": frozenset([32, 33, 40]),
        "b": frozenset(),
    }
    retired = [replace(each, status=ApplicationStatus.RETIRED) for each in own]
    assert indicators_by_application(retired, [sipd], {"a": [40], "b": []}) == {}


def test_the_index_stands_as_claimed_as_supported_and_as_not_refuted() -> None:
    found = verify_levels(SPBE, RULES, {36: 4, 41: 4, 1: 5}, held(exchange("b", "SIMPEG")))
    assert [each.flag for each in found.verdicts if each.indicator in (36, 41)] == [
        VerificationFlag.OVER_CLAIM,
        VerificationFlag.UNVERIFIABLE,
    ]
    assert found.claimed is not None
    assert found.supported is not None
    assert found.not_refuted is not None
    assert found.claimed.value == "1.217"  # 1 + 3 * 0.0275 * 2 + 4 * 0.013
    assert found.supported.value == "1.162"
    assert found.not_refuted.value == "1.1895"


def test_without_claims_there_are_bounds_and_no_flags_and_no_index() -> None:
    found = verify_levels(SPBE, RULES, {}, held())
    assert len(found.verdicts) == 18
    assert {each.flag for each in found.verdicts} == {None}
    assert found.claimed is None


def test_rules_that_rest_on_secondary_sources_refute_no_claim() -> None:
    found = verify_levels(PEMDI, rule_tables()["pemdi-2026"], {13: 4, 16: 5, 18: 4, 1: 5}, held())
    assert [(each.indicator, each.flag, each.confirmed) for each in found.verdicts] == [
        (13, VerificationFlag.UNVERIFIABLE, False),
        (16, VerificationFlag.UNVERIFIABLE, False),
        (18, VerificationFlag.UNVERIFIABLE, False),
    ]
    assert {each.findings[0].state for each in found.verdicts} == {FindingState.FAILED}


def test_the_rules_of_pemdi_ask_for_exchanges_and_reviews() -> None:
    reviews = tuple(ReviewDocument(f"r{n}", n, EvidenceKind.REVIEW, None) for n in (13, 16, 18))
    linked = held(*BUS, documents=reviews, serves={"a": frozenset([16])})
    found = verify_levels(PEMDI, rule_tables()["pemdi-2026"], {13: 4, 16: 4, 18: 4}, linked)
    assert {each.flag for each in found.verdicts} == {VerificationFlag.SUPPORTED}
    assert {each.ceiling for each in found.verdicts} == {4}


def test_equal_inputs_have_one_hash_and_what_a_verdict_reads_changes_it() -> None:
    linked = exchange("a", "b")
    first = verdict(36, 4, held(linked, exchange("b", "c")))
    assert verdict(36, 4, held(exchange("b", "c"), linked)).inputs == first.inputs
    changed = {
        verdict(36, 4, held(replace(linked, version=2))).inputs,
        verdict(36, 5, held(linked)).inputs,
        verdict(36, 4, held(linked, year=2025)).inputs,
        verdict(36, 4, held(linked, documents_closed=False)).inputs,
        verdict(36, 4, held(linked, documents=(replace(REVIEW, indicator=36),))).inputs,
        verdict(36, 4, held(linked, exchange("a", "n"))).inputs,
    }
    assert len(changed | {first.inputs}) == 7
