"""The command line `simpul`, and the commands that start and fill an instance.

Each command imports its own dependencies when it runs. The server and the database take seconds to
import, and `simpul score` or an invalid option must respond at once.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import sys
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from engine.model import Role
from hub.cli import conformance, import_command, maintenance, opds, queries, readiness
from hub.cli.console import (
    AsJson,
    err,
    exit_with_error,
    open_streams,
    out,
    print_result,
    progress_callback,
)
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from hub.settings import Settings
    from resolvers.seed import SeedSummary

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
app.add_typer(queries.app)
app.add_typer(maintenance.app)
app.add_typer(conformance.app)
app.add_typer(import_command.app)
app.add_typer(opds.app, name="opd", help="Record and list the OPDs of a region.")


def main() -> None:
    """Run the command line."""
    # Objects that imports create stay alive, so to collect garbage then is useless and takes a fifth
    # of a command's startup. The server sets its own thresholds once it has started.
    gc.set_threshold(100_000, 50, 100)
    open_streams()
    try:
        app()
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # Python's own flush at exit reports a closed pipe as an error


@app.command()
def serve() -> None:
    """Serve the API and the pages on a migrated database."""
    from hub.process import server

    settings = readiness.load_migrated_settings()
    with readiness.open_socket_or_exit(settings) as listening:
        out.print(f"Simpul listens on {server.listening_url(listening)}/")
        if settings.workers > 1:
            from hub.process import supervisor

            supervisor.run_supervisor(settings, listening)
        else:
            from hub.app import create_app

            server.run_server(create_app(settings), settings, listening)


@app.command()
def demo(
    replay: Annotated[
        bool, typer.Option(help="Play the published results of 2018–2025 as live events.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0.05, max=60, help="Seconds between two events of the replay.")
    ] = 1.0,
    national: Annotated[bool, typer.Option(help="Load all regions and agencies.")] = False,
    nodes: Annotated[
        bool, typer.Option(help="Run three nodes that own a region each, and follow them.")
    ] = True,
) -> None:
    """Load the data that ships with Simpul, print addresses and tokens, and serve."""
    from hub.app import create_app
    from hub.cli import demo
    from hub.cli import demo_nodes as own_nodes
    from hub.cli.replay import replay_task as replaying
    from hub.process import server
    from storage import migrate as migrations

    settings = readiness.load_settings()
    with readiness.open_socket_or_exit(settings) as listening:
        if replay:
            settings = _replaying(settings)
        if readiness.lacks_migrations(settings):
            migrations.upgrade_database(settings.database)
        followed: list[own_nodes.DemoNode] = []
        if nodes and not replay and settings.follows is None:
            followed = asyncio.run(own_nodes.plan_demo_nodes(settings, listening.getsockname()[1]))
        if followed:
            update = {"follows": own_nodes.prepare_demo_nodes(settings, followed)}
            settings = settings.model_copy(update=update)
        with own_nodes.run_demo_nodes(followed) as started:
            _report(_load(settings, national=national, results=not replay))
            if settings.follows is not None and followed:
                asyncio.run(own_nodes.wait_for_node_copies(settings, settings.follows))
            address = server.listening_url(listening)
            shown = asyncio.run(demo.find_demo_scope(settings))
            demo.print_welcome(settings, address, shown, followed, started, replay=replay)
            tasks = [replaying(seconds)] if replay else []
            server.run_server(create_app(settings, replay=replay, tasks=tasks), settings, listening)


@app.command()
def migrate(
    renew_epoch: Annotated[
        bool,
        typer.Option(help="After restoring a backup: make all clients read everything again."),
    ] = False,
) -> None:
    """Bring the database to this version's schema; safe to run again."""
    from storage import migrate as migrations

    settings = readiness.load_settings()
    if readiness.lacks_migrations(settings):
        migrations.upgrade_database(settings.database)
    if renew_epoch:
        from hub.cli import log_check

        asyncio.run(log_check.renew_instance_epoch(settings))
    out.print("The database is at this version's schema.")


@app.command("load")
def load_command(
    national: Annotated[bool, typer.Option(help="Load all 552 regions and agencies.")] = False,
    region: Annotated[list[str], typer.Option(help="Code of a region; loads only these.")] = [],  # noqa: B006
    json: AsJson = False,
) -> None:
    """Load the data that ships with Simpul; adds only what is missing."""
    settings = readiness.load_migrated_settings()
    loaded = _load(settings, national=national, regions=region)
    if region and loaded.regions < len(set(region)):
        exit_with_error(
            f"expected codes of regions that ship, got {', '.join(region)}", ExitCode.INPUT
        )
    print_result(asdict(loaded), as_json=json, say=lambda: _report(loaded))


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="Role of the viewer.", case_sensitive=False)],
    subject: Annotated[str, typer.Option(help="Name of the person or program in the log.")],
    region: Annotated[list[str], typer.Option(help="Code of a region in scope.")] = [],  # noqa: B006
    opd: Annotated[list[str], typer.Option(help="Id of an OPD in scope.")] = [],  # noqa: B006
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366)] = 8,
    json: AsJson = False,
) -> None:
    """Issue a bearer token for an instance that verifies its own tokens."""
    from hub.auth.authentication import TokenInvalid, checked_subject
    from hub.auth.tokens import issue_token

    settings = readiness.load_settings()
    try:
        checked_subject(subject)
    except TokenInvalid as invalid:
        exit_with_error(f"--subject: {invalid}", ExitCode.INPUT)
    if settings.jwks is not None:
        exit_with_error(
            "this instance takes tokens of the provider in SIMPUL_JWKS only", ExitCode.STATE
        )
    needs = {Role.OPD: region and opd, Role.ADMIN: True}.get(role, region)
    if role is Role.PUBLIC or not needs:
        exit_with_error(
            f"expected a role other than PUBLIC with its scope (--region, for OPD also --opd), "
            f"got {role.value}",
            ExitCode.INPUT,
        )
    if region or opd:
        from hub.cli import token_scope

        token_scope.check_token_scope(readiness.load_migrated_settings(), role, region, opd)
    text = issue_token(
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
    print_result({"token": text}, as_json=json, say=lambda: typer.echo(text))


@app.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option(help="Only check whether the files are current.")] = False,
) -> None:
    """Write the committed contract: schema/schema.graphql and regions/contract."""
    from hub.cli.schema_export import schema_files

    for path, current in schema_files().items():
        if not check:
            path.write_text(current)
        elif not path.is_file() or path.read_text() != current:
            exit_with_error(
                f"{path.name} is not current: run `simpul export-schema`", ExitCode.STATE
            )


def _replaying(settings: Settings) -> Settings:
    """Return the settings of a replay, whose own database is deleted before each run."""
    if settings.database_url is not None:
        exit_with_error(
            "a replay runs on the embedded database only: unset DATABASE_URL", ExitCode.INPUT
        )
    folder = settings.data_dir / "replay"
    shutil.rmtree(folder, ignore_errors=True)
    return settings.model_copy(update={"data_dir": folder})


def _load(
    settings: Settings, *, national: bool, results: bool = True, regions: Collection[str] = ()
) -> SeedSummary:
    from rich.progress import Progress

    from hub.app import open_instance
    from resolvers.seed import seed_regions

    async def work() -> SeedSummary:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with open_instance(settings) as instance:
                return await seed_regions(
                    instance,
                    national=national,
                    results=results,
                    regions=regions,
                    progress=progress_callback(progress, "Loading regions"),
                )

    return asyncio.run(work())


def _report(loaded: SeedSummary) -> None:
    out.print(f"{loaded.regions} regions are loaded; {loaded.entries} entries were new.")
