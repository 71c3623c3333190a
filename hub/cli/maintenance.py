"""Maintenance commands: nightly jobs, checks and the handover of regions."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from hub.cli import readiness
from hub.cli.console import AsJson, err, exit_with_error, out, print_result, progress_callback
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

    from hub.app import open_instance
    from resolvers import recompute

    settings = readiness.load_migrated_settings()

    async def work() -> recompute.RecomputeSummary:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with open_instance(settings) as instance:
                return await recompute.recompute_all_regions(
                    instance,
                    learn=learn,
                    progress=progress_callback(progress, "Recomputing regions"),
                )

    done = asyncio.run(work())
    if done.failed:
        exit_with_error(
            f"these regions could not be recomputed: {', '.join(done.failed)}", ExitCode.STATE
        )
    learned = "" if done.learned is None else f"; corrections learned: {done.learned}"
    print_result(
        asdict(done),
        as_json=json,
        say=lambda: out.print(
            f"Regions recomputed: {done.regions}; with news: {done.changed}{learned}"
        ),
    )


@app.command()
def check(json: AsJson = False) -> None:
    """Verify the hash chain of every region's log, from the first entry to the last."""
    from engine.log.entry import BrokenChain
    from hub.cli import log_check

    settings = readiness.load_migrated_settings()
    try:
        entries = asyncio.run(log_check.verify_all_logs(settings))
    except BrokenChain as broken:
        exit_with_error(str(broken), ExitCode.BROKEN)
    print_result(
        {"regions": len(entries), "entries": sum(entries.values())},
        as_json=json,
        say=lambda: out.print(
            f"{sum(entries.values())} entries of {len(entries)} regions: every chain is whole."
        ),
    )


@app.command()
def forget(
    region: Annotated[str, typer.Argument(help="Code of a region that another instance owns.")],
    json: AsJson = False,
) -> None:
    """Delete the copy of a region, so that the server copies it again; run it after a divergence."""
    from hub.app import open_instance
    from storage import replica

    settings = readiness.load_migrated_settings()

    async def work() -> None:
        async with open_instance(settings) as instance:
            await replica.delete_replica(instance.database, region)

    try:
        asyncio.run(work())
    except replica.NotAReplica as refused:
        exit_with_error(str(refused), ExitCode.STATE)
    print_result(
        {"region": region},
        as_json=json,
        say=lambda: out.print(f"The copy of region {region} is dropped."),
    )


@app.command("hand-over")
def hand_over(
    region: Annotated[str, typer.Argument(help="Code of a region that this instance owns.")],
    url: Annotated[str, typer.Argument(help="The SIMPUL_URL of the new owner.")],
    json: AsJson = False,
) -> None:
    """Hand a region over to another instance, which alone writes it from the next entry on."""
    from hub.app import open_instance
    from resolvers import handover
    from storage.log import LogNotFound, LogOwnedElsewhere

    settings = readiness.load_migrated_settings()

    async def work() -> int:
        async with open_instance(settings) as instance:
            return await handover.hand_over_region(instance, region, url)

    try:
        sequence = asyncio.run(work())
    except LogNotFound:
        exit_with_error(f"there is no region {region!r}", ExitCode.INPUT)
    except (handover.SelfHandover, LogOwnedElsewhere) as refused:
        exit_with_error(str(refused), ExitCode.STATE)
    print_result(
        {"region": region, "url": url, "sequence": sequence},
        as_json=json,
        say=lambda: out.print(f"Region {region} is handed over to {url} by entry {sequence}."),
    )


@app.command()
def prune(
    days: Annotated[
        int, typer.Option(min=1, max=36500, help="Days after which clients can no longer resume.")
    ] = 90,
    json: AsJson = False,
) -> None:
    """Delete old entries of the arrival order; the regions' logs stay complete. Run it nightly."""
    from hub.cli import log_check

    forgotten = asyncio.run(log_check.prune_old_arrivals(readiness.load_migrated_settings(), days))
    print_result(
        {"days": days, "forgotten": forgotten},
        as_json=json,
        say=lambda: out.print(f"{forgotten} arrivals of more than {days} days ago are forgotten."),
    )
