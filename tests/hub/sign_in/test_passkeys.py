"""Passkeys are made and sign in; whatever an authenticator must not send is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest_asyncio

from hub.sign_in.relying_party import user_handle
from tests.hub.sign_in.authenticator import USER_PRESENT, SoftAuthenticator, encode
from tests.hub.sign_in.browser import ORIGIN, PASSWORD, Hub, open_hub, outcome

REFUSED = (401, "PASSKEY_REFUSED")
Browser = httpx2.AsyncClient
Body = dict[str, Any]


@pytest_asyncio.fixture
async def hub(database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(database_url, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def sqlite_hub(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    async with open_hub(sqlite_database_url, tmp_path) as opened:
        yield opened


async def challenge(browser: Browser, path: str, **body: str) -> Body:
    response = await browser.post(f"{path}/tantangan", json=body)
    assert outcome(response) == (200, None)
    answer: Body = response.json()
    return answer


async def make_passkey(
    hub: Hub, browser: Browser, authenticator: SoftAuthenticator, name: str = "Laptop"
) -> httpx2.Response:
    """Add a passkey to the account that is signed in."""
    begun = await challenge(browser, "/akun/kunci")
    credential = authenticator.create(begun["options"])
    body = {"id": begun["id"], "credential": credential, "name": name}
    return await browser.post("/akun/kunci", json=body)


async def sign_in(browser: Browser, authenticator: SoftAuthenticator) -> httpx2.Response:
    begun = await challenge(browser, "/sesi/kunci")
    credential = authenticator.sign(begun["options"])
    return await browser.post("/sesi/kunci", json={"id": begun["id"], "credential": credential})


async def signed_in(hub: Hub) -> Browser:
    """Return a browser in which a person has signed in with a password."""
    await hub.add_account()
    browser = hub.browser()
    await browser.post("/sesi", json={"login": "ani", "password": PASSWORD})
    return browser


async def test_an_invitation_is_accepted_with_a_passkey_that_signs_in(hub: Hub) -> None:
    account = await hub.add_account(login=None)
    code, browser, laptop = await hub.invite(account), hub.browser(), SoftAuthenticator(ORIGIN)
    begun = await challenge(browser, "/undangan/kunci", code=code)
    assert begun["options"]["rp"] == {"id": "simpul.test", "name": "Simpul"}
    selection = begun["options"]["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    identity = await hub.identity()
    assert begun["options"]["user"]["id"] == encode(user_handle(identity, account.id))
    credential = laptop.create(begun["options"])
    body = {"code": code, "id": begun["id"], "credential": credential, "name": "Laptop"}
    accepted = await browser.post("/undangan/kunci", json=body)
    assert outcome(accepted) == (201, None)
    assert accepted.json()["session"]["method"] == "PASSKEY"
    assert outcome(await browser.post("/undangan/kunci", json=body)) == (410, "CODE_VOID")

    response = await sign_in(hub.browser(), laptop)
    assert outcome(response) == (201, None)
    assert response.json()["session"]["accountId"] == account.id
    assert [action for _, action, _ in await hub.audit()] == [
        "INVITATION_RENEWED",
        "INVITATION_ACCEPTED",
        "PASSKEY_ADDED",
        "SIGNED_IN",
        "SIGNED_IN",
    ]


async def test_a_person_has_several_passkeys_with_names(sqlite_hub: Hub) -> None:
    browser = await signed_in(sqlite_hub)
    laptop, phone = SoftAuthenticator(ORIGIN), SoftAuthenticator(ORIGIN)
    first = await make_passkey(sqlite_hub, browser, laptop)
    assert outcome(first) == (201, None)
    assert first.json()["passkey"]["name"] == "Laptop"
    begun = await challenge(browser, "/akun/kunci")
    excluded = [descriptor["id"] for descriptor in begun["options"]["excludeCredentials"]]
    assert excluded == [encode(laptop.credential_id)]
    for name in (" ", "Pon\u202esel", "Pon\nsel"):
        made = await make_passkey(sqlite_hub, browser, phone, name)
        assert outcome(made) == (422, "NAME_INVALID")
    assert outcome(await make_passkey(sqlite_hub, browser, phone, "Ponsel")) == (201, None)
    assert outcome(await make_passkey(sqlite_hub, browser, phone, "Lagi")) == REFUSED
    for authenticator in (laptop, phone, laptop):
        response = await sign_in(sqlite_hub.browser(), authenticator)
        assert response.json()["session"]["method"] == "PASSKEY"


async def test_a_challenge_is_used_once(hub: Hub) -> None:
    browser, laptop = await signed_in(hub), SoftAuthenticator(ORIGIN)
    await make_passkey(hub, browser, laptop)
    begun = await challenge(browser, "/sesi/kunci")
    body = {"id": begun["id"], "credential": laptop.sign(begun["options"])}
    responses = await asyncio.gather(
        *(hub.browser().post("/sesi/kunci", json=body) for _ in range(2))
    )
    assert sorted(outcome(response) for response in responses) == [(201, None), REFUSED]


def other_origin(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.origin = "http://evil.test"


def other_party(_authenticator: SoftAuthenticator, options: Body) -> None:
    options["rpId"] = "evil.test"


def other_challenge(_authenticator: SoftAuthenticator, options: Body) -> None:
    options["challenge"] = encode(bytes(32))


def other_account(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.user_handle = encode(user_handle("another", "account-ani"))


def unverified_user(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.flags = USER_PRESENT


def cloned_counter(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.sign_count = 4  # and 5 when it signs, as the original did


def unknown_passkey(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.credential_id = bytes(32)


def other_key(authenticator: SoftAuthenticator, _options: Body) -> None:
    authenticator.key = SoftAuthenticator(ORIGIN).key


SPOILED_BY = (
    other_origin,
    other_party,
    other_challenge,
    other_account,
    unverified_user,
    cloned_counter,
    unknown_passkey,
    other_key,
)


async def test_a_wrong_signature_opens_no_session(sqlite_hub: Hub) -> None:
    browser = await signed_in(sqlite_hub)
    for spoil in SPOILED_BY:
        laptop = SoftAuthenticator(ORIGIN, sign_count=4)
        await make_passkey(sqlite_hub, browser, laptop)
        assert outcome(await sign_in(sqlite_hub.browser(), laptop)) == (201, None)
        stranger = sqlite_hub.browser()
        begun = await challenge(stranger, "/sesi/kunci")
        spoil(laptop, begun["options"])
        body = {"id": begun["id"], "credential": laptop.sign(begun["options"])}
        response = await stranger.post("/sesi/kunci", json=body)
        assert outcome(response) == REFUSED, spoil.__name__
        assert "set-cookie" not in response.headers


async def test_a_challenge_of_another_account_makes_no_passkey(sqlite_hub: Hub) -> None:
    browser = await signed_in(sqlite_hub)
    budi = await sqlite_hub.add_account("account-budi", "budi")
    code, other = await sqlite_hub.invite(budi), sqlite_hub.browser()
    begun = await challenge(browser, "/akun/kunci")
    credential = SoftAuthenticator(ORIGIN).create(begun["options"])
    body = {"code": code, "id": begun["id"], "credential": credential, "name": "Laptop"}
    assert outcome(await other.post("/undangan/kunci", json=body)) == REFUSED
    assert outcome(await other.post("/undangan", json={"code": code})) == (200, None)


MALFORMED: list[Body] = [
    {},
    {"id": 1},
    {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
    {
        "id": "AA",
        "rawId": "AA",
        "type": "public-key",
        "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"},
    },
]


async def test_a_malformed_credential_is_refused(sqlite_hub: Hub) -> None:
    browser = await signed_in(sqlite_hub)
    for credential in MALFORMED:
        begun = await challenge(browser, "/sesi/kunci")
        body = {"id": begun["id"], "credential": credential}
        assert outcome(await browser.post("/sesi/kunci", json=body)) == REFUSED
        begun = await challenge(browser, "/akun/kunci")
        body = {"id": begun["id"], "credential": credential, "name": "Laptop"}
        assert outcome(await browser.post("/akun/kunci", json=body)) == REFUSED


async def test_an_ip_address_has_no_passkeys(sqlite_hub: Hub) -> None:
    for origin in ("http://127.0.0.1:8000", "http://[::1]:8000"):
        browser = sqlite_hub.browser(origin=origin)
        assert (await browser.get("/sesi")).json()["methods"]["passkey"] is False
        response = await browser.post("/sesi/kunci/tantangan", json={})
        assert outcome(response) == (409, "HOST_NAME_NEEDED")


async def test_passkeys_of_one_account_need_its_session(sqlite_hub: Hub) -> None:
    browser = sqlite_hub.browser()
    for path in ("/akun/kunci/tantangan", "/akun/sandi"):
        response = await browser.post(path, json={"new": PASSWORD})
        assert outcome(response) == (401, "UNAUTHENTICATED")
