"""`simpul opd`: records and lists the OPDs of a region."""

from __future__ import annotations

import asyncio
from gettext import gettext as _
from typing import Annotated, Any

import typer

from engine.model import Opd, OpdKind
from hub.cli import preconditions
from hub.cli.console import AsJson, exit_with_error, out, print_result
from hub.cli.known_messages import translate_message, translate_refusal
from hub.cli.region_argument import RegionOption
from hub.cli.region_hint import recording_hint
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
    json: AsJson = False,
) -> None:
    """Record an OPD in a region, so that applications can be registered for it."""
    from engine.matching.opd_names import ids_by_name, kind_by_name, name_key
    from engine.model import OWN_ACTOR_PREFIX, Role, Viewer
    from hub.app import open_instance
    from resolvers import opd as resolved
    from resolvers.context import Context
    from resolvers.operation_budget import OperationBudget
    from resolvers.problems import (
        AlreadyExists,
        InvalidInput,
        NotFound,
        OwnedElsewhere,
        Problem,
    )
    from storage import opd as stored

    settings = preconditions.load_migrated_settings()
    opd_kind = kind or kind_by_name(name)
    if opd_kind is None:
        kinds = ", ".join(allowed.value for allowed in OpdKind)
        exit_with_error(
            _("expected --kind with one of {kinds}: the name {name!r} says none").format(
                kinds=kinds, name=name
            ),
            ExitCode.INPUT,
        )

    async def register(kind: OpdKind) -> Opd:
        async with open_instance(settings) as instance:
            parent_id = parent
            if parent is not None:
                async with instance.database.read() as session:
                    id_by_name = ids_by_name(await stored.list_opds_by_region(session, region))
                parent_id = id_by_name.get(name_key(parent), parent)
            context = Context(
                instance,
                Viewer(f"{OWN_ACTOR_PREFIX}opd", Role.ADMIN),
                OperationBudget(bounded=False),
            )
            request = resolved.RegisterOpd(region, name, kind, acronym or None, parent_id)
            return await resolved.register_opd(context, request, None)

    try:
        opd = asyncio.run(register(opd_kind))
    except OwnedElsewhere as elsewhere:
        exit_with_error(
            _("region {region} is owned by {url}, and read-only here").format(
                region=region, url=elsewhere.url
            ),
            ExitCode.STATE,
        )
    except NotFound:
        message = _("there is no region {region!r}").format(region=region)
        exit_with_error(f"{message}{recording_hint(region)}", ExitCode.INPUT)
    except AlreadyExists as existing:
        exit_with_error(
            _("there is already an OPD of that name in this region: {id}").format(id=existing.id),
            ExitCode.INPUT,
        )
    except InvalidInput as invalid:
        exit_with_error(
            _("{field}: expected {expected}, got {got}").format(
                field="--parent" if invalid.field == "parentId" else invalid.field,
                expected=translate_message(invalid.expected),
                got=invalid.received,
            ),
            ExitCode.INPUT,
        )
    except Problem as problem:
        exit_with_error(translate_refusal(str(problem)), ExitCode.INPUT)
    text = (
        _("{name} ({kind}, as its name says) is recorded in region {region} as {id}.")
        if kind is None
        else _("{name} ({kind}) is recorded in region {region} as {id}.")
    ).format(name=opd.name, kind=opd_kind.value, region=region, id=opd.id)
    print_result(
        _opd_document(opd),
        as_json=json,
        print_text=lambda: out.print(text, markup=False, soft_wrap=True),
    )


@app.command("list")
def list_command(region: RegionOption, json: AsJson = False) -> None:
    """List the OPDs of a region, with the names and ids that imports and tokens use."""
    from rich.table import Table

    from hub.app import open_instance
    from storage import opd as stored
    from storage import region as stored_region

    settings = preconditions.load_migrated_settings()

    async def list_opds() -> list[Opd] | None:
        async with open_instance(settings) as instance, instance.database.read() as session:
            if region not in await stored_region.regions_by_code(session, [region]):
                return None
            return await stored.list_opds_by_region(session, region)

    opds = asyncio.run(list_opds())
    if opds is None:
        message = _("there is no region {region!r}").format(region=region)
        exit_with_error(f"{message}{recording_hint(region)}", ExitCode.INPUT)

    def print_table() -> None:
        if not opds:
            out.print(_("Region {region} has no OPD on record.").format(region=region))
            return
        table = Table(_("Name"), _("Acronym"), _("Kind"), _("Id"), box=None)
        for opd in opds:
            table.add_row(opd.name, opd.acronym, opd.kind.value if opd.kind else "", opd.id)
        out.print(table)

    print_result(
        {"opds": [_opd_document(opd) for opd in opds]}, as_json=json, print_text=print_table
    )


def _opd_document(opd: Opd) -> dict[str, Any]:
    return {
        "id": opd.id,
        "region": opd.region,
        "name": opd.name,
        "acronym": opd.acronym,
        "kind": None if opd.kind is None else opd.kind.value,
        "parent": opd.parent,
    }
