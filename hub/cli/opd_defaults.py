"""`simpul opd defaults`: offers the usual OPDs that a region lacks, and records the chosen ones."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.console import AsJson, out, print_result, print_whole_table
from hub.cli.opd_change import OpdChange, opd_document, run_opd_change
from hub.cli.region_argument import RegionOption

if TYPE_CHECKING:
    from resolvers.default_opds import DefaultOpd, RegisteredOpds

app = typer.Typer()

ALL = "all"


@app.command()
def defaults(
    region: RegionOption,
    register: Annotated[
        list[str] | None,
        typer.Option(help="Id of an OPD to record, or 'all'; may be repeated."),
    ] = None,
    json: AsJson = False,
) -> None:
    """List the usual OPDs of a kabupaten or kota that the region lacks, or record them."""
    from resolvers import default_opds as resolved

    async def list_missing(change: OpdChange) -> list[DefaultOpd]:
        return await resolved.list_default_opds(change.context, region)

    async def record(change: OpdChange) -> RegisteredOpds:
        ids = register or []
        if ALL in ids:
            ids = [opd.id for opd in await list_missing(change)]
        request = resolved.RegisterDefaultOpds(region, tuple(ids))
        return await resolved.register_default_opds(change.context, request, None)

    if register:
        recorded = run_opd_change(region, record).opds
        text = _("OPDs recorded in region {region}: {count}.").format(
            region=region, count=len(recorded)
        )
        print_result(
            {"opds": [opd_document(opd) for opd in recorded]},
            as_json=json,
            print_text=lambda: out.print(text, markup=False, soft_wrap=True),
        )
        return
    missing = run_opd_change(region, list_missing)
    print_result(
        {
            "defaults": [
                {
                    "id": opd.id,
                    "name": opd.name,
                    "acronym": opd.acronym or None,
                    "kind": opd.kind.value,
                    "parentName": opd.parent_name,
                    "affairs": list(opd.affairs),
                }
                for opd in missing
            ]
        },
        as_json=json,
        print_text=lambda: _print_table(region, missing),
    )


def _print_table(region: str, missing: list[DefaultOpd]) -> None:
    from rich.table import Column, Table

    if not missing:
        out.print(_("Region {region} has all the usual OPDs.").format(region=region))
        return
    headers = (_("Name"), _("Acronym"), _("Part of"), _("Affairs"))
    table = Table(Column(_("Id"), no_wrap=True), *headers, box=None)
    for opd in missing:
        table.add_row(opd.id, opd.name, opd.acronym, opd.parent_name or "", " ".join(opd.affairs))
    print_whole_table(table)
    out.print(
        _("To record them: simpul opd defaults --region {region} --register all").format(
            region=region
        ),
        markup=False,
        soft_wrap=True,
    )
