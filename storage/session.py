"""Stores the sessions of signed-in people. A session that ends is deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import Account, SessionRecord, SignInMethod
from engine.log.entry import format_timestamp, parse_timestamp
from storage.account import account_from_row
from storage.account_tables import AccountRow, SessionRow
from storage.database import batch_ids

SESSION_ID_PREFIX = "session-"


async def insert_session(session: AsyncSession, record: SessionRecord, secret_hash: str) -> None:
    """Store a new session, and delete the sessions that have reached their absolute limit."""
    await session.execute(
        delete(SessionRow).where(SessionRow.ends_at < format_timestamp(record.created_at))
    )
    await session.execute(
        insert(SessionRow).values(
            id=record.id,
            secret_hash=secret_hash,
            account=record.account,
            method=record.method.value,
            created_at=format_timestamp(record.created_at),
            idle_until=format_timestamp(record.idle_until),
            ends_at=format_timestamp(record.ends_at),
            user_agent=record.user_agent,
        )
    )


async def find_session(
    session: AsyncSession, secret_hash: str
) -> tuple[SessionRecord, Account] | None:
    """Return the session with this digest and its account, whether its time is over or not."""
    query = (
        select(SessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == SessionRow.account)
        .where(SessionRow.secret_hash == secret_hash)
    )
    row = (await session.execute(query)).first()
    return None if row is None else (session_from_row(row[0]), account_from_row(row[1]))


async def extend_session(session: AsyncSession, id: str, idle_until: datetime) -> None:
    """Move the time at which a session ends without further activity."""
    statement = update(SessionRow).where(SessionRow.id == id)
    await session.execute(statement.values(idle_until=format_timestamp(idle_until)))


async def list_all_sessions(session: AsyncSession) -> Sequence[SessionRecord]:
    """Return the sessions of all accounts, also those whose time is over."""
    rows = await session.scalars(select(SessionRow).order_by(SessionRow.created_at, SessionRow.id))
    return [session_from_row(row) for row in rows]


async def find_session_by_id(session: AsyncSession, id: str) -> SessionRecord | None:
    """Return the session with this id, if there is one."""
    row = await session.get(SessionRow, id)
    return None if row is None else session_from_row(row)


async def sessions_by_account(
    session: AsyncSession, accounts: Collection[str]
) -> Mapping[str, list[SessionRecord]]:
    """Return the sessions of accounts, newest first; accounts without one are left out."""
    records: dict[str, list[SessionRecord]] = {}
    for batch in batch_ids(accounts):
        query = select(SessionRow).where(SessionRow.account.in_(batch))
        order = (SessionRow.created_at.desc(), SessionRow.id)
        for row in await session.scalars(query.order_by(*order)):
            records.setdefault(row.account, []).append(session_from_row(row))
    return records


async def delete_session(session: AsyncSession, id: str) -> bool:
    """End a session; return whether there was one."""
    statement = delete(SessionRow).where(SessionRow.id == id).returning(SessionRow.id)
    return (await session.execute(statement)).first() is not None


async def delete_sessions(session: AsyncSession, account: str, keep: str | None = None) -> None:
    """End all sessions of an account, but for one with the id `keep`."""
    statement = delete(SessionRow).where(SessionRow.account == account)
    if keep is not None:
        statement = statement.where(SessionRow.id != keep)
    await session.execute(statement)


def session_from_row(row: SessionRow) -> SessionRecord:
    """Return the session of a row."""
    return SessionRecord(
        id=row.id,
        account=row.account,
        method=SignInMethod(row.method),
        created_at=parse_timestamp(row.created_at),
        idle_until=parse_timestamp(row.idle_until),
        ends_at=parse_timestamp(row.ends_at),
        user_agent=row.user_agent,
    )
