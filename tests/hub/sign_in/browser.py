"""A browser for tests of sign-in: it keeps cookies and states the origin of its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from argon2 import PasswordHasher
from starlette.applications import Starlette

from engine.account import Account, AccountKind, Right
from engine.model import Role
from hub.app import create_app
from hub.settings import Settings
from hub.sign_in.passwords import PasswordHashes
from resolvers.account_acts import create_invitation, create_sign_in_link
from storage.account import insert_account
from storage.audit import list_audit_after, read_identity
from storage.database import Database

ORIGIN = "http://simpul.test"
PASSWORD = "kuda-laut-menari-42"
GARUT = Right(Role.REGION, frozenset({"32.05"}))

# A test of the hashes themselves has the real parameters, which take a quarter of a second.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUICK_HASHES = PasswordHashes(QUICK_HASHER)


@dataclass
class Hub:
    """An application in this process, and its database."""

    app: Starlette
    database: Database
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def browser(
        self, address: str = "203.0.113.7", origin: str = ORIGIN, **headers: str
    ) -> httpx2.AsyncClient:
        """Return a browser without cookies, with a page of the hub open."""
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app, client=(address, 40_000)),
            base_url=origin,
            headers={"origin": origin, **headers},
        )
        self.clients.append(client)
        return client

    async def add_account(
        self,
        id: str = "account-ani",
        login: str | None = "ani",
        password: str | None = PASSWORD,
        right: Right | None = GARUT,
        name: str = "Ani Lestari",
        given_by: str | None = None,
    ) -> Account:
        """Record an account."""
        password_hash = None if password is None else await QUICK_HASHES.create(password)
        account = Account(
            id,
            AccountKind.PERSON,
            right,
            datetime.now(UTC),
            name=name,
            login=login,
            password_hash=password_hash,
            given_by=given_by,
        )
        async with self.database.write() as session:
            await insert_account(session, account)
        return account

    async def invite(self, account: Account) -> str:
        """Return the code of an invitation."""
        async with self.database.write() as session:
            return await create_invitation(session, datetime.now(UTC), None, account)

    async def link(self, account: Account) -> str:
        """Return the code of a sign-in link."""
        async with self.database.write() as session:
            return await create_sign_in_link(session, datetime.now(UTC), None, account)

    async def identity(self) -> str:
        """Return the identity of the instance."""
        async with self.database.read() as session:
            return (await read_identity(session))[0]

    async def audit(self) -> list[tuple[str | None, str, str]]:
        """Return the actor, the action and the account of each audit entry."""
        async with self.database.read() as session:
            entries = await list_audit_after(session, 0, 100)
        return [(entry.actor, entry.action.value, entry.account) for entry in entries]


@asynccontextmanager
async def open_hub(
    database_url: str, folder: Path, *, hasher: PasswordHasher = QUICK_HASHER, **settings: object
) -> AsyncIterator[Hub]:
    """Yield a running application over a database.

    Args:
        hasher: of passwords.
    """
    app = create_app(
        Settings(SIMPUL_DATABASE_URL=database_url, data_dir=folder, **settings),  # type: ignore[arg-type]
        hashes=PasswordHashes(hasher),
    )
    hub = Hub(app, Database(database_url))
    try:
        async with app.router.lifespan_context(app):
            yield hub
            for client in hub.clients:
                await client.aclose()
    finally:
        await hub.database.close()


def outcome(response: httpx2.Response) -> tuple[int, str | None]:
    """Return the status of a response, and the code of its error."""
    if not response.content:
        return response.status_code, None
    error = response.json().get("error")
    return response.status_code, None if error is None else error["code"]
