"""Signed-in people change their password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from engine.log.entry import format_timestamp
from storage.account import find_account, update_account
from storage.account_tables import SessionRow
from storage.audit import lock_audit
from storage.session import delete_sessions
from tests.hub.sign_in.browser import PASSWORD, Hub, open_hub, outcome

NEW_PASSWORD = "burung-kenari-kuning"


@pytest_asyncio.fixture
async def hub(database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(database_url, tmp_path) as opened:
        yield opened


async def test_a_new_password_ends_the_other_sessions(hub: Hub) -> None:
    await hub.add_account()
    browser, other = hub.browser(), hub.browser()
    for each in (browser, other):
        await each.post("/sesi", json={"login": "ani", "password": PASSWORD})
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert outcome(await browser.post("/akun/sandi", json=body)) == (204, None)
    assert (await browser.get("/sesi")).json()["session"]["name"] == "Ani Lestari"
    assert (await other.get("/sesi")).json()["ended"] is True
    for password, expected in ((PASSWORD, 401), (NEW_PASSWORD, 201)):
        response = await other.post("/sesi", json={"login": "ani", "password": password})
        assert response.status_code == expected
    assert [action for _, action, _ in await hub.audit()] == [
        "SIGNED_IN",
        "SIGNED_IN",
        "PASSWORD_CHANGED",
        "SIGNED_IN",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"current": "another password", "new": NEW_PASSWORD}, (401, "SIGN_IN_REFUSED")),
        ({"new": NEW_PASSWORD}, (401, "SIGN_IN_REFUSED")),
        ({"current": PASSWORD, "new": "short"}, (422, "PASSWORD_TOO_SHORT")),
        ({"current": PASSWORD}, (400, "BAD_REQUEST")),
    ],
)
async def test_a_wrong_change_of_the_password_changes_nothing(
    hub: Hub, body: dict[str, str], expected: tuple[int, str]
) -> None:
    await hub.add_account()
    browser = hub.browser()
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(await browser.post("/akun/sandi", json=body)) == expected
    again = await hub.browser().post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(again) == (201, None)


async def test_an_account_of_the_provider_gets_no_password_here(hub: Hub) -> None:
    account = await hub.add_account()
    browser = hub.browser()
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    async with hub.database.write() as session:
        current = await find_account(session, account.id)
        assert current is not None
        changed = replace(current, issuer="https://sso.test", version=current.version + 1)
        assert await update_account(session, changed)
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    expected = (409, "ACCOUNT_OF_PROVIDER")
    assert outcome(await browser.post("/akun/sandi", json=body)) == expected
    assert outcome(await browser.post("/akun/kunci/tantangan", json={})) == expected


async def test_a_session_that_is_ended_meanwhile_sets_no_password(hub: Hub) -> None:
    """The person is signed out while the server hashes the new password."""
    account = await hub.add_account()
    browser = hub.browser()
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    async with hub.database.write() as session:
        await lock_audit(session)
        change = asyncio.create_task(browser.post("/akun/sandi", json=body))
        await asyncio.sleep(1.0)  # the two hashes take a tenth of a second each
        await delete_sessions(session, account.id)
    assert outcome(await change) == (401, "SESSION_ENDED")
    again = await hub.browser().post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(again) == (201, None)


async def test_a_way_to_sign_in_is_added_soon_after_the_sign_in_only(hub: Hub) -> None:
    """A stranger at an unlocked screen has the session, and not the password."""
    account = await hub.add_account()
    browser = hub.browser()
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(await browser.post("/akun/kunci/tantangan", json={})) == (200, None)
    earlier = format_timestamp(datetime.now(UTC) - timedelta(minutes=15))
    async with hub.database.write() as session:
        await session.execute(update(SessionRow).values(created_at=earlier))
    refused = (403, "SIGN_IN_AGAIN")
    assert outcome(await browser.post("/akun/kunci/tantangan", json={})) == refused
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert outcome(await browser.post("/akun/sandi", json=body)) == (204, None)
    async with hub.database.write() as session:
        current = await find_account(session, account.id)
        assert current is not None
        without = replace(current, password_hash=None, version=current.version + 1)
        assert await update_account(session, without)
    assert outcome(await browser.post("/akun/sandi", json={"new": PASSWORD})) == refused
