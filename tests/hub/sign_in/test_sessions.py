"""People sign in with a password or a link, go on, and sign out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from engine.account import Right
from engine.model import Role
from hub.sign_in.attempts import FAILURES_BEFORE_LOCK
from hub.sign_in.passwords import HASHES_AT_ONCE, HASHES_WAITING_MOST
from storage.account import find_account
from storage.session import extend_session
from tests.hub.sign_in.browser import PASSWORD, Hub, open_hub, outcome

VIEWER = {"query": "{ instance { viewer { role regionCodes } } }"}
LOOPBACK = "127.0.0.1"
HELD_SECONDS = 60.0  # at most, if the test fails


class HeldHasher(PasswordHasher):
    """Verifies passwords once it is released."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.is_released = threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        assert self.is_released.wait(HELD_SECONDS)
        return super().verify(hash, password)


@pytest_asyncio.fixture
async def hub(filled_database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(filled_database_url, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def sqlite_hub(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(sqlite_database_url, tmp_path) as opened:
        yield opened


async def test_a_person_signs_in_goes_on_and_signs_out(hub: Hub) -> None:
    await hub.add_account()
    browser = hub.browser()
    assert (await browser.get("/sesi")).json() == {
        "methods": {"password": True, "passkey": True, "provider": None},
        "session": None,
        "ended": False,
    }
    response = await browser.post("/sesi", json={"login": " Ani ", "password": PASSWORD})
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    session = response.json()["session"]
    assert {key: value for key, value in session.items() if not key.endswith("At")} == {
        "id": session["id"],
        "accountId": "account-ani",
        "name": "Ani Lestari",
        "role": "REGION",
        "regions": [{"code": "32.05", "name": "Kabupaten Garut"}],
        "opds": [],
        "method": "PASSWORD",
        "idleSeconds": 3600,
    }
    (cookie,) = response.headers.get_list("set-cookie")
    assert cookie.startswith("simpul-")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    ends = (datetime.fromisoformat(session[name]) for name in ("endsAt", "expiresAt"))
    assert next(ends) - next(ends) == timedelta(hours=11)
    assert (await browser.get("/sesi")).json()["session"] == session
    answer = (await browser.post("/graphql", json=VIEWER)).json()
    viewer = {"role": "REGION", "regionCodes": ["32.05"]}
    assert answer == {"data": {"instance": {"viewer": viewer}}}

    response = await browser.post("/sesi/lanjut", json={})
    assert response.json()["session"] == session  # nothing is written in the first minute
    secret = dict(browser.cookies)
    assert outcome(await browser.delete("/sesi")) == (204, None)
    assert dict(browser.cookies) == {}
    browser.cookies.update(secret)
    assert outcome(await browser.post("/sesi/lanjut", json={})) == (401, "SESSION_ENDED")
    state = (await browser.get("/sesi")).json()
    assert (state["session"], state["ended"]) == (None, True)
    refused = await browser.post("/graphql", json=VIEWER)
    assert refused.json()["errors"][0]["extensions"]["code"] == "SESSION_ENDED"
    signed_out = await browser.delete("/sesi")
    assert outcome(signed_out) == (204, None)
    assert "Max-Age=0" in signed_out.headers["set-cookie"]
    assert await hub.audit() == [
        ("account-ani", "SIGNED_IN", "account-ani"),
        ("account-ani", "SIGNED_OUT", "account-ani"),
    ]


async def test_activity_moves_the_end_but_not_past_the_limit(
    database_url: str, tmp_path: Path
) -> None:
    async with open_hub(database_url, tmp_path, session_hours=0.5) as hub:
        await hub.add_account()
        browser, now = hub.browser(), datetime.now(UTC)
        signed_in = await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
        session = signed_in.json()["session"]
        assert session["expiresAt"] == session["endsAt"]
        async with hub.database.write() as writer:
            await extend_session(writer, session["id"], now + timedelta(minutes=5))
        idle = (await browser.get("/sesi")).json()["session"]
        assert datetime.fromisoformat(idle["expiresAt"]) == now + timedelta(minutes=5)
        assert (await browser.post("/sesi/lanjut", json={})).json()["session"] == session
        async with hub.database.write() as writer:
            await extend_session(writer, session["id"], now)
        assert outcome(await browser.post("/sesi/lanjut", json={})) == (401, "SESSION_ENDED")
        assert (await browser.get("/sesi")).json()["ended"] is True


async def test_signing_in_again_ends_the_session_before(hub: Hub) -> None:
    await hub.add_account()
    await hub.add_account("account-budi", "budi", name="Budi")
    browser, planted = hub.browser(), hub.browser()
    await browser.post("/sesi", json={"login": "budi", "password": PASSWORD})
    planted.cookies.update(dict(browser.cookies))
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert dict(browser.cookies) != dict(planted.cookies)
    assert (await browser.get("/sesi")).json()["session"]["name"] == "Ani Lestari"
    assert (await planted.get("/sesi")).json()["ended"] is True


WRONG_SIGN_INS = [
    ("ani", "another password", (401, "SIGN_IN_REFUSED")),
    ("unknown", PASSWORD, (401, "SIGN_IN_REFUSED")),
    ("without-password", PASSWORD, (401, "SIGN_IN_REFUSED")),
    ("withdrawn", PASSWORD, (403, "NO_RIGHT")),
    ("withdrawn", "another password", (401, "SIGN_IN_REFUSED")),
]


async def test_a_wrong_sign_in_is_refused(hub: Hub) -> None:
    await hub.add_account()
    await hub.add_account("account-2", "without-password", password=None)
    await hub.add_account("account-3", "withdrawn", right=None)
    for login, password, expected in WRONG_SIGN_INS:
        browser = hub.browser()
        response = await browser.post("/sesi", json={"login": login, "password": password})
        assert outcome(response) == expected
        assert "set-cookie" not in response.headers
    assert await hub.audit() == []


async def test_five_failures_lock_a_login_also_when_they_come_at_once(hub: Hub) -> None:
    await hub.add_account()
    for login in ("ani", "unknown"):
        wrong = {"login": login, "password": "another password"}
        attempts = [hub.browser().post("/sesi", json=wrong) for _ in range(7)]
        outcomes = sorted(outcome(response) for response in await asyncio.gather(*attempts))
        assert outcomes == [
            *[(401, "SIGN_IN_REFUSED")] * FAILURES_BEFORE_LOCK,
            *[(429, "TOO_MANY_ATTEMPTS")] * 2,
        ]
    refused = await hub.browser().post("/sesi", json={"login": "ani", "password": PASSWORD})
    assert outcome(refused) == (429, "TOO_MANY_ATTEMPTS")
    seconds = refused.json()["error"]["retryAfterSeconds"]
    assert 1 <= seconds <= 60
    assert refused.headers["retry-after"] == str(seconds)
    assert await hub.audit() == [(None, "ACCOUNT_LOCKED", "account-ani")]


async def test_a_server_that_is_too_busy_to_verify_a_password_counts_no_failure(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    hasher = HeldHasher()
    async with open_hub(sqlite_database_url, tmp_path, hasher=hasher) as hub:
        await hub.add_account()
        right = {"login": "ani", "password": PASSWORD}
        crowd = [
            asyncio.create_task(
                hub.browser(f"192.0.2.{number}").post("/sesi", json=right | {"login": f"{number}"})
            )
            for number in range(HASHES_AT_ONCE + HASHES_WAITING_MOST + 1)
        ]
        [first], _ = await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
        assert outcome(first.result()) == (503, "BUSY")
        for _ in range(FAILURES_BEFORE_LOCK):
            refused = await hub.browser().post("/sesi", json=right)
            assert outcome(refused) == (503, "BUSY")
        hasher.is_released.set()
        await asyncio.gather(*crowd)
        assert outcome(await hub.browser().post("/sesi", json=right)) == (201, None)


@pytest.mark.parametrize(
    "header", ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"]
)
async def test_a_link_does_not_count_in_a_request_that_a_proxy_passed_on(
    sqlite_hub: Hub, header: str
) -> None:
    account = await sqlite_hub.add_account(password=None)
    browser = sqlite_hub.browser(LOOPBACK, **{header: "::1"})
    body = {"code": await sqlite_hub.link(account)}
    assert outcome(await browser.post("/sesi/tautan", json=body)) == (403, "NOT_LOCAL")


async def test_a_link_signs_in_once_on_this_machine_only(hub: Hub) -> None:
    account = await hub.add_account(password=None)
    body = {"code": await hub.link(account)}
    elsewhere = hub.browser()
    assert outcome(await elsewhere.post("/sesi/tautan", json=body)) == (403, "NOT_LOCAL")
    browsers = [hub.browser(LOOPBACK) for _ in range(2)]
    responses = await asyncio.gather(
        *(browser.post("/sesi/tautan", json=body) for browser in browsers)
    )
    assert sorted(outcome(response) for response in responses) == [(201, None), (410, "CODE_VOID")]
    (opened,) = (response for response in responses if response.status_code == 201)
    assert opened.json()["session"]["method"] == "LINK"


async def test_a_link_asks_before_it_replaces_the_session_of_another_account(hub: Hub) -> None:
    await hub.add_account()
    budi = await hub.add_account(
        "account-budi", "budi", right=Right(Role.ADMIN), name="Budi", password=None
    )
    code, browser = await hub.link(budi), hub.browser(LOOPBACK)
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    asked = await browser.post("/sesi/tautan", json={"code": code})
    assert outcome(asked) == (409, "OTHER_ACCOUNT")
    assert {key: asked.json()["error"][key] for key in ("current", "new")} == {
        "current": {"name": "Ani Lestari", "role": "REGION"},
        "new": {"name": "Budi", "role": "ADMIN"},
    }
    assert (await browser.get("/sesi")).json()["session"]["name"] == "Ani Lestari"
    replaced = await browser.post("/sesi/tautan", json={"code": code, "replace": True})
    assert replaced.json()["session"]["name"] == "Budi"


WRONG_REQUESTS: list[tuple[dict[str, str], bytes, tuple[int, str]]] = [
    ({"origin": "http://evil.test"}, b"{}", (403, "CROSS_SITE_REQUEST")),
    ({"sec-fetch-site": "cross-site"}, b"{}", (403, "CROSS_SITE_REQUEST")),
    ({"content-type": "text/plain"}, b"{}", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ({}, b"[]", (400, "BAD_REQUEST")),
    ({}, b'{"login": "ani"}', (400, "BAD_REQUEST")),
    ({}, b'{"login": 1, "password": ""}', (400, "BAD_REQUEST")),
    ({}, b'{"login": "ani", "password": "%s"}' % (b"x" * 1001), (400, "BAD_REQUEST")),
    ({}, b"[" * 9 + b"]" * 9, (400, "BAD_REQUEST")),
    ({}, b" " * 20_000, (413, "PAYLOAD_TOO_LARGE")),
]


async def test_a_request_that_no_own_page_sends_is_refused(sqlite_hub: Hub) -> None:
    for headers, content, expected in WRONG_REQUESTS:
        headers = {"content-type": "application/json", **headers}
        for path in ("/sesi", "/sesi/tautan", "/undangan/sandi"):
            response = await sqlite_hub.browser().post(path, content=content, headers=headers)
            assert outcome(response) == expected, path


async def test_a_hash_with_weaker_parameters_is_replaced_at_the_next_sign_in(
    filled_database_url: str, tmp_path: Path
) -> None:
    """The only test here with the parameters of the product, so it also signs in with them."""
    hasher = PasswordHasher()
    async with open_hub(filled_database_url, tmp_path, hasher=hasher) as hub:
        account = await hub.add_account()
        assert account.password_hash is not None
        assert hasher.check_needs_rehash(account.password_hash)
        for _ in range(2):
            browser = hub.browser()
            response = await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
            assert outcome(response) == (201, None)
        async with hub.database.read() as session:
            current = await find_account(session, account.id)
    assert current is not None
    assert current.version == account.version
    assert current.password_hash is not None
    assert not hasher.check_needs_rehash(current.password_hash)
