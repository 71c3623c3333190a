"""`simpul import`: shows what it would import from a file, asks, and imports it as one change."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from hub.cli import preconditions
from hub.cli.console import (
    AsJson,
    confirm,
    err,
    exit_with_error,
    out,
    print_result,
    progress_callback,
)
from hub.cli.known_messages import translate_refusal
from hub.cli.region_argument import resolve_region
from hub.cli.region_hint import exit_with_foreign_owner, exit_with_unknown_region
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from engine.log.inventory_import import InventoryImport
    from hub.cli.import_options import ImportOptions
    from hub.cli.import_session import PreparedImport
    from hub.settings import Settings

app = typer.Typer()


@app.command("import")
def import_command(
    inventory: Annotated[
        Path | None,
        typer.Argument(help="A file with tables: .xlsx, .xls, .ods, .csv or an HTML table."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Code or name of the region of the applications.")
    ] = None,
    sheet: Annotated[
        list[str], typer.Option(help="Name of a sheet to read; by default all with applications.")
    ] = [],  # noqa: B006
    column: Annotated[
        list[str],
        typer.Option(
            metavar="FIELD=HEADER",
            help="Read the column of this header as this field, or not if the field is -.",
        ),
    ] = [],  # noqa: B006
    opd: Annotated[
        list[str],
        typer.Option(metavar="NAME=OPD", help="The OPD on record that a name in the file means."),
    ] = [],  # noqa: B006
    new_only: Annotated[
        bool, typer.Option("--new-only", help="Add only; leave applications that differ.")
    ] = False,
    new_opds: Annotated[
        bool, typer.Option("--new-opds", help="Record the OPDs that the region does not have.")
    ] = False,
    only_good_rows: Annotated[
        bool, typer.Option("--only-good-rows", help="Import the rows without problems.")
    ] = False,
    marked: Annotated[
        Path | None,
        typer.Option(help="Write the file to this .xlsx file, with the faulty cells marked."),
    ] = None,
    undo: Annotated[
        str | None, typer.Option(metavar="ID", help="Undo the import with this id.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Write without asking; required without a terminal.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Add and change applications of a region as a file lists them, or undo such an import.

    It first prints to standard error which sheets and columns it reads, what it would do with each
    row and which cells have problems, and then asks for confirmation. The corrected file can be
    imported again: what is in the inventory is changed, not added twice.
    """
    code = None if region is None else resolve_region(region)
    if (inventory is None) == (undo is None) or (undo is None and code is None):
        exit_with_error(_("expected a file and --region, or --undo"), ExitCode.INPUT)
    settings = preconditions.load_migrated_settings()
    if undo is not None:
        from hub.cli import import_undo

        import_undo.run_undo(settings, undo, code, yes=yes, as_json=json)
        return
    assert inventory is not None
    assert code is not None
    if marked is not None and marked.exists():
        exit_with_error(_("{path}: the file exists").format(path=marked), ExitCode.INPUT)

    from hub.cli.import_document import import_document
    from hub.cli.import_options import ImportOptions
    from hub.cli.import_report import show_import_plan

    with _refusals_as_errors(code):
        options = ImportOptions(sheet, column, opd)
        prepared = _prepare_import(settings, code, inventory, options, new_only=new_only)
        if new_opds and _record_opds_if_confirmed(settings, prepared, yes=yes, json=json):
            prepared = _prepare_import(settings, code, inventory, options, new_only=new_only)
        if not json:
            show_import_plan(
                prepared.plan, inventory.name, prepared.different, prepared.workbook.encoding
            )
        if marked is not None:
            _write_marked_file(marked, inventory, prepared)
        imported, refusal = None, _find_refusal(prepared, only_good_rows=only_good_rows)
        if refusal is None or _may_ask_for_good_rows(prepared, yes=yes, json=json):
            refusal = None
            imported = _write_if_confirmed(settings, prepared, yes=yes, json=json)
    print_result(
        import_document(prepared.plan, imported, prepared.different, prepared.workbook.encoding),
        as_json=json,
        print_text=lambda: _print_import(imported) if refusal is None else None,
    )
    if refusal is not None:
        exit_with_error(refusal, ExitCode.INPUT)


def _prepare_import(
    settings: Settings, region: str, path: Path, options: ImportOptions, *, new_only: bool
) -> PreparedImport:
    from hub.cli import sheet_file
    from hub.cli.import_session import prepare_import

    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        report_stage = progress_callback(progress, _("Reading {file}").format(file=path.name))
        workbook = sheet_file.read_workbook_file(path)
        return asyncio.run(
            prepare_import(
                settings,
                region,
                path,
                workbook,
                options,
                new_only=new_only,
                report_stage=report_stage,
            )
        )


def _record_opds_if_confirmed(
    settings: Settings, prepared: PreparedImport, *, yes: bool, json: bool
) -> bool:
    """Record the OPDs that the file names and the region lacks; return whether there are any."""
    from hub.cli.import_opds import official_name, record_opds
    from resolvers.problems import AlreadyExists, InvalidInput

    names = [unknown.name for unknown in prepared.plan.unknown_opds]
    if not names:
        return False
    if not yes:
        _require_terminal(json=json)
        listed = ", ".join(dict.fromkeys(official_name(name)[0] for name in names))
        question = _("Record these OPDs in region {region}: {names}?")
        if not confirm(question.format(region=prepared.region, names=listed)):
            return False
    try:
        recorded = asyncio.run(record_opds(settings, prepared.region, names))
    except (AlreadyExists, InvalidInput) as problem:
        exit_with_error(translate_refusal(str(problem)), ExitCode.INPUT)
    text = _("OPDs recorded in region {region}: {names}").format(
        region=prepared.region, names=", ".join(recorded)
    )
    err.print(text, markup=False, soft_wrap=True)
    return True


def _require_terminal(*, json: bool) -> None:
    if json or not sys.stdin.isatty():
        exit_with_error(
            _("expected --yes to write without asking, got none: nothing is imported"),
            ExitCode.INPUT,
        )


def _find_refusal(prepared: PreparedImport, *, only_good_rows: bool) -> str | None:
    """Return why nothing is imported, or None."""
    plan = prepared.plan
    if plan.is_file_refused or not any(sheet.is_read for sheet in plan.workbook.sheets):
        return _("{file}: nothing is imported").format(file=prepared.file_name)
    if plan.rows and plan.counts.refuse == len(plan.rows):
        return _(
            "{file}: all rows are refused: {count}; nothing is imported: correct the file"
        ).format(file=prepared.file_name, count=plan.counts.refuse)
    if plan.counts.refuse and not only_good_rows:
        return _(
            "{file}: rows with problems: {count}; nothing is imported: correct the file, or pass "
            "--only-good-rows"
        ).format(file=prepared.file_name, count=plan.counts.refuse)
    return None


def _may_ask_for_good_rows(prepared: PreparedImport, *, yes: bool, json: bool) -> bool:
    """Return whether a person at a terminal can still choose to import the good rows only."""
    counts = prepared.plan.counts
    is_interactive = sys.stdin.isatty() and not yes and not json
    return is_interactive and not prepared.plan.is_file_refused and counts.add + counts.change > 0


def _write_if_confirmed(
    settings: Settings, prepared: PreparedImport, *, yes: bool, json: bool
) -> InventoryImport | None:
    """Write the rows without problems; return None if there is nothing to write or the user says no.

    The command exits with an error if it cannot ask.
    """
    from hub.cli.import_session import write_import

    counts = prepared.plan.counts
    if counts.add + counts.change == 0 and not prepared.plan.integrations:
        return None
    if not yes:
        _require_terminal(json=json)
        question = _(
            "Import into region {region}: add {add}, change {change}, leave {leave}, refuse "
            "{refuse}?"
        ).format(
            region=prepared.region,
            add=counts.add,
            change=counts.change,
            leave=counts.leave + len(prepared.different),
            refuse=counts.refuse,
        )
        if not confirm(question):
            return None
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        progress.add_task(_("Importing"), total=None)
        return asyncio.run(write_import(settings, prepared, only_good_rows=counts.refuse > 0))


def _write_marked_file(path: Path, inventory: Path, prepared: PreparedImport) -> None:
    from hub.cli.import_session import mark_cells

    path.write_bytes(mark_cells(inventory.read_bytes(), prepared))
    text = _("{path}: the file with the faulty cells marked").format(path=path)
    err.print(text, markup=False, soft_wrap=True)


def _print_import(imported: InventoryImport | None) -> None:
    if imported is None:
        out.print(_("Nothing is imported."))
        return
    text = _(
        "Applications added: {added}; changed: {changed}; left: {left}; refused: {refused}; "
        "integrations connected: {integrations}."
    ).format(
        added=imported.registered_count,
        changed=imported.changed_count,
        left=imported.left,
        refused=imported.refused,
        integrations=len(imported.integrations),
    )
    out.print(text, markup=False, soft_wrap=True)
    text = _("To undo the import, run: simpul import --undo {id}").format(id=imported.id)
    out.print(text, markup=False, soft_wrap=True)


@contextmanager
def _refusals_as_errors(region: str) -> Iterator[None]:
    """Exit with an error if this instance cannot write the region, or its inventory has changed."""
    from resolvers.problems import ImportRefused, NotFound, OwnedElsewhere

    try:
        yield
    except NotFound:
        exit_with_unknown_region(region)
    except OwnedElsewhere as elsewhere:
        exit_with_foreign_owner(region, elsewhere.url)
    except ImportRefused:
        exit_with_error(
            _("the inventory has changed meanwhile: nothing is imported; run the command again"),
            ExitCode.STATE,
        )
