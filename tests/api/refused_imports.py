"""Edits, imports and undos of files that are refused, each with its problem."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.log.inventory_import import InventoryImport
from engine.model import EventKind, Visibility
from storage.import_draft import ImportDraft, insert_draft
from tests.api.hub import Hub
from tests.api.mutation_inputs import (
    EMPTY_KEY,
    KEY_REUSED,
    NO_KEY,
    USED_KEY,
    Fields,
    invalid_input,
    not_found,
    version_conflict,
    wrong_state,
)
from tests.api.two_provinces import ADMIN

GOOD, FAULTY = "good", "faulty"  # ids of drafts
STANDING, UNDONE = "32.11:import-standing", "32.11:import-undone"
IMPORT: Fields = {"draftId": GOOD, "version": 1}

IMPORTS: dict[str, list[tuple[Fields, Fields]]] = {
    "importApplications": [
        ({**IMPORT, "draftId": "none"}, not_found("none")),
        ({**IMPORT, "draftId": "none", **USED_KEY}, KEY_REUSED),
        ({**IMPORT, "version": 2}, version_conflict(GOOD, 2, 1)),
        (
            {**IMPORT, "draftId": FAULTY},
            {
                "__typename": "ImportRefused",
                "counts": {"add": 1, "change": 0, "leave": 0, "refuse": 1, "warnings": 0},
            },
        ),
        ({**IMPORT, **EMPTY_KEY}, NO_KEY),
        ({**IMPORT, **USED_KEY}, KEY_REUSED),
    ],
    "undoImport": [
        ({"importId": "32.11:import-none"}, not_found("32.11:import-none")),
        ({"importId": UNDONE}, wrong_state(UNDONE, "UNDONE", "IMPORTED")),
        ({"importId": STANDING, **EMPTY_KEY}, NO_KEY),
        ({"importId": STANDING, **USED_KEY}, KEY_REUSED),
    ],
}
# An edit has no key, because its version makes a repetition safe.
EDITS: dict[str, list[tuple[Fields, Fields]]] = {
    "editImport": [
        ({**IMPORT, "draftId": "none"}, not_found("none")),
        ({**IMPORT, "version": 2}, version_conflict(GOOD, 2, 1)),
        (
            {**IMPORT, "cells": [{"sheet": "", "row": 2, "column": 1, "text": "x" * 2001}]},
            invalid_input("cells.0.text", "at most 2000 characters", "2001"),
        ),
    ],
}
# Discarding a file changes no region, so it may be done after another instance owns the region.
DISCARDS: dict[str, list[tuple[Fields, Fields]]] = {
    "discardImportDraft": [({"draftId": "none"}, not_found("none"))]
}


async def write_imports(hub: Hub) -> None:
    """Write a good draft, a faulty one, an import, and one that is undone."""
    good = "Nama Aplikasi,OPD\nSi Uji,Dinkes\n"
    expires_at = datetime(2100, 1, 1, tzinfo=UTC)
    async with hub.instance.database.write() as session:
        for id, text in ((GOOD, good), (FAULTY, f"{good}Si Coba,Ngawur\n")):
            content = text.encode()
            draft = ImportDraft(id, "32.11", ADMIN.subject, "daftar.csv", content, expires_at)
            await insert_draft(session, draft)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    standing = InventoryImport(STANDING, "32.11", "daftar.csv", "ani", at, ())
    undone = InventoryImport(
        UNDONE, "32.11", "lama.csv", "ani", at, (), undone_by="ani", undone_at=at
    )
    for imported in (standing, undone):
        kind, visibility = EventKind.INVENTORY_IMPORTED, Visibility.REGION
        await hub.record(kind, "32.11", imported.id, imported, visibility)
