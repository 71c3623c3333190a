"""`simpul account list`, `audit` and `tokens`: what is on record about accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from engine.account import AccessToken, Account, AccountKind, AuditEntry
from engine.model import Role
from hub.cli.account_change import (
    AccountChange,
    region_names,
    run_account_change,
    run_account_query,
)
from hub.cli.account_documents import account_document, audit_document, token_document
from hub.cli.audit_words import AUDIT_WORDS
from hub.cli.console import (
    AsJson,
    exit_with_error,
    out,
    print_line,
    print_result,
    print_whole_table,
)
from hub.cli.region_argument import resolve_region
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from rich.table import Column

app = typer.Typer()

AccountFilter = Annotated[
    str | None,
    typer.Argument(help="Id or login of the account, or name of a program; by default all."),
]


@app.command("list")
def list_command(
    role: Annotated[
        Role | None, typer.Option(help="Only accounts with this role.", case_sensitive=False)
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            help="Only accounts with this region, by its code or name, in scope.",
            callback=lambda text: None if text is None else resolve_region(text),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """List the accounts of people and programs, with their rights."""

    async def list_accounts(change: AccountChange) -> list[Account]:
        return [account for account in change.accounts if _has_right(account, role, region)]

    accounts = run_account_query(list_accounts)

    def print_table() -> None:
        from rich.table import Table

        if not accounts:
            out.print(_("There is no such account."))
            return
        names = region_names()
        headers = (_("Name"), _("Login"), _("Role"), _("Scope"), _("Last sign-in"))
        table = Table(_id_column(_("Account")), *headers, box=None)
        for account in accounts:
            table.add_row(*map(_cell, _account_cells(account, names)))
        print_whole_table(table)

    print_result(
        {"accounts": [account_document(account) for account in accounts]},
        as_json=json,
        print_text=print_table,
    )


@app.command()
def audit(
    account: AccountFilter = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most as many entries.")] = 50,
    json: AsJson = False,
) -> None:
    """List who did what to accounts, sessions and tokens, newest first."""
    from storage.account_directory import list_newest_audit

    async def read_audit(change: AccountChange) -> tuple[Sequence[AuditEntry], dict[str, str]]:
        id = None if account is None else change.find(account).id
        names = {known.id: known.name for known in change.accounts if known.name is not None}
        return await list_newest_audit(change.session, limit, id), names

    entries, names = run_account_query(read_audit)

    def print_table() -> None:
        from rich.table import Table

        headers = (_("No."), _("Time"), _("Who"), _("What"), _("Account"), _("Details"))
        table = Table(*headers, box=None)
        for entry in entries:
            actor = _("operator (command)") if entry.actor is None else entry.actor
            table.add_row(
                str(entry.number),
                _time(entry.at),
                _cell(names.get(actor, actor)),
                _(AUDIT_WORDS[entry.action]),
                _cell(names.get(entry.account, entry.account)),
                _cell(_details(entry)),
            )
        print_whole_table(table)

    print_result(
        {"entries": [audit_document(entry) for entry in entries]},
        as_json=json,
        print_text=print_table,
    )


@app.command()
def tokens(account: AccountFilter = None, json: AsJson = False) -> None:
    """List the tokens of programs; their secrets are not on record."""
    from storage.access_token import list_tokens

    async def read_tokens(change: AccountChange) -> list[tuple[Account, AccessToken]]:
        accounts = change.accounts if account is None else [change.find(account)]
        return [
            (owner, token)
            for owner in accounts
            for token in await list_tokens(change.session, owner.id)
        ]

    owned = run_account_query(read_tokens)

    def print_table() -> None:
        from rich.table import Table

        if not owned:
            out.print(_("There is no token."))
            return
        regions = region_names()
        headers = (_("Account"), _("Role"), _("Scope"), _("Expires"), _("Last use"))
        table = Table(_id_column(_("Token")), _("Name"), *headers, box=None)
        for owner, token in owned:
            role = owner.right.role.value if owner.right else ""
            used = "" if token.last_used_at is None else _time(token.last_used_at)
            names = (token.id, token.name, owner.name or owner.id, role)
            scope = _scope(owner, regions)
            table.add_row(*map(_cell, (*names, scope)), _time(token.expires_at), used)
        print_whole_table(table)

    print_result(
        {"tokens": [token_document(token) for _owner, token in owned]},
        as_json=json,
        print_text=print_table,
    )


@app.command("withdraw-token")
def withdraw_token_command(
    token: Annotated[str, typer.Argument(help="Id of the token, from `simpul account tokens`.")],
    json: AsJson = False,
) -> None:
    """Withdraw one token, which running servers refuse within a second."""
    from resolvers.credential_acts import withdraw_token
    from storage.access_token import find_token_by_id

    async def withdraw(change: AccountChange) -> AccessToken:
        record = await find_token_by_id(change.session, token)
        if record is None:
            exit_with_error(
                _("there is no token {id!r}: `simpul account tokens` lists them").format(id=token),
                ExitCode.INPUT,
            )
        await withdraw_token(change.session, change.now, None, record)
        return record

    withdrawn = run_account_change(withdraw)
    text = _("The token {name} ({id}) is withdrawn.").format(name=withdrawn.name, id=withdrawn.id)
    print_result(token_document(withdrawn), as_json=json, print_text=lambda: print_line(text))


def _has_right(account: Account, role: Role | None, region: str | None) -> bool:
    right = account.right
    if right is None:
        return role is None and region is None
    return (role is None or right.role is role) and (region is None or region in right.regions)


def _account_cells(account: Account, names: dict[str, str]) -> tuple[str, ...]:
    right = account.right
    name = account.name or _("(erased)")
    if account.kind is AccountKind.PROGRAM:
        name = _("{name} (program)").format(name=name)
    return (
        account.id,
        name,
        account.login or "",
        _("withdrawn") if right is None else right.role.value,
        _scope(account, names),
        "" if account.last_sign_in_at is None else _time(account.last_sign_in_at),
    )


def _scope(account: Account, names: dict[str, str]) -> str:
    right = account.right
    if right is None:
        return ""
    regions = (names.get(code, code) for code in sorted(right.regions))
    return ", ".join([*regions, *sorted(right.opds)])


def _id_column(header: str) -> Column:
    """Return the column of an id, which other commands take: it is never cut or folded."""
    from rich.table import Column

    return Column(header, no_wrap=True)


def _details(entry: AuditEntry) -> str:
    values = (
        value if isinstance(value, list) else [value] for value in entry.detail.values() if value
    )
    texts = [str(value) for group in values for value in group if value is not True]
    return ", ".join([*texts, *([entry.credential] if entry.credential else [])])


def _cell(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
