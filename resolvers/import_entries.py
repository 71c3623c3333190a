"""The log entries of an import: its applications, corrections, integrations, and the import."""

from __future__ import annotations

from datetime import datetime

from engine.document import to_document
from engine.log.actor import parse_actor, viewer_actor
from engine.log.inventory_import import ImportedApplication, InventoryImport
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    ApplicationStatus,
    EventKind,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
    Viewer,
    Visibility,
)
from resolvers.import_plan import ImportPlan, RowOutcome, RowPlan
from resolvers.region_change import entered_by, new_id
from storage.log import NewEntry


def import_entries(
    plan: ImportPlan, viewer: Viewer, file_name: str, id: str, at: datetime
) -> tuple[InventoryImport, list[NewEntry]]:
    """Return the import that a plan becomes, and its entries in their order."""
    actor, region = viewer_actor(viewer), plan.region.code
    entries: list[NewEntry] = []
    applications: list[ImportedApplication] = []
    for row in plan.rows:
        if row.application is not None and row.outcome in (RowOutcome.ADD, RowOutcome.CHANGE):
            applications.append(_imported_application(row, row.application))
            entries += _application_entries(row, row.application, actor, at)
    integrations = _integrations(plan, file_name, viewer)
    entries += [
        NewEntry(actor, EventKind.INTEGRATION_CONNECTED, integration.id, to_document(integration))
        for integration in integrations
    ]
    imported = InventoryImport(
        id=id,
        region=region,
        file_name=file_name,
        by=viewer.subject,
        at=at,
        applications=tuple(applications),
        integrations=tuple(integration.id for integration in integrations),
        left=plan.counts.leave,
        refused=plan.counts.refuse,
    )
    document = to_document(imported)
    entries.append(
        NewEntry(actor, EventKind.INVENTORY_IMPORTED, imported.id, document, Visibility.REGION)
    )
    return imported, entries


def _imported_application(plan: RowPlan, application: Application) -> ImportedApplication:
    is_added = plan.outcome is RowOutcome.ADD
    before = None if is_added or plan.current is None else plan.current.version
    return ImportedApplication(application.id, plan.row.row, before, application.version)


def _application_entries(
    plan: RowPlan, application: Application, actor: str, at: datetime
) -> list[NewEntry]:
    entries = []
    if plan.is_application_changed:
        kind = EventKind.APPLICATION_UPDATED
        if plan.current is None:
            kind = EventKind.APPLICATION_REGISTERED
        elif application.status is ApplicationStatus.RETIRED:
            kind = EventKind.APPLICATION_RETIRED
        entries.append(NewEntry(actor, kind, application.id, to_document(application)))
    if plan.is_function_corrected:
        correction = FunctionCorrection(application.id, plan.function, parse_actor(actor).id, at)
        document = to_document(correction)
        entries.append(NewEntry(actor, EventKind.FUNCTION_CORRECTED, application.id, document))
    return entries


def _integrations(plan: ImportPlan, file_name: str, viewer: Viewer) -> list[Integration]:
    """Return the integrations that a list states, which says neither how nor what is exchanged."""
    provenance = Provenance(
        file_name,
        confirmed=False,
        note=f"dinyatakan dalam daftar aplikasi; {entered_by(viewer).source}",
    )
    return [
        Integration(
            id=new_id(plan.region.code, "integration"),
            region=plan.region.code,
            source=planned.source,
            target=planned.target,
            target_name=planned.target_name,
            data_object="",
            mode=IntegrationMode.UNKNOWN,
            direction=IntegrationDirection.ONE_WAY,
            status=IntegrationStatus.ACTIVE,
            evidence_grade=EvidenceGrade.CLAIMED,
            version=1,
            provenance=provenance,
        )
        for planned in plan.integrations
    ]
