"""`simpul import`: shows what it would import from a sheet, asks, and imports it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import preconditions
from hub.cli.console import AsJson, confirm, err, exit_with_error, out, print_result
from hub.cli.region_argument import RegionOption
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from engine.spreadsheet.application_values import ApplicationWorkbook
    from resolvers.import_plan import ImportPlan

app = typer.Typer()

ROWS_LISTED = 12  # the row numbers that a message lists


@app.command("import")
def import_command(
    inventory: Annotated[Path, typer.Argument(help="A .csv file, or the first sheet of an .xlsx.")],
    region: RegionOption,
    yes: Annotated[
        bool, typer.Option("--yes", help="Write without asking; required without a terminal.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Register the applications of a sheet in a region's inventory, except those that are there.

    It first prints to standard error which columns it reads and what it would do with the rows, and
    then asks for confirmation.
    """
    from engine.spreadsheet.import_edits import ImportEdits
    from engine.spreadsheet.sheet import SheetInvalid
    from hub.app import open_instance
    from hub.cli import sheet_file
    from resolvers import inventory_import
    from resolvers.context import Context
    from resolvers.operation_budget import OperationBudget
    from resolvers.problems import NotFound, OwnedElsewhere

    settings = preconditions.load_migrated_settings()
    workbook = sheet_file.read_workbook_file(inventory)
    edits = ImportEdits()

    async def run_import(*, trial: bool) -> ImportPlan:
        async with open_instance(settings) as instance:
            context = Context(
                instance, inventory_import.IMPORT_VIEWER, OperationBudget(bounded=False)
            )
            rows = await inventory_import.read_rows(context, region, workbook, edits)
            plan = await inventory_import.preview_import(
                context, region, rows, edits, inventory.name
            )
            if not trial:
                request = inventory_import.ImportInventory(region, inventory.name)
                await inventory_import.import_inventory(context, request, rows, edits)
            return plan

    try:
        plan = asyncio.run(run_import(trial=True))
        if not json:
            _print_columns(plan.workbook)
            _print_rows(plan)
        blocking = [problem.problem for problem in plan.problems if problem.problem.is_blocking]
        if blocking:
            raise SheetInvalid(*blocking)
        counts = plan.counts
        if not yes and not _confirm_import(counts.add + counts.change, region, json=json):
            out.print(_("Nothing is imported."))
            return
        plan = asyncio.run(run_import(trial=False))
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(inventory, invalid, _("nothing is imported"))
    except NotFound:
        exit_with_error(_("there is no region {region!r}").format(region=region), ExitCode.INPUT)
    except OwnedElsewhere as elsewhere:
        exit_with_error(
            _("region {region} is owned by {url}, and read-only here").format(
                region=region, url=elsewhere.url
            ),
            ExitCode.STATE,
        )
    print_result(
        _import_document(plan),
        as_json=json,
        print_text=lambda: out.print(
            _("Applications registered: {registered}; in the inventory already: {known}").format(
                registered=plan.counts.add, known=plan.counts.change + plan.counts.leave
            )
        ),
    )


def _confirm_import(count: int, region: str, *, json: bool) -> bool:
    """Ask whether to write; if standard input is no terminal, exit with an error instead."""
    if count == 0:
        return True
    if json or not sys.stdin.isatty():
        exit_with_error(
            _("expected --yes to write without asking, got none: nothing is imported"),
            ExitCode.INPUT,
        )
    return confirm(
        _("Register {count} applications in region {region}?").format(count=count, region=region)
    )


def _print_columns(workbook: ApplicationWorkbook) -> None:
    from hub.cli import sheet_file

    columns = [column for sheet in workbook.sheets for column in sheet.columns]
    err.print(_("Columns that are taken:"))
    for column in columns:
        if column.field is not None:
            err.print(
                _("  {header!r} as {field}").format(header=column.header, field=column.field),
                markup=False,
            )
    ignored = [column.header or column.letter for column in columns if column.field is None]
    if ignored:
        names = sheet_file.list_columns(ignored)
        err.print(_("Columns that are passed over: {columns}").format(columns=names), markup=False)
    else:
        err.print(_("No column is passed over."))


def _print_rows(plan: ImportPlan) -> None:
    counts: dict[str, int] = {}
    for row in plan.workbook.rows:
        status = row.values.status.value
        counts[status] = counts.get(status, 0) + 1
    by_status = ", ".join(f"{count} {status}" for status, count in counts.items())
    err.print(
        _("Applications: {count} ({by_status})").format(
            count=len(plan.rows), by_status=by_status or _("none")
        )
    )
    for problem in plan.problems:
        if not problem.problem.is_blocking:
            _print_row_numbers(str(problem.problem), problem.rows)


def _print_row_numbers(label: str, rows: Sequence[int]) -> None:
    if not rows:
        return
    numbers = ", ".join(map(str, rows[:ROWS_LISTED]))
    if len(rows) > ROWS_LISTED:
        numbers = _("{numbers} and {count} more").format(
            numbers=numbers, count=len(rows) - ROWS_LISTED
        )
    template = ngettext(
        "  {label}: {count} (row {numbers})", "  {label}: {count} (rows {numbers})", len(rows)
    )
    text = template.format(label=label, count=len(rows), numbers=numbers)
    err.print(text, markup=False, soft_wrap=True)


def _import_document(plan: ImportPlan) -> dict[str, Any]:
    counts = plan.counts
    columns = [column for sheet in plan.workbook.sheets for column in sheet.columns]
    return {
        "columns": {column.field: column.header for column in columns if column.field is not None},
        "passedOver": [column.header for column in columns if column.field is None],
        "registered": counts.add,
        "changed": counts.change,
        "known": counts.leave,
    }
