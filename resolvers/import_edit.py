"""Edits the columns, cells and names of an uploaded file before it is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from engine.log.body_bounds import text_bound
from engine.model import Application
from engine.spreadsheet.import_edits import (
    CellCorrection,
    ColumnChoice,
    ImportEdits,
    IntegrationChoice,
    OpdChoice,
)
from resolvers.context import Context
from resolvers.import_draft import (
    check_draft_version,
    edit_draft,
    load_draft,
    load_importable_region,
    read_draft,
)
from resolvers.inventory_import import PlannedDraft, plan_edited_draft, read_rows
from resolvers.problems import InvalidInput
from storage import application as stored_application
from storage import opd as stored_opd
from storage.import_draft import ImportDraft

EDITS_MOST = 20_000  # of each kind, for one file
CORRECTION_CHARACTERS_MOST = text_bound(Application, "function").most  # the longest text
EDITS_AT_ONCE = 1_000  # of each kind, in one request
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class EditImport:
    """Input to edit an uploaded file. An edit replaces the earlier one of the same key."""

    draft: str
    version: int
    columns: tuple[ColumnChoice, ...] = ()
    skipped_sheets: tuple[str, ...] | None = None  # None keeps the earlier ones
    cells: tuple[CellCorrection, ...] = ()
    opds: tuple[OpdChoice, ...] = ()  # an empty id removes the earlier choice
    integrations: tuple[IntegrationChoice, ...] = ()


async def edit_import(context: Context, request: EditImport) -> PlannedDraft:
    """Edit a file, remember the chosen columns for its region, and return the new plan.

    Raises:
        NotFound: this viewer has no such file any more.
        VersionConflict: another request has edited it.
        InvalidInput: an edit names something that does not exist, or there are too many.
        OwnedElsewhere, Forbidden: the viewer may not import into the region any more.
    """
    draft = await load_draft(context, request.draft)
    check_draft_version(draft, request.version)
    await _check_edits(context, draft, request)
    edits = _merge_edits(draft.edits, request)
    for name in ("columns", "cells", "opds", "integrations"):
        if len(getattr(edits, name)) > EDITS_MOST:
            count = len(getattr(edits, name))
            raise InvalidInput(name, f"at most {EDITS_MOST} for one file", str(count))
    workbook = await read_draft(context, draft)
    _check_sheets(request, {sheet.name for sheet in workbook.sheets})
    mappings = {}
    if request.columns:
        changed_sheets = {choice.sheet for choice in request.columns}
        rows = await read_rows(context, draft.region, workbook, edits)
        mappings = {
            sheet.header_key: {
                column.column: column.field for column in sheet.columns if column.is_chosen
            }
            for sheet in rows.sheets
            if sheet.name in changed_sheets and sheet.header_key
        }
    edited = await edit_draft(context, draft, request.version, edits, mappings)
    return await plan_edited_draft(context, edited)


async def _check_edits(context: Context, draft: ImportDraft, request: EditImport) -> None:
    for name in ("columns", "cells", "opds", "integrations", "skipped_sheets"):
        count = len(getattr(request, name) or ())
        if count > EDITS_AT_ONCE:
            field = "skippedSheets" if name == "skipped_sheets" else name
            raise InvalidInput(field, f"at most {EDITS_AT_ONCE} items", str(count))
    texts = [(f"cells.{index}.text", cell.text) for index, cell in enumerate(request.cells)]
    texts += [(f"opds.{index}.name", opd.name) for index, opd in enumerate(request.opds)]
    texts += [
        (f"integrations.{index}.name", integration.name)
        for index, integration in enumerate(request.integrations)
    ]
    for field, text in texts:
        if len(text) > CORRECTION_CHARACTERS_MOST:
            expected = f"at most {CORRECTION_CHARACTERS_MOST} characters"
            raise InvalidInput(field, expected, str(len(text)))
    opd_ids = [choice.opd for choice in request.opds if choice.opd]
    application_ids = [
        choice.application for choice in request.integrations if choice.application is not None
    ]
    async with context.read() as session:
        await load_importable_region(context, session, draft.region)
        opds = await stored_opd.opds_by_id(session, opd_ids)
        applications = await stored_application.applications_by_id(session, application_ids)
    for index, opd_choice in enumerate(request.opds):
        opd = opds.get(opd_choice.opd)
        is_valid = opd is not None and opd.region == draft.region and opd.dissolved_reason is None
        if opd_choice.opd and not is_valid:
            expected = f"an OPD of region {draft.region} that is not dissolved"
            raise InvalidInput(f"opds.{index}.opdId", expected, opd_choice.opd)
    for index, choice in enumerate(request.integrations):
        if choice.application is None:
            continue
        application = applications.get(choice.application)
        if application is None or application.region != draft.region:
            expected = f"an application of region {draft.region}"
            raise InvalidInput(f"integrations.{index}.applicationId", expected, choice.application)


def _check_sheets(request: EditImport, names: set[str]) -> None:
    """Raise InvalidInput if an edit names a sheet that the file does not have."""
    fields = [(f"columns.{index}.sheet", edit.sheet) for index, edit in enumerate(request.columns)]
    fields += [(f"cells.{index}.sheet", edit.sheet) for index, edit in enumerate(request.cells)]
    fields += [
        (f"skippedSheets.{index}", name) for index, name in enumerate(request.skipped_sheets or ())
    ]
    expected = "the name of a sheet of the file"
    for field, name in fields:
        if name not in names:
            raise InvalidInput(field, expected, name)


def _merge_edits(edits: ImportEdits, request: EditImport) -> ImportEdits:
    skipped_sheets = request.skipped_sheets
    return ImportEdits(
        columns=_merge(edits.columns, request.columns, lambda value: (value.sheet, value.column)),
        skipped_sheets=edits.skipped_sheets if skipped_sheets is None else skipped_sheets,
        cells=_merge(
            edits.cells, request.cells, lambda value: (value.sheet, value.row, value.column)
        ),
        opds=tuple(
            choice
            for choice in _merge(edits.opds, request.opds, lambda value: value.name)
            if choice.opd
        ),
        integrations=_merge(edits.integrations, request.integrations, lambda value: value.name),
    )


def _merge(
    earlier: Iterable[Value], added: Iterable[Value], key: Callable[[Value], object]
) -> tuple[Value, ...]:
    return tuple({key(value): value for values in (earlier, added) for value in values}.values())
