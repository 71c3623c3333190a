"""Stores the digests of one-time codes: invitations and sign-in links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import CodePurpose
from engine.log.entry import format_timestamp, parse_timestamp
from storage.account_tables import OneTimeCodeRow


async def insert_code(
    session: AsyncSession,
    secret_hash: str,
    account: str,
    purpose: CodePurpose,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Store a new code. It replaces the codes of the account for this purpose; expired ones go."""
    await session.execute(
        delete(OneTimeCodeRow).where(OneTimeCodeRow.expires_at < format_timestamp(now))
    )
    await delete_codes(session, account, purpose)
    await session.execute(
        insert(OneTimeCodeRow).values(
            secret_hash=secret_hash,
            account=account,
            purpose=purpose.value,
            expires_at=format_timestamp(expires_at),
        )
    )


async def find_code(
    session: AsyncSession, secret_hash: str, purpose: CodePurpose, now: datetime
) -> tuple[str, datetime] | None:
    """Return the account and the end of a code that has not expired, without using it."""
    query = select(OneTimeCodeRow.account, OneTimeCodeRow.expires_at).where(
        OneTimeCodeRow.secret_hash == secret_hash,
        OneTimeCodeRow.purpose == purpose.value,
        OneTimeCodeRow.expires_at > format_timestamp(now),
    )
    row = (await session.execute(query)).first()
    return None if row is None else (row.account, parse_timestamp(row.expires_at))


async def use_code(
    session: AsyncSession, secret_hash: str, purpose: CodePurpose, now: datetime
) -> str | None:
    """Return the account of a code that has not expired, and delete the code."""
    account: str | None = await session.scalar(
        delete(OneTimeCodeRow)
        .where(
            OneTimeCodeRow.secret_hash == secret_hash,
            OneTimeCodeRow.purpose == purpose.value,
            OneTimeCodeRow.expires_at > format_timestamp(now),
        )
        .returning(OneTimeCodeRow.account)
    )
    return account


async def delete_codes(session: AsyncSession, account: str, purpose: CodePurpose) -> None:
    """Delete the codes of an account for a purpose."""
    await session.execute(
        delete(OneTimeCodeRow).where(
            OneTimeCodeRow.account == account, OneTimeCodeRow.purpose == purpose.value
        )
    )


async def delete_all_codes(session: AsyncSession) -> int:
    """Delete the codes of all accounts; return their number."""
    statement = delete(OneTimeCodeRow).returning(OneTimeCodeRow.secret_hash)
    return len((await session.execute(statement)).all())
