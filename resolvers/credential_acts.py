"""The acts on sessions and tokens, each in the caller's transaction, with its audit entry.

As in `resolvers.account_acts`, the caller checks permissions and calls `Instance.access_changed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.account import AccessToken, AuditAction, SessionRecord, SignInMethod
from engine.plain_text import to_plain_text
from storage.access_token import delete_token, insert_token, list_all_tokens
from storage.account import record_sign_in
from storage.audit import append_audit
from storage.database import Session
from storage.one_time_code import delete_all_codes
from storage.secret import TOKEN_PREFIX, new_id, new_secret, secret_digest
from storage.session import SESSION_ID_PREFIX, delete_session, insert_session, list_all_sessions

TOKEN_LIFETIME_MOST = timedelta(days=366)
USER_AGENT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class EndedCredentials:
    """How many sessions, tokens and codes of links and invitations were ended."""

    sessions: int
    tokens: int
    codes: int


async def begin_session(
    session: Session,
    now: datetime,
    account: str,
    method: SignInMethod,
    *,
    idle: timedelta,
    lifetime: timedelta,
    user_agent: str = "",
) -> tuple[SessionRecord, str]:
    """Record that a person has signed in; return the session and the secret for its cookie."""
    secret = new_secret()
    record = SessionRecord(
        id=new_id(SESSION_ID_PREFIX),
        account=account,
        method=method,
        created_at=now,
        idle_until=now + idle,
        ends_at=now + lifetime,
        user_agent=to_plain_text(user_agent[:USER_AGENT_CHARACTERS]),
    )
    await insert_session(session, record, secret_digest(secret))
    await record_sign_in(session, account, now)
    detail = {"method": method.value}
    action = AuditAction.SIGNED_IN
    await append_audit(session, now, account, action, account, record.id, detail)
    return record, secret


async def end_session(
    session: Session, now: datetime, actor: str | None, account: str, id: str
) -> bool:
    """End a session of an account; return whether there was one."""
    if not await delete_session(session, id):
        return False
    action = AuditAction.SIGNED_OUT if actor == account else AuditAction.SESSION_ENDED
    await append_audit(session, now, actor, action, account, id)
    return True


async def end_all_credentials(
    session: Session, now: datetime, actor: str | None, *, tokens: bool
) -> EndedCredentials:
    """End all sessions and delete all codes of links and invitations.

    Args:
        tokens: whether the tokens of programs are withdrawn, too.
    """
    sessions = await list_all_sessions(session)
    for record in sessions:
        await end_session(session, now, actor, record.account, record.id)
    withdrawn = await list_all_tokens(session) if tokens else ()
    for token in withdrawn:
        await withdraw_token(session, now, actor, token)
    codes = await delete_all_codes(session)
    return EndedCredentials(len(sessions), len(withdrawn), codes)


async def create_token(
    session: Session,
    now: datetime,
    actor: str | None,
    account: str,
    name: str,
    lifetime: timedelta,
) -> tuple[AccessToken, str]:
    """Record a token of an account; return it and its secret, which is shown only now.

    Args:
        lifetime: at most TOKEN_LIFETIME_MOST.
    """
    secret = new_secret(TOKEN_PREFIX)
    lifetime = min(lifetime, TOKEN_LIFETIME_MOST)
    token = AccessToken(new_id("token-"), account, name, now, now + lifetime)
    await insert_token(session, token, secret_digest(secret))
    action, detail = AuditAction.TOKEN_CREATED, {"name": name}
    await append_audit(session, now, actor, action, account, token.id, detail)
    return token, secret


async def withdraw_token(
    session: Session, now: datetime, actor: str | None, token: AccessToken
) -> bool:
    """Withdraw a token; return whether it was on record."""
    if not await delete_token(session, token.id):
        return False
    action = AuditAction.TOKEN_WITHDRAWN
    await append_audit(session, now, actor, action, token.account, token.id)
    return True
