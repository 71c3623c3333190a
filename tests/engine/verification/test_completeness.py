"""Completeness of inventories, and the OPDs whose attestations make an absence a fact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from engine.model import Application, ApplicationStatus, Provenance
from engine.verification.attestation import (
    ATTESTED_DAYS,
    Attestation,
    AttestationState,
    AttestationStatus,
    ForeignEdit,
    attestation_status,
)
from engine.verification.completeness import (
    ApplicationField,
    ApplicationMissingFields,
    attesting_opds,
    completeness_by_opd,
    measure_completeness,
)

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GIVEN = Attestation("x", "staff of x", NOON - timedelta(days=10))


def application(
    id: str,
    opd: str | None = "x",
    status: ApplicationStatus = ApplicationStatus.ACTIVE,
    function: str = "fungsi",
    platform: str = "web",
    year: int | None = 2020,
) -> Application:
    return Application(
        id,
        "32.11",
        opd,
        id,
        status,
        1,
        Provenance("test"),
        function=function,
        platform=platform,
        year=year,
    )


def test_the_missing_fields_of_each_application_are_named() -> None:
    completeness = measure_completeness(
        "32.11",
        [
            application("b", opd=None, year=None),
            application("a"),
            application("c", status=ApplicationStatus.UNKNOWN, function=" ", platform=""),
        ],
    )
    assert (completeness.applications, completeness.filled, completeness.required) == (3, 10, 15)
    assert completeness.exact == Fraction(2, 3)
    assert completeness.missing == (
        ApplicationMissingFields("b", (ApplicationField.OPD, ApplicationField.YEAR)),
        ApplicationMissingFields(
            "c",
            (ApplicationField.STATUS, ApplicationField.FUNCTION_TEXT, ApplicationField.PLATFORM),
        ),
    )
    assert not completeness.is_sufficient


def test_a_retired_application_requires_no_fields() -> None:
    retired = application("a", status=ApplicationStatus.RETIRED, year=None)
    completeness = measure_completeness("x", [retired])
    assert (completeness.applications, completeness.value) == (0, None)


@pytest.mark.parametrize(("gaps", "value", "enough"), [(0, "1.00", True), (1, "0.80", True)])
def test_eighty_percent_is_enough(gaps: int, value: str, enough: bool) -> None:
    completeness = measure_completeness("x", [application("a", year=None if gaps else 2020)])
    assert (completeness.value, completeness.is_sufficient) == (value, enough)


def test_less_than_eighty_percent_is_not_enough() -> None:
    completeness = measure_completeness("x", [application("a", year=None, function="")])
    assert (completeness.value, completeness.is_sufficient) == ("0.60", False)


def test_applications_without_an_opd_are_counted_separately() -> None:
    inventories = completeness_by_opd(["x", "y"], [application("a"), application("b", opd=None)])
    assert {opd: completeness.applications for opd, completeness in inventories.items()} == {
        "x": 1,
        "y": 0,
        "": 1,
    }


@pytest.mark.parametrize(
    ("attestations", "edits", "today", "state"),
    [
        ([], [], TODAY, AttestationState.NEVER_GIVEN),
        ([Attestation("y", "staff of y", NOON)], [], TODAY, AttestationState.NEVER_GIVEN),
        ([GIVEN], [], TODAY, AttestationState.VALID),
        ([GIVEN], [], GIVEN.at.date() + timedelta(days=ATTESTED_DAYS), AttestationState.VALID),
        (
            [GIVEN],
            [],
            GIVEN.at.date() + timedelta(days=ATTESTED_DAYS + 1),
            AttestationState.EXPIRED,
        ),
        ([GIVEN], [ForeignEdit("x", "a", "province", NOON)], TODAY, AttestationState.INVALIDATED),
        ([GIVEN], [ForeignEdit("y", "b", "province", NOON)], TODAY, AttestationState.VALID),
        ([GIVEN], [ForeignEdit("x", "a", "p", GIVEN.at)], TODAY, AttestationState.VALID),
        (
            [GIVEN, Attestation("x", "staff of x", NOON)],
            [ForeignEdit("x", "a", "province", NOON - timedelta(days=5))],
            TODAY,
            AttestationState.VALID,
        ),
    ],
)
def test_an_attestation_holds_a_year_unless_a_later_foreign_edit_breaks_it(
    attestations: list[Attestation], edits: list[ForeignEdit], today: date, state: AttestationState
) -> None:
    status = attestation_status("x", attestations, edits, today=today)
    assert status.state is state
    assert status.holds is (state is AttestationState.VALID)


def test_a_broken_seal_names_the_edit_that_broke_it_first() -> None:
    first = ForeignEdit("x", "a", "province", NOON - timedelta(days=2))
    later = ForeignEdit("x", "b", "province", NOON)
    status = attestation_status("x", [GIVEN], [later, first], today=TODAY)
    assert status == AttestationStatus(
        "x", AttestationState.INVALIDATED, GIVEN, date(2027, 11, 14), first
    )


def test_an_opd_vouches_with_a_valid_seal_on_a_sufficiently_complete_inventory() -> None:
    inventories = completeness_by_opd(
        ["x", "y", "z", "w"],
        [application("a"), application("b", "y"), application("c", "z", year=None, function="")],
    )
    attested = [Attestation(opd, "staff", NOON) for opd in ("x", "z", "w")]
    seals = [attestation_status(opd, attested, [], today=TODAY) for opd in ("x", "y", "z", "w")]
    assert attesting_opds(seals, inventories) == {"x", "w"}  # w attests that it has no application
