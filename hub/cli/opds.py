"""`simpul opd`: records and lists the OPDs of a region."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from engine.model import Opd, OpdKind
from hub.cli import readiness
from hub.cli.console import AsJson, exit_with_error, out, print_result
from hub.cli.region_hint import how_to_record
from hub.exit_codes import ExitCode

app = typer.Typer(no_args_is_help=True)

RegionCode = Annotated[str, typer.Option(help="Code of the region.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The official name, as 'Dinas Kesehatan'.")],
    region: RegionCode,
    acronym: Annotated[str, typer.Option(help="The short name, as Dinkes.")] = "",
    kind: Annotated[
        OpdKind | None,
        typer.Option(help="By default from the first word of the name.", case_sensitive=False),
    ] = None,
    parent: Annotated[
        str | None, typer.Option(help="Name, acronym or id of the OPD that it belongs to.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Record an OPD in a region, so that applications can be registered for it."""
    from engine.matching.opd_names import ids_by_name, kind_by_name, name_key
    from engine.model import OWN_ACTORS, Role, Viewer
    from hub.app import open_instance
    from resolvers import opd as resolved
    from resolvers.context import Context
    from resolvers.operation_budget import OperationBudget
    from resolvers.problems import NotFound, OwnedElsewhere, Problem
    from storage import opd as stored

    settings = readiness.load_migrated_settings()
    chosen = kind or kind_by_name(name)
    if chosen is None:
        kinds = ", ".join(each.value for each in OpdKind)
        exit_with_error(
            f"expected --kind with one of {kinds}: the name {name!r} says none", ExitCode.INPUT
        )

    async def work(kind: OpdKind) -> Opd:
        async with open_instance(settings) as instance:
            within = parent
            if parent is not None:
                async with instance.database.read() as session:
                    known = ids_by_name(await stored.list_opds_by_region(session, region))
                within = known.get(name_key(parent), parent)
            context = Context(
                instance, Viewer(f"{OWN_ACTORS}opd", Role.ADMIN), OperationBudget(bounded=False)
            )
            asked = resolved.RegisterOpd(region, name, kind, acronym, within)
            return await resolved.register_opd(context, asked, None)

    try:
        done = asyncio.run(work(chosen))
    except OwnedElsewhere as elsewhere:
        exit_with_error(str(elsewhere), ExitCode.STATE)
    except NotFound as unknown:
        exit_with_error(f"{unknown}{how_to_record(region)}", ExitCode.INPUT)
    except Problem as problem:
        exit_with_error(str(problem), ExitCode.INPUT)
    said = "" if kind is not None else ", as its name says"
    print_result(
        _document(done),
        as_json=json,
        say=lambda: out.print(
            f"{done.name} ({chosen.value}{said}) is recorded in region {region} as {done.id}.",
            markup=False,
            soft_wrap=True,
        ),
    )


@app.command("list")
def list_command(region: RegionCode, json: AsJson = False) -> None:
    """List the OPDs of a region, with the names and ids that imports and tokens use."""
    from rich.table import Table

    from hub.app import open_instance
    from storage import opd as stored
    from storage import region as stored_region

    settings = readiness.load_migrated_settings()

    async def work() -> list[Opd] | None:
        async with open_instance(settings) as instance, instance.database.read() as session:
            if region not in await stored_region.by_code(session, [region]):
                return None
            return await stored.list_opds_by_region(session, region)

    found = asyncio.run(work())
    if found is None:
        exit_with_error(f"there is no region {region!r}{how_to_record(region)}", ExitCode.INPUT)

    def say() -> None:
        table = Table("Name", "Acronym", "Kind", "Id", box=None)
        for each in found:
            table.add_row(each.name, each.acronym, each.kind.value if each.kind else "", each.id)
        out.print(table if found else f"Region {region} has no OPD on record.")

    print_result({"opds": [_document(each) for each in found]}, as_json=json, say=say)


def _document(opd: Opd) -> dict[str, Any]:
    return {
        "id": opd.id,
        "region": opd.region,
        "name": opd.name,
        "acronym": opd.acronym,
        "kind": None if opd.kind is None else opd.kind.value,
        "parent": opd.parent,
    }
