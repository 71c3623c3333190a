"""A password that is removed while a sign-in verifies it opens no session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from starlette.requests import Request

from engine.account import Account, AccountKind, Right
from engine.model import Role
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.sign_in.attempts import Attempts
from hub.sign_in.password_sign_in import PasswordSignIn
from hub.sign_in.passwords import PasswordHashes
from hub.sign_in.refusal import Refusal
from hub.sign_in.sessions import Sessions
from storage.account import insert_account, update_account
from storage.session import sessions_by_account
from tests.api.hub import running_hub

PASSWORD = "kuda-laut-menari-42"
HOUR = timedelta(hours=1)


class InterruptedHasher(PasswordHasher):
    """Calls a function after each verification, in the thread that verified."""

    def __init__(self, afterwards: Callable[[], object]) -> None:
        super().__init__()
        self._afterwards = afterwards

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        super().verify(hash, password)
        self._afterwards()
        return True


async def test_a_password_that_is_removed_meanwhile_opens_no_session(
    sqlite_database_url: str,
) -> None:
    loop = asyncio.get_running_loop()
    account = Account(
        "account-ani",
        AccountKind.PERSON,
        Right(Role.ADMIN),
        datetime.now(UTC),
        name="Ani",
        login="ani",
        password_hash=PasswordHasher().hash(PASSWORD),
    )
    async with running_hub(sqlite_database_url) as hub:
        instance = hub.instance

        async def remove_password() -> None:
            """Do as an invitation that is accepted with a passkey does."""
            async with instance.database.write() as session:
                assert await update_account(
                    session, replace(account, password_hash=None, version=2)
                )

        hasher = InterruptedHasher(
            lambda: asyncio.run_coroutine_threadsafe(remove_password(), loop).result()
        )
        async with instance.database.write() as session:
            await insert_account(session, account)
        cookie = SessionCookie(instance.identity)
        authenticator = Authenticator(lambda: instance.database, lambda: cookie, instance.clock)
        sessions = Sessions(lambda: instance, lambda: cookie, authenticator, HOUR, HOUR)
        attempts = Attempts(lambda: instance)
        sign_in = PasswordSignIn(sessions, PasswordHashes(hasher), attempts)
        scope = {"type": "http", "method": "POST", "headers": [], "client": ("203.0.113.7", 40_000)}
        with pytest.raises(Refusal) as refused:
            await sign_in.sign_in(Request(scope), "ani", PASSWORD)
        assert refused.value.code == "SIGN_IN_REFUSED"
        async with instance.database.read() as session:
            assert await sessions_by_account(session, [account.id]) == {}
