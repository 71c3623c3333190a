"""`simpul opd add` and `simpul opd list`: record and list the OPDs of a region."""

from __future__ import annotations

import asyncio
from gettext import gettext as _
from typing import Annotated

import typer

from engine.model import Opd, OpdKind
from engine.visible_text import to_visible_line
from hub.cli import preconditions
from hub.cli.console import AsJson, exit_with_error, out, print_result, print_whole_table
from hub.cli.opd_change import Affairs, OpdChange, opd_document, run_opd_change
from hub.cli.region_argument import RegionOption
from hub.cli.region_hint import exit_with_unknown_region
from hub.exit_codes import ExitCode

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The official name, as 'Dinas Kesehatan'.")],
    region: RegionOption,
    acronym: Annotated[str, typer.Option(help="The short name, as Dinkes.")] = "",
    kind: Annotated[
        OpdKind | None,
        typer.Option(help="By default from the first word of the name.", case_sensitive=False),
    ] = None,
    parent: Annotated[
        str | None, typer.Option(help="Name, acronym or id of the OPD that it belongs to.")
    ] = None,
    affair: Affairs = None,
    json: AsJson = False,
) -> None:
    """Record an OPD in a region, so that applications can be registered for it."""
    from engine.matching.opd_names import kind_by_name
    from resolvers import opd as resolved

    opd_kind = kind or kind_by_name(name)
    if opd_kind is None:
        kinds = ", ".join(allowed.value for allowed in OpdKind)
        exit_with_error(
            _("expected --kind with one of {kinds}: the name {name!r} says none").format(
                kinds=kinds, name=name
            ),
            ExitCode.INPUT,
        )

    async def register(change: OpdChange) -> Opd:
        parent_id = None if parent is None else change.find_opd(parent, "--parent").id
        request = resolved.RegisterOpd(
            region, name, opd_kind, acronym or None, parent_id, tuple(affair or ())
        )
        return await resolved.register_opd(change.context, request, None)

    opd = run_opd_change(region, register)
    text = (
        _("{name} ({kind}, as its name says) is recorded in region {region} as {id}.")
        if kind is None
        else _("{name} ({kind}) is recorded in region {region} as {id}.")
    ).format(name=opd.name, kind=opd_kind.value, region=region, id=opd.id)
    print_result(
        opd_document(opd),
        as_json=json,
        print_text=lambda: out.print(text, markup=False, soft_wrap=True),
    )


@app.command("list")
def list_command(
    region: RegionOption,
    dissolved: Annotated[
        bool, typer.Option("--dissolved", help="Also those that were dissolved.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the OPDs of a region, with the names and ids that imports and tokens use."""
    from rich.markup import escape
    from rich.table import Column, Table

    from hub.instance import open_instance
    from storage import opd as stored
    from storage import region as stored_region

    settings = preconditions.load_migrated_settings()

    async def list_opds() -> list[Opd] | None:
        async with open_instance(settings) as instance, instance.database.read() as session:
            if region not in await stored_region.regions_by_code(session, [region]):
                return None
            return await stored.list_opds_by_region(session, region, include_dissolved=dissolved)

    opds = asyncio.run(list_opds())
    if opds is None:
        exit_with_unknown_region(region)

    def print_table() -> None:
        if not opds:
            out.print(_("Region {region} has no OPD on record.").format(region=region))
            return
        table = Table(_("Name"), _("Acronym"), _("Kind"), Column(_("Id"), no_wrap=True), box=None)
        for opd in opds:
            kind = opd.kind.value if opd.kind else ""
            cells = (opd.name, opd.acronym, kind, opd.id)
            table.add_row(*(escape(to_visible_line(cell)) for cell in cells))
        print_whole_table(table)

    print_result(
        {"opds": [opd_document(opd) for opd in opds]}, as_json=json, print_text=print_table
    )
