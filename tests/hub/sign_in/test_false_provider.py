"""A provider that responds wrongly, by mistake or on purpose: no person signs in, and the log is clean."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from hub.sign_in.provider_client import PROVIDER_SECONDS
from tests.hub.sign_in.provider_sign_in import (
    RETURN_ADDRESS,
    Instance,
    open_instance_of,
    problem_of,
)

KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
CODE = "a-code-that-must-not-be-logged"
PATHS = {
    "authorization_endpoint": "/auth",
    "token_endpoint": "/token",
    "jwks_uri": "/jwks",
    "userinfo_endpoint": "/me",
}
DISCOVERY = "/.well-known/openid-configuration"


@dataclass
class FalseProvider:
    """A server whose responses a test replaces.

    Attributes:
        responses: the whole response by path, for the paths that respond wrongly.
        claims: changes to the claims of the id token; None leaves one out.
        is_silent: whether it never responds.
    """

    issuer: str = ""
    responses: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=dict)
    userinfo: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "rsa"})
    nonce: str = ""
    is_silent: bool = False
    requests: list[str] = field(default_factory=list)

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.requests.append(path)
        if self.is_silent:
            await reader.read()  # until the client gives up
        else:
            writer.write(self.responses.get(path) or json_response(self.document(path)))
        writer.close()

    def document(self, path: str) -> object:
        match path:
            case "/token":
                return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}
            case "/jwks":
                return {"keys": [KEY.as_dict(private=False)]}
            case "/me":
                return {"sub": "ani", **self.userinfo}
        addresses = {name: self.issuer + path for name, path in PATHS.items()}
        return {"issuer": self.issuer, **addresses, **self.metadata}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "simpul",
            "sub": "ani",
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonce,
            "name": "Ani",
            "role": "ADMIN",
            **self.claims,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        registry = jws.JWSRegistry(algorithms=[self.header["alg"]])
        return jws.serialize_compact(self.header, json.dumps(present), self.key, registry=registry)


def json_response(document: object) -> bytes:
    body = json.dumps(document).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + body


@pytest.fixture
async def provider() -> AsyncIterator[FalseProvider]:
    provider = FalseProvider()
    async with await asyncio.start_server(provider.respond, "127.0.0.1", 0) as server:
        provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield provider


@pytest.fixture
async def instance(
    provider: FalseProvider, tmp_path: Path, sqlite_database_url: str
) -> AsyncIterator[Instance]:
    async with open_instance_of(provider.issuer, tmp_path, sqlite_database_url) as instance:
        yield instance


async def sign_in(provider: FalseProvider, instance: Instance) -> httpx2.Response:
    """Sign in with a code; the nonce is the right one."""
    begun = httpx2.URL(await instance.begin()).params
    assert begun["code_challenge_method"] == "S256"
    provider.nonce = begun["nonce"]
    address = httpx2.URL(RETURN_ADDRESS, params={"code": CODE, "state": begun["state"]})
    return await instance.browser.get(str(address))


async def test_a_right_response_opens_a_session(
    provider: FalseProvider, instance: Instance
) -> None:
    assert (await sign_in(provider, instance)).headers["location"] == "/daerah/32.05"
    assert await instance.session() is not None


NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, object]] = {
    "iat before time": {"iat": -(10**18)},
    "iat no number": {"iat": float("nan")},
    "aud": {"aud": "other"},
    "iss": {"iss": "https://elsewhere.example"},
    "nonce": {"nonce": "another"},
    "exp": {"exp": NOW - 61},
    "iat": {"iat": NOW + 3_600},
    "nbf": {"nbf": NOW + 3_600},
    "azp": {"aud": ["simpul", "other"], "azp": "other"},
    "at_hash": {"at_hash": "another"},
}


@pytest.mark.parametrize("claim", WRONG_CLAIMS)
async def test_an_id_token_with_a_wrong_claim_is_refused(
    provider: FalseProvider,
    instance: Instance,
    claim: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.claims = WRONG_CLAIMS[claim]
    assert problem_of(await sign_in(provider, instance)) == {
        "masalah": "ID_TOKEN_INVALID",
        "klaim": claim.partition(" ")[0],
        "kembali": "/daerah/32.05",
    }
    await assert_nothing_happened(instance, caplog)


@pytest.mark.parametrize("claim", ["aud", "iss", "sub", "iat", "exp", "nonce"])
async def test_an_id_token_without_a_claim_is_refused(
    provider: FalseProvider, instance: Instance, claim: str
) -> None:
    provider.claims = {claim: None}
    assert problem_of(await sign_in(provider, instance))["klaim"] == claim
    assert await instance.audit() == []


FAULTS: dict[str, tuple[Callable[[FalseProvider], object], str]] = {
    "the key of a stranger": (
        lambda provider: setattr(provider, "key", OTHER_KEY),
        "ID_TOKEN_INVALID",
    ),
    "an algorithm that is not allowed": (
        lambda provider: provider.header.update(alg="RS512"),
        "ID_TOKEN_INVALID",
    ),
    "keys that are no JSON": (
        lambda provider: provider.responses.update({"/jwks": b"HTTP/1.1 200 OK\r\n\r\n<html>"}),
        "PROVIDER_UNAVAILABLE",
    ),
    "keys of another shape": (
        lambda provider: provider.responses.update({"/jwks": json_response({"keys": 7})}),
        "PROVIDER_UNAVAILABLE",
    ),
    "tokens that are no object": (
        lambda provider: provider.responses.update({"/token": json_response([1])}),
        "PROVIDER_UNAVAILABLE",
    ),
    "an error page": (
        lambda provider: provider.responses.update({"/token": b"HTTP/1.1 502 Bad Gateway\r\n\r\n"}),
        "PROVIDER_UNAVAILABLE",
    ),
    "a redirect": (
        lambda provider: provider.responses.update(
            {"/token": b"HTTP/1.1 307 Found\r\nlocation: /me\r\ncontent-length: 0\r\n\r\n"}
        ),
        "PROVIDER_UNAVAILABLE",
    ),
    "no id token": (
        lambda provider: provider.responses.update(
            {"/token": json_response({"access_token": "a", "token_type": "Bearer"})}
        ),
        "ID_TOKEN_INVALID",
    ),
    "an endless body": (
        lambda provider: provider.responses.update(
            {"/token": b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 300_000}
        ),
        "PROVIDER_UNAVAILABLE",
    ),
    "a body in another encoding": (
        lambda provider: provider.responses.update(
            {"/token": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b"}
        ),
        "PROVIDER_UNAVAILABLE",
    ),
    "userinfo of another person": (
        lambda provider: provider.userinfo.update(sub="budi"),
        "ID_TOKEN_INVALID",
    ),
}


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
async def test_a_provider_that_responds_wrongly_signs_no_person_in(
    provider: FalseProvider,
    instance: Instance,
    fault: Callable[[FalseProvider], object],
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault(provider)
    assert problem_of(await sign_in(provider, instance))["masalah"] == code
    await assert_nothing_happened(instance, caplog)


async def assert_nothing_happened(instance: Instance, caplog: pytest.LogCaptureFixture) -> None:
    assert await instance.session() is None
    assert await instance.audit() == []
    [record] = [record for record in caplog.records if record.name.startswith("hub.sign_in")]
    assert record.exc_info is None
    assert CODE not in caplog.text
    assert "eyJ" not in caplog.text


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 300_000 + b"{}",
        json_response({"issuer": "https://elsewhere.example"}),
        json_response([]),
        b"",
    ],
    ids=["redirect", "deep", "huge", "another issuer", "list", "nothing"],
)
async def test_metadata_that_are_wrong_are_not_believed(
    provider: FalseProvider, instance: Instance, response: bytes
) -> None:
    provider.responses[DISCOVERY] = response or b" "
    begun = await instance.browser.get("/sesi/penyedia", params={"kembali": "/"})
    assert problem_of(begun) == {"masalah": "PROVIDER_UNAVAILABLE", "kembali": "/"}


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_an_endpoint_that_is_no_address_is_not_believed(
    provider: FalseProvider, instance: Instance, name: str
) -> None:
    provider.metadata = {name: "file:///etc/passwd"}
    begun = await instance.browser.get("/sesi/penyedia")
    assert problem_of(begun)["masalah"] == "PROVIDER_UNAVAILABLE"


async def test_a_slow_provider_costs_five_seconds_at_most(
    provider: FalseProvider, tmp_path: Path, sqlite_database_url: str
) -> None:
    assert PROVIDER_SECONDS == 5.0
    provider.is_silent = True
    async with open_instance_of(
        provider.issuer, tmp_path, sqlite_database_url, provider_seconds=0.1
    ) as instance:
        begun = await instance.browser.get("/sesi/penyedia")
    assert problem_of(begun)["masalah"] == "PROVIDER_UNAVAILABLE"


async def test_metadata_are_read_once_for_many_sign_ins(
    provider: FalseProvider, instance: Instance
) -> None:
    for _ in range(3):
        await instance.begin()
    assert provider.requests == [DISCOVERY]


async def test_this_machine_is_reached_only_if_the_provider_is_private(
    provider: FalseProvider, tmp_path: Path, sqlite_database_url: str
) -> None:
    issuer = provider.issuer.replace("http:", "https:")
    async with open_instance_of(
        issuer, tmp_path, sqlite_database_url, is_private=False
    ) as instance:
        begun = await instance.browser.get("/sesi/penyedia")
    assert problem_of(begun)["masalah"] == "PROVIDER_UNAVAILABLE"
    assert provider.requests == []


@pytest.mark.parametrize(
    ("page", "reached"),
    [
        ("/daerah/32.05?tahun=2025", "/daerah/32.05?tahun=2025"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example/", "/"),
        ("/\x01", "/"),
        ("", "/"),
    ],
)
async def test_a_person_comes_back_to_own_pages_only(
    provider: FalseProvider, instance: Instance, page: str, reached: str
) -> None:
    begun = httpx2.URL(await instance.begin(page)).params
    provider.nonce = begun["nonce"]
    address = httpx2.URL(RETURN_ADDRESS, params={"code": CODE, "state": begun["state"]})
    response = await instance.browser.get(str(address))
    assert response.headers["location"] == reached


async def test_a_page_of_another_site_does_not_sign_a_person_in(instance: Instance) -> None:
    response = await instance.browser.get(
        "/sesi/penyedia", params={"kembali": "/akun"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert (response.status_code, response.headers["location"]) == (303, "/masuk?kembali=%2Fakun")


async def test_the_cookie_of_a_sign_in_is_short_lived_and_for_its_routes_only(
    instance: Instance,
) -> None:
    begun = await instance.browser.get("/sesi/penyedia")
    [cookie] = begun.headers.get_list("set-cookie")
    assert cookie.startswith("simpul-")
    assert cookie.partition(";")[2] == " path=/sesi/penyedia; Max-Age=600; httponly; samesite=lax"
    assert begun.headers["cache-control"] == "no-store"
