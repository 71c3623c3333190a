"""`simpul account admin`, `invite`, `renew` and `link`: the ways in that the operator gives."""

from __future__ import annotations

from datetime import datetime
from gettext import gettext as _
from typing import Annotated, Any

import typer

from engine.account import Account
from engine.model import Role
from hub.cli.account_change import (
    LINK_PATH,
    AccountChange,
    checked_login,
    checked_name,
    local_address,
    page_address,
    refuse_erased,
    run_account_change,
)
from hub.cli.account_lookup import list_accounts
from hub.cli.account_options import (
    AccountArgument,
    LoginOption,
    OpdsOption,
    RegionsOption,
)
from hub.cli.console import AsJson, exit_with_error, print_line, print_note, print_result
from hub.cli.right_argument import checked_right, refuse_follower
from hub.exit_codes import ExitCode

app = typer.Typer()


@app.command()
def admin(
    name: Annotated[
        str | None, typer.Option(help="Name of the person; needed for a new account.")
    ] = None,
    login: LoginOption = None,
    json: AsJson = False,
) -> None:
    """Invite the first ADMIN; or give an account with this login its way in again, as ADMIN."""
    from engine.account import Right
    from resolvers import account_acts

    right, stored_login = Right(Role.ADMIN), None if login is None else checked_login(login)
    new_name = None if name is None else checked_name(name)

    async def invite_admin(change: AccountChange) -> dict[str, Any]:
        account = None if stored_login is None else change.find_login(stored_login)
        if account is None:
            if new_name is None:
                exit_with_error(
                    _("expected --name with the name of the person, or --login of an account"),
                    ExitCode.INPUT,
                )
            account = await account_acts.add_account(
                change.session, change.now, None, right, name=new_name, login=stored_login
            )
            return await _invitation(change, account, is_first=True)
        if new_name not in (None, account.name):
            message = _("--name: {id} has the name {name}, which its person alone changes")
            exit_with_error(message.format(id=account.id, name=account.name), ExitCode.INPUT)
        if account.right != right:
            account = await account_acts.change_right(
                change.session, change.now, None, account, right
            )
        return await _invitation(change, account)

    _print_link(run_account_change(invite_admin), as_json=json)


@app.command()
def invite(
    name: Annotated[str, typer.Option(help="Name of the person.")],
    role: Annotated[Role, typer.Option(help="Role of the person.", case_sensitive=False)],
    region: RegionsOption = [],  # noqa: B006
    opd: OpdsOption = [],  # noqa: B006
    login: LoginOption = None,
    json: AsJson = False,
) -> None:
    """Make an account for a person, and print the invitation to pass on."""
    from hub.cli.preconditions import load_migrated_settings
    from resolvers import account_acts

    refuse_follower(role)
    settings = load_migrated_settings()
    checked, stored_login = checked_name(name), None if login is None else checked_login(login)
    right = checked_right(settings, role, region, opd)

    async def invite_person(change: AccountChange) -> tuple[dict[str, Any], list[Account]]:
        existing = None if stored_login is None else change.find_login(stored_login)
        if existing is not None:
            exit_with_error(
                _(
                    "--login: {login} is the login of {id}; `simpul account change` changes it"
                ).format(login=stored_login, id=existing.id),
                ExitCode.INPUT,
            )
        account = await account_acts.add_account(
            change.session, change.now, None, right, name=checked, login=stored_login
        )
        namesakes = [known for known in change.accounts if known.name == checked]
        return await _invitation(change, account, is_first=True), namesakes

    document, namesakes = run_account_change(invite_person)
    _print_link(document, as_json=json)
    if namesakes:
        note = _(
            "The name {name} is also that of {accounts}: `simpul account renew` invites again."
        )
        print_note(note.format(name=checked, accounts=list_accounts(namesakes)))


@app.command()
def renew(account: AccountArgument, json: AsJson = False) -> None:
    """Print a new invitation, with which a person sets another password or passkey."""

    async def renew_invitation(change: AccountChange) -> dict[str, Any]:
        return await _invitation(change, _person_with_right(change.find(account)))

    _print_link(run_account_change(renew_invitation), as_json=json)


@app.command()
def link(account: AccountArgument, json: AsJson = False) -> None:
    """Print a link that signs in as an account, once, within ten minutes, on this machine only."""
    from resolvers import account_acts

    async def make_link(change: AccountChange) -> dict[str, Any]:
        person = _person_with_right(change.find(account))
        code = await account_acts.create_sign_in_link(change.session, change.now, None, person)
        address = f"{local_address(change.settings)}{LINK_PATH}{code}"
        return _link_document(person, address, change.now + account_acts.LINK_LIFETIME)

    document = run_account_change(make_link)
    text = _("It works once, on this machine, until {time}.")
    _print_link(document, as_json=json, text=text)


def _person_with_right(account: Account) -> Account:
    from engine.account import AccountKind

    if account.kind is AccountKind.PROGRAM:
        exit_with_error(
            _("{id} is the account of a program, which has tokens only").format(id=account.id),
            ExitCode.INPUT,
        )
    refuse_erased(account)
    if account.right is None:
        message = _("the account {id} has no right: give it one with `simpul account change`")
        exit_with_error(message.format(id=account.id), ExitCode.STATE)
    return account


async def _invitation(
    change: AccountChange, account: Account, *, is_first: bool = False
) -> dict[str, Any]:
    from resolvers import account_acts
    from resolvers.invitation import INVITATION_PATH

    code = await account_acts.create_invitation(
        change.session, change.now, None, account, is_first=is_first
    )
    address = f"{page_address(change.settings)}{INVITATION_PATH}{code}"
    return _link_document(account, address, change.now + account_acts.INVITATION_LIFETIME)


def _link_document(account: Account, address: str, expires_at: datetime) -> dict[str, Any]:
    return {
        "account": account.id,
        "login": account.login,
        "link": address,
        "expiresAt": expires_at.isoformat(),
    }


def _print_link(document: dict[str, Any], *, as_json: bool, text: str | None = None) -> None:
    def print_text() -> None:
        print_line(document["link"])
        until = datetime.fromisoformat(document["expiresAt"]).strftime("%Y-%m-%d %H:%M UTC")
        print_line(
            (text or _("Pass it on to the person; it works once, until {time}.")).format(time=until)
        )

    print_result(document, as_json=as_json, print_text=print_text)
