"""Invited people read their invitation, and set a password with it once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from engine.account import Right
from engine.model import Role
from resolvers.account_acts import AccountOfProvider, change_right
from storage.account import update_account
from tests.hub.sign_in.browser import PASSWORD, Hub, open_hub, outcome

NEW_PASSWORD = "burung-kenari-kuning"


@pytest_asyncio.fixture
async def hub(filled_database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(filled_database_url, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def sqlite_hub(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(sqlite_database_url, tmp_path) as opened:
        yield opened


async def test_an_invitation_shows_the_right_and_is_used_once(hub: Hub) -> None:
    await hub.add_account("account-giver", "giver", name="Pemberi")
    account = await hub.add_account(login=None, password=None, given_by="account-giver")
    code, browser = await hub.invite(account), hub.browser()
    invitation = (await browser.post("/undangan", json={"code": code})).json()
    assert invitation.pop("expiresAt").startswith("20")
    assert invitation == {
        "name": "Ani Lestari",
        "login": None,
        "role": "REGION",
        "regions": [{"code": "32.05", "name": "Kabupaten Garut"}],
        "opds": [],
        "givenBy": "Pemberi",
        "methods": {"password": True, "passkey": True, "provider": None},
    }
    body = {"code": code, "login": "Ani@Garut.go.id", "password": NEW_PASSWORD}
    browsers = [hub.browser() for _ in range(2)]
    responses = await asyncio.gather(
        *(browser.post("/undangan/sandi", json=body) for browser in browsers)
    )
    assert sorted(outcome(response) for response in responses) == [(201, None), (410, "CODE_VOID")]
    assert outcome(await browser.post("/undangan", json={"code": code})) == (410, "CODE_VOID")
    body = {"login": "ani@garut.go.id", "password": NEW_PASSWORD}
    assert outcome(await browser.post("/sesi", json=body)) == (201, None)
    assert [action for _, action, _ in await hub.audit()] == [
        "INVITATION_RENEWED",
        "INVITATION_ACCEPTED",
        "PASSWORD_CHANGED",
        "SIGNED_IN",
        "SIGNED_IN",
    ]


async def test_a_new_invitation_mends_a_lost_password_and_ends_the_sessions(hub: Hub) -> None:
    account = await hub.add_account()
    stolen, browser = hub.browser(), hub.browser()
    await stolen.post("/sesi", json={"login": "ani", "password": PASSWORD})
    wrong = {"login": "ani", "password": "another password"}
    await asyncio.gather(*(hub.browser().post("/sesi", json=wrong) for _ in range(5)))
    code = await hub.invite(account)
    accepted = await browser.post("/undangan/sandi", json={"code": code, "password": NEW_PASSWORD})
    assert outcome(accepted) == (201, None)
    assert (await stolen.get("/sesi")).json()["ended"] is True
    old = await hub.browser().post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(old) == (401, "SIGN_IN_REFUSED")  # and the login is not locked any more


async def test_an_invitation_does_not_open_an_account_whose_right_has_changed(hub: Hub) -> None:
    account = await hub.add_account()
    code, browser = await hub.invite(account), hub.browser()
    async with hub.database.write() as session:
        await change_right(session, datetime.now(UTC), None, account, Right(Role.ADMIN))
    body = {"code": code, "password": NEW_PASSWORD}
    for path in ("/undangan", "/undangan/sandi", "/undangan/kunci/tantangan"):
        assert outcome(await browser.post(path, json=body)) == (410, "CODE_VOID")
    old = await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(old) == (201, None)


async def test_an_account_of_the_provider_is_not_invited_to_a_password_here(hub: Hub) -> None:
    local = await hub.add_account()
    code, browser = await hub.invite(local), hub.browser()
    account = replace(local, issuer="https://sso.test", external_subject="7", version=2)
    async with hub.database.write() as session:
        assert await update_account(session, account)
    body = {"code": code, "password": NEW_PASSWORD}
    for path in ("/undangan", "/undangan/sandi", "/undangan/kunci/tantangan"):
        assert outcome(await browser.post(path, json=body)) == (410, "CODE_VOID")
    for create in (hub.invite, hub.link):
        with pytest.raises(AccountOfProvider):
            await create(account)


UNFIT: list[tuple[dict[str, str | None], str]] = [
    ({"password": "kuda-laut-1"}, "PASSWORD_TOO_SHORT"),
    ({"password": "kuda-laut-" * 13}, "PASSWORD_TOO_LONG"),
    ({"password": "aaaaaaaaaaaaaaaa"}, "PASSWORD_TOO_COMMON"),
    ({"password": "Password-12345!"}, "PASSWORD_TOO_COMMON"),
    ({"password": "selamatpagi2026"}, "PASSWORD_TOO_COMMON"),
    ({"password": "Ani Lestari 2026"}, "PASSWORD_TOO_COMMON"),
    ({"password": "ani.lestari.garut", "login": "ani.lestari"}, "PASSWORD_TOO_COMMON"),
    ({"login": None}, "LOGIN_MISSING"),
    ({"login": "a b"}, "LOGIN_INVALID"),
    ({"login": "x"}, "LOGIN_INVALID"),
    ({"login": "budi"}, "LOGIN_TAKEN"),
]


async def test_an_unfit_password_or_login_is_refused_and_the_code_stays_good(
    sqlite_hub: Hub,
) -> None:
    await sqlite_hub.add_account("account-budi", "budi")
    account = await sqlite_hub.add_account(login=None, password=None)
    code, browser = await sqlite_hub.invite(account), sqlite_hub.browser()
    for members, expected in UNFIT:
        body = {"code": code, "login": "ani", "password": NEW_PASSWORD, **members}
        assert outcome(await browser.post("/undangan/sandi", json=body)) == (422, expected)
        assert outcome(await browser.post("/undangan", json={"code": code})) == (200, None)
