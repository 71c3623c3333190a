"""The bounds of what a log holds: every field has one, and a value just over it is refused."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args, get_type_hints

import pytest

from engine.bounds import BoundExceeded, ListBound, TypeBound
from engine.consolidation.decision import ProposalChoice, ProposalDecision
from engine.consolidation.proposal import ProposalKind, compute_proposal_id
from engine.log.body_bounds import BODY_BOUNDS, check_bounds
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.log.inventory_import import ImportedApplication, InventoryImport
from engine.log.source import RegionHandover
from engine.model import (
    Application,
    ApplicationStatus,
    Assessment,
    AssessmentKind,
    AssessmentState,
    Evidence,
    LevelClaim,
    Opd,
    Provenance,
    PublishedFigures,
    Region,
    RegionKind,
)
from engine.path.effort import LevelEffort, RegionEffort
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from engine.verification.inventory import DevelopmentPolicy
from facts.region import region_catalogue

SOURCE = Provenance("laporan")
REGION = Region("32.11", "Kabupaten Sumedang", RegionKind.REGENCY, "32", SOURCE)
OPD = Opd("32.11:opd-a", "32.11", "Dinas Kesehatan", "Dinkes", SOURCE)
APPLICATION = Application(
    "32.11:application-a", "32.11", OPD.id, "SIMPEG", ApplicationStatus.ACTIVE, 1, SOURCE
)
EVIDENCE = Evidence("Berita acara", "https://a.id/ba")
CLAIM = LevelClaim(1, 3, "satu\ndua", (EVIDENCE,))
ASSESSMENT = Assessment(
    *("32.11:assessment-a", "32.11", "spbe-2020", 2024),
    *(AssessmentKind.SELF, AssessmentState.DRAFT, 1, SOURCE, (CLAIM,)),
    published=PublishedFigures("4.59", "Memuaskan", ((1, "4.50"),)),
)
EDIT = ForeignEdit(OPD.id, APPLICATION.id, "sso:2", datetime(2026, 1, 2, tzinfo=UTC))
ATTESTATION = AttestationRecord(
    Attestation(OPD.id, "sso:1", datetime(2026, 1, 1, tzinfo=UTC)), EDIT
)
POLICY = DevelopmentPolicy("32.11", None, "", "")
EFFORT = RegionEffort("32.11", "spbe-2020", (LevelEffort(1, 2, "2.50"),))
HANDOVER = RegionHandover("32.11", "wss://sumedang.example/graphql")
IMPORT = InventoryImport(
    *("32.11:import-a", "32.11", "daftar.xlsx", "sso:1", datetime(2026, 1, 1, tzinfo=UTC)),
    (ImportedApplication(APPLICATION.id, 2, None, 1),),
)
DECISION = ProposalDecision(
    *("32.11", "32.11:proposal-a", "0" * 32, ProposalChoice.REJECT, "dipakai", "sso:1"),
    datetime(2026, 1, 1, tzinfo=UTC),
)
BODIES = (REGION, OPD, APPLICATION, ASSESSMENT, ATTESTATION, POLICY, EFFORT, HANDOVER, IMPORT)

ADDRESS = "an address that begins with http:// or https:// and names a host"
PLAIN = "a text without control or format characters"
DECIMAL_5 = "a decimal number from 0 to 5"
FAR = datetime(9999, 12, 31, tzinfo=UTC)
EARLY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
TIME = "a time with an offset, from 1970-01-01 to 2199-12-31"

# Values of a field that are just over its bound, and the message.
EXCEEDING: list[tuple[Any, str, Any, str]] = [
    (REGION, "name", "", "expected 1 to 200 characters, got 0"),
    (REGION, "latitude", "90.01", "expected a decimal number from -90 to 90, got '90.01'"),
    (REGION, "area_km2", "1e999999999", "decimal number from 0 to 510100000, got '1e999999999'"),
    (REGION, "population", -1, "expected a whole number from 0 to 9007199254740991, got -1"),
    (OPD, "acronym", "x" * 51, "expected 0 to 50 characters, got 51"),
    (OPD, "affairs", ("a",) * 61, "expected at most 60 items, got 61"),
    (OPD, "affairs", ("a b",), "affairs.0: expected no spaces, got 'a b'"),
    (APPLICATION, "id", "32.11:application-" + "a" * 238, "expected 1 to 255 characters, got 256"),
    (APPLICATION, "name", "x" * 80_000, "expected 1 to 200 characters, got 80000"),
    (APPLICATION, "name", "SIM\x1b[2J", f"expected {PLAIN}, got 'SIM\\x1b[2J'"),
    (APPLICATION, "name", "SIM\nPEG", f"expected {PLAIN}, got 'SIM\\nPEG'"),
    (APPLICATION, "function", "a\u202eb", f"expected {PLAIN}, got 'a\\u202eb'"),
    (APPLICATION, "function", "x" * 2_001, "expected 0 to 2000 characters, got 2001"),
    (APPLICATION, "url", "javascript:alert(document.domain)", f"expected {ADDRESS}, got "),
    (APPLICATION, "url", "data:text/html,a", f"expected {ADDRESS}, got data:text/html,a"),
    (APPLICATION, "url", "https://", f"expected {ADDRESS}, got https://"),
    (APPLICATION, "url", 'https://a.id/">', f"expected {ADDRESS}, got "),
    (APPLICATION, "url", "https://a.id/" + "a" * 1_988, "expected 1 to 2000 characters, got 2001"),
    (APPLICATION, "year", 1979, "expected a whole number from 1980 to 2199, got 1979"),
    (APPLICATION, "year", 10**30, "expected a whole number from 1980 to 2199, got 1000"),
    (APPLICATION, "users", 2**53, "got 9007199254740992"),
    (APPLICATION, "version", 2**31, "expected a whole number from 1 to 2147483647, got 2147483648"),
    (APPLICATION, "fit", 6, "expected a whole number from 1 to 5, got 6"),
    (APPLICATION, "provenance", Provenance(""), "provenance.source: expected 1 to 1000 characters"),
    (ASSESSMENT, "levels", (CLAIM,) * 61, "expected at most 60 items, got 61"),
    (
        ASSESSMENT,
        "levels",
        (replace(CLAIM, evidence=(EVIDENCE,) * 21),),
        "levels.0.evidence: expected at most 20 items, got 21",
    ),
    (
        ASSESSMENT,
        "levels",
        (replace(CLAIM, evidence=(replace(EVIDENCE, url="ftp://a.id"),)),),
        f"levels.0.evidence.0.url: expected {ADDRESS}, got ftp://a.id",
    ),
    (
        ASSESSMENT,
        "levels",
        (replace(CLAIM, evidence=(replace(EVIDENCE, dated=date(1899, 12, 31)),)),),
        "levels.0.evidence.0.dated: expected a day from 1900-01-01 to 2199-12-31, got 1899-12-31",
    ),
    (ASSESSMENT, "levels", (replace(CLAIM, explanation="x" * 10_001),), "levels.0.explanation: "),
    (ASSESSMENT, "levels", (replace(CLAIM, level=6),), "levels.0.level: "),
    (
        ASSESSMENT,
        "published",
        PublishedFigures("1e9", ""),
        f"published.value: expected {DECIMAL_5}",
    ),
    (
        ASSESSMENT,
        "published",
        PublishedFigures("4.59", "", ((1, "9.00"),)),
        f"published.domains.0.1: expected {DECIMAL_5}, got '9.00'",
    ),
    (ASSESSMENT, "instrument", "x" * 33, "expected 1 to 32 characters, got 33"),
    (ATTESTATION, "invalidated_by", replace(EDIT, at=FAR), f"invalidated_by.at: expected {TIME}"),
    (ATTESTATION, "invalidated_by", replace(EDIT, at=EARLY), f"invalidated_by.at: expected {TIME}"),
    (ATTESTATION, "invalidated_by", replace(EDIT, at=datetime(2026, 1, 1)), f"expected {TIME}"),
    (POLICY, "url", "JavaScript://a.id/%0aalert(1)", f"expected {ADDRESS}, got "),
    (EFFORT, "steps", (LevelEffort(1, 2, "1e99"),), "steps.0.effort: expected a decimal number"),
    (EFFORT, "steps", EFFORT.steps * 301, "expected at most 300 items, got 301"),
    (HANDOVER, "url", "file:///etc/passwd", "expected an address that begins with http:// or "),
    (IMPORT, "file_name", "x" * 256, "expected 1 to 255 characters, got 256"),
    (IMPORT, "applications", IMPORT.applications * 5_001, "expected at most 5000 items, got 5001"),
    (DECISION, "proposal", "x" * 256, "expected 1 to 255 characters, got 256"),
]


def test_every_field_of_every_body_has_a_bound() -> None:
    types = _reachable_types({*ENTRY_BODY_TYPES.values(), AttestationRecord})
    assert {kind: set(bounds) for kind, bounds in BODY_BOUNDS.items()} == {
        kind: {field.name for field in fields(kind)} for kind in types
    }


def test_an_object_in_a_field_has_the_type_that_its_bound_names() -> None:
    for kind, bounds in BODY_BOUNDS.items():
        for name, hint in get_type_hints(kind).items():
            bound: object = bounds[name]
            bound = bound.item if isinstance(bound, ListBound) else bound
            for inner in filter(is_dataclass, (hint, *get_args(hint))):
                assert isinstance(bound, TypeBound), (kind, name)
                assert bound.kinds == (inner,)


@pytest.mark.parametrize("body", [*BODIES, DECISION], ids=lambda body: type(body).__name__)
def test_a_body_within_its_bounds_passes(body: object) -> None:
    check_bounds(body)


@pytest.mark.parametrize(("body", "field", "value", "message"), EXCEEDING)
def test_a_value_over_its_bound_is_refused(
    body: Any, field: str, value: object, message: str
) -> None:
    with pytest.raises(BoundExceeded) as refused:
        check_bounds(replace(body, **{field: value}))
    assert message in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_decision_of_the_agency_with_the_longest_code_passes() -> None:
    code = max((region.code for region in region_catalogue(national=True)), key=len)
    proposal = compute_proposal_id(ProposalKind.RETIRE, code, [code])
    assert (len(code), len(proposal)) == (89, 131)
    check_bounds(replace(DECISION, region=code, proposal=proposal))


def _reachable_types(kinds: set[Any]) -> set[Any]:
    """Return these data classes, and those of their fields."""
    reached: set[Any] = set()
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if is_dataclass(kind) and kind not in reached:
            reached.add(kind)
            waiting += get_type_hints(kind).values()
        waiting += get_args(kind)
    return reached
