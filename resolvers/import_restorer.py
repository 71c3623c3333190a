"""Restores the applications and functions that an import changed, as they were before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from engine.document import from_document, to_document
from engine.log.actor import parse_actor, viewer_actor
from engine.log.inventory_import import ImportedApplication, InventoryImport, undo_reason
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, ApplicationStatus, EventKind, Viewer
from engine.plain_text import name_key
from storage import log_entries
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
class UndoRefusal:
    """An application that stays as it is, and why."""

    application: str  # id
    reason: UndoRefusalReason


@dataclass
class ImportRestorer:
    """Restores the applications of one import, and collects the entries that do it."""

    imported: InventoryImport
    viewer: Viewer
    at: datetime
    current: Mapping[str, Application]  # the applications of the import now, by id
    earlier: Mapping[str, Application]  # those that it changed, as they were before
    names: set[tuple[str | None, str]]  # those that applications of the region in use have
    entries: list[NewEntry] = field(default_factory=list)
    restored: set[str] = field(default_factory=set)  # ids
    refused: list[UndoRefusal] = field(default_factory=list)

    def restore_application(self, row: ImportedApplication) -> None:
        """Add the entry that restores one application, or the reason why it stays."""
        current = self.current[row.application]
        reason = self._find_refusal(row, current)
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
        self.names.discard(owner_and_name(current))
        if restored.status is not ApplicationStatus.RETIRED:
            self.names.add(owner_and_name(restored))
        kind = EventKind.APPLICATION_UPDATED
        if restored.status is ApplicationStatus.RETIRED:
            kind = EventKind.APPLICATION_RETIRED
        self.entries.append(self.new_entry(kind, restored.id, restored))

    def _find_refusal(
        self, row: ImportedApplication, current: Application
    ) -> UndoRefusalReason | None:
        if current.version != row.after:
            return UndoRefusalReason.CHANGED_SINCE
        if row.before not in (None, row.after):
            earlier = self.earlier.get(current.id)
            if earlier is None:
                return UndoRefusalReason.HISTORY_MISSING
            is_renamed = owner_and_name(earlier) != owner_and_name(current)
            is_used_again = (
                current.status is ApplicationStatus.RETIRED
                and earlier.status is not ApplicationStatus.RETIRED
            )
            if (is_renamed or is_used_again) and owner_and_name(earlier) in self.names:
                return UndoRefusalReason.NAME_TAKEN
        return None

    def new_entry(self, kind: EventKind, subject: str, value: object) -> NewEntry:
        """Return an entry by the viewer who undoes the import."""
        return NewEntry(viewer_actor(self.viewer), kind, subject, to_document(value))


async def load_earlier_applications(
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
    entries = await log_entries.list_entries_by_subject(
        transaction.session, imported.region, list(versions), _APPLICATION_KINDS, until=sequence
    )
    earlier: dict[str, Application] = {}
    for id, subject_entries in entries.items():
        for entry in subject_entries:
            if entry.body["version"] == versions[id]:
                earlier[id] = from_document(Application, entry.body)
    # An application goes back to the successor if its earlier OPD is dissolved by now.
    owners = {application.opd for application in earlier.values() if application.opd is not None}
    current_ids = await current_opd_ids(transaction.session, owners)
    return {
        id: replace(application, opd=current_ids.get(application.opd or ""))
        for id, application in earlier.items()
    }


async def restore_corrections(
    transaction: LogTransaction, restorer: ImportRestorer, ids: list[str], sequence: int
) -> list[NewEntry]:
    """Return the entries that restore the functions which the import was the last to correct."""
    entries = await log_entries.list_entries_by_subject(
        transaction.session,
        restorer.imported.region,
        ids,
        [EventKind.FUNCTION_CORRECTED],
        until=transaction.sequence,
    )
    restored = []
    for id, subject_entries in entries.items():
        newest = subject_entries[-1]
        is_of_import = (
            newest.sequence < sequence
            and newest.at == restorer.imported.at
            and parse_actor(newest.actor).id == restorer.imported.by
        )
        if id not in restorer.restored or not is_of_import:
            continue
        earlier = subject_entries[-2].body if len(subject_entries) > 1 else None
        function = None if earlier is None else earlier["function"]
        correction = FunctionCorrection(id, function, restorer.viewer.subject, restorer.at)
        restored.append(restorer.new_entry(EventKind.FUNCTION_CORRECTED, id, correction))
    return restored


def owner_and_name(application: Application) -> tuple[str | None, str]:
    """Return what no two applications in use have in common: the OPD, and the key of the name."""
    return application.opd, name_key(application.name)
