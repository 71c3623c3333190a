"""The command `simpul`.

A command imports what only it needs when it runs: the server and the database take seconds,
and `simpul score` or a wrong option shall answer at once.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.model import AssessmentKind, Role
from hub.console import Exit, answer, bar, err, fail, out

if TYPE_CHECKING:
    from hub.load import Loaded
    from hub.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SDL = Path(__file__).parent.parent / "schema" / "schema.graphql"


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def serve() -> None:
    """Serve the API and the pages on a migrated database."""
    from hub import server
    from hub.app import create_app

    settings = _migrated()
    with server.bound(settings) as listening:
        out.print(f"Simpul listens on {server.address(listening)}/")
        server.run(create_app(settings), settings, listening)


@app.command()
def demo(
    replay: Annotated[
        bool, typer.Option(help="Play the published results of 2018–2025 as live events.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0.05, max=60, help="Between two events of the replay.")
    ] = 1.0,
    national: Annotated[bool, typer.Option(help="Load all regions and agencies.")] = False,
) -> None:
    """Load the real data that ships, print addresses and tokens, and serve."""
    from hub import demonstration, server
    from hub.app import create_app
    from hub.replay import replay as replaying
    from storage import migrate as migrations

    settings = _settings()
    with server.bound(settings) as listening:
        if replay:
            settings = _replaying(settings)
        if _lacks_migrations(settings):
            migrations.upgrade(settings.database)
        _report(_load(settings, national=national, results=not replay))
        demonstration.greet(settings, server.address(listening), replay=replay)
        tasks = [replaying(seconds)] if replay else []
        server.run(create_app(settings, replay=replay, tasks=tasks), settings, listening)


@app.command()
def migrate(
    renew_epoch: Annotated[
        bool,
        typer.Option(help="After restoring a backup: tell all clients to read everything anew."),
    ] = False,
) -> None:
    """Bring the database to this version's schema; safe to run again."""
    from hub import integrity
    from storage import migrate as migrations

    settings = _settings()
    if _lacks_migrations(settings):
        migrations.upgrade(settings.database)
    if renew_epoch:
        asyncio.run(integrity.renew_epoch(settings))
    out.print("The database is at this version's schema.")


@app.command("load")
def load_command(
    national: Annotated[bool, typer.Option(help="All 552 regions and central agencies.")] = False,
    json: AsJson = False,
) -> None:
    """Fill the instance with the real data that ships; adds only what is missing."""
    settings = _migrated()
    loaded = _load(settings, national=national)
    answer(asdict(loaded), as_json=json, say=lambda: _report(loaded))


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="What the viewer is.", case_sensitive=False)],
    region: Annotated[list[str], typer.Option(help="Code of a region in scope.")] = [],  # noqa: B006
    opd: Annotated[list[str], typer.Option(help="Id of an OPD in scope.")] = [],  # noqa: B006
    subject: Annotated[str, typer.Option(help="Who it is for.")] = "operator",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366)] = 8,
    json: AsJson = False,
) -> None:
    """Issue a bearer token for an instance that checks its own."""
    from hub.tokens import issue

    settings = _settings()
    if settings.jwks is not None:
        fail("this instance takes tokens of the provider in SIMPUL_JWKS only", Exit.STATE)
    needs = {Role.OPD: region and opd, Role.ADMIN: True}.get(role, region)
    if role is Role.PUBLIC or not needs:
        fail(
            f"expected a role other than PUBLIC with its scope (--region, for OPD also --opd), "
            f"got {role.value}",
            Exit.INPUT,
        )
    text = issue(
        settings.token_key(),
        settings.token_issuer,
        settings.token_audience,
        subject,
        role,
        region,
        opd,
        timedelta(hours=hours),
        datetime.now(UTC),
    )
    answer({"token": text}, as_json=json, say=lambda: typer.echo(text))


@app.command()
def score(
    levels: Annotated[Path, typer.Argument(help="CSV with the columns number,level.")],
    instrument: Annotated[str, typer.Option(help="spbe-2018, spbe-2020 or pemdi-2026.")],
    steps: Annotated[int, typer.Option(min=0, max=50, help="Next steps to show.")] = 10,
    json: AsJson = False,
) -> None:
    """Compute index, predicate and domains of a sheet of levels, and the best next steps."""
    from hub import scoring

    scored = scoring.scored(levels, instrument, steps)
    answer(scored.document(), as_json=json, say=lambda: scoring.show(scored))


@app.command()
def path(
    levels: Annotated[Path, typer.Argument(help="CSV with the columns number,level.")],
    instrument: Annotated[str, typer.Option(help="spbe-2018, spbe-2020 or pemdi-2026.")],
    target: Annotated[float, typer.Option(help="The index to reach.")],
    buffer: Annotated[float, typer.Option(min=0, max=1, help="Index points above it.")] = 0.1,
    years: Annotated[int, typer.Option(min=1, max=3)] = 1,
    lock: Annotated[list[int], typer.Option(help="An indicator to raise in any case.")] = [],  # noqa: B006
    refuse: Annotated[list[int], typer.Option(help="An indicator to leave as it is.")] = [],  # noqa: B006
    uniform: Annotated[
        bool, typer.Option(help="Each level costs the same and no order is preferred.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Find the cheapest steps from a sheet of levels to a target index."""
    from hub import planning

    planned = planning.planned(
        levels,
        instrument,
        target=target,
        buffer=buffer,
        years=years,
        lock=lock,
        refuse=refuse,
        uniform=uniform,
    )
    answer(planned.document(), as_json=json, say=lambda: planning.show(planned))


@app.command()
def verify(
    region: Annotated[str, typer.Argument(help="Code of the region, as 32.11.")],
    instrument: Annotated[str, typer.Option(help="spbe-2020 or pemdi-2026.")] = "spbe-2020",
    year: Annotated[int | None, typer.Option(help="Of the assessment; else the newest.")] = None,
    kind: Annotated[
        AssessmentKind, typer.Option(help="Of the assessment.", case_sensitive=False)
    ] = AssessmentKind.SELF,
    json: AsJson = False,
) -> None:
    """Hold the levels that a region claims against its integration graph."""
    from hub import region_report as report

    given = {"instrument": instrument, "year": year, "kind": kind.value}
    found = asyncio.run(report.region(_migrated(), report.VERIFICATION, region, **given))
    answer(found, as_json=json, say=lambda: report.show_verification(found))


@app.command()
def graph(
    region: Annotated[str, typer.Argument(help="Code of the region, as 32.11.")],
    around: Annotated[str | None, typer.Option(help="Id of a node; else the whole graph.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=5, help="Steps from that node.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Nodes at most.")] = 300,
    form: Annotated[
        str | None, typer.Option("--format", help="Write it as json, dot or graphml.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the integration graph of a region, and which exchanges are no evidence."""
    from hub import region_report as report

    if form not in (None, "json", *report.FORMATS):
        fail(f"--format: expected one of json, {', '.join(report.FORMATS)}, got {form}", Exit.INPUT)
    given = {"around": around, "depth": depth, "limit": limit}
    found = asyncio.run(report.region(_migrated(), report.GRAPH, region, **given))
    if form in report.FORMATS:
        typer.echo(report.FORMATS[form](found["integrationGraph"]), nl=False)
    else:
        as_json = json or form == "json"
        answer(found, as_json=as_json, say=lambda: report.show_graph(found))


@app.command()
def duplicates(
    region: Annotated[str, typer.Argument(help="Code of the region, as 32.11.")],
    json: AsJson = False,
) -> None:
    """Show which listings of a region are, or may be, one system, and why."""
    from hub import duplicate_report
    from hub import region_report as report

    found = asyncio.run(report.region(_migrated(), duplicate_report.DUPLICATES, region))
    answer(found, as_json=json, say=lambda: duplicate_report.show(found))


@app.command()
def recompute(
    learn: Annotated[
        bool, typer.Option(help="Let the classifier first learn what people corrected.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Recompute verifications and proposals of all regions, and announce what is new; for nightly."""
    from rich.progress import Progress

    from hub.app import opened
    from resolvers import follow_up

    settings = _migrated()

    async def work() -> follow_up.Recomputed:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with opened(settings) as instance:
                return await follow_up.everything(
                    instance, learn=learn, progress=bar(progress, "Recomputing regions")
                )

    done = asyncio.run(work())
    if done.failed:
        fail(f"these regions could not be recomputed: {', '.join(done.failed)}", Exit.STATE)
    learned = "" if done.learned is None else f" {done.learned} corrections are learned."
    answer(
        asdict(done),
        as_json=json,
        say=lambda: out.print(
            f"{done.regions} regions are recomputed; {done.changed} had news.{learned}"
        ),
    )


@app.command()
def check(json: AsJson = False) -> None:
    """Verify the hash chain of every region's log, from the first entry to the last."""
    from engine.entry import BrokenChain
    from hub import integrity

    settings = _migrated()
    try:
        entries = asyncio.run(integrity.check(settings))
    except BrokenChain as broken:
        fail(str(broken), Exit.BROKEN)
    answer(
        {"regions": len(entries), "entries": sum(entries.values())},
        as_json=json,
        say=lambda: out.print(
            f"{sum(entries.values())} entries of {len(entries)} regions: every chain is whole."
        ),
    )


@app.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option(help="Only say whether the file is current.")] = False,
) -> None:
    """Write schema/schema.graphql, the committed contract."""
    from schema.schema import schema

    current = schema.as_str() + "\n"
    if not check:
        SDL.write_text(current)
    elif not SDL.is_file() or SDL.read_text() != current:
        fail("schema/schema.graphql is not current: run `simpul export-schema`", Exit.STATE)


def _settings() -> Settings:
    from pydantic import ValidationError

    from hub.settings import Settings, explained

    try:
        return Settings()
    except ValidationError as error:
        for problem in explained(error):
            err.print(problem, markup=False, soft_wrap=True)
        fail("the settings are not as they must be", Exit.INPUT)


def _migrated() -> Settings:
    settings = _settings()
    if _lacks_migrations(settings):
        fail("the database is not at this version's schema: run `simpul migrate`", Exit.STATE)
    return settings


def _lacks_migrations(settings: Settings) -> bool:
    """Say whether `simpul migrate` has work to do, or end where no database can be reached."""
    from storage import migrate as migrations

    try:
        settings.prepare()
    except OSError as error:
        fail(f"SIMPUL_DATA_DIR: {settings.data_dir} cannot be used: {error.strerror}", Exit.STATE)
    try:
        return asyncio.run(migrations.pending(settings.database))
    except Exception as error:  # noqa: BLE001  # whatever it is, no command can go on without it
        fail(f"the database does not answer: {str(error).partition(chr(10))[0]}", Exit.STATE)


def _replaying(settings: Settings) -> Settings:
    """A replay has a database of its own, made anew each time."""
    if settings.database_url is not None:
        fail("a replay runs on the embedded database only: unset DATABASE_URL", Exit.INPUT)
    folder = settings.data_dir / "replay"
    shutil.rmtree(folder, ignore_errors=True)
    return settings.model_copy(update={"data_dir": folder})


def _load(settings: Settings, *, national: bool, results: bool = True) -> Loaded:
    from rich.progress import Progress

    from hub.app import opened
    from hub.load import load

    async def work() -> Loaded:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with opened(settings) as instance:
                return await load(
                    instance,
                    national=national,
                    results=results,
                    progress=bar(progress, "Loading regions"),
                )

    return asyncio.run(work())


def _report(loaded: Loaded) -> None:
    out.print(f"{loaded.regions} regions are loaded; {loaded.entries} entries were new.")
