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
NOW_SECONDS = int(NOW.timestamp())
CLAIMS = {
    "iss": "https://login.example",
    "aud": "simpul",
    "sub": "ani",
    "iat": NOW_SECONDS,
    "exp": NOW_SECONDS + 600,
    "role": "REGION",
    "regions": ["32.11"],
}
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
UNKNOWN_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER_USE = RSAKey.generate_key(2048, {"kid": "no-signatures"})
PUBLISHED = [key.as_dict(private=False) for key in (RSA, EC, ED)]
PUBLISHED.append(OTHER_USE.as_dict(private=False, use="enc"))


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def encode_part(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign_token(header: dict[str, Any], claims: object, secret: bytes = SECRET) -> str:
    """Return a handmade token, because a library would refuse to make most of these."""
    text = f"{encode_part(header)}.{encode_part(claims)}"
    digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(
        str(header.get("alg")), hashlib.sha256
    )
    return f"{text}.{encode_part(hmac.new(secret, text.encode(), digest).digest())}"


def embedded_token(
    header: dict[str, Any] | None = None, without: str = "", **claims: object
) -> str:
    """Return a valid token of an embedded instance, except for the given claims."""
    all_claims = {name: value for name, value in {**CLAIMS, **claims}.items() if name != without}
    return sign_token(
        {"alg": "HS256", "kid": "embedded", "typ": "JWT", **(header or {})}, all_claims
    )


def provider_token(key: Key, algorithm: str, kid: str | None = None, **claims: object) -> str:
    """Return a token of the identity provider."""
    header = {"alg": algorithm, "kid": kid or key.kid}
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    body = json.dumps({**CLAIMS, **claims})
    return jws.serialize_compact(header, body, key, registry=registry)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authenticator(clock: Clock) -> Authenticator:
    return Authenticator.embedded(SECRET, "https://login.example", "simpul", clock)


@pytest.fixture
def provider(clock: Clock, tmp_path: Path) -> Authenticator:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    return Authenticator.trusting(document, "https://login.example", "simpul", clock)


async def test_no_token_is_the_public_viewer(authenticator: Authenticator) -> None:
    assert await authenticator.viewer(None) is PUBLIC_VIEWER


async def test_an_issued_token_is_its_viewer(authenticator: Authenticator) -> None:
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
        assert await authenticator.viewer(authorization) == Viewer(
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
        {"iat": NOW_SECONDS + 30},
        {"nbf": NOW_SECONDS + 30},
        {"exp": NOW_SECONDS - 29},
        {"exp": NOW_SECONDS + 0.5},
    ],
    ids=str,
)
async def test_a_valid_token_is_accepted(
    authenticator: Authenticator, claims: dict[str, Any]
) -> None:
    viewer = await authenticator.viewer(f"Bearer {embedded_token(**claims)}")
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
    viewer = await provider.viewer(f"Bearer {provider_token(key, algorithm)}")
    assert (viewer.subject, viewer.regions) == ("ani", frozenset({"32.11"}))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by the library, when it signs
async def test_the_old_name_of_ed25519_is_known(provider: Authenticator) -> None:
    assert (await provider.viewer(f"Bearer {provider_token(ED, 'EdDSA')}")).subject == "ani"


async def test_an_expired_token_says_since_when(authenticator: Authenticator) -> None:
    with pytest.raises(TokenExpired) as refused:
        await authenticator.viewer(f"Bearer {embedded_token(exp=NOW_SECONDS - 30)}")
    assert refused.value.at == NOW - timedelta(seconds=30)
    assert str(refused.value) == (
        "expected a token that is still good, got one that expired at 2026-11-24T07:59:30Z"
    )


async def test_a_cached_token_expires_as_well(authenticator: Authenticator, clock: Clock) -> None:
    token = f"Bearer {embedded_token(exp=NOW_SECONDS + 60)}"
    viewer = await authenticator.viewer(token)
    clock.now += timedelta(seconds=89)
    assert await authenticator.viewer(token) is viewer  # the token was not verified again
    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenExpired):
        await authenticator.viewer(token)


async def test_a_token_that_expires_at_the_end_of_time_is_good_each_time(
    authenticator: Authenticator,
) -> None:
    end = datetime.max.replace(microsecond=0, tzinfo=UTC)
    token = f"Bearer {embedded_token(exp=int(end.timestamp()))}"
    viewer = await authenticator.viewer(token)
    assert viewer.expires_at == end
    assert await authenticator.viewer(token) is viewer


async def test_the_least_recently_used_token_is_verified_again(clock: Clock) -> None:
    authenticator = Authenticator(
        ConfiguredKey(SECRET), "https://login.example", "simpul", clock, verified_tokens_most=2
    )
    first, second, third = (
        f"Bearer {embedded_token(sub=subject)}" for subject in ("ani", "budi", "citra")
    )
    ani, budi = await authenticator.viewer(first), await authenticator.viewer(second)
    assert await authenticator.viewer(first) is ani
    await authenticator.viewer(third)
    assert await authenticator.viewer(first) is ani
    reverified = await authenticator.viewer(second)
    assert reverified == budi
    assert reverified is not budi


UNSIGNED_TOKEN = f"{encode_part({'alg': 'none', 'kid': 'embedded'})}.{encode_part(CLAIMS)}."
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: UNSIGNED_TOKEN,
    "alg none with the old signature": lambda: UNSIGNED_TOKEN + embedded_token().split(".")[2],
    "alg NONE": lambda: embedded_token({"alg": "NONE"}),
    "no alg": lambda: sign_token({"kid": "embedded"}, CLAIMS),
    "alg a list": lambda: embedded_token({"alg": ["HS256"]}),
    "HS384": lambda: embedded_token({"alg": "HS384"}),
    "HS512": lambda: embedded_token({"alg": "HS512"}),
    "RS256": lambda: provider_token(RSA, "RS256", kid="embedded"),
    "another secret": lambda: sign_token({"alg": "HS256", "kid": "embedded"}, CLAIMS, b"x" * 32),
    "an empty secret": lambda: sign_token({"alg": "HS256", "kid": "embedded"}, CLAIMS, b""),
    "no signature": lambda: embedded_token().rpartition(".")[0] + ".",
    "a cut signature": lambda: embedded_token()[:-4],
    "other claims under the signature": lambda: ".".join(
        [
            embedded_token().split(".")[0],
            encode_part({**CLAIMS, "role": "ADMIN"}),
            embedded_token().split(".")[2],
        ]
    ),
    "no kid": lambda: sign_token({"alg": "HS256"}, CLAIMS),
    "another kid": lambda: embedded_token({"kid": "other"}),
    "kid a number": lambda: embedded_token({"kid": 1}),
    "kid a path": lambda: embedded_token({"kid": "../../dev/null"}),
    "its own key": lambda: embedded_token({"jwk": OctKey.import_key(b"x" * 32).as_dict()}),
    "a key by address": lambda: embedded_token({"jku": "https://elsewhere.example/jwks.json"}),
    "a certificate by address": lambda: embedded_token({"x5u": "https://elsewhere.example/c"}),
    "a certificate": lambda: embedded_token({"x5c": ["MIIB"]}),
    "crit": lambda: embedded_token({"crit": ["exp"], "exp": NOW_SECONDS}),
    "an unencoded body": lambda: embedded_token({"b64": False, "crit": ["b64"]}),
    "compressed": lambda: embedded_token({"zip": "DEF"}),
    "nested": lambda: embedded_token({"cty": "JWT"}),
    "of another type": lambda: embedded_token({"typ": "logout+jwt"}),
    "an unknown header": lambda: embedded_token({"admin": True}),
    "no exp": lambda: embedded_token(without="exp"),
    "no iat": lambda: embedded_token(without="iat"),
    "no sub": lambda: embedded_token(without="sub"),
    "an empty sub": lambda: embedded_token(sub=""),
    "a long sub": lambda: embedded_token(sub="a" * 256),
    "a sub with NUL": lambda: embedded_token(sub="ani\0"),
    "a sub with half a surrogate pair": lambda: embedded_token(sub="ani\ud800"),
    "a sub with a line break": lambda: embedded_token(sub="ani\nadmin"),
    "a region with NUL": lambda: embedded_token(regions=["32.11\0"]),
    "a region with half a surrogate pair": lambda: embedded_token(regions=["\udfff"]),
    "a sub of ours": lambda: embedded_token(sub="simpul replay"),
    "no aud": lambda: embedded_token(without="aud"),
    "no iss": lambda: embedded_token(without="iss"),
    "no role": lambda: embedded_token(without="role"),
    "exp null": lambda: embedded_token(exp=None),
    "exp a text": lambda: embedded_token(exp="2099-01-01"),
    "exp true": lambda: embedded_token(exp=True),
    "exp NaN": lambda: embedded_token(exp=float("nan")),
    "exp beyond the calendar": lambda: embedded_token(exp=10**18),
    "exp an enormous number": lambda: embedded_token(exp=10**400),
    "iat in the future": lambda: embedded_token(iat=NOW_SECONDS + 31),
    "nbf in the future": lambda: embedded_token(nbf=NOW_SECONDS + 31),
    "another audience": lambda: embedded_token(aud="other"),
    "other audiences": lambda: embedded_token(aud=["other", "simpul2"]),
    "audience in another case": lambda: embedded_token(aud="Simpul"),
    "another issuer": lambda: embedded_token(iss="https://login.example.elsewhere"),
    "an empty subject": lambda: embedded_token(sub=""),
    "a subject that is no text": lambda: embedded_token(sub=7),
    "an unknown role": lambda: embedded_token(role="ROOT"),
    "the public role": lambda: embedded_token(role="PUBLIC"),
    "a role that is no text": lambda: embedded_token(role=["ADMIN"]),
    "a region without a region": lambda: embedded_token(regions=[]),
    "an assessor without a region": lambda: embedded_token(role="ASSESSOR", without="regions"),
    "a province without a region": lambda: embedded_token(role="PROVINCE", regions=[]),
    "an OPD without an OPD": lambda: embedded_token(role="OPD"),
    "an OPD without a region": lambda: embedded_token(role="OPD", opds=["a"], without="regions"),
    "regions that are a text": lambda: embedded_token(regions="32.11"),
    "regions that are numbers": lambda: embedded_token(regions=[32.11]),
    "an empty region": lambda: embedded_token(regions=[""]),
    "claims that are a list": lambda: sign_token({"alg": "HS256", "kid": "embedded"}, [1]),
    "claims that are no JSON": lambda: sign_token({"alg": "HS256", "kid": "embedded"}, b"\xff"),
    "one part": lambda: "x",
    "two parts": lambda: "x.y",
    "four parts": lambda: embedded_token() + ".x",
    "five parts": lambda: "a.b.c.d.e",
    "no base64": lambda: "!.!.!",
    "not ASCII": lambda: "é.é.é",
    "a NUL": lambda: embedded_token() + "\0",
    "oversized": lambda: embedded_token(padding="x" * 9_000),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(
    authenticator: Authenticator, forge: Callable[[], str]
) -> None:
    with pytest.raises(TokenInvalid, match=r"^expected "):
        await authenticator.viewer(f"Bearer {forge()}")


CONFUSED: dict[str, Callable[[], str]] = {
    "a stranger's key": lambda: provider_token(UNKNOWN_KEY, "RS256"),
    "another key's id": lambda: provider_token(RSA, "RS256", kid="ec"),
    "a key that is not for signatures": lambda: provider_token(OTHER_USE, "RS256"),
    "RS512": lambda: provider_token(RSA, "RS512"),
    "PS256": lambda: provider_token(RSA, "PS256"),
    "HS256 with the public key as secret": lambda: sign_token(
        {"alg": "HS256", "kid": "rsa"}, CLAIMS, RSA.as_pem(private=False)
    ),
    "an embedded instance's": embedded_token,
    "none": lambda: f"{encode_part({'alg': 'none', 'kid': 'rsa'})}.{encode_part(CLAIMS)}.",
}


@pytest.mark.parametrize("forge", CONFUSED.values(), ids=CONFUSED)
async def test_a_key_is_used_with_its_own_algorithm(
    provider: Authenticator, forge: Callable[[], str]
) -> None:
    with pytest.raises(TokenInvalid, match=r"^expected "):
        await provider.viewer(f"Bearer {forge()}")


@pytest.mark.parametrize("authorization", ["", " ", "Bearer", "Bearer ", "Basic YTpi", "x.y.z"])
async def test_what_is_no_bearer_token_is_never_public(
    authenticator: Authenticator, authorization: str
) -> None:
    with pytest.raises(AuthenticationError):
        await authenticator.viewer(authorization)


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
    assert (await provider.viewer(f"Bearer {provider_token(RSA, 'RS256')}")).subject == "ani"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    clock.now += timedelta(seconds=59)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(f"Bearer {provider_token(EC, 'ES256')}")
    clock.now += timedelta(seconds=1)
    assert (await provider.viewer(f"Bearer {provider_token(EC, 'ES256')}")).subject == "ani"


async def test_a_withdrawn_key_is_forgotten_and_an_unreadable_document_is_not_believed(
    clock: Clock, tmp_path: Path
) -> None:
    document = tmp_path / "jwks.json"
    provider = Authenticator.trusting(document, "https://login.example", "simpul", clock)
    token = f"Bearer {provider_token(RSA, 'RS256', exp=NOW_SECONDS + 9_000)}"
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
    requests: list[bytes] = []
    body = json.dumps({"keys": PUBLISHED}).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        provider = Authenticator.trusting(
            f"http://127.0.0.1:{port}/jwks", "https://login.example", "simpul", clock
        )
        token = f"Bearer {provider_token(RSA, 'RS256')}"
        viewers = await asyncio.gather(*(provider.viewer(token) for _ in range(5)))
    assert [viewer.subject for viewer in viewers] == ["ani"] * 5
    assert [request.split(b"\r\n")[0] for request in requests] == [b"GET /jwks HTTP/1.1"]


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
            await provider.viewer(f"Bearer {provider_token(RSA, 'RS256')}")
