"""Maintenance commands: nightly jobs, checks, and the deletion of copies."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from gettext import gettext as _
from typing import Annotated

import typer

from hub.cli import preconditions
from hub.cli.console import AsJson, err, exit_with_error, out, print_result, progress_callback
from hub.cli.known_messages import translate_message
from hub.cli.region_argument import resolve_region
from hub.exit_codes import ExitCode

app = typer.Typer()


@app.command()
def recompute(
    learn: Annotated[
        bool, typer.Option(help="First train the classifier with people's corrections.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Recompute verifications and proposals of all regions, and announce changes; run it nightly."""
    from rich.progress import Progress

    from hub.instance import open_instance
    from resolvers import recompute

    settings = preconditions.load_migrated_settings()

    async def run_recompute() -> recompute.RecomputeSummary:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with open_instance(settings) as instance:
                return await recompute.recompute_all_regions(
                    instance,
                    learn=learn,
                    progress=progress_callback(progress, _("Recomputing regions")),
                )

    summary = asyncio.run(run_recompute())
    if summary.failed:
        exit_with_error(
            _("these regions could not be recomputed: {regions}").format(
                regions=", ".join(summary.failed)
            ),
            ExitCode.STATE,
        )
    text = _("Regions recomputed: {regions}; with news: {changed}").format(
        regions=summary.regions, changed=summary.changed
    )
    if summary.learned is not None:
        text += _("; corrections learned: {count}").format(count=summary.learned)
    print_result(asdict(summary), as_json=json, print_text=lambda: out.print(text))


@app.command()
def check(json: AsJson = False) -> None:
    """Verify the hash chain of every region's log, and list the hand-overs that are offered."""
    from engine.log.entry import BrokenChain
    from hub.cli import log_maintenance

    settings = preconditions.load_migrated_settings()
    try:
        entries = asyncio.run(log_maintenance.verify_all_logs(settings))
    except BrokenChain as broken:
        exit_with_error(
            _("log of region {region} breaks at sequence {sequence}: {reason}").format(
                region=broken.region,
                sequence=broken.sequence,
                reason=translate_message(broken.reason),
            ),
            ExitCode.BROKEN,
        )
    offers = asyncio.run(log_maintenance.list_offered_regions(settings))

    def print_text() -> None:
        out.print(
            _("{entries} entries in {logs} logs: every chain is whole.").format(
                entries=sum(entries.values()), logs=len(entries)
            )
        )
        for offer, sequence in offers:
            out.print(
                _("Region {region} is offered to {url} by entry {sequence}.").format(
                    region=offer.region, url=offer.url, sequence=sequence
                )
            )

    summary = {
        "logs": len(entries),
        "entries": sum(entries.values()),
        "offers": [{**asdict(offer), "sequence": sequence} for offer, sequence in offers],
    }
    print_result(summary, as_json=json, print_text=print_text)


@app.command()
def forget(
    region: Annotated[
        str,
        typer.Argument(
            help="Code or name of a region that another instance owns.", callback=resolve_region
        ),
    ],
    json: AsJson = False,
) -> None:
    """Delete the copy of a region, so that the server copies it again; run it after a divergence.

    `ID`, the nation, is given up also if this instance owns it, once it follows another one for it.
    """
    from hub.instance import open_instance
    from regions.directory_file import load_endpoint_directory
    from storage import replica_deletion

    settings = preconditions.load_migrated_settings()
    endpoint = (
        None
        if settings.follows is None
        else load_endpoint_directory(settings.follows).endpoint(region)
    )

    async def delete_copy() -> None:
        async with open_instance(settings) as instance:
            await replica_deletion.delete_replica(
                instance.database, region, None if endpoint is None else endpoint.url
            )

    try:
        asyncio.run(delete_copy())
    except replica_deletion.NationNotFollowed:
        exit_with_error(
            _(
                "region {region} is owned here: first list an endpoint for it in the file that "
                "SIMPUL_FOLLOWS names"
            ).format(region=region),
            ExitCode.STATE,
        )
    except replica_deletion.NotAReplica:
        exit_with_error(
            _("region {region} is not a replica of another instance's region").format(
                region=region
            ),
            ExitCode.STATE,
        )
    print_result(
        {"region": region},
        as_json=json,
        print_text=lambda: out.print(
            _("The copy of region {region} is dropped.").format(region=region)
        ),
    )


@app.command()
def prune(
    days: Annotated[
        int, typer.Option(min=1, max=36500, help="Days after which clients can no longer resume.")
    ] = 90,
    json: AsJson = False,
) -> None:
    """Delete old entries of the arrival order; the regions' logs stay complete. Run it nightly."""
    from hub.cli import log_maintenance

    pruned = asyncio.run(
        log_maintenance.prune_old_arrivals(preconditions.load_migrated_settings(), days)
    )
    print_result(
        {"days": days, "forgotten": pruned},
        as_json=json,
        print_text=lambda: out.print(
            _("{count} arrivals of more than {days} days ago are forgotten.").format(
                count=pruned, days=days
            )
        ),
    )
