"""Stores the passkeys of accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import Passkey
from engine.log.entry import parse_timestamp
from storage.account_tables import PasskeyRow
from storage.database import batch_ids


async def delete_passkeys(session: AsyncSession, account: str) -> None:
    """Delete all passkeys of an account."""
    await session.execute(delete(PasskeyRow).where(PasskeyRow.account == account))


async def passkeys_by_account(
    session: AsyncSession, accounts: Collection[str]
) -> Mapping[str, list[Passkey]]:
    """Return the passkeys of accounts, newest first; accounts without one are left out."""
    passkeys: dict[str, list[Passkey]] = {}
    for batch in batch_ids(accounts):
        query = select(PasskeyRow).where(PasskeyRow.account.in_(batch))
        order = (PasskeyRow.created_at.desc(), PasskeyRow.id)
        for row in await session.scalars(query.order_by(*order)):
            passkeys.setdefault(row.account, []).append(passkey_from_row(row))
    return passkeys


async def delete_passkey(session: AsyncSession, id: str) -> bool:
    """Delete a passkey; return whether there was one."""
    statement = delete(PasskeyRow).where(PasskeyRow.id == id).returning(PasskeyRow.id)
    return (await session.execute(statement)).first() is not None


def passkey_from_row(row: PasskeyRow) -> Passkey:
    """Return the passkey of a row."""
    return Passkey(
        id=row.id,
        account=row.account,
        name=row.name,
        created_at=parse_timestamp(row.created_at),
        last_used_at=None if row.last_used_at is None else parse_timestamp(row.last_used_at),
    )
