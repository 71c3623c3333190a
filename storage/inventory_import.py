"""Reads imports into inventories, and converts them to and from rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import to_document
from engine.log.entry import format_timestamp
from engine.log.inventory_import import ImportedApplication, InventoryImport, undo_reason
from engine.page import Page
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


UNDONE_MOST = 20  # undone imports that are read for each plan, of up to 5,000 applications each


async def find_import(session: AsyncSession, id: str) -> InventoryImport | None:
    """Return the import with this id, if there is one."""
    row = await session.scalar(select(InventoryImportRow).where(InventoryImportRow.id == id))
    return None if row is None else import_from_row(row)


async def paginate_imports(
    session: AsyncSession, *, region: str, first: int, after: tuple[str, ...] | None
) -> Page[InventoryImport]:
    """Return one page of the imports into a region's inventory, the newest first."""
    query = select(InventoryImportRow).where(InventoryImportRow.region == region)
    following = query
    if after is not None:
        at, id = after
        key = tuple_(InventoryImportRow.at, InventoryImportRow.id)
        following = query.where(key < tuple_(at, id))
    order = (InventoryImportRow.at.desc(), InventoryImportRow.id.desc())
    rows = list(await session.scalars(following.order_by(*order).limit(first + 1)))
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    return Page(
        values=[import_from_row(row) for row in rows[:first]],
        keys=[(row.at, row.id) for row in rows[:first]],
        has_next=len(rows) > first,
        has_previous=after is not None,
        total=total or 0,
    )


async def undone_applications(session: AsyncSession, region: str) -> dict[str, tuple[int, str]]:
    """Return the version and the reason with which undone imports retired applications, by id.

    An application with another version or reason was changed by a person. The newest undone
    imports are read; what an earlier one retired counts as retired by a person.
    """
    newest = await session.execute(
        select(InventoryImportRow.file_name, InventoryImportRow.applications)
        .where(InventoryImportRow.region == region, InventoryImportRow.undone_at.is_not(None))
        .order_by(InventoryImportRow.at.desc())
        .limit(UNDONE_MOST)
    )
    imports = reversed(newest.all())
    return {
        document["application"]: (document["after"] + 1, undo_reason(row.file_name))
        for row in imports
        for document in row.applications
        if document["before"] is None
    }
