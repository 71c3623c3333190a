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
from hub.cli.account_lookup import describe_right, list_accounts
from hub.cli.account_options import OpdsOption, RegionsOption
from hub.cli.console import AsJson, exit_with_error, print_note, print_result
from hub.exit_codes import ExitCode

PERSONAL_ROLES = (Role.PROVINCE, Role.ADMIN)  # their acts should name a person

app = typer.Typer()


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="Role of the program.", case_sensitive=False)],
    subject: Annotated[str, typer.Option(help="Name of the program.")],
    region: RegionsOption = [],  # noqa: B006
    opd: OpdsOption = [],  # noqa: B006
    hours: Annotated[
        float,
        typer.Option(min=0.01, max=24 * 366, help="Hours after which the token expires."),
    ] = 8,
    drafts: Annotated[
        bool | None,
        typer.Option(
            "--drafts/--no-drafts",
            help="Whether a FOLLOWER also reads drafts, as by default. Only for this role.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Create a token with which a program uses the API of this instance."""
    from hub.cli.program_tokens import create_program_token
    from hub.cli.right_argument import checked_right

    subject = checked_name(subject, "--subject")
    if drafts is not None and role is not Role.FOLLOWER:
        option = "--drafts" if drafts else "--no-drafts"
        message = _("expected no {option} with the role {role}")
        exit_with_error(message.format(option=option, role=role.value), ExitCode.INPUT)
    settings = preconditions.load_migrated_settings()
    right = checked_right(settings, role, region, opd, drafts=drafts is not False)
    program = asyncio.run(create_program_token(settings, subject, right, timedelta(hours=hours)))
    access_token = program.token
    print_note(
        _("The token is for {subject} until {until}; it is shown only now.").format(
            subject=subject, until=f"{access_token.expires_at:%Y-%m-%d %H:%M} UTC"
        )
    )
    if program.is_new_account and program.namesakes:
        print_note(
            _(
                "{subject} has a new account, {id} ({right}), because the right of an account with "
                "this name is another: {accounts}."
            ).format(
                subject=subject,
                id=program.account.id,
                right=describe_right(right),
                accounts=list_accounts(program.namesakes),
            )
        )
    if role in PERSONAL_ROLES:
        print_note(
            _(
                "A person with the role {role} should sign in instead: the log would name the "
                "program for everything that is done with this token."
            ).format(role=role.value)
        )
    result = {
        "token": program.secret,
        "id": access_token.id,
        "accountId": access_token.account,
        "expiresAt": f"{access_token.expires_at:%FT%TZ}",
    }
    print_result(result, as_json=json, print_text=lambda: typer.echo(program.secret))
