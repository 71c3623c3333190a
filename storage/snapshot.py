"""Exports the current rows of a region for replication, and imports those of another instance.

A row comes after the rows that it refers to, except that an OPD may come before its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.identifier import region_id
from engine.log.entry import Entry, LogEntry, WithheldEntry
from engine.log.region_identity import RegionIdentity
from engine.log.snapshot import ROW_BODY_TYPES, RegionSnapshotRowKind, SnapshotRow
from engine.matching.function_classifier import FunctionCorrection
from engine.model import AssessmentState, EventKind, Visibility
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
from storage.projection import ProjectedEntries, apply_values, read_batch
from storage.sqlite_driver import LONG
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
        query = select(table).where(log_row_condition(table, code)).order_by(*key)
        table_rows = await session.scalars(query)
        rows += [SnapshotRow(kind, to_document(from_row(row))) for row in table_rows]
    for value in await assessment.list_assessments_by_log(session, code):
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
    session: AsyncSession,
    newest: LogEntry,
    rows: Sequence[SnapshotRow],
    identity: RegionIdentity,
    at: datetime,
) -> ProjectedEntries:
    """Replace the rows of a log by those of a snapshot, except those that the log may not state.

    Args:
        newest: the newest entry that the snapshot includes.
        identity: of the region, in this instance's list.
        at: the time of the import.
    """
    entry = newest if isinstance(newest, Entry) else _entry_of_rows(newest, at)
    bodies = [(entry, ROW_BODY_TYPES[row.kind], row.body) for row in rows]
    batch, values = await read_batch(session, newest.region, bodies, identity)
    batch.begin_snapshot()
    projected = await apply_values(batch, values)
    for table in reversed(PROJECTED_TABLES):
        if table is RegionRow:
            continue  # a snapshot that does not state its region changes nothing of it
        await session.execute(
            delete(core_table(table))
            .prefix_with(LONG)
            .where(log_row_condition(table, newest.region))
        )
    await batch.write(session)
    return projected


def _entry_of_rows(newest: WithheldEntry, at: datetime) -> Entry:
    """Return the entry as of which rows are projected if the newest one is withheld from us."""
    return Entry(
        region=newest.region,
        sequence=newest.sequence,
        at=at,
        actor="",
        kind=EventKind.REGION_RECORDED,
        subject=region_id(newest.region),
        visibility=Visibility.REGION,
        body={},
        salt="",
        header_hash=newest.header_hash,
        body_hash=newest.body_hash,
        previous_hash=newest.previous_hash,
        hash=newest.hash,
    )


def log_row_condition(table: type[Table], code: str) -> ColumnElement[bool]:
    """Return the SQL condition for the rows of a projected table that are in a region's log."""
    columns = core_table(table).c
    if table is LevelRow:
        return LevelRow.assessment.in_(select(AssessmentRow.id).where(AssessmentRow.log == code))
    if table is AssessmentRow:
        return AssessmentRow.log == code
    return (columns.code if table is RegionRow else columns.region) == code
