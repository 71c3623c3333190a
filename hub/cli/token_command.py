"""`simpul token`: issues a bearer token for a viewer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from gettext import gettext as _
from typing import Annotated

import typer

from engine.model import Role
from hub.cli import preconditions
from hub.cli.console import AsJson, exit_with_error, print_result
from hub.cli.region_argument import resolve_regions
from hub.exit_codes import ExitCode

app = typer.Typer()


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="Role of the viewer.", case_sensitive=False)],
    subject: Annotated[str, typer.Option(help="Name of the person or program in the log.")],
    region: Annotated[
        list[str],
        typer.Option(help="Code or name of a region in scope.", callback=resolve_regions),
    ] = [],  # noqa: B006
    opd: Annotated[list[str], typer.Option(help="Id of an OPD in scope.")] = [],  # noqa: B006
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366)] = 8,
    json: AsJson = False,
) -> None:
    """Create a bearer token for a program."""
    from engine.account import Right
    from hub.cli.program_tokens import create_program_token

    settings = preconditions.load_migrated_settings()
    has_scope = {Role.OPD: region and opd, Role.ADMIN: True}.get(role, region)
    if role is Role.PUBLIC or not has_scope:
        exit_with_error(
            _(
                "expected a role other than PUBLIC with its scope (--region, for OPD also --opd), "
                "got {role}"
            ).format(role=role.value),
            ExitCode.INPUT,
        )
    if region or opd:
        from hub.cli import token_scope

        token_scope.check_token_scope(settings, role, region, opd)
    right = Right(role, frozenset(region), frozenset(opd), drafts=role is Role.FOLLOWER)
    bearer_token = asyncio.run(
        create_program_token(settings, subject, right, timedelta(hours=hours))
    )
    print_result({"token": bearer_token}, as_json=json, print_text=lambda: typer.echo(bearer_token))
