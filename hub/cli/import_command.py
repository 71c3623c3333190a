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
from hub.cli.translation import N_
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from engine.spreadsheet.import_sheet import ApplicationSheet
    from resolvers.inventory_import import ImportResult

app = typer.Typer()

ROWS_LISTED = 12  # the row numbers that a message lists
FIELD_NAMES = {  # of the columns that an import reads
    "name": N_("name"),
    "opd": N_("opd"),
    "region": N_("region"),
    "url": N_("url"),
    "status": N_("status"),
    "function": N_("function"),
    "year": N_("year"),
    "platform": N_("platform"),
}


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
    from engine.spreadsheet import import_sheet
    from engine.spreadsheet.sheet import SheetInvalid
    from hub.app import open_instance
    from hub.cli import sheet_file
    from resolvers import inventory_import
    from resolvers.problems import NotFound, OwnedElsewhere

    settings = preconditions.load_migrated_settings()

    async def run_import(sheet: ApplicationSheet, *, trial: bool) -> ImportResult:
        async with open_instance(settings) as instance:
            if trial:
                return await inventory_import.preview_inventory_import(instance, region, sheet)
            return await inventory_import.import_inventory(instance, region, sheet, inventory.name)

    try:
        sheet = import_sheet.parse_application_sheet(sheet_file.read_sheet_rows(inventory))
        if not json:
            _print_columns(sheet)
        preview = asyncio.run(run_import(sheet, trial=True))
        if not json:
            _print_rows(sheet, preview)
        if not yes and not _confirm_import(len(preview.registered), region, json=json):
            out.print(_("Nothing is imported."))
            return
        result = asyncio.run(run_import(sheet, trial=False))
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
        _import_document(sheet, result),
        as_json=json,
        print_text=lambda: out.print(
            _("Applications registered: {registered}; in the inventory already: {known}").format(
                registered=len(result.registered), known=len(result.already_recorded)
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


def _print_columns(sheet: ApplicationSheet) -> None:
    from hub.cli import sheet_file

    err.print(_("Columns that are taken:"))
    for field, header in sheet.columns.items():
        name = "function" if field == "use" else field
        err.print(
            _("  {header!r} as {field}").format(header=header, field=_(FIELD_NAMES[name])),
            markup=False,
        )
    if sheet.ignored_headers:
        columns = sheet_file.list_columns(sheet.ignored_headers)
        err.print(
            _("Columns that are passed over: {columns}").format(columns=columns), markup=False
        )
    else:
        err.print(_("No column is passed over."))


def _print_rows(sheet: ApplicationSheet, preview: ImportResult) -> None:
    counts: dict[str, int] = {}
    for row in sheet.rows:
        counts[row.status.value] = counts.get(row.status.value, 0) + 1
    by_status = ", ".join(f"{count} {status}" for status, count in counts.items())
    err.print(
        _("Applications: {count} ({by_status})").format(
            count=len(sheet.rows), by_status=by_status or _("none")
        )
    )
    _print_row_numbers(_("Without an OPD, so without owner"), sheet.without_owner)
    _print_row_numbers(_("In the inventory already, left as they are"), preview.already_recorded)
    _print_row_numbers(
        _("The same name and OPD as a row above, passed over"), preview.duplicate_rows
    )
    _print_row_numbers(_("Without an application, passed over"), sheet.nameless)
    for word, rows in sheet.unknown_statuses.items():
        label = _("Status {word!r} is not understood, recorded as UNKNOWN").format(word=word)
        _print_row_numbers(label, rows)


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


def _import_document(sheet: ApplicationSheet, result: ImportResult) -> dict[str, Any]:
    return {
        "columns": dict(sheet.columns),
        "passedOver": list(sheet.ignored_headers),
        "registered": len(result.registered),
        "known": len(result.already_recorded),
        "knownRows": list(result.already_recorded),
        "repeatedRows": list(result.duplicate_rows),
        "withoutOwnerRows": list(sheet.without_owner),
        "namelessRows": list(sheet.nameless),
        "unreadStatus": {word: list(rows) for word, rows in sheet.unknown_statuses.items()},
    }
