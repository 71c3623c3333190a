"""The snapshot of a region: its rows read for an instance that copies it, and written by that one.

A row comes after the rows that it refers to, except that an OPD may come before its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document, value_of
from engine.log.entry import Entry
from engine.log.snapshot import BODIES, RowKind, SnapshotRow
from engine.matching.function_classifier import Correction
from engine.model import AssessmentState
from engine.path.effort import RegionEffort, StepEffort
from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage import application, assessment, attestation, integration, opd, proposal, region
from storage.access import EVERYTHING
from storage.projection import IndexMoved, Page
from storage.tables import (
    ApplicationRow,
    AssessmentRow,
    AttestationRow,
    CorrectionRow,
    DecisionRow,
    DevelopmentPolicyRow,
    EffortRow,
    ExemptionRow,
    IntegrationRow,
    LevelRow,
    OpdRow,
    RegionRow,
    Table,
    core,
)
from storage.upsert import FOLDED

# What is read of each table but for assessments, which hold their levels.
_READ: tuple[tuple[RowKind, type[Table], Callable[[Any], object]], ...] = (
    (RowKind.REGION, RegionRow, region.value),
    (RowKind.OPD, OpdRow, opd.value),
    (RowKind.APPLICATION, ApplicationRow, application.value),
    (RowKind.INTEGRATION, IntegrationRow, integration.value),
    (RowKind.EXEMPTION, ExemptionRow, lambda row: Exemption(row.opd, row.reason)),
    (
        RowKind.EFFORT,
        EffortRow,
        lambda row: RegionEffort(
            row.region, row.instrument, tuple(StepEffort(**each) for each in row.steps)
        ),
    ),
    (
        RowKind.DEVELOPMENT_POLICY,
        DevelopmentPolicyRow,
        lambda row: DevelopmentPolicy(row.region, row.year, row.title, row.url),
    ),
    (RowKind.DECISION, DecisionRow, proposal.value),
    (
        RowKind.CORRECTION,
        CorrectionRow,
        lambda row: Correction(
            row.application, row.function, row.by, datetime.fromisoformat(row.at)
        ),
    ),
    (RowKind.ATTESTATION, AttestationRow, attestation.value),
)


async def read(session: AsyncSession, code: str, *, drafts: bool) -> list[SnapshotRow]:
    """Return all rows of a region, none before those that it refers to; drafts only if wanted."""
    rows = []
    for kind, table, value in _READ:
        key = inspect(table).primary_key
        query = select(table).where(of_region(table, code)).order_by(*key)
        rows += [
            SnapshotRow(kind, to_document(value(each))) for each in await session.scalars(query)
        ]
    for each, _ in await assessment.of_region(session, code, EVERYTHING):
        if drafts or each.state is AssessmentState.PUBLISHED:
            rows.append(SnapshotRow(RowKind.ASSESSMENT, to_document(each)))
    return rows


async def restore(
    session: AsyncSession, newest: Entry, rows: Sequence[SnapshotRow]
) -> list[IndexMoved]:
    """Let a region's rows be these, as of its newest entry; return the indexes that moved.

    Raises:
        storage.projection.NotItsOwn: one of them is another region's.
        pydantic.ValidationError: one is none of its kind.
    """
    values: list[tuple[Entry, Any]] = [
        (newest, value_of(BODIES[each.kind], each.body)) for each in rows
    ]
    page = await Page.of(session, values)
    page.attested.clear()  # each is told as it stands
    moves = [page.fold(newest, value) for _, value in values]
    for table in reversed(FOLDED):
        await session.execute(delete(core(table)).where(of_region(table, newest.region)))
    await page.write(session)
    return [each for each in moves if each is not None]


def of_region(table: type[Table], code: str) -> ColumnElement[bool]:
    """Which rows of a folded table are a region's."""
    columns = core(table).c
    if table is LevelRow:
        return LevelRow.assessment.in_(select(AssessmentRow.id).where(AssessmentRow.region == code))
    return (columns.code if table is RegionRow else columns.region) == code
