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
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from engine.log.assessment_log import NATION_CODE
from hub.cli import (
    account_invitations,
    account_reports,
    accounts,
    analysis_commands,
    conformance,
    export_command,
    handover_command,
    import_command,
    maintenance,
    opd_changes,
    opd_defaults,
    opds,
    preconditions,
    token_command,
)
from hub.cli.command_tree import TranslatedGroup
from hub.cli.console import (
    AsJson,
    err,
    exit_with_error,
    open_streams,
    out,
    print_result,
    progress_callback,
)
from hub.cli.region_argument import resolve_regions
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from hub.settings import Settings
    from resolvers.seed import SeedSummary

app = typer.Typer(
    cls=TranslatedGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.add_typer(token_command.app)
app.add_typer(analysis_commands.app)
app.add_typer(maintenance.app)
app.add_typer(handover_command.app)
app.add_typer(conformance.app)
app.add_typer(import_command.app)
app.add_typer(export_command.app)
app.add_typer(opds.app, name="opd", help="Record, change and list the OPDs of a region.")
app.add_typer(accounts.app, name="account", help="Invite people, and withdraw their rights.")
accounts.app.add_typer(account_invitations.app)
accounts.app.add_typer(account_reports.app)
opds.app.add_typer(opd_changes.app)
opds.app.add_typer(opd_defaults.app)


def main() -> None:
    """Run the command line."""
    # Objects that imports create stay alive, so collecting garbage then frees nothing and takes a
    # fifth of a command's startup. The server sets its own thresholds once it has started.
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

    settings = preconditions.load_migrated_settings()
    with preconditions.open_sockets_or_exit(settings) as listeners:
        address = server.listening_url(listeners[0], settings.root_path)

        def print_address() -> None:
            out.print(_("Simpul listens on {url}/").format(url=address))

        if settings.workers > 1:
            from hub.process import supervisor

            supervisor.run_supervisor(settings, listeners, print_address)
        else:
            from hub.app import create_app

            server.run_server(create_app(settings), settings, listeners, print_address)


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
    """Load the data that ships with Simpul, print addresses and sign-in links, and serve."""
    from hub.app import create_app
    from hub.cli import demo, demo_nodes
    from hub.cli.replay import replay_task
    from hub.process import server
    from storage import migrate as migrations

    settings = preconditions.load_settings()
    with preconditions.open_sockets_or_exit(settings) as listeners:
        if replay:
            settings = _prepare_replay_settings(settings)
        if preconditions.lacks_migrations(settings):
            migrations.upgrade_database(settings.database)
        planned_nodes: list[demo_nodes.DemoNode] = []
        if nodes and not replay and settings.follows is None:
            planned_nodes = asyncio.run(
                demo_nodes.plan_demo_nodes(settings, listeners[0].getsockname()[1])
            )
        if planned_nodes:
            update = {"follows": demo_nodes.prepare_demo_nodes(settings, planned_nodes)}
            settings = settings.model_copy(update=update)
        with demo_nodes.run_demo_nodes(planned_nodes) as node_lines:
            _print_seed_summary(_load_shipped_data(settings, national=national, results=not replay))
            if settings.follows is not None and planned_nodes:
                asyncio.run(demo_nodes.wait_for_node_copies(settings, settings.follows))
            address = server.listening_url(listeners[0], settings.root_path)
            scope = asyncio.run(demo.find_demo_scope(settings))
            demo.print_welcome(settings, address, scope, planned_nodes, node_lines, replay=replay)
            tasks = [replay_task(seconds)] if replay else []
            app = create_app(settings, replay=replay, tasks=tasks)
            server.run_server(
                app,
                settings,
                listeners,
                lambda: demo_nodes.follow_hub(planned_nodes, listeners[0]),
            )


@app.command()
def migrate(
    renew_epoch: Annotated[
        bool,
        typer.Option(
            help="After restoring a backup: make all clients read everything again, and all people "
            "sign in again."
        ),
    ] = False,
    new_identity: Annotated[
        bool,
        typer.Option(
            help="For a copy that becomes an instance of its own: the same, and the tokens and "
            "passkeys of the first instance are not valid here."
        ),
    ] = False,
) -> None:
    """Bring the database to this version's schema; safe to run again."""
    from storage import migrate as migrations

    settings = preconditions.load_settings()
    if preconditions.lacks_migrations(settings):
        migrations.upgrade_database(settings.database)
    if renew_epoch or new_identity:
        from hub.cli import log_maintenance

        asyncio.run(log_maintenance.renew_instance_epoch(settings, new_identity=new_identity))
    out.print(_("The database is at this version's schema."))
    _warn_of_former_tokens(settings)


def _warn_of_former_tokens(settings: Settings) -> None:
    """Say that the tokens of an earlier version are void, as long as their key is in the folder."""
    from hub.auth.former_tokens import FORMER_KEY_FILE

    key = settings.data_dir / FORMER_KEY_FILE
    if key.exists():
        text = _(
            "Tokens of the earlier version, which {key} signed, are not valid any more, also those "
            "of instances that follow this one: make new ones with `simpul token`, and delete the "
            "file."
        )
        err.print(text.format(key=key), markup=False, soft_wrap=True)


@app.command("load")
def load_command(
    national: Annotated[bool, typer.Option(help="Load all 552 regions and agencies.")] = False,
    region: Annotated[
        list[str],
        typer.Option(help="Code or name of a region; loads only these.", callback=resolve_regions),
    ] = [],  # noqa: B006
    json: AsJson = False,
) -> None:
    """Load the data that ships with Simpul; adds only what is missing."""
    settings = preconditions.load_migrated_settings()
    summary = _load_shipped_data(settings, national=national, regions=region)
    if region and summary.regions < len(set(region) - {NATION_CODE}):
        exit_with_error(
            _("expected codes of regions that ship, got {codes}").format(codes=", ".join(region)),
            ExitCode.INPUT,
        )
    print_result(asdict(summary), as_json=json, print_text=lambda: _print_seed_summary(summary))


@app.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option(help="Only check whether the files are current.")] = False,
) -> None:
    """Write the committed contract: schema/schema.graphql and regions/contract."""
    from hub.cli.schema_export import schema_files

    for path, content in schema_files().items():
        if not check:
            path.write_text(content)
        elif not path.is_file() or path.read_text() != content:
            exit_with_error(
                _("{file} is not current: run `simpul export-schema`").format(file=path.name),
                ExitCode.STATE,
            )


def _prepare_replay_settings(settings: Settings) -> Settings:
    """Return the settings of a replay, whose own database is deleted before each run."""
    if settings.database_url is not None:
        exit_with_error(
            _("a replay runs on the embedded database only: unset DATABASE_URL"), ExitCode.INPUT
        )
    folder = settings.data_dir / "replay"
    shutil.rmtree(folder, ignore_errors=True)
    return settings.model_copy(update={"data_dir": folder})


def _load_shipped_data(
    settings: Settings, *, national: bool, results: bool = True, regions: Collection[str] = ()
) -> SeedSummary:
    from rich.progress import Progress

    from hub.instance import open_instance
    from regions.directory_file import load_endpoint_directory
    from resolvers.replica_directory import record_listed_regions
    from resolvers.seed import seed_regions

    async def seed() -> SeedSummary:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            async with open_instance(settings) as instance:
                if settings.follows is not None:  # what is followed is not loaded
                    directory = load_endpoint_directory(settings.follows)
                    await record_listed_regions(instance, directory)
                return await seed_regions(
                    instance,
                    national=national,
                    results=results,
                    regions=regions,
                    progress=progress_callback(progress, _("Loading regions")),
                )

    return asyncio.run(seed())


def _print_seed_summary(summary: SeedSummary) -> None:
    out.print(
        _("{regions} regions are loaded; {entries} entries were new.").format(
            regions=summary.regions, entries=summary.entries
        )
    )
