"""Tokens: a valid token becomes its viewer, and any other is refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.auth import tokens
from hub.auth.authentication import AuthenticationError, Authenticator, TokenExpired, TokenInvalid
from hub.auth.signing_keys import ConfiguredKey, KeysUnavailable

SECRET = b"a secret of thirty-two bytes....!"
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
AT = int(NOW.timestamp())
CLAIMS = {
    "iss": "https://login.example",
    "aud": "simpul",
    "sub": "ani",
    "iat": AT,
    "exp": AT + 600,
    "role": "REGION",
    "regions": ["32.11"],
}
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER_USE = RSAKey.generate_key(2048, {"kid": "no-signatures"})
PUBLISHED = [key.as_dict(private=False) for key in (RSA, EC, ED)]
PUBLISHED.append(OTHER_USE.as_dict(private=False, use="enc"))


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: object, secret: bytes = SECRET) -> str:
    """Return a handmade token, because a library would refuse to make most of these."""
    text = f"{encoded(header)}.{encoded(claims)}"
    digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(
        str(header.get("alg")), hashlib.sha256
    )
    return f"{text}.{encoded(hmac.new(secret, text.encode(), digest).digest())}"


def embedded(header: dict[str, Any] | None = None, without: str = "", **claims: object) -> str:
    """Return a valid token of an embedded instance, except for the given claims."""
    changed = {name: value for name, value in {**CLAIMS, **claims}.items() if name != without}
    return signed({"alg": "HS256", "kid": "embedded", "typ": "JWT", **(header or {})}, changed)


def provided(key: Key, algorithm: str, kid: str | None = None, **claims: object) -> str:
    """Return a token of the identity provider."""
    header = {"alg": algorithm, "kid": kid or key.kid}
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    body = json.dumps({**CLAIMS, **claims})
    return jws.serialize_compact(header, body, key, registry=registry)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def own(clock: Clock) -> Authenticator:
    return Authenticator.embedded(SECRET, "https://login.example", "simpul", clock)


@pytest.fixture
def provider(clock: Clock, tmp_path: Path) -> Authenticator:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    return Authenticator.trusting(document, "https://login.example", "simpul", clock)


async def test_no_token_is_the_public_viewer(own: Authenticator) -> None:
    assert await own.viewer(None) is PUBLIC_VIEWER


async def test_an_issued_token_is_its_viewer(own: Authenticator) -> None:
    token = tokens.issue_token(
        SECRET,
        "https://login.example",
        "simpul",
        "budi",
        Role.OPD,
        ["32.11"],
        ["32.11/dinkes"],
        timedelta(hours=1),
        NOW,
    )
    for authorization in (f"Bearer {token}", f"bearer  {token} "):
        assert await own.viewer(authorization) == Viewer(
            subject="budi",
            role=Role.OPD,
            regions=frozenset({"32.11"}),
            opds=frozenset({"32.11/dinkes"}),
            expires_at=NOW + timedelta(hours=1),
        )


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["other", "simpul"]},
        {"role": "ADMIN", "regions": []},
        {"role": "PROVINCE", "regions": ["32"]},
        {"iat": AT + 30},
        {"nbf": AT + 30},
        {"exp": AT - 29},
        {"exp": AT + 0.5},
    ],
    ids=str,
)
async def test_a_token_in_order_is_good(own: Authenticator, claims: dict[str, Any]) -> None:
    viewer = await own.viewer(f"Bearer {embedded(**claims)}")
    assert viewer.subject == "ani"
    assert viewer.role is Role(claims.get("role", "REGION"))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RS256"), (EC, "ES256"), (ED, "Ed25519")],
    ids=["RS256", "ES256", "Ed25519"],
)
async def test_published_keys_sign_with_the_algorithm_of_their_type(
    provider: Authenticator, key: Key, algorithm: str
) -> None:
    viewer = await provider.viewer(f"Bearer {provided(key, algorithm)}")
    assert (viewer.subject, viewer.regions) == ("ani", frozenset({"32.11"}))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by the library, when it signs
async def test_the_old_name_of_ed25519_is_known(provider: Authenticator) -> None:
    assert (await provider.viewer(f"Bearer {provided(ED, 'EdDSA')}")).subject == "ani"


async def test_an_expired_token_says_since_when(own: Authenticator) -> None:
    with pytest.raises(TokenExpired) as refused:
        await own.viewer(f"Bearer {embedded(exp=AT - 30)}")
    assert refused.value.at == NOW - timedelta(seconds=30)
    assert str(refused.value) == (
        "expected a token that is still good, got one that expired at 2026-11-24T07:59:30Z"
    )


async def test_a_token_that_was_good_expires_all_the_same(own: Authenticator, clock: Clock) -> None:
    token = f"Bearer {embedded(exp=AT + 60)}"
    viewer = await own.viewer(token)
    clock.now += timedelta(seconds=89)
    assert await own.viewer(token) is viewer  # the token was not verified again
    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenExpired):
        await own.viewer(token)


async def test_a_token_that_expires_at_the_end_of_time_is_good_each_time(
    own: Authenticator,
) -> None:
    end = datetime.max.replace(microsecond=0, tzinfo=UTC)
    token = f"Bearer {embedded(exp=int(end.timestamp()))}"
    viewer = await own.viewer(token)
    assert viewer.expires_at == end
    assert await own.viewer(token) is viewer


async def test_the_least_recently_used_token_is_verified_again(clock: Clock) -> None:
    own = Authenticator(
        ConfiguredKey(SECRET), "https://login.example", "simpul", clock, verified_tokens_most=2
    )
    first, second, third = (f"Bearer {embedded(sub=each)}" for each in ("ani", "budi", "citra"))
    ani, budi = await own.viewer(first), await own.viewer(second)
    assert await own.viewer(first) is ani
    await own.viewer(third)
    assert await own.viewer(first) is ani
    again = await own.viewer(second)
    assert again == budi
    assert again is not budi


NONE = f"{encoded({'alg': 'none', 'kid': 'embedded'})}.{encoded(CLAIMS)}."
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: NONE,
    "alg none with the old signature": lambda: NONE + embedded().split(".")[2],
    "alg NONE": lambda: embedded({"alg": "NONE"}),
    "no alg": lambda: signed({"kid": "embedded"}, CLAIMS),
    "alg a list": lambda: embedded({"alg": ["HS256"]}),
    "HS384": lambda: embedded({"alg": "HS384"}),
    "HS512": lambda: embedded({"alg": "HS512"}),
    "RS256": lambda: provided(RSA, "RS256", kid="embedded"),
    "another secret": lambda: signed({"alg": "HS256", "kid": "embedded"}, CLAIMS, b"x" * 32),
    "an empty secret": lambda: signed({"alg": "HS256", "kid": "embedded"}, CLAIMS, b""),
    "no signature": lambda: embedded().rpartition(".")[0] + ".",
    "a cut signature": lambda: embedded()[:-4],
    "other claims under the signature": lambda: ".".join(
        [embedded().split(".")[0], encoded({**CLAIMS, "role": "ADMIN"}), embedded().split(".")[2]]
    ),
    "no kid": lambda: signed({"alg": "HS256"}, CLAIMS),
    "another kid": lambda: embedded({"kid": "other"}),
    "kid a number": lambda: embedded({"kid": 1}),
    "kid a path": lambda: embedded({"kid": "../../dev/null"}),
    "its own key": lambda: embedded({"jwk": OctKey.import_key(b"x" * 32).as_dict()}),
    "a key by address": lambda: embedded({"jku": "https://elsewhere.example/jwks.json"}),
    "a certificate by address": lambda: embedded({"x5u": "https://elsewhere.example/c"}),
    "a certificate": lambda: embedded({"x5c": ["MIIB"]}),
    "crit": lambda: embedded({"crit": ["exp"], "exp": AT}),
    "an unencoded body": lambda: embedded({"b64": False, "crit": ["b64"]}),
    "compressed": lambda: embedded({"zip": "DEF"}),
    "nested": lambda: embedded({"cty": "JWT"}),
    "of another type": lambda: embedded({"typ": "logout+jwt"}),
    "an unknown header": lambda: embedded({"admin": True}),
    "no exp": lambda: embedded(without="exp"),
    "no iat": lambda: embedded(without="iat"),
    "no sub": lambda: embedded(without="sub"),
    "an empty sub": lambda: embedded(sub=""),
    "a long sub": lambda: embedded(sub="a" * 256),
    "a sub with NUL": lambda: embedded(sub="ani\0"),
    "a sub with half a surrogate pair": lambda: embedded(sub="ani\ud800"),
    "a sub with a line break": lambda: embedded(sub="ani\nadmin"),
    "a region with NUL": lambda: embedded(regions=["32.11\0"]),
    "a region with half a surrogate pair": lambda: embedded(regions=["\udfff"]),
    "a sub of ours": lambda: embedded(sub="simpul replay"),
    "no aud": lambda: embedded(without="aud"),
    "no iss": lambda: embedded(without="iss"),
    "no role": lambda: embedded(without="role"),
    "exp null": lambda: embedded(exp=None),
    "exp a text": lambda: embedded(exp="2099-01-01"),
    "exp true": lambda: embedded(exp=True),
    "exp NaN": lambda: embedded(exp=float("nan")),
    "exp beyond the calendar": lambda: embedded(exp=10**18),
    "exp an enormous number": lambda: embedded(exp=10**400),
    "iat in the future": lambda: embedded(iat=AT + 31),
    "nbf in the future": lambda: embedded(nbf=AT + 31),
    "another audience": lambda: embedded(aud="other"),
    "other audiences": lambda: embedded(aud=["other", "simpul2"]),
    "audience in another case": lambda: embedded(aud="Simpul"),
    "another issuer": lambda: embedded(iss="https://login.example.elsewhere"),
    "an empty subject": lambda: embedded(sub=""),
    "a subject that is no text": lambda: embedded(sub=7),
    "an unknown role": lambda: embedded(role="ROOT"),
    "the public role": lambda: embedded(role="PUBLIC"),
    "a role that is no text": lambda: embedded(role=["ADMIN"]),
    "a region without a region": lambda: embedded(regions=[]),
    "an assessor without a region": lambda: embedded(role="ASSESSOR", without="regions"),
    "a province without a region": lambda: embedded(role="PROVINCE", regions=[]),
    "an OPD without an OPD": lambda: embedded(role="OPD"),
    "an OPD without a region": lambda: embedded(role="OPD", opds=["a"], without="regions"),
    "regions that are a text": lambda: embedded(regions="32.11"),
    "regions that are numbers": lambda: embedded(regions=[32.11]),
    "an empty region": lambda: embedded(regions=[""]),
    "claims that are a list": lambda: signed({"alg": "HS256", "kid": "embedded"}, [1]),
    "claims that are no JSON": lambda: signed({"alg": "HS256", "kid": "embedded"}, b"\xff"),
    "one part": lambda: "x",
    "two parts": lambda: "x.y",
    "four parts": lambda: embedded() + ".x",
    "five parts": lambda: "a.b.c.d.e",
    "no base64": lambda: "!.!.!",
    "not ASCII": lambda: "é.é.é",
    "a NUL": lambda: embedded() + "\0",
    "oversized": lambda: embedded(padding="x" * 9_000),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(own: Authenticator, forge: Callable[[], str]) -> None:
    with pytest.raises(TokenInvalid, match=r"^expected "):
        await own.viewer(f"Bearer {forge()}")


CONFUSED: dict[str, Callable[[], str]] = {
    "a stranger's key": lambda: provided(STRANGER, "RS256"),
    "another key's id": lambda: provided(RSA, "RS256", kid="ec"),
    "a key that is not for signatures": lambda: provided(OTHER_USE, "RS256"),
    "RS512": lambda: provided(RSA, "RS512"),
    "PS256": lambda: provided(RSA, "PS256"),
    "HS256 with the public key as secret": lambda: signed(
        {"alg": "HS256", "kid": "rsa"}, CLAIMS, RSA.as_pem(private=False)
    ),
    "an embedded instance's": embedded,
    "none": lambda: f"{encoded({'alg': 'none', 'kid': 'rsa'})}.{encoded(CLAIMS)}.",
}


@pytest.mark.parametrize("forge", CONFUSED.values(), ids=CONFUSED)
async def test_a_key_is_used_with_its_own_algorithm(
    provider: Authenticator, forge: Callable[[], str]
) -> None:
    with pytest.raises(TokenInvalid, match=r"^expected "):
        await provider.viewer(f"Bearer {forge()}")


@pytest.mark.parametrize("authorization", ["", " ", "Bearer", "Bearer ", "Basic YTpi", "x.y.z"])
async def test_what_is_no_bearer_token_is_never_public(
    own: Authenticator, authorization: str
) -> None:
    with pytest.raises(AuthenticationError):
        await own.viewer(authorization)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a secret of at least 32 bytes, got 31"):
        Authenticator.embedded(b"x" * 31, "a", "b", Clock())


@pytest.mark.parametrize("address", ["http://login.example/jwks", "file:///etc/passwd", "jwks"])
def test_keys_come_by_https(address: str) -> None:
    with pytest.raises(ValueError, match="expected an https address of a JWKS document"):
        Authenticator.trusting(address, "a", "b", Clock())


async def test_a_new_key_is_looked_for_once_a_minute(clock: Clock, tmp_path: Path) -> None:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED[:1]}))
    provider = Authenticator.trusting(document, "https://login.example", "simpul", clock)
    assert (await provider.viewer(f"Bearer {provided(RSA, 'RS256')}")).subject == "ani"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    clock.now += timedelta(seconds=59)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(f"Bearer {provided(EC, 'ES256')}")
    clock.now += timedelta(seconds=1)
    assert (await provider.viewer(f"Bearer {provided(EC, 'ES256')}")).subject == "ani"


async def test_a_withdrawn_key_is_forgotten_and_an_unreadable_document_is_not_believed(
    clock: Clock, tmp_path: Path
) -> None:
    document = tmp_path / "jwks.json"
    provider = Authenticator.trusting(document, "https://login.example", "simpul", clock)
    token = f"Bearer {provided(RSA, 'RS256', exp=AT + 9_000)}"
    with pytest.raises(KeysUnavailable):
        await provider.viewer(token)
    document.write_text(json.dumps({"keys": PUBLISHED}))
    clock.now += timedelta(minutes=1)
    assert (await provider.viewer(token)).subject == "ani"
    for unreadable in ("", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "kid": "rsa"}]}'):
        document.write_text(unreadable)
        clock.now += timedelta(minutes=15)
        assert (await provider.viewer(token)).subject == "ani"
    document.write_text(json.dumps({"keys": PUBLISHED[1:]}))
    clock.now += timedelta(minutes=15)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(token)


async def test_keys_are_fetched_once_however_many_ask(clock: Clock) -> None:
    asked: list[bytes] = []
    body = json.dumps({"keys": PUBLISHED}).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        provider = Authenticator.trusting(
            f"http://127.0.0.1:{port}/jwks", "https://login.example", "simpul", clock
        )
        token = f"Bearer {provided(RSA, 'RS256')}"
        viewers = await asyncio.gather(*(provider.viewer(token) for _ in range(5)))
    assert [viewer.subject for viewer in viewers] == ["ani"] * 5
    assert [request.split(b"\r\n")[0] for request in asked] == [b"GET /jwks HTTP/1.1"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b" " * 300_000 + b'{"keys": []}',
        b"",
    ],
    ids=["redirect", "error", "huge", "nothing"],
)
async def test_a_provider_that_answers_badly_is_unavailable(clock: Clock, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        provider = Authenticator.trusting(f"http://127.0.0.1:{port}/", "a", "b", clock)
        with pytest.raises(KeysUnavailable):
            await provider.viewer(f"Bearer {provided(RSA, 'RS256')}")
