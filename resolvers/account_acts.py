"""The acts on accounts, each in the caller's transaction, with its entry in the audit.

These functions check no permission: `resolvers.account` does for viewers, and the operator at the
command line may do everything. After the commit, call `Instance.access_changed`, so that this
process applies the change at once; other processes find it in the audit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from engine.account import (
    ACCOUNT_PREFIX,
    Account,
    AccountKind,
    AuditAction,
    CodePurpose,
    Right,
)
from resolvers.credential_acts import withdraw_token
from storage.access_token import delete_tokens, list_tokens
from storage.account import insert_account, update_account
from storage.audit import append_audit, erase_reasons, lock_audit
from storage.database import Session
from storage.erased_subject import record_erased_subject
from storage.one_time_code import delete_codes, insert_code
from storage.passkey import delete_passkeys
from storage.secret import new_id, new_secret, secret_digest
from storage.session import delete_sessions

INVITATION_LIFETIME = timedelta(days=7)
LINK_LIFETIME = timedelta(minutes=10)


class AccountChanged(Exception):
    """Another transaction changed the account since it was read."""


class AccountOfProvider(Exception):
    """The account is one of the identity provider, where alone its person signs in.

    With a way to sign in here, the person could go on after the provider has closed the account.
    """

    def __init__(self, id: str) -> None:
        super().__init__(f"{id} is an account of the identity provider: its person signs in there")
        self.id = id


async def add_account(
    session: Session,
    now: datetime,
    actor: str | None,
    right: Right,
    *,
    name: str,
    login: str | None = None,
    kind: AccountKind = AccountKind.PERSON,
    issuer: str | None = None,
    external_subject: str | None = None,
    given_at: datetime | None = None,
) -> Account:
    """Record a new account with a right.

    Args:
        actor: id of the account that gives the right; None for the operator or the provider.
        login: user name or e-mail address; it must be unused.
        issuer, external_subject: of the identity provider that gives the right.
        given_at: when the right was given, if that was not now.
    """
    account = Account(
        id=new_id(ACCOUNT_PREFIX),
        kind=kind,
        right=right,
        created_at=now,
        name=name,
        login=None if login is None else login.strip().lower(),
        issuer=issuer,
        external_subject=external_subject,
        given_by=actor,
        given_at=given_at or now,
    )
    await insert_account(session, account)
    detail = right_detail(right)
    await append_audit(session, now, actor, AuditAction.ACCOUNT_INVITED, account.id, detail=detail)
    return account


async def create_invitation(
    session: Session, now: datetime, actor: str | None, account: Account, *, is_first: bool = False
) -> str:
    """Return a new one-time code with which the person sets a password or a passkey.

    The current password and passkeys stay valid until it is used. Earlier codes are void, and a
    later change of the right makes this one void.

    Args:
        is_first: whether the account was added in this transaction, which the audit states then.

    Raises:
        AccountOfProvider: the person signs in at the identity provider.
    """
    if account.issuer is not None:
        raise AccountOfProvider(account.id)
    code = new_secret()
    purpose, expires_at = CodePurpose.INVITATION, now + INVITATION_LIFETIME
    await insert_code(session, secret_digest(code), account.id, purpose, expires_at, now)
    if not is_first:
        await append_audit(session, now, actor, AuditAction.INVITATION_RENEWED, account.id)
    return code


async def create_sign_in_link(
    session: Session, now: datetime, actor: str | None, account: Account
) -> str:
    """Return a new one-time code that can be exchanged for a session, on this machine only.

    Raises:
        AccountOfProvider: the person signs in at the identity provider.
    """
    if account.issuer is not None:
        raise AccountOfProvider(account.id)
    code = new_secret()
    purpose, expires_at = CodePurpose.SIGN_IN, now + LINK_LIFETIME
    await insert_code(session, secret_digest(code), account.id, purpose, expires_at, now)
    await append_audit(session, now, actor, AuditAction.LINK_CREATED, account.id)
    return code


async def change_right(
    session: Session,
    now: datetime,
    actor: str | None,
    account: Account,
    right: Right,
    *,
    given_at: datetime | None = None,
) -> Account:
    """Give an account another right. Its open connections end, and connect again.

    Its invitations and sign-in links are void from now on, and the tokens of a program are
    withdrawn, because the person who created them may not be allowed to give this right. The
    sessions of a person go on.

    Args:
        given_at: when the right was given, if that was not now.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
    """
    await lock_audit(session)  # a code or token that another transaction creates is seen, too
    changed = replace(
        account,
        right=right,
        given_by=actor,
        given_at=given_at or now,
        version=account.version + 1,
    )
    await _update(session, changed)
    detail = right_detail(right)
    await append_audit(session, now, actor, AuditAction.RIGHT_CHANGED, account.id, detail=detail)
    await _delete_codes(session, account.id)
    if account.kind is AccountKind.PROGRAM:
        for token in await list_tokens(session, account.id):
            await withdraw_token(session, now, actor, token)
    return changed


async def withdraw_right(
    session: Session,
    now: datetime,
    actor: str | None,
    account: Account,
    reason: str = "",
    *,
    is_by_provider: bool = False,
) -> Account:
    """Withdraw the right of an account, and end its sessions, tokens, codes and links.

    Args:
        is_by_provider: whether the claims of the identity provider no longer give the right. Then
            later claims may give one again, which they may not after a person has withdrawn it.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
    """
    changed = replace(account, right=None, version=account.version + 1)
    await _update(session, changed)
    await _end_credentials(session, account.id)
    detail: dict[str, object] = {"reason": reason} if reason else {}
    if is_by_provider:
        detail["provider"] = account.issuer
    await append_audit(session, now, actor, AuditAction.RIGHT_WITHDRAWN, account.id, detail=detail)
    return changed


async def erase_account(
    session: Session, now: datetime, actor: str | None, account: Account
) -> Account:
    """Erase all that identifies the person (UU 27/2022), and withdraw the right.

    The log and the audit keep the opaque id, and the audit loses the reasons that people wrote. Of
    a subject of the identity provider a keyed digest stays, so that claims alone give no new right.

    Raises:
        AccountChanged: another transaction changed the account since it was read.
    """
    erased = replace(
        account,
        name=None,
        login=None,
        issuer=None,
        external_subject=None,
        password_hash=None,
        right=None,
        version=account.version + 1,
    )
    await _update(session, erased)
    await _end_credentials(session, account.id)
    await delete_passkeys(session, account.id)
    await erase_reasons(session, account.id)
    if account.issuer is not None and account.external_subject is not None:
        await record_erased_subject(session, account.issuer, account.external_subject, now)
    await append_audit(session, now, actor, AuditAction.ACCOUNT_ERASED, account.id)
    return erased


def right_detail(right: Right) -> dict[str, object]:
    """Return a right as the detail of an audit entry."""
    return {
        "role": right.role.value,
        "regions": sorted(right.regions),
        "opds": sorted(right.opds),
        "drafts": right.drafts,
    }


async def _update(session: Session, account: Account) -> None:
    if not await update_account(session, account):
        raise AccountChanged


async def _end_credentials(session: Session, account: str) -> None:
    await delete_sessions(session, account)
    await delete_tokens(session, account)
    await _delete_codes(session, account)


async def _delete_codes(session: Session, account: str) -> None:
    for purpose in CodePurpose:
        await delete_codes(session, account, purpose)
