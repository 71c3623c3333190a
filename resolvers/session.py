"""Ends sessions and removes passkeys, for the viewers to whom they belong."""

from __future__ import annotations

from engine.account import Account, AuditAction
from engine.model import Role
from resolvers.account_view import is_managed
from resolvers.context import Context
from resolvers.credential_acts import end_session
from resolvers.problems import NotFound, SubjectState, WrongState
from storage.account import find_account
from storage.audit import append_audit
from storage.passkey import delete_passkey, passkeys_by_account
from storage.session import find_session_by_id


async def end_visible_session(context: Context, id: str) -> Account:
    """End a session of the viewer, or of an account that it may change; return the account.

    Raises:
        NotFound: there is none, or none that the viewer may see.
    """
    async with context.write_access() as transaction:
        session = transaction.session
        record = await find_session_by_id(session, id)
        account = None if record is None else await find_account(session, record.account)
        if account is None:
            raise NotFound("session", id)
        is_own = account.id == context.viewer.subject
        if not is_own and not await is_managed(session, context, account):
            raise NotFound("session", id)
        await end_session(session, transaction.now, context.viewer.subject, account.id, id)
        return account


async def remove_own_passkey(context: Context, id: str) -> Account:
    """Remove a passkey of the viewer; return its account.

    Raises:
        NotFound: the viewer has no such passkey.
        WrongState: without it, the viewer could not sign in any more.
    """
    async with context.write_access() as transaction:
        session, own = transaction.session, context.viewer.subject
        account = None
        if context.viewer.role is not Role.PUBLIC:
            account = await find_account(session, own)
        passkeys = (await passkeys_by_account(session, [own])).get(own, [])
        if account is None or id not in {passkey.id for passkey in passkeys}:
            raise NotFound("passkey", id)
        if account.password_hash is None and account.issuer is None and len(passkeys) == 1:
            raise WrongState(id, SubjectState.LAST_WAY_IN, (SubjectState.ACTIVE,))
        await delete_passkey(session, id)
        action = AuditAction.PASSKEY_REMOVED
        await append_audit(session, transaction.now, own, action, own, id)
        return account
