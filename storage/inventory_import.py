"""Reads imports into inventories, and converts them to and from rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.log.entry import format_timestamp
from engine.log.inventory_import import ImportedApplication, InventoryImport
from storage.tables import InventoryImportRow


def import_to_row(value: InventoryImport) -> InventoryImportRow:
    """Return the row of an import."""
    return InventoryImportRow(
        id=value.id,
        region=value.region,
        file_name=value.file_name,
        by=value.by,
        at=format_timestamp(value.at),
        applications=[to_document(application) for application in value.applications],
        integrations=list(value.integrations),
        left=value.left,
        refused=value.refused,
        undone_by=value.undone_by,
        undone_at=None if value.undone_at is None else format_timestamp(value.undone_at),
    )


def import_from_row(row: InventoryImportRow) -> InventoryImport:
    """Return the import that a row holds."""
    return InventoryImport(
        id=row.id,
        region=row.region,
        file_name=row.file_name,
        by=row.by,
        at=datetime.fromisoformat(row.at),
        applications=tuple(ImportedApplication(**document) for document in row.applications),
        integrations=tuple(row.integrations),
        left=row.left,
        refused=row.refused,
        undone_by=row.undone_by,
        undone_at=None if row.undone_at is None else datetime.fromisoformat(row.undone_at),
    )


async def find_import(session: AsyncSession, id: str) -> InventoryImport | None:
    """Return the import with this id, if there is one."""
    row = await session.scalar(select(InventoryImportRow).where(InventoryImportRow.id == id))
    return None if row is None else import_from_row(row)
