"""Stores the uploaded files that wait to be imported, each for its viewer only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.document import from_document, to_document
from engine.log.entry import format_timestamp
from engine.spreadsheet.import_edits import ImportEdits
from storage.tables import ImportDraftRow


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """An uploaded file with the edits of the viewer who uploaded it."""

    id: str
    region: str
    actor: str  # the viewer who uploaded it
    file_name: str
    content: bytes
    expires_at: datetime
    edits: ImportEdits = field(default_factory=ImportEdits)
    version: int = 1  # of the edits


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """What a list of uploaded files states about one of them."""

    id: str
    region: str
    file_name: str
    size: int  # bytes
    expires_at: datetime


async def measure_drafts(session: AsyncSession, actor: str) -> tuple[int, int]:
    """Return the number of files of a viewer and their bytes, until the transaction ends.

    A concurrent transaction that measures the files of the same viewer waits.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(actor))))
    query = select(func.count(), func.coalesce(func.sum(ImportDraftRow.size), 0))
    count, size = (await session.execute(query.where(ImportDraftRow.actor == actor))).one()
    return int(count), int(size)


async def insert_draft(session: AsyncSession, draft: ImportDraft) -> None:
    """Store a new draft."""
    await session.execute(
        insert(ImportDraftRow).values(
            id=draft.id,
            region=draft.region,
            actor=draft.actor,
            file_name=draft.file_name,
            size=len(draft.content),
            content=draft.content,
            edits=to_document(draft.edits),
            version=draft.version,
            expires_at=format_timestamp(draft.expires_at),
        )
    )


async def find_draft(
    session: AsyncSession, id: str, actor: str, now: datetime
) -> ImportDraft | None:
    """Return the draft with this id if this viewer uploaded it and it has not expired."""
    row = await session.scalar(
        select(ImportDraftRow).where(
            ImportDraftRow.id == id,
            ImportDraftRow.actor == actor,
            ImportDraftRow.expires_at > format_timestamp(now),
        )
    )
    if row is None:
        return None
    return ImportDraft(
        id=row.id,
        region=row.region,
        actor=row.actor,
        file_name=row.file_name,
        content=row.content,
        expires_at=datetime.fromisoformat(row.expires_at),
        edits=from_document(ImportEdits, row.edits),
        version=row.version,
    )


async def list_waiting_files(session: AsyncSession, actor: str, now: datetime) -> list[WaitingFile]:
    """Return the files of a viewer that have not expired, the newest first."""
    row = ImportDraftRow
    query = (
        select(row.id, row.region, row.file_name, row.size, row.expires_at)
        .where(row.actor == actor, row.expires_at > format_timestamp(now))
        .order_by(row.expires_at.desc(), row.id)
    )
    return [
        WaitingFile(id, region, file_name, size, datetime.fromisoformat(expires_at))
        for id, region, file_name, size, expires_at in await session.execute(query)
    ]


async def update_draft_edits(session: AsyncSession, draft: ImportDraft, version: int) -> int:
    """Store the edits of a draft if it still has `version`; return the number of updated rows."""
    result = await session.execute(
        update(ImportDraftRow)
        .where(ImportDraftRow.id == draft.id, ImportDraftRow.version == version)
        .values(edits=to_document(draft.edits), version=draft.version)
        .returning(ImportDraftRow.id)
    )
    return len(result.all())


async def delete_draft(session: AsyncSession, id: str, version: int) -> bool:
    """Delete a draft if its edits still have this version; return whether it was deleted."""
    result = await session.execute(
        delete(ImportDraftRow)
        .where(ImportDraftRow.id == id, ImportDraftRow.version == version)
        .returning(ImportDraftRow.id)
    )
    return bool(result.all())


async def delete_draft_of(session: AsyncSession, id: str, actor: str, now: datetime) -> bool:
    """Delete a draft that this viewer uploaded; return whether there was one."""
    result = await session.execute(
        delete(ImportDraftRow)
        .where(
            ImportDraftRow.id == id,
            ImportDraftRow.actor == actor,
            ImportDraftRow.expires_at > format_timestamp(now),
        )
        .returning(ImportDraftRow.id)
    )
    return bool(result.all())


async def delete_expired_drafts(session: AsyncSession, now: datetime) -> None:
    """Delete the drafts of all viewers that have expired."""
    await session.execute(
        delete(ImportDraftRow).where(ImportDraftRow.expires_at <= format_timestamp(now))
    )
