"""`simpul import`: shows what it would import from a sheet, asks, and imports it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import readiness
from hub.cli.console import AsJson, err, exit_with_error, out, print_result
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from engine.spreadsheet.application_sheet import ApplicationSheet
    from resolvers.inventory_import import ImportResult

app = typer.Typer()

ROWS_NAMED = 12  # the row numbers that a message lists


@app.command("import")
def import_command(
    inventory: Annotated[Path, typer.Argument(help="A .csv file, or the first sheet of an .xlsx.")],
    region: Annotated[str, typer.Option(help="Code of the region of the applications.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Write without asking; required without a terminal.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Register the applications of a sheet in a region's inventory, except those that are there.

    It first prints to standard error which columns it reads and what it would do with the rows, and
    then asks for confirmation.
    """
    from engine.spreadsheet import application_sheet
    from engine.spreadsheet.sheet import SheetInvalid
    from hub.app import open_instance
    from hub.cli import sheet_file
    from resolvers import inventory_import
    from resolvers.problems import NotFound, OwnedElsewhere

    settings = readiness.load_migrated_settings()

    async def work(sheet: ApplicationSheet, *, trial: bool) -> ImportResult:
        async with open_instance(settings) as instance:
            if trial:
                return await inventory_import.preview_inventory_import(instance, region, sheet)
            return await inventory_import.import_inventory(instance, region, sheet, inventory.name)

    try:
        sheet = application_sheet.parse_application_sheet(sheet_file.read_sheet_rows(inventory))
        if not json:
            _say_columns(sheet)
        would = asyncio.run(work(sheet, trial=True))
        if not json:
            _say_rows(sheet, would)
        if not yes and not _agreed(len(would.registered), region, json=json):
            out.print("Nothing is imported.")
            return
        done = asyncio.run(work(sheet, trial=False))
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(inventory, invalid, "nothing is imported")
    except NotFound as unknown:
        exit_with_error(str(unknown), ExitCode.INPUT)
    except OwnedElsewhere as elsewhere:
        exit_with_error(str(elsewhere), ExitCode.STATE)
    print_result(
        _document(sheet, done),
        as_json=json,
        say=lambda: out.print(
            f"Applications registered: {len(done.registered)}; in the inventory already: "
            f"{len(done.known)}"
        ),
    )


def _agreed(count: int, region: str, *, json: bool) -> bool:
    """Ask whether to write; if standard input is no terminal, exit with an error instead."""
    if count == 0:
        return True
    if json or not sys.stdin.isatty():
        exit_with_error(
            "expected --yes to write without asking, got none: nothing is imported", ExitCode.INPUT
        )
    return typer.confirm(f"Register {count} applications in region {region}?", err=True)


def _say_columns(sheet: ApplicationSheet) -> None:
    err.print("Columns that are taken:")
    for field, header in sheet.columns.items():
        name = "function" if field == "use" else field
        err.print(f"  {header!r} as {name}", markup=False)
    if sheet.passed_over:
        err.print(f"Columns that are passed over: {', '.join(sheet.passed_over)}", markup=False)
    else:
        err.print("No column is passed over.")


def _say_rows(sheet: ApplicationSheet, would: ImportResult) -> None:
    counts: dict[str, int] = {}
    for each in sheet.rows:
        counts[each.status.value] = counts.get(each.status.value, 0) + 1
    by_status = ", ".join(f"{count} {status}" for status, count in counts.items())
    err.print(f"Applications: {len(sheet.rows)} ({by_status or 'none'})")
    _say("Without an OPD, so without owner", sheet.without_owner)
    _say("In the inventory already, left as they are", would.known)
    _say("The same name and OPD as a row above, passed over", would.repeated)
    _say("Without an application, passed over", sheet.nameless)
    for word, rows in sheet.unread_status.items():
        _say(f"Status {word!r} is not understood, recorded as UNKNOWN", rows)


def _say(what: str, rows: Sequence[int]) -> None:
    if not rows:
        return
    named = ", ".join(map(str, rows[:ROWS_NAMED]))
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    word = "row" if len(rows) == 1 else "rows"
    err.print(f"  {what}: {len(rows)} ({word} {named}{more})", markup=False, soft_wrap=True)


def _document(sheet: ApplicationSheet, done: ImportResult) -> dict[str, Any]:
    return {
        "columns": dict(sheet.columns),
        "passedOver": list(sheet.passed_over),
        "registered": len(done.registered),
        "known": len(done.known),
        "knownRows": list(done.known),
        "repeatedRows": list(done.repeated),
        "withoutOwnerRows": list(sheet.without_owner),
        "namelessRows": list(sheet.nameless),
        "unreadStatus": {word: list(rows) for word, rows in sheet.unread_status.items()},
    }
