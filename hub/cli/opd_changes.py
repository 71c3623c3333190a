"""`simpul opd update, rename, merge, dissolve`: change the OPDs of a region."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from engine.model import Opd, OpdKind
from hub.cli.console import AsJson, exit_with_error, out, print_result
from hub.cli.opd_change import Affairs, OpdChange, opd_document, run_opd_change
from hub.cli.region_argument import RegionOption
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from resolvers.opd_dissolution import MergedOpds

app = typer.Typer()

OpdArgument = Annotated[str, typer.Argument(help="Name, acronym or id of the OPD.")]
Reason = Annotated[str, typer.Option(help="Why, as the regulation that changed the structure.")]


@app.command()
def update(
    opd: OpdArgument,
    region: RegionOption,
    name: Annotated[str | None, typer.Option(help="The new official name.")] = None,
    acronym: Annotated[
        str | None, typer.Option(help="The new short name; an empty one removes it.")
    ] = None,
    kind: Annotated[
        OpdKind | None, typer.Option(help="The new kind.", case_sensitive=False)
    ] = None,
    parent: Annotated[
        str | None,
        typer.Option(
            help="Name, acronym or id of the OPD that it belongs to; an empty one removes it."
        ),
    ] = None,
    affair: Affairs = None,
    json: AsJson = False,
) -> None:
    """Change the names, the kind, the parent or the affairs of an OPD."""
    from resolvers import opd as resolved

    if all(value is None for value in (name, acronym, kind, parent, affair)):
        exit_with_error(
            _("expected --name, --acronym, --kind, --parent or --affair, got none of them"),
            ExitCode.INPUT,
        )

    async def change_opd(change: OpdChange) -> Opd:
        current = change.find_opd(opd, "OPD")
        changes: dict[str, str | OpdKind | tuple[str, ...] | None] = {}
        if name is not None:
            changes["name"] = name
        if acronym is not None:
            changes["acronym"] = acronym or None
        if kind is not None:
            changes["kind"] = kind
        if parent is not None:
            changes["parent"] = change.find_opd(parent, "--parent").id if parent else None
        if affair is not None:
            changes["affairs"] = tuple(affair)
        request = resolved.UpdateOpd(current.id, current.version, changes)
        return await resolved.update_opd(change.context, request, None)

    _print_changed(run_opd_change(region, change_opd), as_json=json)


@app.command()
def rename(
    opd: OpdArgument,
    name: Annotated[str, typer.Argument(help="The new official name.")],
    region: RegionOption,
    acronym: Annotated[
        str | None, typer.Option(help="The new short name; an empty one removes it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Give an OPD another name. Its applications and tokens stay."""
    update(opd, region, name=name, acronym=acronym, json=json)


@app.command()
def merge(
    opds: Annotated[list[str], typer.Argument(help="Names, acronyms or ids of the OPDs.")],
    region: RegionOption,
    into: Annotated[str, typer.Option(help="Name, acronym or id of the OPD that takes over.")],
    reason: Reason,
    json: AsJson = False,
) -> None:
    """Dissolve OPDs into another one, which gets their applications, parts and rights."""
    from resolvers import opd_dissolution as resolved

    async def merge_opds(change: OpdChange) -> MergedOpds:
        request = resolved.MergeOpds(
            tuple(change.find_opd(opd, "OPDS").id for opd in opds),
            change.find_opd(into, "--into").id,
            reason,
        )
        return await resolved.merge_opds(change.context, request, None)

    merged = run_opd_change(region, merge_opds)
    names = ", ".join(opd.name for opd in merged.dissolved)
    text = _(
        "{names}: dissolved into {successor}. Applications moved: {count}. Tokens of the staff stay "
        "valid for the successor."
    ).format(names=names, successor=merged.successor.name, count=merged.moved_application_count)
    print_result(
        {
            "successor": opd_document(merged.successor),
            "dissolved": [opd_document(opd) for opd in merged.dissolved],
            "movedApplicationCount": merged.moved_application_count,
        },
        as_json=json,
        print_text=lambda: out.print(text, markup=False, soft_wrap=True),
    )


@app.command()
def dissolve(
    opd: OpdArgument,
    region: RegionOption,
    reason: Reason,
    into: Annotated[
        str | None,
        typer.Option(
            help="Name, acronym or id of the OPD that takes over; needed while an application is "
            "in use."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Dissolve an OPD, with the successor that takes over its applications."""
    from resolvers import opd_dissolution as resolved

    async def dissolve_opd(change: OpdChange) -> Opd:
        current = change.find_opd(opd, "OPD")
        successor = None if into is None else change.find_opd(into, "--into").id
        request = resolved.DissolveOpd(current.id, current.version, successor, reason)
        return await resolved.dissolve_opd(change.context, request, None)

    dissolved = run_opd_change(region, dissolve_opd)
    text = _("{name} is dissolved.").format(name=dissolved.name)
    print_result(
        opd_document(dissolved),
        as_json=json,
        print_text=lambda: out.print(text, markup=False, soft_wrap=True),
    )


def _print_changed(opd: Opd, *, as_json: bool) -> None:
    text = _("{name} is changed ({id}).").format(name=opd.name, id=opd.id)
    print_result(
        opd_document(opd),
        as_json=as_json,
        print_text=lambda: out.print(text, markup=False, soft_wrap=True),
    )
