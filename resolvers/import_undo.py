"""Undoes an import with new entries, except where someone has changed a row since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from engine.document import from_document, to_document
from engine.log.inventory_import import ImportedApplication, InventoryImport, undo_reason
from engine.matching.function_classifier import FunctionCorrection
from engine.matching.opd_names import name_key
from engine.model import (
    Application,
    ApplicationStatus,
    EventKind,
    IntegrationStatus,
    Role,
    Viewer,
    Visibility,
)
from resolvers import access
from resolvers.context import Context
from resolvers.inventory_import import find_import
from resolvers.problems import Forbidden, NotFound, SubjectState, WrongState
from resolvers.region_change import open_region_change
from storage import application as stored_application
from storage import integration as stored_integration
from storage import inventory_import as stored
from storage import log
from storage.log import LogTransaction, NewEntry
from storage.opd import current_opd_ids

_APPLICATION_KINDS = (
    EventKind.APPLICATION_REGISTERED,
    EventKind.APPLICATION_UPDATED,
    EventKind.APPLICATION_RETIRED,
)


class UndoRefusalReason(Enum):
    """Why an application stays as it is when its import is undone."""

    CHANGED_SINCE = "CHANGED_SINCE"
    NAME_TAKEN = "NAME_TAKEN"  # another application has the earlier name now
    HISTORY_MISSING = "HISTORY_MISSING"  # the log here begins after the earlier version


@dataclass(frozen=True, slots=True)
class UndoImport:
    """Input to undo an import."""

    id: str


@dataclass(frozen=True, slots=True)
class UndoRefusal:
    """An application that stays as it is, and why."""

    application: str  # id
    reason: UndoRefusalReason


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
        Forbidden: the viewer may not import into the region, or works for an OPD and another viewer
            imported the file.
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
        return change.store_result(await _undo(context, change.transaction, request.id))


@dataclass
class _Undo:
    """The state that the import left, and the entries that undo it."""

    imported: InventoryImport
    viewer: Viewer
    at: datetime
    current: Mapping[str, Application]  # the applications of the import now, by id
    earlier: Mapping[str, Application]  # those that it changed, as they were before
    names: set[tuple[str | None, str]]  # OPD and name of the region's applications in use
    entries: list[NewEntry]
    restored: set[str]  # ids
    refused: list[UndoRefusal]

    def undo_application(self, row: ImportedApplication) -> None:
        """Restore one application, or refuse it."""
        current = self.current[row.application]
        reason = self._refusal(row, current)
        if reason is not None:
            self.refused.append(UndoRefusal(current.id, reason))
            return
        self.restored.add(current.id)
        if row.before == row.after:  # only its function was corrected
            return
        version = current.version + 1
        if row.before is None:
            restored = replace(
                current,
                version=version,
                status=ApplicationStatus.RETIRED,
                retired_reason=undo_reason(self.imported.file_name),
            )
        else:
            restored = replace(self.earlier[current.id], version=version)
        self.names.discard(_name(current))
        if restored.status is not ApplicationStatus.RETIRED:
            self.names.add(_name(restored))
        kind = EventKind.APPLICATION_UPDATED
        if restored.status is ApplicationStatus.RETIRED:
            kind = EventKind.APPLICATION_RETIRED
        self.entries.append(self.entry(kind, restored.id, restored))

    def _refusal(self, row: ImportedApplication, current: Application) -> UndoRefusalReason | None:
        if current.version != row.after:
            return UndoRefusalReason.CHANGED_SINCE
        if row.before not in (None, row.after):
            earlier = self.earlier.get(current.id)
            if earlier is None:
                return UndoRefusalReason.HISTORY_MISSING
            is_renamed = _name(earlier) != _name(current)
            is_used_again = (
                current.status is ApplicationStatus.RETIRED
                and earlier.status is not ApplicationStatus.RETIRED
            )
            if (is_renamed or is_used_again) and _name(earlier) in self.names:
                return UndoRefusalReason.NAME_TAKEN
        return None

    def entry(self, kind: EventKind, subject: str, value: object) -> NewEntry:
        """Return an entry by the viewer who undoes the import."""
        return NewEntry(self.viewer.subject, kind, subject, to_document(value))


async def _undo(context: Context, transaction: LogTransaction, id: str) -> UndoneImport:
    session, viewer = transaction.session, context.viewer
    imported = await stored.find_import(session, id)
    assert imported is not None  # the log forgets nothing
    if imported.undone_at is not None:
        raise WrongState(id, SubjectState.UNDONE, [SubjectState.IMPORTED])
    ids = [row.application for row in imported.applications]
    entries = await log.list_entries_by_subject(
        session, imported.region, [id], [EventKind.INVENTORY_IMPORTED], until=transaction.sequence
    )
    # The entry is missing if this instance began with a snapshot that is newer.
    sequence = entries[id][-1].sequence if id in entries else 0
    applications = await stored_application.list_applications_by_region(session, imported.region)
    undo = _Undo(
        imported=imported,
        viewer=viewer,
        at=transaction.at,
        current={application.id: application for application in applications},
        earlier=await _earlier_applications(transaction, imported, sequence),
        names={
            _name(application)
            for application in applications
            if application.status is not ApplicationStatus.RETIRED
        },
        entries=[],
        restored=set(),
        refused=[],
    )
    for row in imported.applications:
        undo.undo_application(row)
    undo.entries += await _undo_corrections(transaction, undo, ids, sequence)
    integrations = await stored_integration.integrations_by_id(session, imported.integrations)
    withdrawn = [
        replace(integration, version=2, status=IntegrationStatus.WITHDRAWN)
        for integration in integrations.values()
        if integration.version == 1
    ]
    undo.entries += [
        undo.entry(EventKind.INTEGRATION_WITHDRAWN, integration.id, integration)
        for integration in withdrawn
    ]
    undone = replace(imported, undone_by=viewer.subject, undone_at=transaction.at)
    undo.entries.append(
        NewEntry(
            viewer.subject,
            EventKind.IMPORT_UNDONE,
            id,
            to_document(undone),
            Visibility.REGION,
        )
    )
    await transaction.append_all(undo.entries)
    return UndoneImport(
        undone,
        len(undo.restored),
        tuple(undo.refused),
        len(withdrawn),
        sum(
            integration.version != 1 and integration.status is not IntegrationStatus.WITHDRAWN
            for integration in integrations.values()
        ),
    )


async def _earlier_applications(
    transaction: LogTransaction, imported: InventoryImport, sequence: int
) -> dict[str, Application]:
    """Return the applications that an import changed as they were before it, by id.

    An application whose earlier entry this instance lacks is left out.
    """
    versions = {
        row.application: row.before
        for row in imported.applications
        if row.before not in (None, row.after)
    }
    entries = await log.list_entries_by_subject(
        transaction.session, imported.region, list(versions), _APPLICATION_KINDS, until=sequence
    )
    earlier: dict[str, Application] = {}
    for id, subject_entries in entries.items():
        for entry in subject_entries:
            if entry.body is not None and entry.body["version"] == versions[id]:
                earlier[id] = from_document(Application, entry.body)
    # An application goes back to the successor if its earlier OPD is dissolved by now.
    owners = {application.opd for application in earlier.values() if application.opd is not None}
    current_ids = await current_opd_ids(transaction.session, owners)
    return {
        id: replace(application, opd=current_ids.get(application.opd or ""))
        for id, application in earlier.items()
    }


async def _undo_corrections(
    transaction: LogTransaction, undo: _Undo, ids: list[str], sequence: int
) -> list[NewEntry]:
    """Return the corrections as they were before the import, where they still are its own."""
    entries = await log.list_entries_by_subject(
        transaction.session,
        undo.imported.region,
        ids,
        [EventKind.FUNCTION_CORRECTED],
        until=transaction.sequence,
    )
    restored = []
    for id, subject_entries in entries.items():
        newest = subject_entries[-1]
        is_of_import = (
            newest.sequence < sequence
            and newest.at == undo.imported.at
            and newest.actor == undo.imported.by
        )
        if id not in undo.restored or not is_of_import:
            continue
        earlier = subject_entries[-2].body if len(subject_entries) > 1 else None
        function = None if earlier is None else earlier["function"]
        correction = FunctionCorrection(id, function, undo.viewer.subject, undo.at)
        restored.append(undo.entry(EventKind.FUNCTION_CORRECTED, id, correction))
    return restored


def _name(application: Application) -> tuple[str | None, str]:
    return application.opd, name_key(application.name)
