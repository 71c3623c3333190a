"""`simpul token`: creates a token with which a program uses the API of this instance."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from gettext import gettext as _
from typing import Annotated

import typer

from engine.model import Role
from hub.cli import preconditions
from hub.cli.account_change import checked_name
from hub.cli.console import AsJson, err, print_result
from hub.cli.region_argument import resolve_regions

PERSONAL_ROLES = (Role.PROVINCE, Role.ADMIN)  # their acts should name a person

app = typer.Typer()


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="Role of the program.", case_sensitive=False)],
    subject: Annotated[str, typer.Option(help="Name of the program.")],
    region: Annotated[
        list[str],
        typer.Option(help="Code or name of a region in scope.", callback=resolve_regions),
    ] = [],  # noqa: B006
    opd: Annotated[list[str], typer.Option(help="Id of an OPD in scope.")] = [],  # noqa: B006
    hours: Annotated[
        float,
        typer.Option(min=0.01, max=24 * 366, help="Hours after which the token expires."),
    ] = 8,
    drafts: Annotated[bool, typer.Option(help="Whether a FOLLOWER also reads drafts.")] = True,
    json: AsJson = False,
) -> None:
    """Create a token with which a program uses the API of this instance."""
    from engine.account import Right
    from hub.cli import token_scope
    from hub.cli.program_tokens import create_program_token

    subject = checked_name(subject, "--subject")
    token_scope.require_scope(role, region, opd)
    settings = preconditions.load_migrated_settings()
    if region or opd:
        token_scope.check_token_scope(settings, role, region, opd)
    right = Right(role, frozenset(region), frozenset(opd), drafts and role is Role.FOLLOWER)
    access_token, secret = asyncio.run(
        create_program_token(settings, subject, right, timedelta(hours=hours))
    )
    err.print(
        _("The token is for {subject} until {until}; it is shown only now.").format(
            subject=subject, until=f"{access_token.expires_at:%Y-%m-%d %H:%M} UTC"
        ),
        markup=False,
        soft_wrap=True,
    )
    if role in PERSONAL_ROLES:
        err.print(
            _(
                "A person with the role {role} should sign in instead: the log would name the "
                "program for everything that is done with this token."
            ).format(role=role.value),
            markup=False,
            soft_wrap=True,
        )
    result = {
        "token": secret,
        "id": access_token.id,
        "accountId": access_token.account,
        "expiresAt": f"{access_token.expires_at:%FT%TZ}",
    }
    print_result(result, as_json=json, print_text=lambda: typer.echo(secret))
