"""Exports the current rows of a region for replication, and imports those of another instance.

A row comes after the rows that it refers to, except that an OPD may come before its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import from_document, to_document
from engine.log.entry import Entry
from engine.log.snapshot import ROW_BODY_TYPES, RegionSnapshotRowKind, SnapshotRow
from engine.matching.function_classifier import FunctionCorrection
from engine.model import AssessmentState
from engine.path.effort import LevelEffort, RegionEffort
from engine.verification.inventory import DevelopmentPolicy, Exemption
from storage import (
    application,
    assessment,
    attestation,
    integration,
    inventory_import,
    opd,
    proposal,
    region,
)
from storage.access import EVERYTHING
from storage.projection import IndexChange, ProjectionBatch
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
    InventoryImportRow,
    LevelRow,
    OpdRow,
    RegionRow,
    Table,
    core_table,
)
from storage.upsert import PROJECTED_TABLES

# How the rows of each table are read; assessments are read separately, with their levels.
_READERS: tuple[tuple[RegionSnapshotRowKind, type[Table], Callable[[Any], object]], ...] = (
    (RegionSnapshotRowKind.REGION, RegionRow, region.region_from_row),
    (RegionSnapshotRowKind.OPD, OpdRow, opd.opd_from_row),
    (RegionSnapshotRowKind.APPLICATION, ApplicationRow, application.application_from_row),
    (RegionSnapshotRowKind.INTEGRATION, IntegrationRow, integration.integration_from_row),
    (RegionSnapshotRowKind.EXEMPTION, ExemptionRow, lambda row: Exemption(row.opd, row.reason)),
    (
        RegionSnapshotRowKind.EFFORT,
        EffortRow,
        lambda row: RegionEffort(
            row.region, row.instrument, tuple(LevelEffort(**step) for step in row.steps)
        ),
    ),
    (
        RegionSnapshotRowKind.DEVELOPMENT_POLICY,
        DevelopmentPolicyRow,
        lambda row: DevelopmentPolicy(row.region, row.year, row.title, row.url),
    ),
    (RegionSnapshotRowKind.DECISION, DecisionRow, proposal.decision_from_row),
    (
        RegionSnapshotRowKind.CORRECTION,
        CorrectionRow,
        lambda row: FunctionCorrection(
            row.application, row.function, row.by, datetime.fromisoformat(row.at)
        ),
    ),
    (RegionSnapshotRowKind.ATTESTATION, AttestationRow, attestation.attestation_from_row),
)


async def export_snapshot_rows(
    session: AsyncSession, code: str, *, drafts: bool
) -> list[SnapshotRow]:
    """Return all rows of a region, in the order that the module describes.

    Args:
        drafts: whether unpublished assessments and the record of imports are included.
    """
    rows = []
    for kind, table, from_row in _READERS:
        key = inspect(table).primary_key
        query = select(table).where(region_row_condition(table, code)).order_by(*key)
        table_rows = await session.scalars(query)
        rows += [SnapshotRow(kind, to_document(from_row(row))) for row in table_rows]
    for value, _ in await assessment.list_assessments_by_region(session, code, EVERYTHING):
        if drafts or value.state is AssessmentState.PUBLISHED:
            rows.append(SnapshotRow(RegionSnapshotRowKind.ASSESSMENT, to_document(value)))
    if drafts:
        imports = await session.scalars(
            select(InventoryImportRow)
            .where(InventoryImportRow.region == code)
            .order_by(InventoryImportRow.id)
        )
        rows += [
            SnapshotRow(
                RegionSnapshotRowKind.IMPORT, to_document(inventory_import.import_from_row(row))
            )
            for row in imports
        ]
    return rows


async def import_snapshot_rows(
    session: AsyncSession, newest: Entry, rows: Sequence[SnapshotRow]
) -> list[IndexChange]:
    """Replace the rows of a region by those of a snapshot; return the changes of indexes.

    Args:
        newest: the newest entry that the snapshot includes.

    Raises:
        storage.projection.ForeignRegionError: a row belongs to another region.
        pydantic.ValidationError: a row does not have the type of its kind.
    """
    values: list[tuple[Entry, Any]] = [
        (newest, from_document(ROW_BODY_TYPES[row.kind], row.body)) for row in rows
    ]
    batch = await ProjectionBatch.from_entries(session, values)
    batch.attested.clear()  # the snapshot has the current state of each attestation
    changes = [batch.apply_entry(newest, value) for _, value in values]
    for table in reversed(PROJECTED_TABLES):
        await session.execute(
            delete(core_table(table)).where(region_row_condition(table, newest.region))
        )
    await batch.write(session)
    return [change for change in changes if change is not None]


def region_row_condition(table: type[Table], code: str) -> ColumnElement[bool]:
    """Return the SQL condition for the rows of a projected table that belong to a region."""
    columns = core_table(table).c
    if table is LevelRow:
        return LevelRow.assessment.in_(select(AssessmentRow.id).where(AssessmentRow.region == code))
    return (columns.code if table is RegionRow else columns.region) == code
