"""Stores the passkeys of accounts, with the keys that verify them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp, parse_timestamp
from storage.account_tables import PasskeyRow


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey with what its signatures are verified with."""

    id: str
    account: str
    name: str
    credential_id: bytes  # given by the authenticator
    public_key: bytes  # in the encoding of COSE
    sign_count: int  # of its last use; 0 for an authenticator that does not count
    created_at: datetime
    last_used_at: datetime | None = None


async def insert_passkey(session: AsyncSession, passkey: StoredPasskey) -> None:
    """Store a new passkey."""
    await session.execute(
        insert(PasskeyRow).values(
            id=passkey.id,
            credential_id=passkey.credential_id,
            account=passkey.account,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            name=passkey.name,
            created_at=format_timestamp(passkey.created_at),
            last_used_at=None,
        )
    )


async def find_passkey(session: AsyncSession, credential_id: bytes) -> StoredPasskey | None:
    """Return the passkey with an authenticator's id, if there is one."""
    row = await session.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == credential_id))
    return None if row is None else _passkey_from_row(row)


async def list_passkeys(session: AsyncSession, account: str) -> Sequence[StoredPasskey]:
    """Return the passkeys of an account, oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.account == account)
    rows = await session.scalars(query.order_by(PasskeyRow.created_at, PasskeyRow.id))
    return [_passkey_from_row(row) for row in rows]


async def record_passkey_use(
    session: AsyncSession, passkey: StoredPasskey, sign_count: int, now: datetime
) -> bool:
    """Store a use of a passkey; return whether there was none since the passkey was read."""
    statement = (
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey.id, PasskeyRow.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, last_used_at=format_timestamp(now))
        .returning(PasskeyRow.id)
    )
    return (await session.execute(statement)).first() is not None


def _passkey_from_row(row: PasskeyRow) -> StoredPasskey:
    last_used_at = None if row.last_used_at is None else parse_timestamp(row.last_used_at)
    return StoredPasskey(
        row.id,
        row.account,
        row.name,
        row.credential_id,
        row.public_key,
        row.sign_count,
        parse_timestamp(row.created_at),
        last_used_at,
    )
