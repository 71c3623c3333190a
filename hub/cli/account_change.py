"""What the commands of `simpul account` share: accounts named by a person, rights and addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, TypeVar

from engine.account import Account
from hub.cli import preconditions
from hub.cli.account_lookup import find_named_account
from hub.cli.console import exit_with_error
from hub.cli.known_messages import translate_message
from hub.exit_codes import ExitCode
from hub.pages_address import pages_address

if TYPE_CHECKING:
    from hub.settings import Settings
    from storage.database import Session

Value = TypeVar("Value")

LINK_PATH = "/masuk#tautan="


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A transaction of the operator, in which all accounts of the instance are read."""

    session: Session
    settings: Settings
    now: datetime
    accounts: Sequence[Account]

    def find(self, text: str) -> Account:
        """Return the account that the operator names, as `find_named_account` does."""
        return find_named_account(self.accounts, text)

    def find_login(self, login: str) -> Account | None:
        """Return the account with this login, which is valid but may be unused."""
        return next((account for account in self.accounts if account.login == login), None)


def run_account_change(change: Callable[[AccountChange], Awaitable[Value]]) -> Value:
    """Run a change of accounts in a transaction; running servers find it in the audit."""
    from resolvers.account_acts import AccountChanged, AccountOfProvider

    settings = preconditions.load_migrated_settings()
    try:
        return asyncio.run(_run(settings, change, writes=True))
    except AccountChanged:
        exit_with_error(
            _("another command or person changed the account at the same time: try again"),
            ExitCode.STATE,
        )
    except AccountOfProvider as refused:
        message = _("{id} is an account of the identity provider: its person signs in there")
        exit_with_error(message.format(id=refused.id), ExitCode.STATE)


def run_account_query(query: Callable[[AccountChange], Awaitable[Value]]) -> Value:
    """Run a query of accounts, which changes nothing."""
    return asyncio.run(_run(preconditions.load_migrated_settings(), query, writes=False))


def find_account(text: str) -> Account:
    """Return the account that the operator names, as `find_named_account` does."""

    async def find(query: AccountChange) -> Account:
        return query.find(text)

    return run_account_query(find)


def refuse_erased(account: Account) -> None:
    """Exit with an error if the account was erased, after which nothing can be done with it."""
    if account.name is None:
        exit_with_error(_("the account {id} was erased").format(id=account.id), ExitCode.STATE)


async def _run(
    settings: Settings, act: Callable[[AccountChange], Awaitable[Value]], *, writes: bool
) -> Value:
    from hub.instance import utc_now
    from storage.account_directory import list_all_accounts
    from storage.audit import lock_audit
    from storage.database import Database

    database = Database(settings.database)
    try:
        async with database.write() if writes else database.read() as session:
            if writes:
                await lock_audit(session)  # the accounts stay as they are read
            accounts = await list_all_accounts(session)
            return await act(AccountChange(session, settings, utc_now(), accounts))
    finally:
        await database.close()


def checked_name(name: str, option: str = "--name") -> str:
    """Return the name of an account without surrounding space, or exit if it is not valid."""
    from resolvers.login_name import checked_account_name

    return _checked(option, name, checked_account_name)


def checked_login(login: str) -> str:
    """Return a login as it is stored, or exit if it is not valid."""
    from resolvers import login_name

    return _checked("--login", login, login_name.checked_login)


def checked_reason(reason: str) -> str:
    """Return a reason for the audit without surrounding space, or exit if it is not valid."""
    from resolvers import login_name

    return _checked("--reason", reason, login_name.checked_reason)


def _checked(option: str, value: str, check: Callable[[str, str], str]) -> str:
    from resolvers.problems import InvalidInput

    try:
        return check(option, value)
    except InvalidInput as invalid:
        exit_with_error(
            _("{field}: expected {expected}, got {got}").format(
                field=option, expected=translate_message(invalid.expected), got=invalid.received
            ),
            ExitCode.INPUT,
        )


def local_address(settings: Settings) -> str:
    """Return the address of the pages in a browser on this machine."""
    return f"http://localhost:{settings.port}{settings.root_path}"


def page_address(settings: Settings) -> str:
    """Return the address of the pages for other people: that of SIMPUL_URL, if it is set."""
    if settings.url is None:
        return local_address(settings)
    return pages_address(settings.url, settings.root_path)


def region_names() -> dict[str, str]:
    """Return the names of all regions by code."""
    from facts import tables

    return {region.code: region.name for region in tables.region_catalogue(national=True)}
