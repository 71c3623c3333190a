"""Stores the challenges of passkey ceremonies; each is used once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from storage.account_tables import ChallengeRow


async def insert_challenge(
    session: AsyncSession,
    id: str,
    challenge: bytes,
    account: str | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Store a new challenge, and delete those that have expired.

    Args:
        account: for which a passkey is made; None to sign in.
    """
    await session.execute(
        delete(ChallengeRow).where(ChallengeRow.expires_at < format_timestamp(now))
    )
    await session.execute(
        insert(ChallengeRow).values(
            id=id,
            challenge=challenge,
            account=account,
            expires_at=format_timestamp(expires_at),
        )
    )


async def use_challenge(
    session: AsyncSession, id: str, account: str | None, now: datetime
) -> bytes | None:
    """Return a challenge for this account that has not expired, and delete it."""
    challenge: bytes | None = await session.scalar(
        delete(ChallengeRow)
        .where(
            ChallengeRow.id == id,
            ChallengeRow.account.is_(None) if account is None else ChallengeRow.account == account,
            ChallengeRow.expires_at > format_timestamp(now),
        )
        .returning(ChallengeRow.challenge)
    )
    return challenge
