"""Stores the passkeys of accounts."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import PasskeyRow


async def delete_passkeys(session: AsyncSession, account: str) -> None:
    """Delete all passkeys of an account."""
    await session.execute(delete(PasskeyRow).where(PasskeyRow.account == account))
