"""Accounts for tests of their API: people on record with a password, and who they are as viewers."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.account import Account, AccountKind, Right
from engine.model import Role, Viewer
from resolvers.account_acts import right_detail
from storage.account import insert_account
from storage.audit import AuditAction, append_audit
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
