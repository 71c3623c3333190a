"""A log whose owner writes what it may not say, in every way that is known."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from engine.consolidation.decision import ProposalChoice, ProposalDecision
from engine.document import to_document
from engine.log.body_bounds import BODY_BYTES_MOST
from engine.log.entry import GENESIS, SALT_BYTES, Entry, seal_entry
from engine.log.entry_types import ClaimedLevel
from engine.log.inventory_import import ImportedApplication, InventoryImport
from engine.log.refusal import RefusalReason
from engine.log.source import ClockDeviation, RegionHandover
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    ApplicationStatus,
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Evidence,
    EvidenceGrade,
    EvidenceKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    LevelClaim,
    Opd,
    Provenance,
    PublishedFigures,
    Region,
    RegionKind,
    Visibility,
)
from engine.path.effort import LevelEffort, RegionEffort
from engine.verification.attestation import Attestation
from engine.verification.inventory import DevelopmentPolicy, Exemption

HOSTILE, VICTIM, PROVINCE = "32.12", "32.11", "32"
OUR_URL = "https://simpul.example.id/graphql"  # of the follower
SOURCE = Provenance("hostile")
LONG = "x" * 80_000

FOREIGN_RESULT = RefusalReason.FOREIGN_RESULT
FOREIGN_REGION = RefusalReason.FOREIGN_REGION
FOREIGN_ID = RefusalReason.FOREIGN_ID
FOREIGN_IDENTITY = RefusalReason.FOREIGN_IDENTITY
OUT_OF_BOUNDS = RefusalReason.OUT_OF_BOUNDS
MISSING_REFERENCE = RefusalReason.MISSING_REFERENCE
INVALID_BODY = RefusalReason.INVALID_BODY


@dataclass(frozen=True, slots=True)
class Statement:
    """An entry that an owner writes, before it has a place in the log."""

    kind: EventKind
    subject: str
    body: Mapping[str, Any]
    actor: str = "ani"
    at: datetime | None = None  # None: now
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class Trick:
    """A statement, the reason for which a follower refuses it, and what it says of the clock."""

    statement: Statement
    refused: RefusalReason | None = None  # None: the statement changes the hostile region alone
    clock: ClockDeviation | None = None


@dataclass
class HostileLog:
    """The end of a log, to which statements are appended with valid hashes."""

    region: str = HOSTILE
    sequence: int = 0
    hash: str = GENESIS

    def append(self, *statements: Statement) -> list[Entry]:
        """Return the statements as the next entries."""
        entries = []
        for statement in statements:
            entry = seal_entry(
                region=self.region,
                sequence=self.sequence + 1,
                at=statement.at or datetime.now(UTC),
                actor=statement.actor,
                kind=statement.kind,
                subject=statement.subject,
                visibility=statement.visibility,
                body=statement.body,
                salt=secrets.token_hex(SALT_BYTES),
                previous_hash=self.hash,
            )
            self.sequence, self.hash = entry.sequence, entry.hash
            entries.append(entry)
        return entries


def region_of(code: str, name: str, kind: RegionKind = RegionKind.REGENCY) -> Region:
    return Region(code, name, kind, PROVINCE if "." in code else None, SOURCE)


def opd_of(code: str, name: str = "Dinas Komunikasi") -> Opd:
    return Opd(f"{code}:opd-diskominfo", code, name, "Diskominfo", SOURCE)


def application_of(code: str, name: str = "Surat Desa", version: int = 1) -> Application:
    return Application(
        id=f"{code}:application-1",
        region=code,
        opd=f"{code}:opd-diskominfo",
        name=name,
        status=ApplicationStatus.ACTIVE,
        version=version,
        provenance=SOURCE,
    )


def assessment_of(log: str, region: str, kind: AssessmentKind, value: str = "5.00") -> Assessment:
    return Assessment(
        id=f"{log}:assessment-{region}-spbe-2020-2024-{kind.value.lower()}",
        region=region,
        instrument="spbe-2020",
        year=2024,
        kind=kind,
        state=AssessmentState.PUBLISHED,
        version=1,
        provenance=SOURCE,
        published=PublishedFigures(value, "Memuaskan"),
    )


def draft_of(code: str, name: str = "draft") -> Assessment:
    return Assessment(
        id=f"{code}:assessment-{name}",
        region=code,
        instrument="spbe-2020",
        year=2025,
        kind=AssessmentKind.SELF,
        state=AssessmentState.DRAFT,
        version=1,
        provenance=SOURCE,
    )


def integration_of(code: str, target: str | None) -> Integration:
    return Integration(
        id=f"{code}:integration-1",
        region=code,
        source=f"{code}:application-1",
        target=target,
        target_name="Tujuan" if target else "SIASN",
        data_object="penduduk",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.DOCUMENTED,
        version=1,
        provenance=SOURCE,
    )


def import_of(code: str, application: str) -> InventoryImport:
    return InventoryImport(
        id=f"{code}:import-1",
        region=code,
        file_name="daftar.xlsx",
        by="ani",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        applications=(ImportedApplication(application, 1, None, 1),),
    )


def decision_of(code: str) -> ProposalDecision:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    proposal = f"{code}:proposal-1"
    return ProposalDecision(code, proposal, "0" * 64, ProposalChoice.ACCEPT, "", "ani", now)


def describe_region(code: str = HOSTILE) -> tuple[Statement, ...]:
    """Return what a region states first: itself, an OPD, an application and a draft."""
    names = {HOSTILE: "Kabupaten Indramayu", VICTIM: "Kabupaten Sumedang"}
    draft = draft_of(code)
    return (
        state(EventKind.REGION_RECORDED, region_of(code, names[code]), f"{code}:region"),
        state(EventKind.OPD_RECORDED, opd_of(code)),
        state(EventKind.APPLICATION_REGISTERED, application_of(code)),
        replace(state(EventKind.ASSESSMENT_STARTED, draft), visibility=Visibility.REGION),
    )


def state(kind: EventKind, value: Any, subject: str | None = None) -> Statement:
    """Return the statement of a value, whose subject is its id."""
    return Statement(kind, subject or value.id, to_document(value))


def good_statement(version: int) -> Statement:
    """Return a statement about an own application, which every follower applies."""
    return state(
        EventKind.APPLICATION_UPDATED, application_of(HOSTILE, f"Surat Desa {version}", version)
    )


def tricks() -> dict[str, Trick]:
    """Return every trick by what the owner tries; most need the entries of `describe_region`."""
    return dict(
        [
            *_results(),
            *_identities(),
            *_taken_ids(),
            *_foreign_rows(),
            *_references(),
            *_actors_and_times(),
            *_texts(),
            *_numbers(),
            *_forms(),
            *_handovers(),
        ]
    )


Named = Iterator[tuple[str, Trick]]


def _results() -> Named:
    for kind in (AssessmentKind.OFFICIAL, AssessmentKind.EXTERNAL, AssessmentKind.INTERIM):
        own = state(EventKind.RESULT_RECORDED, assessment_of(HOSTILE, HOSTILE, kind))
        yield f"its own {kind.value} result", Trick(own, FOREIGN_RESULT)
    official = AssessmentKind.OFFICIAL
    published = state(
        EventKind.ASSESSMENT_PUBLISHED, assessment_of(HOSTILE, HOSTILE, official, "4.99")
    )
    yield "its own official assessment, published", Trick(published, FOREIGN_RESULT)
    hidden = state(EventKind.LEVEL_CLAIMED, assessment_of(HOSTILE, HOSTILE, official))
    yield "a result as another kind of entry", Trick(hidden, INVALID_BODY)
    for name, code in (("a sister", VICTIM), ("its province", PROVINCE), ("no region", "32.99")):
        other = state(EventKind.RESULT_RECORDED, assessment_of(HOSTILE, code, official, "0.01"))
        yield f"the result of {name}", Trick(other, FOREIGN_RESULT)
    for name, code in (("its own", HOSTILE), ("a sister's", VICTIM)):
        taken = state(EventKind.RESULT_RECORDED, assessment_of(PROVINCE, code, official))
        yield f"{name} result with the id of the province's log", Trick(taken, FOREIGN_ID)
    for name, id in (
        ("its own result", assessment_of(PROVINCE, HOSTILE, official).id),
        ("a sister's result", assessment_of(PROVINCE, VICTIM, official).id),
        ("a sister's draft", draft_of(VICTIM).id),
    ):
        claimed = Statement(
            EventKind.LEVEL_CLAIMED, id, to_document(ClaimedLevel(id, 2, LevelClaim(1, 5)))
        )
        yield f"a level of {name}", Trick(claimed, FOREIGN_ID)


def _identities() -> Named:
    name, kind = region_of(HOSTILE, "Kabupaten Sumedang"), EventKind.REGION_RECORDED
    province = replace(name, kind=RegionKind.PROVINCE, parent=None)
    nation = replace(name, kind=RegionKind.NATION, parent=None)
    moved = replace(region_of(HOSTILE, "Kabupaten Indramayu"), parent="33")
    for text, stated in (
        ("the name of a sister", name),
        ("to be a province", province),
        ("to be the nation", nation),
        ("to be in another province", moved),
    ):
        yield text, Trick(state(kind, stated, f"{HOSTILE}:region"), FOREIGN_IDENTITY)
    for text, code in (("a sister", VICTIM), ("its province", PROVINCE), ("no region", "99.99")):
        other = state(kind, region_of(code, "Diambil alih"), f"{HOSTILE}:region")
        yield f"to be {text}", Trick(other, FOREIGN_REGION)


def _taken_ids() -> Named:
    upcoming = replace(draft_of(HOSTILE), id=draft_of(VICTIM, "upcoming").id)
    taken = state(EventKind.ASSESSMENT_STARTED, upcoming)
    yield "the id of a sister's draft", Trick(taken, FOREIGN_ID)
    for text, kind, value, id in (
        ("an OPD", EventKind.OPD_RECORDED, opd_of(HOSTILE), f"{VICTIM}:opd-baru"),
        (
            "an application",
            EventKind.APPLICATION_REGISTERED,
            application_of(HOSTILE),
            f"{VICTIM}:application-2",
        ),
        (
            "an integration",
            EventKind.INTEGRATION_CONNECTED,
            integration_of(HOSTILE, None),
            f"{VICTIM}:integration-1",
        ),
        (
            "an import",
            EventKind.INVENTORY_IMPORTED,
            import_of(HOSTILE, f"{HOSTILE}:application-1"),
            f"{VICTIM}:import-1",
        ),
    ):
        yield f"the id of {text} of a sister", Trick(state(kind, replace(value, id=id)), FOREIGN_ID)
    decided = replace(decision_of(HOSTILE), proposal=f"{VICTIM}:proposal-1")
    yield (
        "a decision on a sister's proposal",
        Trick(state(EventKind.PROPOSAL_DECIDED, decided, decided.proposal), FOREIGN_ID),
    )
    for prefix in ("32.1", "32", "32.12", "", "32.12 ", "32.120"):
        id = f"{prefix}x:application-2" if prefix == HOSTILE else f"{prefix}:application-2"
        value = replace(application_of(HOSTILE), id=id)
        yield f"the id {id}", Trick(state(EventKind.APPLICATION_REGISTERED, value), FOREIGN_ID)


def _foreign_rows() -> Named:
    kinds: Sequence[tuple[str, EventKind, Any]] = (
        ("an OPD", EventKind.OPD_RECORDED, opd_of(VICTIM)),
        ("an application", EventKind.APPLICATION_UPDATED, application_of(VICTIM, "Diubah", 9)),
        ("an integration", EventKind.INTEGRATION_CONNECTED, integration_of(VICTIM, None)),
        ("an assessment", EventKind.ASSESSMENT_STARTED, draft_of(VICTIM, "other")),
        ("a decision", EventKind.PROPOSAL_DECIDED, decision_of(VICTIM)),
        ("an import", EventKind.INVENTORY_IMPORTED, import_of(VICTIM, f"{VICTIM}:application-1")),
        ("an undone import", EventKind.IMPORT_UNDONE, import_of(VICTIM, f"{VICTIM}:application-1")),
    )
    for text, kind, value in kinds:
        subject = getattr(value, "id", f"{VICTIM}:proposal-1")
        yield f"{text} of a sister", Trick(state(kind, value, subject), FOREIGN_REGION)
    policy = DevelopmentPolicy(VICTIM, 2020, "Peraturan", "https://sumedangkab.go.id")
    efforts = RegionEffort(VICTIM, "spbe-2020", (LevelEffort(1, 2, "1"),))
    for text, kind, value in (
        ("a policy", EventKind.DEVELOPMENT_POLICY_RECORDED, policy),
        ("efforts", EventKind.EFFORT_EDITED, efforts),
    ):
        yield f"{text} of a sister", Trick(state(kind, value, f"{VICTIM}:region"), FOREIGN_REGION)


def _references() -> Named:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    updated = EventKind.APPLICATION_UPDATED
    for owner, refused in (
        (f"{VICTIM}:opd-diskominfo", FOREIGN_ID),
        (f"{HOSTILE}:opd-missing", MISSING_REFERENCE),
    ):
        application = replace(application_of(HOSTILE), opd=owner)
        yield f"an application of {owner}", Trick(state(updated, application), refused)
        attested = state(EventKind.INVENTORY_ATTESTED, Attestation(owner, "ani", now), owner)
        yield f"an attestation of {owner}", Trick(attested, refused)
        exempted = state(EventKind.OPD_EXEMPTED, Exemption(owner, "tidak perlu"), owner)
        yield f"an exemption of {owner}", Trick(exempted, refused)
    for id, refused in (
        (f"{VICTIM}:application-1", FOREIGN_ID),
        (f"{HOSTILE}:application-missing", MISSING_REFERENCE),
    ):
        corrected = FunctionCorrection(id, None, "ani", now)
        yield (
            f"a correction of {id}",
            Trick(state(EventKind.FUNCTION_CORRECTED, corrected, id), refused),
        )
        connected = replace(integration_of(HOSTILE, None), source=id)
        yield (
            f"an exchange from {id}",
            Trick(state(EventKind.INTEGRATION_CONNECTED, connected), refused),
        )
    sister = f"{VICTIM}:opd-diskominfo"
    for text, opd in (
        ("an OPD in one of a sister", replace(opd_of(HOSTILE), parent=sister)),
        ("an OPD whose successor is a sister's", replace(opd_of(HOSTILE), successor=sister)),
    ):
        yield text, Trick(state(EventKind.OPD_UPDATED, opd), FOREIGN_ID)
    foreign_import = import_of(HOSTILE, f"{VICTIM}:application-1")
    yield (
        "an import of a sister's application",
        Trick(state(EventKind.INVENTORY_IMPORTED, foreign_import), FOREIGN_ID),
    )
    missing = f"{HOSTILE}:assessment-missing"
    claimed = to_document(ClaimedLevel(missing, 2, LevelClaim(1, 5)))
    yield (
        "a level of an assessment that it did not start",
        Trick(Statement(EventKind.LEVEL_CLAIMED, missing, claimed)),
    )
    log = Evidence("Log", "https://bus.example.id", EvidenceKind.MACHINE_LOG, date(2026, 1, 1))
    lifted = replace(
        integration_of(HOSTILE, f"{VICTIM}:application-1"),
        evidence_grade=EvidenceGrade.LOGGED,
        evidence=(log,),
        verified_on=date(2026, 1, 1),
    )
    yield (
        "an exchange with a sister that a machine logged",
        Trick(state(EventKind.INTEGRATION_CONNECTED, lifted)),
    )


def _actors_and_times() -> Named:
    for actor in ("simpul replay", "simpul load", "account-0123456789abcdef ADMIN"):
        yield f"the actor {actor}", Trick(replace(good_statement(2), actor=actor))
    for year, clock in (
        (1, ClockDeviation.BACKWARDS),
        (2025, ClockDeviation.BACKWARDS),
        (2199, ClockDeviation.AHEAD),
        (9999, ClockDeviation.AHEAD),
    ):
        at = datetime(year, 1, 1, tzinfo=UTC)
        yield f"a time of the year {year}", Trick(replace(good_statement(2), at=at), None, clock)


CHARACTERS = {
    "an escape sequence": "\x1b[2J",
    "a line break": "Surat\nDesa",
    "a right-to-left override": "\u202etaruS",
    "a zero-width space": "Surat\u200b",
    "a tag": "Surat\U000e0041",
    "80,000 characters": LONG,
}
ADDRESSES = (
    "javascript:alert(document.domain)",
    " JavaScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    f"https://{LONG}.id",
)


def _texts() -> Named:
    updated, opd_updated = EventKind.APPLICATION_UPDATED, EventKind.OPD_UPDATED
    application, opd = application_of(HOSTILE), opd_of(HOSTILE)
    for what, text in CHARACTERS.items():
        named = replace(application, name=text)
        yield f"an application whose name has {what}", Trick(state(updated, named), OUT_OF_BOUNDS)
        renamed = replace(opd, name=text)
        yield f"an OPD whose name has {what}", Trick(state(opd_updated, renamed), OUT_OF_BOUNDS)
        connected = replace(integration_of(HOSTILE, None), data_object=text)
        yield (
            f"an exchange whose data has {what}",
            Trick(state(EventKind.INTEGRATION_CONNECTED, connected), OUT_OF_BOUNDS),
        )
    for field in ("function", "platform", "developer", "hosting", "database", "legal_basis"):
        long = replace(application, **{field: LONG})
        yield f"a {field} of 80,000 characters", Trick(state(updated, long), OUT_OF_BOUNDS)
    for address in ADDRESSES:
        linked = replace(application, url=address)
        yield f"an application at {address[:40]}", Trick(state(updated, linked), OUT_OF_BOUNDS)
        policy = DevelopmentPolicy(HOSTILE, 2020, "Peraturan", address)
        yield (
            f"a policy at {address[:40]}",
            Trick(
                state(EventKind.DEVELOPMENT_POLICY_RECORDED, policy, f"{HOSTILE}:region"),
                OUT_OF_BOUNDS,
            ),
        )
    evidence = Evidence("Bukti", ADDRESSES[0])
    shown = replace(integration_of(HOSTILE, None), evidence=(evidence,))
    yield (
        "evidence of an exchange that runs a script",
        Trick(state(EventKind.INTEGRATION_CONNECTED, shown), OUT_OF_BOUNDS),
    )
    claimed = ClaimedLevel(draft_of(HOSTILE).id, 2, LevelClaim(1, 2, "", (evidence,)))
    yield (
        "evidence of a level that runs a script",
        Trick(
            Statement(EventKind.LEVEL_CLAIMED, claimed.assessment, to_document(claimed)),
            OUT_OF_BOUNDS,
        ),
    )


def _numbers() -> Named:
    updated, application = EventKind.APPLICATION_UPDATED, application_of(HOSTILE)
    changes: Sequence[dict[str, Any]] = (
        {"year": 2**31},
        {"year": -1},
        {"users": -1},
        {"version": 2**31},
        {"version": -1},
        {"fit": 6},
    )
    for change in changes:
        value = replace(application, **change)
        yield f"an application with {change}", Trick(state(updated, value), OUT_OF_BOUNDS)
    draft = draft_of(HOSTILE)
    for text, claim, refused in (
        ("level 6", LevelClaim(1, 6), OUT_OF_BOUNDS),
        ("level 0", LevelClaim(1, 0), INVALID_BODY),
        ("a level beyond int4", LevelClaim(1, 2**31), OUT_OF_BOUNDS),
        ("indicator 999", LevelClaim(999, 3), OUT_OF_BOUNDS),
        ("an indicator that the instrument does not have", LevelClaim(48, 3), INVALID_BODY),
        ("an indicator beyond int4", LevelClaim(2**31, 3), OUT_OF_BOUNDS),
    ):
        body = to_document(ClaimedLevel(draft.id, 2, claim))
        yield (
            text,
            Trick(Statement(EventKind.LEVEL_CLAIMED, draft.id, body), refused),
        )
    for text, assessment, refused in (
        ("an unknown instrument", replace(draft, instrument="spbe-1999"), INVALID_BODY),
        (
            "levels of an unknown instrument",
            replace(draft, instrument="x", levels=(LevelClaim(1, 5),)),
            INVALID_BODY,
        ),
        ("an assessment of the year 1", replace(draft, year=1), OUT_OF_BOUNDS),
        ("an assessment beyond int4", replace(draft, version=2**31), OUT_OF_BOUNDS),
    ):
        yield text, Trick(state(EventKind.ASSESSMENT_STARTED, assessment), refused)
    figures = replace(
        assessment_of(HOSTILE, HOSTILE, AssessmentKind.SELF),
        published=PublishedFigures("lima", "Memuaskan"),
    )
    yield (
        "a value that is no number",
        Trick(state(EventKind.RESULT_RECORDED, figures), OUT_OF_BOUNDS),
    )


def _forms() -> Named:
    for kind in (
        EventKind.INDEX_CHANGED,
        EventKind.VERIFICATION_CHANGED,
        EventKind.PROPOSALS_CHANGED,
    ):
        official = assessment_of(PROVINCE, HOSTILE, AssessmentKind.OFFICIAL)
        derived = {"assessment": official.id, "after": {"exact": "5"}}
        yield (
            f"the derived event {kind.value}",
            Trick(Statement(kind, official.id, derived), INVALID_BODY),
        )
    updated = good_statement(2)
    for text, character in (("NUL", "\x00"), ("an escape sequence", "\x1b[2J")):
        named = state(EventKind.APPLICATION_UPDATED, application_of(HOSTILE, f"Surat{character}"))
        yield f"{text} in a body", Trick(named, OUT_OF_BOUNDS)
        yield f"{text} in an actor", Trick(replace(updated, actor=f"ani{character}"), OUT_OF_BOUNDS)
        subject = f"{updated.subject}{character}"
        yield f"{text} in a subject", Trick(replace(updated, subject=subject), OUT_OF_BOUNDS)
    more = {**updated.body, "unknown\x00": ["\x00", 1.5, {"\x1b": None}]}
    yield "fields that there are not", Trick(replace(updated, body=more), INVALID_BODY)
    inner = {**updated.body, "provenance": {**updated.body["provenance"], "pad": "x"}}
    yield (
        "a field that an inner value does not have",
        Trick(replace(updated, body=inner), INVALID_BODY),
    )
    large = {**updated.body, "pad": "x" * BODY_BYTES_MOST}
    yield "a body that is too large", Trick(replace(updated, body=large), OUT_OF_BOUNDS)
    bodies: Mapping[str, Mapping[str, Any]] = {
        "nothing": {},
        "a body of another kind": to_document(opd_of(HOSTILE)),
        "a list as a name": {**to_document(application_of(HOSTILE)), "name": ["x"]},
        "a status that there is not": {**to_document(application_of(HOSTILE)), "status": "FIRST"},
    }
    for text, body in bodies.items():
        yield (
            f"{text} as an application",
            Trick(
                Statement(EventKind.APPLICATION_UPDATED, f"{HOSTILE}:application-1", body),
                INVALID_BODY,
            ),
        )


def _handovers() -> Named:
    kind, subject = EventKind.REGION_HANDED_OVER, f"{HOSTILE}:region"
    sister = RegionHandover(VICTIM, OUR_URL)
    yield "a hand-over of a sister", Trick(state(kind, sister, subject), FOREIGN_REGION)
    yield "a hand-over of no form", Trick(Statement(kind, subject, {}), INVALID_BODY)
    away = RegionHandover(HOSTILE, "https://elsewhere.example.id/graphql")
    yield "a hand-over to another instance", Trick(state(kind, away, subject))
