"""All rows are a projection of the log, so that a rebuild from the log gives the same rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from engine.consolidation.decision import ProposalChoice, ProposalDecision
from engine.document import to_document
from engine.log.entry_types import claim_body
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
from engine.verification.verification_state import ProposalsState
from storage import announcement, log, log_entries
from storage.database import Database
from storage.log import LogTransaction
from storage.rebuild import PROJECTED_TABLES, rebuild_projection

EXAMPLES = count()
SOURCE = Provenance("test", confirmed=False, note="catatan")

texts = st.text(alphabet="abcdé .-“", min_size=0, max_size=12)
dates = st.none() | st.dates(date(2020, 1, 1), date(2026, 12, 31))
claims = st.lists(
    st.builds(
        LevelClaim,
        indicator=st.integers(1, 47),
        level=st.integers(1, 5),
        explanation=texts,
        evidence=st.lists(st.builds(Evidence, title=texts, url=texts, dated=dates), max_size=2).map(
            tuple
        ),
    ),
    max_size=6,
)
applications = st.lists(
    st.tuples(texts, st.sampled_from(ApplicationStatus), st.none() | st.integers(2000, 2026)),
    min_size=1,
    max_size=4,
)
edges = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(IntegrationMode), st.integers(0, 3)), max_size=4
)
results = st.lists(st.integers(100, 500), max_size=3)


async def derived_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return the derived rows of all tables, in a comparable form."""
    rows_by_table = {}
    async with database.read() as session:
        for table in PROJECTED_TABLES:
            columns = [attribute.key for attribute in inspect(table).column_attrs]
            rows_by_table[table.__tablename__] = sorted(
                repr([getattr(row, column) for column in columns])
                for row in await session.scalars(select(table))
            )
    return rows_by_table


async def append(
    transaction: LogTransaction,
    kind: EventKind,
    subject: str,
    body: dict[str, Any],
    visibility: Visibility = Visibility.PUBLIC,
) -> None:
    await transaction.append(
        actor="tester", kind=kind, subject=subject, body=body, visibility=visibility
    )


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(claims=claims, applications=applications, edges=edges, results=results, publish=...)
async def test_rows_rebuilt_from_the_log_equal_the_rows_that_were_written(
    database: Database,
    claims: list[LevelClaim],
    applications: list[tuple[str, ApplicationStatus, int | None]],
    edges: list[tuple[int, IntegrationMode, int]],
    results: list[int],
    publish: bool,
) -> None:
    code = f"{next(EXAMPLES)}"
    async with log.begin_log_transaction(database, code, lambda: datetime.now(UTC)) as transaction:
        await append(
            transaction,
            EventKind.REGION_RECORDED,
            f"{code}:region",
            to_document(Region(code, "Uji", RegionKind.REGENCY, "32", SOURCE, population=7)),
        )
        await append(
            transaction,
            EventKind.OPD_RECORDED,
            f"{code}:opd-dinas",
            to_document(Opd(f"{code}:opd-dinas", code, "Dinas", "D", SOURCE)),
        )
        for number, (name, status, year) in enumerate(applications):
            for version in (1, 2):  # the second state replaces the first
                application = Application(
                    id=f"{code}:application-{number}",
                    region=code,
                    opd=None if number % 2 else f"{code}:opd-dinas",
                    name=f"{name}{version}",
                    status=status,
                    version=version,
                    provenance=SOURCE,
                    year=year,
                )
                await append(
                    transaction,
                    EventKind.APPLICATION_UPDATED,
                    application.id,
                    to_document(application),
                )
            attestation = Attestation(
                f"{code}:opd-dinas", "tester" if number else "o", transaction.at
            )
            await append(
                transaction, EventKind.INVENTORY_ATTESTED, attestation.opd, to_document(attestation)
            )
        for function in ("attendance", None, "records"):  # the last correction applies
            correction = FunctionCorrection(f"{code}:application-0", function, "o", transaction.at)
            await append(
                transaction,
                EventKind.FUNCTION_CORRECTED,
                correction.application,
                to_document(correction),
            )
        exemption = Exemption(f"{code}:opd-dinas", "tanpa data")
        await append(transaction, EventKind.OPD_EXEMPTED, exemption.opd, to_document(exemption))
        policy = DevelopmentPolicy(code, 2020, "Perbup", "https://example.go.id/p")
        await append(
            transaction,
            EventKind.DEVELOPMENT_POLICY_RECORDED,
            f"{code}:region",
            to_document(policy),
        )
        effort = RegionEffort(code, "spbe-2020", (LevelEffort(36, 4, "2.50"),))
        await append(transaction, EventKind.EFFORT_EDITED, f"{code}:region", to_document(effort))
        for decision in ProposalChoice:  # the last decision applies
            decided_proposal = ProposalDecision(
                code, f"{code}:proposal-0", "hash", decision, "alasan", "o", transaction.at
            )
            await append(
                transaction,
                EventKind.PROPOSAL_DECIDED,
                decided_proposal.proposal,
                to_document(decided_proposal),
            )
        for number, (target, mode, grade) in enumerate(edges):
            integration = Integration(
                id=f"{code}:integration-{number}",
                region=code,
                source=f"{code}:application-0",
                target=f"{code}:application-{target}" if target < len(applications) else None,
                target_name="tujuan",
                data_object="data",
                mode=mode,
                direction=IntegrationDirection.TWO_WAY,
                status=IntegrationStatus.ACTIVE,
                evidence_grade=EvidenceGrade(grade),
                version=1,
                provenance=SOURCE,
                verified_on=datetime(2026, 1, 2, tzinfo=UTC).date(),
                evidence=(Evidence("berita acara", "https://example.go.id/ba"),),
            )
            await append(
                transaction,
                EventKind.INTEGRATION_CONNECTED,
                integration.id,
                to_document(integration),
            )
        assessment = Assessment(
            id=f"{code}:assessment-draft",
            region=code,
            instrument="spbe-2020",
            year=2025,
            kind=AssessmentKind.SELF,
            state=AssessmentState.DRAFT,
            version=1,
            provenance=SOURCE,
        )
        await append(
            transaction,
            EventKind.ASSESSMENT_STARTED,
            assessment.id,
            to_document(assessment),
            Visibility.REGION,
        )
        for version, claim in enumerate(claims, start=2):
            await append(
                transaction,
                EventKind.LEVEL_CLAIMED,
                assessment.id,
                claim_body(assessment.id, version, claim),
                Visibility.REGION,
            )
        if publish:
            claim_by_indicator = {claim.indicator: claim for claim in claims}
            published = Assessment(
                id=assessment.id,
                region=code,
                instrument="spbe-2020",
                year=2025,
                kind=AssessmentKind.SELF,
                state=AssessmentState.PUBLISHED,
                version=len(claims) + 2,
                provenance=SOURCE,
                levels=tuple(
                    claim_by_indicator[indicator] for indicator in sorted(claim_by_indicator)
                ),
            )
            await append(
                transaction,
                EventKind.ASSESSMENT_PUBLISHED,
                assessment.id,
                to_document(published),
            )
    # Results are in the log of the parent, which has no region here.
    async with log.begin_log_transaction(database, "32", lambda: datetime.now(UTC)) as transaction:
        for version, hundredths in enumerate(results, start=1):
            value = f"{hundredths // 100}.{hundredths % 100:02}"
            official = Assessment(
                id=f"32:assessment-{code}-official",
                region=code,
                instrument="spbe-2020",
                year=2024,
                kind=AssessmentKind.OFFICIAL,
                state=AssessmentState.PUBLISHED,
                version=version,
                provenance=SOURCE,
                published=PublishedFigures(value, "Baik", ((1, value),)),
            )
            await append(
                transaction,
                EventKind.RESULT_RECORDED,
                official.id,
                to_document(official),
            )

    # Rows that are not derived do not prevent the rebuild.
    async with database.write() as session:
        await announcement.save_announcements(
            session, code, {"s": ProposalsState()}, datetime.now(UTC)
        )
    before = await derived_rows(database)
    async with database.write() as session:
        applied = await rebuild_projection(session)
    assert await derived_rows(database) == before
    async with database.read() as session:
        expected = [
            await log_entries.verify_log_chain(session, region)
            for region in await log_entries.list_regions_with_log(session)
        ]
    assert applied == sum(expected)
    assert len(before["application"]) >= len(applications)
