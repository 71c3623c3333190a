"""Creates and withdraws the tokens of programs, for the viewers who may give their right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.account import AccessToken, Account, AccountKind, Right
from resolvers.account_acts import add_account
from resolvers.account_view import is_managed, require_givable_rights
from resolvers.context import Context
from resolvers.credential_acts import TOKEN_LIFETIME_MOST, create_token, withdraw_token
from resolvers.login_name import checked_account_name
from resolvers.problems import InvalidInput, NotFound
from resolvers.rights import checked_right
from storage.access_token import find_token_by_id
from storage.account import find_account, find_program_account

DAYS_MOST = TOKEN_LIFETIME_MOST.days


@dataclass(frozen=True, slots=True)
class CreateProgramToken:
    """Input to create a token of a program, whose account is recorded if it is new."""

    name: str
    right: Right
    days: int


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new token, and its secret, which is readable only now."""

    account: Account
    token: AccessToken
    secret: str


async def create_program_token(context: Context, request: CreateProgramToken) -> CreatedToken:
    """Create a token of a program. Tokens of one name and right belong to one account.

    Raises:
        Forbidden: the viewer may not give this right.
        InvalidInput: a field has a value that is not allowed.
    """
    async with context.write_access() as transaction:
        session, now, actor = transaction.session, transaction.now, context.viewer.subject
        await require_givable_rights(session, context, "create tokens")
        name = checked_account_name("name", request.name)
        if not 1 <= request.days <= DAYS_MOST:
            raise InvalidInput("days", f"a number from 1 to {DAYS_MOST}", str(request.days))
        right = await checked_right(session, context.viewer, AccountKind.PROGRAM, request.right)
        account = await find_program_account(session, name, right)
        if account is None:
            kind = AccountKind.PROGRAM
            account = await add_account(session, now, actor, right, name=name, kind=kind)
        lifetime = timedelta(days=request.days)
        token, secret = await create_token(session, now, actor, account.id, name, lifetime)
        return CreatedToken(account, token, secret)


async def withdraw_program_token(context: Context, id: str) -> Account:
    """Withdraw a token of an account that the viewer may change, or of its own; return the account.

    Raises:
        NotFound: there is none, or none that the viewer may see.
    """
    async with context.write_access() as transaction:
        session = transaction.session
        token = await find_token_by_id(session, id)
        account = None if token is None else await find_account(session, token.account)
        if token is None or account is None:
            raise NotFound("token", id)
        is_own = account.id == context.viewer.subject
        if not is_own and not await is_managed(session, context, account):
            raise NotFound("token", id)
        await withdraw_token(session, transaction.now, context.viewer.subject, token)
        return account
