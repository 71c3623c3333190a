"""Reads the accounts that a viewer may see: its own, and those whose right it may give."""

from __future__ import annotations

from enum import Enum

from engine.account import Account, AccountKind
from engine.account_access import AccountAccess, AccountFilter
from engine.model import Role
from engine.page import Page
from resolvers.context import Context
from resolvers.problems import Forbidden, NotFound, SubjectState
from resolvers.rights import read_givable_rights
from storage.account import find_account
from storage.account_list import find_last_right, paginate_accounts
from storage.database import Session


async def find_own_account(context: Context) -> Account | None:
    """Return the account of the viewer; None for the public viewer."""
    if context.viewer.role is Role.PUBLIC:
        return None
    async with context.read() as session:
        return await find_account(session, context.viewer.subject)


async def find_visible_account(context: Context, id: str) -> Account | None:
    """Return the account with this id if the viewer may see it."""
    if context.viewer.role is Role.PUBLIC:
        return None
    async with context.read() as session:
        account = await find_account(session, id)
        if account is None or account.id == context.viewer.subject:
            return account
        return account if await is_managed(session, context, account) else None


async def page_of_accounts(
    context: Context, accepted: AccountFilter, first: int, after: tuple[str, ...] | None
) -> Page[Account]:
    """Return one page of the accounts that the viewer may see, by name.

    Raises:
        Forbidden: the viewer may give no right.
    """
    async with context.read() as session:
        access = await require_givable_rights(session, context, "list accounts")
        own = context.viewer.subject
        return await paginate_accounts(session, access, own, accepted, first=first, after=after)


async def require_givable_rights(session: Session, context: Context, action: str) -> AccountAccess:
    """Return the rights that the viewer may give.

    Raises:
        Forbidden: there are none.
    """
    access = await read_givable_rights(session, context.viewer)
    if access.is_empty:
        raise Forbidden(context.viewer.role, action)
    return access


async def is_managed(session: Session, context: Context, account: Account) -> bool:
    """Return whether the viewer may give the right of an account, or the last one that it had."""
    access = await read_givable_rights(session, context.viewer)
    return not access.is_empty and access.includes(await find_last_right(session, account))


async def find_managed_account(session: Session, context: Context, id: str) -> Account:
    """Return the account of another person or a program that the viewer may change.

    Raises:
        Forbidden: it is the viewer's own account, or the viewer may give no right.
        NotFound: there is none, or none that the viewer may see.
    """
    await require_givable_rights(session, context, "change accounts")
    if id == context.viewer.subject:
        raise Forbidden(context.viewer.role, "change its own account so")
    account = await find_account(session, id)
    if account is None or not await is_managed(session, context, account):
        raise NotFound("account", id)
    return account


def is_erased(account: Account) -> bool:
    """Whether all that identifies the person has been erased."""
    return account.right is None and account.name is None


def without_right(account: Account) -> SubjectState:
    """Return the state of an account that has no right."""
    return SubjectState.ERASED if is_erased(account) else SubjectState.WITHDRAWN


class AccountState(Enum):
    """Whether a person or a program can use an account."""

    INVITED = "INVITED"  # the person has not signed in yet
    ACTIVE = "ACTIVE"
    WITHDRAWN = "WITHDRAWN"  # without a right


def account_state(account: Account) -> AccountState:
    """Return the state of an account."""
    if account.right is None:
        return AccountState.WITHDRAWN
    is_invited_here = account.kind is AccountKind.PERSON and account.issuer is None
    if is_invited_here and account.last_sign_in_at is None:
        return AccountState.INVITED
    return AccountState.ACTIVE
