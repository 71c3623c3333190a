"""`simpul account change`, `withdraw` and `erase`: what the operator does to rights and names."""

from __future__ import annotations

from dataclasses import asdict
from gettext import gettext as _
from typing import Annotated

import typer

from engine.account import Account, AccountKind
from engine.model import Role
from hub.cli.account_change import (
    AccountChange,
    checked_reason,
    find_account,
    refuse_erased,
    run_account_change,
    run_account_query,
)
from hub.cli.account_documents import account_document
from hub.cli.account_lookup import describe_right
from hub.cli.account_options import AccountArgument, OpdsOption, RegionsOption
from hub.cli.console import (
    AsJson,
    confirm,
    exit_with_error,
    print_line,
    print_note,
    print_result,
)
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
    json: AsJson = False,
) -> None:
    """Give an account another right, also after its right was withdrawn.

    The role and the regions stay if none is named, and so do the OPDs of the role OPD.
    """
    from engine.account import Right
    from hub.cli.preconditions import load_migrated_settings
    from resolvers import account_acts
    from storage.account_list import find_last_right

    async def read_rights(query: AccountChange) -> tuple[Account, Right | None]:
        known = query.find(account)
        return known, await find_last_right(query.session, known)

    settings = load_migrated_settings()
    current, last_right = run_account_query(read_rights)
    refuse_erased(current)
    before = last_right or Right(role or Role.PUBLIC)
    new_role = role or before.role
    if current.kind is AccountKind.PERSON:
        refuse_follower(new_role)
    regions = region or ([] if new_role is Role.ADMIN else sorted(before.regions))
    opds = opd or (sorted(before.opds) if new_role is Role.OPD and not region else [])
    right = checked_right(settings, new_role, regions, opds, drafts=before.drafts)
    if right == current.right:
        exit_with_error(_("the account has this right already"), ExitCode.STATE)

    async def change_account(change: AccountChange) -> Account:
        return await account_acts.change_right(change.session, change.now, None, current, right)

    changed = run_account_change(change_account)
    text = _("The right of {name} is now {right}.")
    text = text.format(name=changed.name, right=describe_right(right))
    _print_changed(current, changed, text, as_json=json)


@app.command()
def withdraw(
    account: AccountArgument,
    reason: Annotated[str, typer.Option(help="For the audit.")] = "",
    json: AsJson = False,
) -> None:
    """Withdraw the right of an account: its sessions, tokens and links end at once."""
    from resolvers import account_acts

    plain_reason = checked_reason(reason)

    async def withdraw_right(change: AccountChange) -> tuple[Account, Account]:
        current = change.find(account)
        refuse_erased(current)
        if current.right is None:
            exit_with_error(
                _("the account {id} has no right").format(id=current.id), ExitCode.STATE
            )
        session, now = change.session, change.now
        return current, await account_acts.withdraw_right(session, now, None, current, plain_reason)

    current, withdrawn = run_account_change(withdraw_right)
    text = _("The right of {name} is withdrawn; its sessions and tokens have ended.")
    _print_changed(current, withdrawn, text.format(name=withdrawn.name), as_json=json)


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
    json: AsJson = False,
) -> None:
    """Erase the name, the login and the credentials of an account permanently (UU 27/2022).

    The log and the audit keep the opaque id.
    """
    from resolvers import account_acts

    async def erase_account(change: AccountChange) -> Account:
        return await account_acts.erase_account(change.session, change.now, None, current)

    current = find_account(account)
    refuse_erased(current)
    question = _("Erase {name} ({id})? This cannot be undone.")
    if not yes and not confirm(question.format(name=current.name, id=current.id)):
        exit_with_error(_("nothing is erased"), ExitCode.STATE)
    erased = run_account_change(erase_account)
    text = _("The account {id} is erased: it has no name, no login and no right.")
    _print_changed(current, erased, text.format(id=current.id), as_json=json)


def _print_changed(before: Account, after: Account, text: str, *, as_json: bool) -> None:
    """Print a changed account, and warn if it was that of the last person with the role ADMIN."""
    document = account_document(after)
    print_result(document, as_json=as_json, print_text=lambda: print_line(text))
    if before.right is None or before.right.role is not Role.ADMIN:
        return

    async def has_admin(query: AccountChange) -> bool:
        return any(
            known.kind is AccountKind.PERSON and known.right and known.right.role is Role.ADMIN
            for known in query.accounts
        )

    if not run_account_query(has_admin):
        print_note(_("No person is ADMIN any more: `simpul account admin` invites one."))
