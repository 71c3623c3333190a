"""Creates tokens of programs in the database of an instance, for the operator."""

from __future__ import annotations

from datetime import timedelta

from engine.account import AccessToken, AccountKind, Right
from hub.app import utc_now
from hub.settings import Settings
from resolvers.account_acts import add_account
from resolvers.credential_acts import create_token
from storage.account import find_program_account
from storage.audit import lock_audit
from storage.database import Database


async def create_program_token(
    settings: Settings, name: str, right: Right, lifetime: timedelta
) -> tuple[AccessToken, str]:
    """Create a token of the program account with this name and right, which may be new.

    Returns the token and its secret, which is not stored.
    """
    now, database = utc_now(), Database(settings.database)
    try:
        async with database.write() as session:
            await lock_audit(session)  # the account keeps its right until the commit
            account = await find_program_account(session, name, right)
            if account is None:
                account = await add_account(
                    session, now, None, right, name=name, kind=AccountKind.PROGRAM
                )
            return await create_token(session, now, None, account.id, name, lifetime)
    finally:
        await database.close()
