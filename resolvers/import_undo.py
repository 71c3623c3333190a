"""Undoes an import with new entries, except where someone has changed a row since."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document import to_document
from engine.log.inventory_import import InventoryImport
from engine.model import ApplicationStatus, EventKind, IntegrationStatus, Role, Visibility
from resolvers import access
from resolvers.context import Context
from resolvers.import_history import find_import
from resolvers.import_restorer import (
    ImportRestorer,
    UndoRefusal,
    load_earlier_applications,
    owner_and_name,
    restore_corrections,
)
from resolvers.problems import Forbidden, NotFound, SubjectState, WrongState
from resolvers.region_change import RegionChange, open_region_change
from storage import application as stored_application
from storage import integration as stored_integration
from storage import inventory_import as stored
from storage import log_entries
from storage.log import NewEntry


@dataclass(frozen=True, slots=True)
class UndoImport:
    """Input to undo an import."""

    id: str


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """The result of undoing an import."""

    imported: InventoryImport
    undone: int  # number of applications that have their earlier state again
    refused: tuple[UndoRefusal, ...] = ()
    integrations_withdrawn: int = 0
    integrations_kept: int = 0  # those that someone documented or confirmed since


async def undo_import(context: Context, request: UndoImport, key: str | None) -> UndoneImport:
    """Undo an import: retire what it registered, and restore what it changed.

    Raises:
        NotFound: there is no such import, or none that this viewer may read.
        WrongState: it is undone already.
        Forbidden: the viewer may not import into the region; or it works for an OPD, and another
            viewer imported the file, or the file has applications of another OPD.
    """
    imported = await find_import(context, request.id)
    if imported is None:
        raise NotFound("import", request.id)
    async with open_region_change(
        context, imported.region, key=key, request=request, result_type=UndoneImport
    ) as change:
        if change.earlier_result is not None:
            return change.earlier_result
        access.allow_inventory_import(context.viewer, change.region)
        if context.viewer.role is Role.OPD and imported.by != context.viewer.subject:
            raise Forbidden(Role.OPD, "undo an import of another viewer")
        return change.store_result(await _undo(context, change, request.id))


async def _undo(context: Context, change: RegionChange[UndoneImport], id: str) -> UndoneImport:
    transaction, viewer = change.transaction, context.viewer
    session = transaction.session
    imported = await stored.find_import(session, id)
    assert imported is not None  # the log forgets nothing
    if imported.undone_at is not None:
        raise WrongState(id, SubjectState.UNDONE, [SubjectState.IMPORTED])
    ids = [row.application for row in imported.applications]
    entries = await log_entries.list_entries_by_subject(
        session, imported.region, [id], [EventKind.INVENTORY_IMPORTED], until=transaction.sequence
    )
    # The entry is missing if this instance began with a snapshot that is newer.
    sequence = entries[id][-1].sequence if id in entries else 0
    applications = await stored_application.list_applications_by_region(session, imported.region)
    restorer = ImportRestorer(
        imported=imported,
        viewer=viewer,
        at=transaction.at,
        current={application.id: application for application in applications},
        earlier=await load_earlier_applications(transaction, imported, sequence),
        names={
            owner_and_name(application)
            for application in applications
            if application.status is not ApplicationStatus.RETIRED
        },
    )
    for row in imported.applications:
        application = restorer.current[row.application]
        if application.version == row.after:  # others are refused whatever the viewer may write
            access.allow_application_edit(context.acting_viewer, change.region, application.opd)
        restorer.restore_application(row)
    restorer.entries += await restore_corrections(transaction, restorer, ids, sequence)
    integrations = await stored_integration.integrations_by_id(session, imported.integrations)
    withdrawn = [
        replace(integration, version=2, status=IntegrationStatus.WITHDRAWN)
        for integration in integrations.values()
        if integration.version == 1
    ]
    restorer.entries += [
        restorer.new_entry(EventKind.INTEGRATION_WITHDRAWN, integration.id, integration)
        for integration in withdrawn
    ]
    undone = replace(imported, undone_by=viewer.subject, undone_at=transaction.at)
    restorer.entries.append(
        NewEntry(
            context.actor,
            EventKind.IMPORT_UNDONE,
            id,
            to_document(undone),
            Visibility.REGION,
        )
    )
    await transaction.append_all(restorer.entries)
    return UndoneImport(
        undone,
        len(restorer.restored),
        tuple(restorer.refused),
        len(withdrawn),
        sum(
            integration.version != 1 and integration.status is not IntegrationStatus.WITHDRAWN
            for integration in integrations.values()
        ),
    )
