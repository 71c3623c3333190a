"""`simpul account change`, `withdraw` and `erase`: what the operator does to rights and names."""

from __future__ import annotations

from dataclasses import asdict
from gettext import gettext as _
from typing import Annotated

import typer

from engine.account import Account
from engine.model import Role
from hub.cli.account_change import (
    AccountChange,
    checked_reason,
    find_account,
    run_account_change,
)
from hub.cli.account_options import AccountArgument, OpdsOption, RegionsOption
from hub.cli.console import AsJson, confirm, exit_with_error, print_line, print_result
from hub.cli.right_argument import checked_right, refuse_follower
from hub.exit_codes import ExitCode

app = typer.Typer(no_args_is_help=True)


@app.command()
def change(
    account: AccountArgument,
    role: Annotated[
        Role | None, typer.Option(help="By default the present role.", case_sensitive=False)
    ] = None,
    region: RegionsOption = [],  # noqa: B006
    opd: OpdsOption = [],  # noqa: B006
) -> None:
    """Give an account another right, also after its right was withdrawn.

    The regions stay if none is named, and so do the OPDs of the role OPD.
    """
    from engine.account import AccountKind, Right
    from hub.cli.preconditions import load_migrated_settings
    from resolvers import account_acts

    settings, current = load_migrated_settings(), find_account(account)
    before = current.right or Right(role or Role.PUBLIC)
    new_role = role or before.role
    if current.kind is AccountKind.PERSON:
        refuse_follower(new_role)
    regions = region or ([] if new_role is Role.ADMIN else sorted(before.regions))
    opds = opd or (sorted(before.opds) if new_role is Role.OPD and not region else [])
    right = checked_right(settings, new_role, regions, opds, drafts=before.drafts)

    async def change_account(change: AccountChange) -> None:
        await account_acts.change_right(change.session, change.now, None, current, right)

    if current.name is None:
        exit_with_error(_("the account {id} was erased").format(id=current.id), ExitCode.STATE)
    if right == current.right:
        exit_with_error(_("the account has this right already"), ExitCode.INPUT)
    run_account_change(change_account)
    scope = ", ".join([*sorted(right.regions), *sorted(right.opds)])
    text = _("The right of {name} is now {right}.")
    print_line(text.format(name=current.name, right=f"{right.role.value} {scope}".strip()))


@app.command()
def withdraw(
    account: AccountArgument,
    reason: Annotated[str, typer.Option(help="For the audit.")] = "",
) -> None:
    """Withdraw the right of an account: its sessions, tokens and links end at once."""
    from resolvers import account_acts

    plain_reason = checked_reason(reason)

    async def withdraw_right(change: AccountChange) -> Account:
        current = change.find(account)
        if current.right is None:
            exit_with_error(
                _("the account {id} has no right").format(id=current.id), ExitCode.STATE
            )
        session, now = change.session, change.now
        return await account_acts.withdraw_right(session, now, None, current, plain_reason)

    withdrawn = run_account_change(withdraw_right)
    text = _("The right of {name} is withdrawn; its sessions and tokens have ended.")
    print_line(text.format(name=withdrawn.name))


@app.command("end-all")
def end_all(
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Also withdraw the tokens of all programs.")
    ] = False,
    json: AsJson = False,
) -> None:
    """End the sessions, links and invitations of all accounts at once, as after a leak.

    Rights, passwords and passkeys stay.
    """
    from resolvers.credential_acts import EndedCredentials, end_all_credentials

    async def end_credentials(change: AccountChange) -> EndedCredentials:
        return await end_all_credentials(change.session, change.now, None, tokens=tokens)

    ended = run_account_change(end_credentials)
    text = _("Ended: {sessions} sessions, {codes} links and invitations, {tokens} tokens.")
    print_result(
        asdict(ended),
        as_json=json,
        print_text=lambda: print_line(text.format(**asdict(ended))),
    )


@app.command()
def erase(
    account: AccountArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the name, the login and the credentials of an account, for good (UU 27/2022).

    The log and the audit keep the opaque id.
    """
    from resolvers import account_acts

    async def erase_account(change: AccountChange) -> None:
        await account_acts.erase_account(change.session, change.now, None, current)

    current = find_account(account)
    if current.name is None:
        exit_with_error(_("the account {id} was erased").format(id=current.id), ExitCode.STATE)
    question = _("Erase {name} ({id})? This cannot be undone.")
    if not yes and not confirm(question.format(name=current.name, id=current.id)):
        exit_with_error(_("nothing is erased"), ExitCode.STATE)
    run_account_change(erase_account)
    print_line(
        _("The account {id} is erased: it has no name, no login and no right.").format(
            id=current.id
        )
    )
