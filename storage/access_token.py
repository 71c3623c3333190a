"""Stores the tokens of programs. A token that is withdrawn is deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import AccessToken, Account
from engine.log.entry import format_timestamp, parse_timestamp
from storage.account import account_from_row
from storage.account_tables import AccessTokenRow, AccountRow
from storage.database import batch_ids
from storage.tables import core_table

EXPIRED_KEPT = timedelta(days=30)  # in which a program is answered that its token has expired


async def insert_token(session: AsyncSession, token: AccessToken, secret_hash: str) -> None:
    """Store a new token, and delete the tokens that expired more than EXPIRED_KEPT ago."""
    expired_before = format_timestamp(token.created_at - EXPIRED_KEPT)
    await session.execute(delete(AccessTokenRow).where(AccessTokenRow.expires_at < expired_before))
    await session.execute(
        insert(AccessTokenRow).values(
            id=token.id,
            secret_hash=secret_hash,
            account=token.account,
            name=token.name,
            created_at=format_timestamp(token.created_at),
            expires_at=format_timestamp(token.expires_at),
            last_used_at=None,
        )
    )


async def find_token(session: AsyncSession, secret_hash: str) -> tuple[AccessToken, Account] | None:
    """Return the token with this digest and its account, whether it has expired or not."""
    query = (
        select(AccessTokenRow, AccountRow)
        .join(AccountRow, AccountRow.id == AccessTokenRow.account)
        .where(AccessTokenRow.secret_hash == secret_hash)
    )
    row = (await session.execute(query)).first()
    return None if row is None else (token_from_row(row[0]), account_from_row(row[1]))


async def find_token_by_id(session: AsyncSession, id: str) -> AccessToken | None:
    """Return the token with this id, if there is one."""
    row = await session.get(AccessTokenRow, id)
    return None if row is None else token_from_row(row)


async def list_tokens(session: AsyncSession, account: str) -> Sequence[AccessToken]:
    """Return the tokens of an account, newest first."""
    query = select(AccessTokenRow).where(AccessTokenRow.account == account)
    rows = await session.scalars(
        query.order_by(AccessTokenRow.created_at.desc(), AccessTokenRow.id)
    )
    return [token_from_row(row) for row in rows]


async def list_all_tokens(session: AsyncSession) -> Sequence[AccessToken]:
    """Return the tokens of all accounts, also those that have expired."""
    query = select(AccessTokenRow).order_by(AccessTokenRow.created_at, AccessTokenRow.id)
    return [token_from_row(row) for row in await session.scalars(query)]


async def tokens_by_account(
    session: AsyncSession, accounts: Collection[str]
) -> Mapping[str, list[AccessToken]]:
    """Return the tokens of accounts, newest first; accounts without one are left out."""
    tokens: dict[str, list[AccessToken]] = {}
    for batch in batch_ids(accounts):
        query = select(AccessTokenRow).where(AccessTokenRow.account.in_(batch))
        order = (AccessTokenRow.created_at.desc(), AccessTokenRow.id)
        for row in await session.scalars(query.order_by(*order)):
            tokens.setdefault(row.account, []).append(token_from_row(row))
    return tokens


async def record_token_uses(session: AsyncSession, uses: Mapping[str, datetime]) -> None:
    """Store the times of uses by the ids of tokens, unless a later use is on record."""
    statement = (
        update(core_table(AccessTokenRow))
        .where(AccessTokenRow.id == bindparam("token"))
        .where(func.coalesce(AccessTokenRow.last_used_at, "") < bindparam("used_at"))
        .values(last_used_at=bindparam("used_at"))
    )
    rows = [{"token": id, "used_at": format_timestamp(at)} for id, at in sorted(uses.items())]
    if rows:
        await session.execute(statement, rows)


async def delete_token(session: AsyncSession, id: str) -> bool:
    """Withdraw a token; return whether there was one."""
    statement = delete(AccessTokenRow).where(AccessTokenRow.id == id)
    return (await session.execute(statement.returning(AccessTokenRow.id))).first() is not None


async def delete_tokens(session: AsyncSession, account: str) -> None:
    """Withdraw all tokens of an account."""
    await session.execute(delete(AccessTokenRow).where(AccessTokenRow.account == account))


def token_from_row(row: AccessTokenRow) -> AccessToken:
    """Return the token of a row."""
    return AccessToken(
        id=row.id,
        account=row.account,
        name=row.name,
        created_at=parse_timestamp(row.created_at),
        expires_at=parse_timestamp(row.expires_at),
        last_used_at=None if row.last_used_at is None else parse_timestamp(row.last_used_at),
    )
