"""Finds the account that the operator names, and words its right."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from gettext import gettext as _

from engine.account import Account, AccountKind, Right
from hub.cli.console import exit_with_error
from hub.exit_codes import ExitCode

LEAST_SIMILARITY = 0.5  # from 0 to 1; the message does not suggest a less similar account


def find_named_account(accounts: Sequence[Account], text: str) -> Account:
    """Return the account with this id or login, or the one program with this name.

    The command exits with an error that has the nearest account, or the ids of all programs with
    the name.
    """
    login = text.strip().lower()
    account = next((known for known in accounts if known.id == text), None)
    account = account or next((known for known in accounts if known.login == login), None)
    if account is not None:
        return account
    programs = [known for known in accounts if known.kind is AccountKind.PROGRAM and known.name]
    named = [known for known in programs if (known.name or "").lower() == login]
    if not named:
        logins = [known.login for known in accounts if known.login is not None]
        names = [known.name for known in programs if known.name is not None]
        codes = [*logins, *names, *(known.id for known in accounts)]
        nearest = get_close_matches(login, codes, n=1, cutoff=LEAST_SIMILARITY)
        hint = _("; the nearest is {code!r}").format(code=nearest[0]) if nearest else ""
        message = _(
            "expected the id or the login of an account, or the name of a program, "
            "got {text!r}{hint}"
        )
        exit_with_error(message.format(text=text, hint=hint), ExitCode.INPUT)
    if len(named) > 1:
        message = _("expected the id of one account, got {text!r}, a name of {accounts}")
        exit_with_error(message.format(text=text, accounts=list_accounts(named)), ExitCode.INPUT)
    return named[0]


def list_accounts(accounts: Sequence[Account]) -> str:
    """Return the ids and rights of accounts for a message."""
    return ", ".join(f"{account.id} ({describe_right(account.right)})" for account in accounts)


def describe_right(right: Right | None) -> str:
    """Return the role and the scope of a right for a message."""
    if right is None:
        return _("withdrawn")
    scope = ", ".join([*sorted(right.regions), *sorted(right.opds)])
    return f"{right.role.value} {scope}".strip()
