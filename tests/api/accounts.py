"""Accounts for tests of their API: people on record with a password, and who they are as viewers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.account import Account, AccountKind, AuditAction, Right, SignInMethod
from engine.log.entry import format_timestamp
from engine.model import Role, Viewer
from resolvers.account_acts import right_detail
from resolvers.credential_acts import begin_session
from storage.account import insert_account
from storage.account_tables import PasskeyRow
from storage.audit import append_audit
from tests.api.hub import Hub

THEN = datetime(2026, 11, 1, tzinfo=UTC)
DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"


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
    """Record an account that has signed in with a password, whose name and login are made from its id."""
    right = Right(role, frozenset(regions), frozenset(opds), drafts)
    account = Account(
        id,
        kind,
        right,
        THEN,
        name=f"Name of {id}",
        login=f"{id}@example.id",
        password_hash="hash",
        last_sign_in_at=THEN if kind is AccountKind.PERSON else None,
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


async def add_people(hub: Hub) -> dict[str, Viewer]:
    """Record one account of each role, and return their viewers by account id."""
    viewers = [
        await add_person(hub, "admin", Role.ADMIN),
        await add_person(hub, "admin-2", Role.ADMIN),
        await add_person(hub, "province", Role.PROVINCE, ("32",)),
        await add_person(hub, "other-province", Role.PROVINCE, ("33",)),
        await add_person(hub, "sumedang", Role.REGION, ("32.11",)),
        await add_person(hub, "bandung", Role.REGION, ("32.73",)),
        await add_person(hub, "assessor", Role.ASSESSOR, ("32.11", "32.73")),
        await add_person(hub, "wide-assessor", Role.ASSESSOR, ("32.11", "33.74")),
        await add_person(hub, "dinkes", Role.OPD, ("32.11",), (DINKES,)),
        await add_person(hub, "semarang-it", Role.OPD, ("33.74",), ("33.74:opd-diskominfo",)),
    ]
    return {viewer.subject: viewer for viewer in viewers}
