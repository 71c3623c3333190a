"""Completeness: what an inventory leaves out, and for which OPDs an absence is a fact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from engine.model import Application, ApplicationStatus, Provenance
from engine.verification.attestation import (
    ATTESTED_DAYS,
    Attestation,
    AttestationStatus,
    ForeignEdit,
    SealState,
    attestation_status,
)
from engine.verification.completeness import (
    MissingFields,
    by_opd,
    measure_completeness,
    vouched_for,
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


def test_each_application_names_the_fields_it_leaves_out() -> None:
    found = measure_completeness(
        "32.11",
        [
            application("b", opd=None, year=None),
            application("a"),
            application("c", status=ApplicationStatus.UNKNOWN, function=" ", platform=""),
        ],
    )
    assert (found.applications, found.filled, found.required) == (3, 10, 15)
    assert found.exact == Fraction(2, 3)
    assert found.missing == (
        MissingFields("b", ("opd", "year")),
        MissingFields("c", ("status", "function", "platform")),
    )
    assert not found.enough


def test_a_retired_application_asks_for_nothing() -> None:
    retired = application("a", status=ApplicationStatus.RETIRED, year=None)
    found = measure_completeness("x", [retired])
    assert (found.applications, found.value) == (0, None)


@pytest.mark.parametrize(("gaps", "value", "enough"), [(0, "1.00", True), (1, "0.80", True)])
def test_eighty_percent_is_enough(gaps: int, value: str, enough: bool) -> None:
    found = measure_completeness("x", [application("a", year=None if gaps else 2020)])
    assert (found.value, found.enough) == (value, enough)


def test_less_than_eighty_percent_is_not_enough() -> None:
    found = measure_completeness("x", [application("a", year=None, function="")])
    assert (found.value, found.enough) == ("0.60", False)


def test_applications_without_an_opd_are_counted_apart() -> None:
    found = by_opd(["x", "y"], [application("a"), application("b", opd=None)])
    assert {opd: each.applications for opd, each in found.items()} == {"x": 1, "y": 0, "": 1}


@pytest.mark.parametrize(
    ("attestations", "edits", "today", "state"),
    [
        ([], [], TODAY, SealState.NEVER_GIVEN),
        ([Attestation("y", "staff of y", NOON)], [], TODAY, SealState.NEVER_GIVEN),
        ([GIVEN], [], TODAY, SealState.HOLDS),
        ([GIVEN], [], GIVEN.at.date() + timedelta(days=ATTESTED_DAYS), SealState.HOLDS),
        ([GIVEN], [], GIVEN.at.date() + timedelta(days=ATTESTED_DAYS + 1), SealState.EXPIRED),
        ([GIVEN], [ForeignEdit("x", "a", "province", NOON)], TODAY, SealState.BROKEN),
        ([GIVEN], [ForeignEdit("y", "b", "province", NOON)], TODAY, SealState.HOLDS),
        ([GIVEN], [ForeignEdit("x", "a", "p", GIVEN.at)], TODAY, SealState.HOLDS),
        (
            [GIVEN, Attestation("x", "staff of x", NOON)],
            [ForeignEdit("x", "a", "province", NOON - timedelta(days=5))],
            TODAY,
            SealState.HOLDS,
        ),
    ],
)
def test_an_attestation_holds_a_year_unless_a_later_foreign_edit_breaks_it(
    attestations: list[Attestation], edits: list[ForeignEdit], today: date, state: SealState
) -> None:
    found = attestation_status("x", attestations, edits, today=today)
    assert found.state is state
    assert found.holds is (state is SealState.HOLDS)


def test_a_broken_seal_names_the_edit_that_broke_it_first() -> None:
    first = ForeignEdit("x", "a", "province", NOON - timedelta(days=2))
    later = ForeignEdit("x", "b", "province", NOON)
    found = attestation_status("x", [GIVEN], [later, first], today=TODAY)
    assert found == AttestationStatus("x", SealState.BROKEN, GIVEN, date(2027, 11, 14), first)


def test_an_opd_vouches_by_a_seal_that_holds_on_an_inventory_complete_enough() -> None:
    inventories = by_opd(
        ["x", "y", "z", "w"],
        [application("a"), application("b", "y"), application("c", "z", year=None, function="")],
    )
    attested = [Attestation(opd, "staff", NOON) for opd in ("x", "z", "w")]
    seals = [attestation_status(opd, attested, [], today=TODAY) for opd in ("x", "y", "z", "w")]
    assert vouched_for(seals, inventories) == {"x", "w"}  # w vouches for having none
