"""Creates tokens of programs in the database of an instance, for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.account import AccessToken, Account, AccountKind, Right
from hub.instance import utc_now
from hub.settings import Settings
from resolvers.account_acts import add_account
from resolvers.credential_acts import create_token
from storage.account import list_program_accounts
from storage.audit import lock_audit
from storage.database import Database


@dataclass(frozen=True, slots=True)
class ProgramToken:
    """A token, and the account that it was made for."""

    token: AccessToken
    secret: str  # it is not stored
    account: Account
    is_new_account: bool
    namesakes: Sequence[Account]  # the other programs with this name


async def create_program_token(
    settings: Settings, name: str, right: Right, lifetime: timedelta
) -> ProgramToken:
    """Create a token of the program account with this name and right, which may be new."""
    now, database = utc_now(), Database(settings.database)
    try:
        async with database.write() as session:
            await lock_audit(session)  # the account keeps its right until the commit
            programs = await list_program_accounts(session, name)
            known = next((program for program in programs if program.right == right), None)
            account = known or await add_account(
                session, now, None, right, name=name, kind=AccountKind.PROGRAM
            )
            token, secret = await create_token(session, now, None, account.id, name, lifetime)
            namesakes = [program for program in programs if program.id != account.id]
            return ProgramToken(token, secret, account, known is None, namesakes)
    finally:
        await database.close()
