"""Browser contexts in which a person is signed in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from playwright.async_api import Browser, BrowserContext

from engine.model import Role
from storage.audit import read_identity
from storage.database import Database
from tests.fixtures.credentials import HOUR, add_session
from tests.fixtures.processes import SimpulProcess

LAPTOP = {"width": 1366, "height": 900}


async def open_signed_in(
    browser: Browser,
    hub: SimpulProcess,
    role: Role,
    regions: Collection[str] = (),
    opds: Collection[str] = (),
) -> BrowserContext:
    """Return a new context with the cookie of a session of an account with this right."""
    context = await browser.new_context(viewport=LAPTOP, locale="id-ID")  # type: ignore[arg-type]
    await sign_in(context, hub, role, regions, opds)
    return context


async def sign_in(
    context: BrowserContext,
    hub: SimpulProcess,
    role: Role,
    regions: Collection[str] = (),
    opds: Collection[str] = (),
    *,
    subject: str | None = None,
    idle: timedelta | None = None,
    lifetime: timedelta = HOUR,
) -> None:
    """Give the context the cookie of a new session; its pages do not notice it by themselves."""
    secret = await add_session(
        hub.database_url, role, regions, opds, subject=subject, idle=idle, lifetime=lifetime
    )
    database = Database(hub.database_url)
    try:
        async with database.read() as session:
            identity, _ = await read_identity(session)
    finally:
        await database.close()
    await context.add_cookies(
        [
            {
                "name": f"simpul-{identity}",
                "value": secret,
                "url": hub.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
