"""The accounts of an identity provider's subjects, and which claims may change their right."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from engine.account import Right
from engine.model import Role
from hub.auth.claim_mapping import ClaimProblem
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_accounts import ProviderAccounts, RightWithdrawn
from resolvers.account_acts import change_right, erase_account, withdraw_right
from storage.account import find_external_account
from storage.audit import list_audit_after
from storage.database import Database

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PROVIDER = IdentityProvider("SSO", "https://sso.example", "simpul", "simpul")
ADMIN = {"sub": "ani", "name": "Ani", "role": "ADMIN"}
REGION = {"sub": "ani", "name": "Ani", "role": "REGION", "regions": "32.05"}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_many_first_tokens_at_once_make_one_account(database_url: str) -> None:
    database = Database(database_url)
    accounts = ProviderAccounts(PROVIDER, lambda: database, Clock())
    found = await asyncio.gather(*(accounts.account_of_token(ADMIN, NOW) for _ in range(8)))
    assert len({account.id for account in found}) == 1
    async with database.read() as session:
        assert len(await list_audit_after(session, 0, 10)) == 1
    await database.close()


async def test_a_token_from_before_a_change_does_not_undo_it(sqlite_database_url: str) -> None:
    database, clock, changes = Database(sqlite_database_url), Clock(NOW + 3 * MINUTE), list[int]()
    accounts = ProviderAccounts(PROVIDER, lambda: database, clock, lambda: changes.append(1))

    async def role_of(claims: dict[str, str], issued_at: datetime) -> Role | None:
        account = await accounts.account_of_token(claims, issued_at)
        return None if account.right is None else account.right.role

    assert await role_of(ADMIN, NOW) is Role.ADMIN
    # This token was issued before the first use of the other, but after its issue.
    assert await role_of(REGION, NOW + MINUTE) is Role.REGION
    assert await role_of(ADMIN, NOW) is Role.REGION
    assert await role_of(REGION, NOW + MINUTE) is Role.REGION
    async with database.read() as session:
        assert len(await list_audit_after(session, 0, 10)) == 2
    await database.close()


async def test_only_a_person_gives_back_what_a_person_withdrew(sqlite_database_url: str) -> None:
    database, clock = Database(sqlite_database_url), Clock()
    accounts = ProviderAccounts(PROVIDER, lambda: database, clock)
    account = await accounts.account_of_sign_in(REGION, NOW)
    right = account.right
    assert right is not None
    async with database.write() as session:
        account = await withdraw_right(session, NOW, None, account)  # the operator is a person
    for claims in (REGION, ADMIN):
        with pytest.raises(RightWithdrawn):
            await accounts.account_of_sign_in(claims, NOW + MINUTE)
        with pytest.raises(RightWithdrawn):
            await accounts.account_of_token(claims, NOW + MINUTE)
    async with database.write() as session:
        await change_right(session, NOW + MINUTE, None, account, right)
    account = await accounts.account_of_sign_in(ADMIN, NOW + 2 * MINUTE)
    assert account.right is not None
    assert account.right.role is Role.ADMIN
    await database.close()


async def test_erasing_an_account_does_not_undo_its_withdrawal(database_url: str) -> None:
    database, clock = Database(database_url), Clock()
    accounts = ProviderAccounts(PROVIDER, lambda: database, clock)
    first = await accounts.account_of_token(ADMIN, NOW)
    async with database.write() as session:
        withdrawn = await withdraw_right(session, NOW, "account-boss", first, "Ani moved to Dinkes")
        await erase_account(session, NOW, "account-boss", withdrawn)
    clock.now += MINUTE
    for issued_at in (NOW - MINUTE, NOW + MINUTE):  # issued before and after it was erased
        with pytest.raises(RightWithdrawn):
            await accounts.account_of_token(ADMIN, issued_at)
    async with database.read() as session:
        assert await find_external_account(session, PROVIDER.issuer, "ani") is None
        details = [entry.detail for entry in await list_audit_after(session, 0, 10)]
    assert "moved" not in str(details)
    for _ in range(2):
        with pytest.raises(RightWithdrawn):
            await accounts.account_of_sign_in(ADMIN, NOW + MINUTE)
        with pytest.raises(RightWithdrawn):
            await accounts.account_of_token(ADMIN, NOW + 2 * MINUTE)
    async with database.write() as session:
        returned = await find_external_account(session, PROVIDER.issuer, "ani")
        assert returned is not None
        assert (returned.right, returned.name, returned.id == first.id) == (None, "Ani", False)
        await change_right(session, clock.now, "account-boss", returned, Right(Role.ADMIN))
    account = await accounts.account_of_sign_in(REGION, NOW + 2 * MINUTE)
    assert account.right is not None
    assert account.right.role is Role.REGION
    await database.close()


async def test_claims_that_give_no_right_any_more_withdraw_it_until_they_do(
    sqlite_database_url: str,
) -> None:
    database, clock = Database(sqlite_database_url), Clock()
    accounts = ProviderAccounts(PROVIDER, lambda: database, clock)
    await accounts.account_of_sign_in(REGION, NOW)
    clock.now += MINUTE
    with pytest.raises(ClaimProblem):
        await accounts.account_of_sign_in({**REGION, "name": 7}, NOW + MINUTE)
    assert (await accounts.account_of_token(REGION, NOW)).right is not None
    with pytest.raises(ClaimProblem):
        await accounts.account_of_sign_in({**REGION, "role": "staf"}, NOW + MINUTE)
    with pytest.raises(RightWithdrawn):
        await accounts.account_of_token(REGION, NOW)  # an older token
    account = await accounts.account_of_token(REGION, NOW + 2 * MINUTE)
    assert account.right is not None
    await database.close()
