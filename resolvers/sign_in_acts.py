"""The acts with which people set up their own ways to sign in, each with its audit entry.

As in `resolvers.account_acts`, each act is in the caller's transaction, and the caller calls
`Instance.access_changed` after the commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.account import Account, AuditAction
from resolvers.account_acts import AccountChanged
from storage.account import update_account
from storage.audit import append_audit
from storage.database import Session
from storage.passkey import delete_passkeys
from storage.session import delete_sessions
from storage.stored_passkey import StoredPasskey, insert_passkey


async def accept_with_password(
    session: Session, now: datetime, account: Account, login: str, password_hash: str
) -> Account:
    """Record that an invited person has set a password, in place of all earlier ways to sign in.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
        LoginTaken: another account has the login.
    """
    accepted = await _accept(session, now, account, login, password_hash)
    await append_audit(session, now, account.id, AuditAction.PASSWORD_CHANGED, account.id)
    return accepted


async def accept_with_passkey(
    session: Session, now: datetime, account: Account, passkey: StoredPasskey
) -> Account:
    """Record that an invited person has made a passkey, in place of all earlier ways to sign in.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
    """
    accepted = await _accept(session, now, account, account.login, None)
    await add_passkey(session, now, passkey)
    return accepted


async def change_password(
    session: Session,
    now: datetime,
    account: Account,
    login: str,
    password_hash: str,
    current_session: str,
) -> Account:
    """Record a new password, and end the other sessions of the person.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
        LoginTaken: another account has the login.
    """
    changed = replace(
        account, login=login, password_hash=password_hash, version=account.version + 1
    )
    if not await update_account(session, changed):
        raise AccountChanged
    await delete_sessions(session, account.id, keep=current_session)
    await append_audit(session, now, account.id, AuditAction.PASSWORD_CHANGED, account.id)
    return changed


async def add_passkey(session: Session, now: datetime, passkey: StoredPasskey) -> None:
    """Record a passkey of a person."""
    await insert_passkey(session, passkey)
    action, account = AuditAction.PASSKEY_ADDED, passkey.account
    await append_audit(session, now, account, action, account, passkey.id)


async def _accept(
    session: Session,
    now: datetime,
    account: Account,
    login: str | None,
    password_hash: str | None,
) -> Account:
    accepted = replace(
        account, login=login, password_hash=password_hash, version=account.version + 1
    )
    if not await update_account(session, accepted):
        raise AccountChanged
    await delete_passkeys(session, account.id)
    await delete_sessions(session, account.id)
    await append_audit(session, now, account.id, AuditAction.INVITATION_ACCEPTED, account.id)
    return accepted
