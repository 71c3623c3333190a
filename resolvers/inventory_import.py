"""Imports a file into the inventory of a region, as one change that can be undone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from engine.log.body_bounds import text_bound
from engine.log.inventory_import import InventoryImport
from engine.log.refusal import TooManyRows
from engine.model import OWN_ACTOR_PREFIX, Region, Role, Viewer
from engine.plain_text import to_plain_text
from engine.spreadsheet.application_values import ApplicationWorkbook
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.workbook import Workbook
from facts.tables import common_applications
from resolvers import access
from resolvers.context import Context
from resolvers.import_draft import (
    check_draft_version,
    find_draft,
    load_importable_region,
    read_draft,
)
from resolvers.import_entries import import_entries
from resolvers.import_plan import ImportPlan
from resolvers.import_planning import parse_rows, plan_import
from resolvers.inventory_state import read_inventory_state
from resolvers.problems import ImportRefused, NotFound, OwnedElsewhere
from resolvers.region_change import RegionChange, new_id, open_region_change
from resolvers.shipped_functions import functions_by_id
from storage import column_mapping, idempotency
from storage import import_draft as stored_draft
from storage.database import Session
from storage.import_draft import ImportDraft

PLAN_SEARCHES = 20  # a plan of 3,000 rows takes as long as so many searches
IMPORT_VIEWER = Viewer(f"{OWN_ACTOR_PREFIX}import", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class ImportInventory:
    """Input to import the rows of a file that the caller has read."""

    region: str
    file_name: str
    only_good_rows: bool = False


@dataclass(frozen=True, slots=True)
class ImportUploadedFile:
    """Input to import an uploaded file with its edits."""

    draft: str
    version: int
    only_good_rows: bool = False


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """An uploaded file and what its import would do now."""

    draft: ImportDraft
    workbook: Workbook
    plan: ImportPlan


async def plan_draft(context: Context, id: str) -> PlannedDraft | None:
    """Return the plan of an uploaded file; None if this viewer has no such file any more."""
    draft = await find_draft(context, id)
    if draft is None:
        return None
    try:
        return await plan_edited_draft(context, draft)
    except (NotFound, OwnedElsewhere):  # the region was handed over since
        return None


async def plan_edited_draft(context: Context, draft: ImportDraft) -> PlannedDraft:
    """Return the plan of a draft with its edits.

    Raises:
        NotFound, OwnedElsewhere, Forbidden: the viewer may not import into the region any more.
    """
    context.budget.count_searches(PLAN_SEARCHES)
    workbook = await read_draft(context, draft)
    rows = await read_rows(context, draft.region, workbook, draft.edits)
    plan = await preview_import(context, draft.region, rows, draft.edits, draft.file_name)
    return PlannedDraft(draft, workbook, plan)


async def read_rows(
    context: Context, region: str, workbook: Workbook, edits: ImportEdits
) -> ApplicationWorkbook:
    """Return the rows of a file, with the columns that people of the region chose earlier."""
    async with context.read() as session:
        remembered = await column_mapping.column_mappings_by_header(session, region)
    return await context.instance.result_cache.compute_in_turn(
        partial(
            parse_rows,
            workbook,
            edits,
            remembered=remembered.get,
            functions={id: function.name for id, function in functions_by_id().items()},
            common_applications={row.id: row.name for row in common_applications()},
        )
    )


async def preview_import(
    context: Context, region: str, rows: ApplicationWorkbook, edits: ImportEdits, file_name: str
) -> ImportPlan:
    """Return what `import_inventory` would do with the rows of a file, and write nothing.

    Raises:
        NotFound, OwnedElsewhere, Forbidden: the viewer may not import into the region.
    """
    async with context.read() as session:
        current_region = await load_importable_region(context, session, region)
        return await _plan(context, session, current_region, rows, edits, file_name)


async def import_inventory(
    context: Context,
    request: ImportInventory,
    rows: ApplicationWorkbook,
    edits: ImportEdits,
    key: str | None = None,
) -> InventoryImport:
    """Import the rows of a file: all of them, only the good ones, or none.

    Raises:
        ImportRefused: rows have problems, and not only the good ones are requested.
        NotFound, OwnedElsewhere, Forbidden: the viewer may not import into the region.
    """
    async with open_region_change(
        context, request.region, key=key, request=request, result_type=InventoryImport
    ) as change:
        if change.earlier_result is not None:
            return change.earlier_result
        return change.store_result(
            await _write(
                context,
                change,
                rows,
                edits,
                file_name=request.file_name,
                only_good_rows=request.only_good_rows,
            )
        )


async def import_uploaded_file(
    context: Context, request: ImportUploadedFile, key: str | None
) -> InventoryImport:
    """Import an uploaded file, and delete it.

    Raises:
        NotFound: this viewer has no such file any more.
        VersionConflict: another request has edited it.
        ImportRefused, OwnedElsewhere, Forbidden: as for `import_inventory`.
    """
    draft = await find_draft(context, request.draft)
    if draft is None:
        return await _repeat_import(context, request, key)
    check_draft_version(draft, request.version)
    workbook = await read_draft(context, draft)
    rows = await read_rows(context, draft.region, workbook, draft.edits)
    async with open_region_change(
        context, draft.region, key=key, request=request, result_type=InventoryImport
    ) as change:
        if change.earlier_result is not None:
            return change.earlier_result
        session = change.transaction.session
        if not await stored_draft.delete_draft(session, draft.id, request.version):
            raise NotFound("import draft", draft.id)
        context.instance.workbook_cache.remove(draft.id)
        return change.store_result(
            await _write(
                context,
                change,
                rows,
                draft.edits,
                file_name=draft.file_name,
                only_good_rows=request.only_good_rows,
            )
        )


async def _repeat_import(
    context: Context, request: ImportUploadedFile, key: str | None
) -> InventoryImport:
    """Return the result of an earlier request with this key, whose file is deleted.

    Raises:
        NotFound: there was no such request.
    """
    regions: list[str] = []
    if key is not None:
        async with context.read() as session:
            regions = await idempotency.list_regions_with_key(session, context.viewer.subject, key)
    for region in regions:
        async with open_region_change(
            context, region, key=key, request=request, result_type=InventoryImport
        ) as change:
            if change.earlier_result is not None:
                return change.earlier_result
    raise NotFound("import draft", request.draft)


async def _plan(
    context: Context,
    session: Session,
    region: Region,
    rows: ApplicationWorkbook,
    edits: ImportEdits,
    file_name: str,
) -> ImportPlan:
    inventory = await read_inventory_state(session, region)
    await context.load_acting_opds(session)
    return await asyncio.to_thread(
        plan_import,
        inventory,
        rows,
        edits,
        viewer=context.acting_viewer,
        file_name=file_name,
        year=context.instance.clock().year,
    )


async def _write(
    context: Context,
    change: RegionChange[InventoryImport],
    rows: ApplicationWorkbook,
    edits: ImportEdits,
    *,
    file_name: str,
    only_good_rows: bool,
) -> InventoryImport:
    """Append the entries of an import, unless it is refused."""
    file_name = to_plain_text(file_name)[: text_bound(InventoryImport, "file_name").most]
    access.allow_inventory_import(context.viewer, change.region)
    transaction = change.transaction
    plan = await _plan(context, transaction.session, change.region, rows, edits, file_name)
    if plan.is_file_refused or (plan.counts.refuse and not only_good_rows):
        raise ImportRefused(plan.counts)
    imported, entries = import_entries(
        plan, context.acting_viewer, file_name, new_id(transaction.region, "import"), transaction.at
    )
    try:
        await transaction.append_all(entries)
    except TooManyRows as refused:  # with rows that a plan does not count, such as former imports
        raise ImportRefused(plan.counts) from refused
    return imported
