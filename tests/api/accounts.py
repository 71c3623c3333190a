"""Accounts for tests of their API: people on record with a password, and who they are as viewers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.account import Account, AccountKind, AuditAction, Right, SignInMethod
from engine.log.entry import format_timestamp
from engine.model import Role, Viewer
from resolvers.account_acts import right_detail
from resolvers.credential_acts import begin_session
from storage.account import insert_account
from storage.audit import append_audit
from storage.tables import PasskeyRow
from tests.api.hub import Hub

THEN = datetime(2026, 11, 1, tzinfo=UTC)


async def add_person(
    hub: Hub,
    id: str,
    role: Role,
    regions: tuple[str, ...] = (),
    opds: tuple[str, ...] = (),
    *,
    kind: AccountKind = AccountKind.PERSON,
    drafts: bool = False,
) -> Viewer:
    """Record an account with a password, whose name and login are made from its id."""
    right = Right(role, frozenset(regions), frozenset(opds), drafts)
    account = Account(
        id, kind, right, THEN, name=f"Name of {id}", login=f"{id}@example.id", password_hash="hash"
    )
    async with hub.instance.database.write() as session:
        await insert_account(session, account)
        action = AuditAction.ACCOUNT_INVITED
        await append_audit(session, THEN, None, action, id, detail=right_detail(right))
    return Viewer(id, role, right.regions, right.opds)


async def add_passkey(hub: Hub, account: str, id: str) -> None:
    """Record a passkey of an account, with which no one can sign in."""
    async with hub.instance.database.write() as session:
        session.add(
            PasskeyRow(
                id=id,
                credential_id=id.encode(),
                account=account,
                public_key=b"",
                sign_count=0,
                name=f"Name of {id}",
                created_at=format_timestamp(THEN),
            )
        )


async def add_open_session(hub: Hub, account: str) -> str:
    """Record a session of an account, and return its id."""
    lifetime = timedelta(hours=1)
    async with hub.instance.database.write() as session:
        record, _ = await begin_session(
            session,
            hub.instance.clock(),
            account,
            SignInMethod.PASSWORD,
            idle=lifetime,
            lifetime=lifetime,
            user_agent="Firefox",
        )
    return record.id
