"""Keeps uploaded files until they are imported, and remembers the columns that people choose."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.model import Region
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.workbook import Workbook
from regions.endpoint_directory import to_http_url
from resolvers import access
from resolvers.context import Context
from resolvers.problems import NotFound, OwnedElsewhere, TooManyDrafts, VersionConflict
from storage import column_mapping, log_entries
from storage import import_draft as stored
from storage.database import Session
from storage.import_draft import ImportDraft, WaitingFile
from storage.region import regions_by_code

DRAFTS_MOST = 5  # files of one viewer
DRAFT_BYTES_MOST = 60 * 1024 * 1024  # of all files of one viewer
DRAFT_LIFETIME = timedelta(hours=1)
ID_BYTES = 32  # random bytes of the id of a draft


async def add_draft(context: Context, region: str, file_name: str, content: bytes) -> ImportDraft:
    """Keep a file for an hour, for a viewer who may import into the region.

    Raises:
        NotFound: there is no such region.
        OwnedElsewhere: another instance owns the region.
        Forbidden: the viewer may not import into it.
        TooManyDrafts: too many files of this viewer wait already, or too many bytes.
    """
    now = context.instance.clock()
    async with context.read() as session:
        await load_importable_region(context, session, region)
    draft = ImportDraft(
        id=secrets.token_urlsafe(ID_BYTES),
        region=region,
        actor=context.viewer.subject,
        file_name=file_name,
        content=content,
        expires_at=now + DRAFT_LIFETIME,
    )
    async with context.database.write() as session:
        await stored.delete_expired_drafts(session, now)
        count, size = await stored.measure_drafts(session, draft.actor)
        if count >= DRAFTS_MOST or size + len(content) > DRAFT_BYTES_MOST:
            raise TooManyDrafts(DRAFTS_MOST, DRAFT_BYTES_MOST, count, size)
        await stored.insert_draft(session, draft)
    return draft


async def load_importable_region(context: Context, session: Session, code: str) -> Region:
    """Return a region into which the viewer may import.

    Raises:
        NotFound, OwnedElsewhere, Forbidden: as for `add_draft`.
    """
    region = (await regions_by_code(session, [code])).get(code)
    if region is None:
        raise NotFound("region", code)
    access.allow_inventory_import(context.viewer, region)
    owner = (await log_entries.read_head_with_owner(session, code))[2]
    if owner is not None:
        raise OwnedElsewhere(code, to_http_url(owner))
    return region


async def find_draft(context: Context, id: str) -> ImportDraft | None:
    """Return a draft that this viewer uploaded; None if there is none, or none any more."""
    async with context.read() as session:
        return await stored.find_draft(
            session, id, context.viewer.subject, context.instance.clock()
        )


async def load_draft(context: Context, id: str) -> ImportDraft:
    """Return a draft that this viewer uploaded, or raise NotFound."""
    draft = await find_draft(context, id)
    if draft is None:
        raise NotFound("import draft", id)
    return draft


async def list_waiting_files(context: Context) -> list[WaitingFile]:
    """Return the files of this viewer that wait to be imported, the newest first."""
    async with context.read() as session:
        return await stored.list_waiting_files(
            session, context.viewer.subject, context.instance.clock()
        )


async def discard_draft(context: Context, id: str) -> str:
    """Delete a file that this viewer uploaded, so that another may wait; return its id.

    Raises:
        NotFound: this viewer has no such file any more.
    """
    async with context.database.write() as session:
        if not await stored.delete_draft_of(
            session, id, context.viewer.subject, context.instance.clock()
        ):
            raise NotFound("import draft", id)
    return id


def check_draft_version(draft: ImportDraft, version: int) -> None:
    """Raise VersionConflict if the edits of a draft have another version."""
    if draft.version != version:
        raise VersionConflict(draft.id, version, draft.version)


async def edit_draft(
    context: Context,
    draft: ImportDraft,
    version: int,
    edits: ImportEdits,
    mappings: Mapping[str, Mapping[int, str | None]],
) -> ImportDraft:
    """Store new edits of a draft, and remember the chosen columns.

    Args:
        version: the version of the draft that the client has read.
        mappings: the fields by column, from 1, of each header with a chosen column, by its digest.

    Raises:
        NotFound: the draft does not exist any more.
        VersionConflict: another request edited it first.
    """
    check_draft_version(draft, version)
    edited = replace(draft, edits=edits, version=version + 1)
    async with context.database.write() as session:
        now = context.instance.clock()
        if not await stored.update_draft_edits(session, edited, version):
            current = await stored.find_draft(session, draft.id, draft.actor, now)
            if current is None:
                raise NotFound("import draft", draft.id)
            raise VersionConflict(draft.id, version, current.version)
        for header, fields in mappings.items():
            await column_mapping.save_column_mapping(session, draft.region, header, fields, now)
    return edited


async def read_draft(context: Context, draft: ImportDraft) -> Workbook:
    """Return the content of a draft, which is kept for the next edit."""
    cache = context.instance.workbook_cache
    workbook = cache.find(draft.id)
    if workbook is None:
        workbook = await context.instance.read_workbook(draft.content, draft.file_name)
        cache.add(draft.id, workbook)
    return workbook
