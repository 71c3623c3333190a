"""`simpul export`: writes the applications of a region, or the template to list them, to a file."""

from __future__ import annotations

import asyncio
import sys
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import preconditions
from hub.cli.console import err, exit_with_error
from hub.cli.known_messages import system_reason
from hub.cli.region_argument import resolve_region
from hub.cli.region_hint import exit_with_unknown_region
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from hub.inventory_export import ExportFormat
    from resolvers.inventory_export import RegionExport

app = typer.Typer()

STANDARD_OUTPUT = "-"


@app.command("export")
def export_command(
    output: Annotated[str, typer.Option(help="The file to write; - for standard output.")],
    region: Annotated[
        str | None, typer.Option(help="Code or name of the region; optional with --template.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="csv, xlsx or json; by default as the file's name ends."),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write an empty workbook to fill, as .xlsx.")
    ] = False,
    include_retired: Annotated[
        bool, typer.Option("--all", help="Include the applications that are taken out of use.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Replace the file if it exists.")] = False,
) -> None:
    """Write the applications of a region to a file that `simpul import` reads again."""
    if region is None and not template:
        exit_with_error(_("expected --region or --template, got neither"), ExitCode.INPUT)
    export_format = _checked_format(output, form, template=template)
    if output != STANDARD_OUTPUT and Path(output).exists() and not force:
        exit_with_error(
            _("{path}: the file exists; --force replaces it").format(path=output), ExitCode.INPUT
        )

    from hub.inventory_export import write_export
    from hub.template import write_general_template, write_region_template

    export = (
        None
        if region is None
        else _load_export(resolve_region(region), include_retired=include_retired)
    )
    if template:
        content = write_general_template() if export is None else write_region_template(export)
    else:
        assert export is not None
        content = write_export(export, export_format)
    _write_output(output, content)
    if output == STANDARD_OUTPUT:
        return
    if template or export is None:
        err.print(_("The template is written to {path}.").format(path=output), markup=False)
    else:
        err.print(
            _("{count} applications are written to {path}.").format(
                count=len(export.applications), path=output
            ),
            markup=False,
        )


def _checked_format(output: str, form: str | None, *, template: bool) -> ExportFormat:
    """Return the format of the file; exit with an error if there is no such format."""
    from hub.inventory_export import ExportFormat

    suffix = Path(output).suffix.removeprefix(".").lower()
    formats = ["xlsx"] if template else [known.value for known in ExportFormat]
    if output == STANDARD_OUTPUT and not template:
        formats.remove("xlsx")  # a workbook is no text for a terminal
    value = (form or suffix).lower()
    if value not in formats:
        exit_with_error(
            _("--format: expected one of {formats}, got {format!r}").format(
                formats=", ".join(formats), format=value
            ),
            ExitCode.INPUT,
        )
    return ExportFormat(value)


def _load_export(region: str, *, include_retired: bool) -> RegionExport:
    from hub.cli.region_queries import OPERATOR
    from hub.instance import open_instance
    from resolvers.context import Context
    from resolvers.inventory_export import load_region_export
    from resolvers.operation_budget import OperationBudget
    from resolvers.problems import NotFound

    settings = preconditions.load_migrated_settings()

    async def load() -> RegionExport:
        async with open_instance(settings) as instance:
            context = Context(instance, OPERATOR, OperationBudget(bounded=False))
            return await load_region_export(context, region, include_retired=include_retired)

    try:
        return asyncio.run(load())
    except NotFound:
        exit_with_unknown_region(region)


def _write_output(output: str, content: bytes) -> None:
    if output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        exit_with_error(
            _("{path}: expected a file that can be written, got: {reason}").format(
                path=output, reason=system_reason(error)
            ),
            ExitCode.INPUT,
        )
