"""`simpul import --undo`: restores what an import changed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _
from typing import Any, NoReturn

from engine.identifier import parse_entity_id
from engine.log.inventory_import import InventoryImport
from hub.cli.console import confirm, exit_with_error, out, print_result
from hub.cli.import_words import UNDO_REFUSALS
from hub.cli.region_hint import exit_with_foreign_owner
from hub.exit_codes import ExitCode
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context
from resolvers.import_history import find_import
from resolvers.import_undo import UndoImport, UndoneImport, undo_import
from resolvers.inventory_import import IMPORT_VIEWER
from resolvers.operation_budget import OperationBudget
from resolvers.problems import OwnedElsewhere, WrongState
from storage import inventory_import as stored

LATEST_SHOWN = 5


def run_undo(settings: Settings, id: str, region: str | None, *, yes: bool, as_json: bool) -> None:
    """Undo an import after asking, and print the result.

    The command exits with the latest imports if there is none with this id.

    Args:
        region: the region whose imports are listed; by default that of the id.
        yes: do not ask.
    """
    if not yes and (as_json or not sys.stdin.isatty()):
        exit_with_error(
            _("expected --yes to undo without asking, got none: nothing is undone"),
            ExitCode.INPUT,
        )
    imported = asyncio.run(_find_import(settings, id, region))
    if imported.undone_at is None and not yes:
        question = _("Undo the import of {file} at {at}, with {count} applications?").format(
            file=imported.file_name,
            at=_format_time(imported.at),
            count=len(imported.applications),
        )
        if not confirm(question):
            out.print(_("Nothing is undone."))
            return
    try:
        undone = asyncio.run(_undo(settings, id))
    except WrongState:
        exit_with_error(_("{id}: this import is undone already").format(id=id), ExitCode.STATE)
    except OwnedElsewhere as elsewhere:
        exit_with_foreign_owner(imported.region, elsewhere.url)
    print_result(
        _undo_document(undone), as_json=as_json, print_text=lambda: _show_undone_import(undone)
    )


def _undo_document(undone: UndoneImport) -> dict[str, Any]:
    """Return the result as JSON values."""
    return {
        "import": undone.imported.id,
        "undone": undone.undone,
        "refused": [
            {"application": refusal.application, "reason": refusal.reason.value}
            for refusal in undone.refused
        ],
        "integrationsWithdrawn": undone.integrations_withdrawn,
        "integrationsKept": undone.integrations_kept,
    }


def _show_undone_import(undone: UndoneImport) -> None:
    """Print the result."""
    out.print(
        _("Applications as before the import: {undone}; left as they are: {refused}").format(
            undone=undone.undone, refused=len(undone.refused)
        )
    )
    for refusal in undone.refused:
        out.print(f"  {refusal.application}: {_(UNDO_REFUSALS[refusal.reason])}", markup=False)
    if undone.integrations_withdrawn or undone.integrations_kept:
        out.print(
            _("Integrations withdrawn: {withdrawn}; kept: {kept}").format(
                withdrawn=undone.integrations_withdrawn, kept=undone.integrations_kept
            )
        )


async def _find_import(settings: Settings, id: str, region: str | None) -> InventoryImport:
    async with open_instance(settings) as instance:
        context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
        imported = await find_import(context, id)
        latest = [] if imported is not None else await _list_latest(context, id, region)
    if imported is None:
        _exit_with_latest(id, latest)
    return imported


async def _list_latest(context: Context, id: str, region: str | None) -> list[InventoryImport]:
    parsed = parse_entity_id(id)
    code = region or (None if parsed is None else parsed.region)
    if code is None:
        return []
    async with context.read() as session:
        page = await stored.paginate_imports(session, region=code, first=LATEST_SHOWN, after=None)
    return page.values


def _exit_with_latest(id: str, latest: Sequence[InventoryImport]) -> NoReturn:
    lines = [
        f"  {known.id}  {_format_time(known.at)}  {known.file_name}"
        + (_("  (undone)") if known.undone_at is not None else "")
        for known in latest
    ]
    message = _("there is no import {id!r}").format(id=id)
    hint = _("the latest imports:") if lines else _("--region lists the latest imports of a region")
    exit_with_error("\n".join((f"{message}; {hint}", *lines)), ExitCode.INPUT)


def _format_time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


async def _undo(settings: Settings, id: str) -> UndoneImport:
    async with open_instance(settings) as instance:
        context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
        return await undo_import(context, UndoImport(id), None)
