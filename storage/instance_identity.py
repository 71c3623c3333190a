"""The identity of an instance: what names its cookies and passkeys, and signs what it gives out."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_tables import ChallengeRow, PasskeyRow
from storage.tables import InstanceRow


async def renew_identity(session: AsyncSession) -> None:
    """Give a copy of an instance an identity and a secret of its own.

    Passkeys stay with the first instance, because each belongs to an identity.
    """
    await session.execute(
        update(InstanceRow).values(identity=secrets.token_hex(4), secret=secrets.token_hex(32))
    )
    await session.execute(delete(PasskeyRow))
    await session.execute(delete(ChallengeRow))
