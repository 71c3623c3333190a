"""What the commands of `simpul account` share: accounts named by a person, rights and addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from gettext import gettext as _
from typing import TYPE_CHECKING, TypeVar

from engine.account import Account, Right
from engine.model import Role
from hub.cli import preconditions
from hub.cli.console import exit_with_error
from hub.cli.known_messages import translate_message
from hub.exit_codes import ExitCode
from hub.pages_address import pages_address

if TYPE_CHECKING:
    from engine.matching.opd_names import OpdNames
    from hub.settings import Settings
    from storage.database import Session

Value = TypeVar("Value")

LINK_PATH = "/masuk#tautan="
LEAST_SIMILARITY = 0.5  # from 0 to 1; the message does not suggest a less similar account


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A transaction of the operator, in which all accounts of the instance are read."""

    session: Session
    settings: Settings
    now: datetime
    accounts: Sequence[Account]

    def find(self, text: str) -> Account:
        """Return the account with this id or login, or exit with the nearest one."""
        login = text.strip().lower()
        account = next((known for known in self.accounts if known.id == text), None)
        account = account or self.find_login(login)
        if account is None:
            logins = [known.login for known in self.accounts if known.login is not None]
            codes = [*logins, *(known.id for known in self.accounts)]
            nearest = get_close_matches(login, codes, n=1, cutoff=LEAST_SIMILARITY)
            hint = _("; the nearest is {code!r}").format(code=nearest[0]) if nearest else ""
            message = _("expected the id or the login of an account, got {text!r}{hint}")
            exit_with_error(message.format(text=text, hint=hint), ExitCode.INPUT)
        return account

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
    """Return the account with this id or login, or exit with the nearest one."""

    async def find(query: AccountChange) -> Account:
        return query.find(text)

    return run_account_query(find)


async def _run(
    settings: Settings, act: Callable[[AccountChange], Awaitable[Value]], *, writes: bool
) -> Value:
    from hub.app import utc_now
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


def checked_right(
    settings: Settings,
    role: Role,
    regions: Sequence[str],
    opds: Sequence[str],
    *,
    drafts: bool = False,
) -> Right:
    """Return a right whose regions and OPDs are on record here, or exit with what is wrong.

    Args:
        opds: ids, names or acronyms.
        drafts: whether a FOLLOWER also reads drafts.
    """
    from hub.cli import token_scope

    token_scope.require_scope(role, regions, opds)
    needless = "--opd" if opds and role is not Role.OPD else ""
    if regions and role is Role.ADMIN:
        needless = "--region"
    if needless:
        exit_with_error(
            _("expected no {option} with the role {role}").format(option=needless, role=role.value),
            ExitCode.INPUT,
        )
    token_scope.check_token_scope(settings, role, regions, [])
    ids = asyncio.run(_find_opds(settings, regions, opds)) if opds else []
    return Right(role, frozenset(regions), frozenset(ids), drafts and role is Role.FOLLOWER)


def refuse_follower(role: Role) -> None:
    """Exit with an error if a person is to have the role FOLLOWER."""
    if role is Role.FOLLOWER:
        exit_with_error(
            _("a person cannot be a FOLLOWER: `simpul token` makes a token for a program"),
            ExitCode.INPUT,
        )


async def _find_opds(settings: Settings, regions: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the ids of the OPDs that a person names by ids, names or acronyms."""
    from engine.matching.opd_names import OpdNames
    from facts import tables
    from storage import opd as stored_opd
    from storage import region as stored_region
    from storage.database import Database

    database = Database(settings.database)
    try:
        async with database.read() as session:
            recorded = await stored_region.regions_by_code(session, regions)
            opds = {code: await stored_opd.list_opds_by_region(session, code) for code in recorded}
    finally:
        await database.close()
    ids = {opd.id for region_opds in opds.values() for opd in region_opds}
    names = [
        OpdNames(region_opds, recorded[code].name, tables.opd_aliases())
        for code, region_opds in opds.items()
    ]
    return [text if text in ids else _find_opd(text, names) for text in texts]


def _find_opd(text: str, names: Sequence[OpdNames]) -> str:
    matches = [opd for opd in (region_names.match(text) for region_names in names) if opd]
    if len(matches) != 1:
        near = matches or [opd for region_names in names for opd in region_names.nearest(text)]
        nearest = ", ".join(f"{opd.name!r} ({opd.id})" for opd in near)
        message = _("{argument}: expected the name, acronym or id of an OPD, got {text!r}")
        hint = _("; near are {nearest}").format(nearest=nearest) if nearest else ""
        exit_with_error(message.format(argument="--opd", text=text) + hint, ExitCode.INPUT)
    return matches[0].id


def local_address(settings: Settings) -> str:
    """Return the address of the pages in a browser on this machine."""
    return f"http://localhost:{settings.port}"


def page_address(settings: Settings) -> str:
    """Return the address of the pages for other people: that of SIMPUL_URL, if it is set."""
    if settings.url is None:
        return local_address(settings)
    return pages_address(settings.url)


def region_names() -> dict[str, str]:
    """Return the names of all regions by code."""
    from facts import tables

    return {region.code: region.name for region in tables.region_catalogue(national=True)}
