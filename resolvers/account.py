"""Changes, withdraws and erases accounts, for the viewers who may do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from engine.account import Account, AccountKind, AuditAction, Right
from engine.model import Role
from resolvers.account_acts import AccountChanged, change_right, erase_account, withdraw_right
from resolvers.account_view import find_managed_account, is_erased, without_right
from resolvers.context import AccessTransaction, Context
from resolvers.login_name import checked_account_name, checked_reason
from resolvers.problems import Forbidden, SubjectState, VersionConflict, WrongState
from resolvers.rights import checked_right
from storage.account import find_account, update_account
from storage.account_list import has_other_admin
from storage.audit import append_audit
from storage.passkey import passkeys_by_account


@dataclass(frozen=True, slots=True)
class AccountVersion:
    """An account as a client last read it."""

    id: str
    version: int


async def change_account_right(context: Context, read: AccountVersion, right: Right) -> Account:
    """Give an account another right, or give one again that was withdrawn.

    Raises:
        Forbidden: the viewer may not give this right, or it is its own account.
        NotFound, VersionConflict: the account is not as the client last read it.
        InvalidInput: the right is not valid.
        WrongState: the account is erased, or no other ADMIN can sign in.
    """
    async with _open_change(context, read) as (transaction, account):
        if is_erased(account):
            allowed = (SubjectState.ACTIVE, SubjectState.WITHDRAWN)
            raise WrongState(account.id, SubjectState.ERASED, allowed)
        _check_version(account, read)
        checked = await checked_right(transaction.session, context.viewer, account.kind, right)
        if checked.role is not Role.ADMIN:
            await _keep_an_admin(transaction, account)
        actor = context.viewer.subject
        return await change_right(transaction.session, transaction.now, actor, account, checked)


async def withdraw_account_right(context: Context, read: AccountVersion, reason: str) -> Account:
    """Withdraw the right of an account, which ends its sessions and tokens at once.

    Raises:
        Forbidden, NotFound, VersionConflict, InvalidInput: as `change_account_right` does.
        WrongState: it is withdrawn already, or no other ADMIN can sign in.
    """
    plain_reason = checked_reason("reason", reason)
    async with _open_change(context, read) as (transaction, account):
        if account.right is None:
            allowed = (SubjectState.INVITED, SubjectState.ACTIVE)
            raise WrongState(account.id, without_right(account), allowed)
        _check_version(account, read)
        await _keep_an_admin(transaction, account)
        actor = context.viewer.subject
        return await withdraw_right(
            transaction.session, transaction.now, actor, account, plain_reason
        )


async def erase_person(context: Context, read: AccountVersion) -> Account:
    """Erase all that identifies the person of an account, and withdraw the right.

    Raises:
        Forbidden, NotFound, VersionConflict: as `change_account_right` does.
        WrongState: it is erased already, or no other ADMIN can sign in.
    """
    async with _open_change(context, read) as (transaction, account):
        if is_erased(account):
            allowed = (SubjectState.INVITED, SubjectState.ACTIVE, SubjectState.WITHDRAWN)
            raise WrongState(account.id, SubjectState.ERASED, allowed)
        _check_version(account, read)
        await _keep_an_admin(transaction, account)
        actor = context.viewer.subject
        return await erase_account(transaction.session, transaction.now, actor, account)


async def rename_own_account(context: Context, name: str) -> Account:
    """Change the name of the viewer's account.

    Raises:
        Forbidden: the viewer is no person with an account.
        InvalidInput: the name is too long, or empty.
    """
    checked_name = checked_account_name("name", name)
    async with context.write_access() as transaction:
        account = await find_account(transaction.session, context.viewer.subject)
        if account is None or account.kind is not AccountKind.PERSON:
            # Programs are found by their names, which the giver of their right chose.
            raise Forbidden(
                context.viewer.role, "change the name of an account that is not of a person"
            )
        renamed = replace(account, name=checked_name, version=account.version + 1)
        if not await update_account(transaction.session, renamed):
            raise AccountChanged  # a defect: every change of accounts waits for the audit's lock
        action = AuditAction.ACCOUNT_RENAMED
        await append_audit(transaction.session, transaction.now, account.id, action, account.id)
        return renamed


@asynccontextmanager
async def _open_change(
    context: Context, read: AccountVersion
) -> AsyncIterator[tuple[AccessTransaction, Account]]:
    """Yield a transaction and an account that the viewer may change."""
    try:
        async with context.write_access() as transaction:
            yield transaction, await find_managed_account(transaction.session, context, read.id)
    except AccountChanged:
        raise VersionConflict(read.id, read.version, read.version + 1) from None


async def _keep_an_admin(transaction: AccessTransaction, account: Account) -> None:
    """Raise WrongState if no other ADMIN than the account's person could sign in any more."""
    is_admin = account.right is not None and account.right.role is Role.ADMIN
    if not is_admin or account.kind is not AccountKind.PERSON:
        return
    passkeys = await passkeys_by_account(transaction.session, [account.id])
    can_sign_in = bool(account.password_hash or account.issuer or passkeys)
    if can_sign_in and not await has_other_admin(transaction.session, account.id):
        raise WrongState(account.id, SubjectState.LAST_ADMIN, (SubjectState.ACTIVE,))


def _check_version(account: Account, read: AccountVersion) -> None:
    if account.version != read.version:
        raise VersionConflict(account.id, read.version, account.version)
