"""An instance with an identity provider, and a browser that signs in there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from engine.account import AuditEntry
from hub.app import create_app
from hub.settings import Settings
from hub.sign_in.provider_client import PROVIDER_SECONDS
from storage.audit import list_audit_after
from storage.database import Database

ADDRESS = "http://simpul.test"
RETURN_ADDRESS = f"{ADDRESS}/sesi/penyedia/kembali"
SECRET = "a secret of the client with enough characters"


@dataclass(frozen=True)
class Instance:
    """A running instance: a browser at its pages, and its database."""

    browser: httpx2.AsyncClient
    database: Database

    async def begin(self, page: str = "/daerah/32.05") -> str:
        """Begin to sign in; return the address of the provider."""
        response = await self.browser.get("/sesi/penyedia", params={"kembali": page})
        assert response.status_code == 302, response.headers["location"]
        return response.headers["location"]

    async def session(self) -> dict[str, Any] | None:
        """Return the session of the browser."""
        state = await self.browser.get("/sesi")
        session: dict[str, Any] | None = state.json()["session"]
        return session

    async def viewer(self, token: str | None = None) -> dict[str, Any]:
        """Return the response to a query for the viewer, with the session or a token."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        response = await self.browser.post(
            "/graphql",
            json={"query": "{ instance { viewer { subject role regionCodes } } }"},
            headers={"sec-fetch-site": "same-origin", **headers},
        )
        result: dict[str, Any] = response.json()
        return result

    async def audit(self) -> list[AuditEntry]:
        """Return all entries of the audit."""
        async with self.database.read() as session:
            return list(await list_audit_after(session, 0, 100))


@asynccontextmanager
async def open_instance_of(
    issuer: str,
    folder: Path,
    database_url: str,
    tables: str = "",
    *,
    is_private: bool = True,
    provider_seconds: float = PROVIDER_SECONDS,
) -> AsyncIterator[Instance]:
    """Run an instance whose identity provider is `issuer`.

    Args:
        tables: further tables of the file.
        is_private: whether the provider may be on this machine.
        provider_seconds: the deadline of the provider during one request of the browser.
    """
    (folder / "client.secret").write_text(SECRET)
    file = folder / "provider.toml"
    file.write_text(
        "[provider]\n"
        f'name = "SSO Jabar"\nissuer = "{issuer}"\nclient_id = "simpul"\naudience = "simpul-api"\n'
        f'client_secret_file = "client.secret"\nprivate = {str(is_private).lower()}\n{tables}'
    )
    settings = Settings(
        SIMPUL_DATABASE_URL=database_url, data_dir=folder / "data", identity_provider=file
    )
    app, database = create_app(settings, provider_seconds=provider_seconds), Database(database_url)
    try:
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ADDRESS) as browser,
        ):
            yield Instance(browser, database)
    finally:
        await database.close()


def problem_of(response: httpx2.Response) -> dict[str, str]:
    """Return what a response says to the sign-in page."""
    assert response.status_code == 303
    address = urlsplit(response.headers["location"])
    assert address.path == "/masuk"
    return dict(parse_qsl(address.query))
