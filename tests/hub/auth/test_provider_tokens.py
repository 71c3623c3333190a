"""Tokens of an identity provider: a valid one becomes its viewer, and any other is refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from engine.model import Role, Viewer
from hub.auth.errors import TokenExpired, TokenInvalid
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_accounts import ProviderAccounts
from hub.auth.provider_tokens import JsonWebTokens
from hub.auth.signing_keys import KeysUnavailable, PublishedKeys
from storage.account import find_account
from storage.database import Database

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
ES256 = jws.JWSRegistry(algorithms=["ES256"]).get_alg("ES256")
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


def sign_token(header: dict[str, Any], claims: object, secret: bytes = b"") -> str:
    """Return a handmade token with HMAC, or with ES256 and the published key.

    A library would refuse to make most of these.
    """
    text = f"{encode_part(header)}.{encode_part(claims)}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(
        str(header.get("alg"))
    )
    signature = (
        ES256.sign(text.encode(), EC)
        if digest is None
        else hmac.new(secret, text.encode(), digest).digest()
    )
    return f"{text}.{encode_part(signature)}"


def signed_token(header: dict[str, Any] | None = None, without: str = "", **claims: object) -> str:
    """Return a valid token of the identity provider, except for the given claims."""
    all_claims = {name: value for name, value in {**CLAIMS, **claims}.items() if name != without}
    return sign_token({"alg": "ES256", "kid": "ec", "typ": "JWT", **(header or {})}, all_claims)


def provider_token(key: Key, algorithm: str, kid: str | None = None, **claims: object) -> str:
    """Return a token of the identity provider."""
    header = {"alg": algorithm, "kid": kid or key.kid}
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    body = json.dumps({**CLAIMS, **claims})
    return jws.serialize_compact(header, body, key, registry=registry)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Tokens(JsonWebTokens):
    """The tokens of one provider, with the database of their accounts."""

    def __init__(
        self, database: Database, source: str | Path, clock: Clock, **options: int
    ) -> None:
        provider = IdentityProvider("SSO", "https://login.example", "client", "simpul")
        accounts = ProviderAccounts(provider, lambda: database, clock)
        keys = PublishedKeys(source, clock, private=True)
        super().__init__(keys, provider, accounts, clock, **options)
        self._database = database

    async def subject(self, token: str) -> str | None:
        """Return the provider's name for the account of a token."""
        viewer = await self.viewer(token)
        async with self._database.read() as session:
            account = await find_account(session, viewer.subject)
        assert account is not None
        return account.external_subject


Trusting = Callable[..., Tokens]


@pytest.fixture
async def trusting(clock: Clock, sqlite_database_url: str) -> AsyncIterator[Trusting]:
    """Yield a function that verifies the tokens that the keys in a document have signed."""
    database = Database(sqlite_database_url)
    yield partial(Tokens, database, clock=clock)
    await database.close()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": PUBLISHED}))
    return path


@pytest.fixture
def provider(trusting: Trusting, document: Path) -> Tokens:
    return trusting(document)


async def test_the_claims_of_a_token_are_its_viewer(provider: Tokens) -> None:
    token = signed_token(sub="budi", role="OPD", opds=["32.11/dinkes"])
    viewer = await provider.viewer(token)
    assert await provider.subject(token) == "budi"
    assert viewer == Viewer(
        subject=viewer.subject,
        role=Role.OPD,
        regions=frozenset({"32.11"}),
        opds=frozenset({"32.11/dinkes"}),
        expires_at=NOW + timedelta(minutes=10),
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["other", "simpul"]},
        {"role": "ADMIN", "regions": []},
        {"role": "PROVINCE", "regions": ["32"]},
        {"regions": "Kabupaten Sumedang"},
        {"role": ["ADMIN"]},
        {"iat": NOW_SECONDS + 30},
        {"nbf": NOW_SECONDS + 30},
        {"exp": NOW_SECONDS - 29},
        {"exp": NOW_SECONDS + 0.5},
    ],
    ids=str,
)
async def test_a_valid_token_is_accepted(provider: Tokens, claims: dict[str, Any]) -> None:
    token = signed_token(**claims)
    assert await provider.subject(token) == "ani"
    role = claims.get("role", "REGION")
    assert (await provider.viewer(token)).role is Role(role[0] if isinstance(role, list) else role)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RS256"), (EC, "ES256"), (ED, "Ed25519")],
    ids=["RS256", "ES256", "Ed25519"],
)
async def test_published_keys_sign_with_the_algorithm_of_their_type(
    provider: Tokens, key: Key, algorithm: str
) -> None:
    token = provider_token(key, algorithm)
    assert await provider.subject(token) == "ani"
    assert (await provider.viewer(token)).regions == frozenset({"32.11"})


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by the library, when it signs
async def test_the_old_name_of_ed25519_is_known(provider: Tokens) -> None:
    assert await provider.subject(provider_token(ED, "EdDSA")) == "ani"


async def test_an_expired_token_says_since_when(provider: Tokens) -> None:
    with pytest.raises(TokenExpired) as refused:
        await provider.viewer(signed_token(exp=NOW_SECONDS - 30))
    assert refused.value.at == NOW - timedelta(seconds=30)
    assert str(refused.value) == (
        "expected a token that is still good, got one that expired at 2026-11-24T07:59:30Z"
    )


async def test_a_cached_token_expires_as_well(provider: Tokens, clock: Clock) -> None:
    token = signed_token(exp=NOW_SECONDS + 60)
    viewer = await provider.viewer(token)
    clock.now += timedelta(seconds=89)
    assert await provider.viewer(token) is viewer  # the token was not verified again
    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenExpired):
        await provider.viewer(token)


async def test_a_token_that_expires_at_the_end_of_time_is_good_each_time(
    provider: Tokens,
) -> None:
    end = datetime.max.replace(microsecond=0, tzinfo=UTC)
    token = signed_token(exp=int(end.timestamp()))
    viewer = await provider.viewer(token)
    assert viewer.expires_at == end
    assert await provider.viewer(token) is viewer


async def test_the_least_recently_used_token_is_verified_again(
    trusting: Trusting, clock: Clock, document: Path
) -> None:
    provider = trusting(document, verified_tokens_most=2)
    first, second, third = (signed_token(sub=subject) for subject in ("ani", "budi", "citra"))
    ani, budi = await provider.viewer(first), await provider.viewer(second)
    assert await provider.viewer(first) is ani
    await provider.viewer(third)
    assert await provider.viewer(first) is ani
    reverified = await provider.viewer(second)
    assert reverified == budi
    assert reverified is not budi


UNSIGNED_TOKEN = f"{encode_part({'alg': 'none', 'kid': 'embedded'})}.{encode_part(CLAIMS)}."
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: UNSIGNED_TOKEN,
    "alg none with the old signature": lambda: UNSIGNED_TOKEN + signed_token().split(".")[2],
    "alg NONE": lambda: signed_token({"alg": "NONE"}),
    "no alg": lambda: sign_token({"kid": "ec"}, CLAIMS),
    "alg a list": lambda: signed_token({"alg": ["ES256"]}),
    "HS384": lambda: signed_token({"alg": "HS384"}),
    "HS512": lambda: signed_token({"alg": "HS512"}),
    "RS256": lambda: provider_token(RSA, "RS256", kid="ec"),
    "another secret": lambda: sign_token({"alg": "HS256", "kid": "ec"}, CLAIMS, b"x" * 32),
    "an empty secret": lambda: sign_token({"alg": "HS256", "kid": "ec"}, CLAIMS, b""),
    "no signature": lambda: signed_token().rpartition(".")[0] + ".",
    "a cut signature": lambda: signed_token()[:-4],
    "other claims under the signature": lambda: ".".join(
        [
            signed_token().split(".")[0],
            encode_part({**CLAIMS, "role": "ADMIN"}),
            signed_token().split(".")[2],
        ]
    ),
    "no kid": lambda: sign_token({"alg": "ES256"}, CLAIMS),
    "another kid": lambda: signed_token({"kid": "other"}),
    "kid a number": lambda: signed_token({"kid": 1}),
    "kid a path": lambda: signed_token({"kid": "../../dev/null"}),
    "its own key": lambda: signed_token({"jwk": OctKey.import_key(b"x" * 32).as_dict()}),
    "a key by address": lambda: signed_token({"jku": "https://elsewhere.example/jwks.json"}),
    "a certificate by address": lambda: signed_token({"x5u": "https://elsewhere.example/c"}),
    "a certificate": lambda: signed_token({"x5c": ["MIIB"]}),
    "crit": lambda: signed_token({"crit": ["exp"], "exp": NOW_SECONDS}),
    "an unencoded body": lambda: signed_token({"b64": False, "crit": ["b64"]}),
    "compressed": lambda: signed_token({"zip": "DEF"}),
    "nested": lambda: signed_token({"cty": "JWT"}),
    "of another type": lambda: signed_token({"typ": "logout+jwt"}),
    "an unknown header": lambda: signed_token({"admin": True}),
    "no exp": lambda: signed_token(without="exp"),
    "no iat": lambda: signed_token(without="iat"),
    "no sub": lambda: signed_token(without="sub"),
    "an empty sub": lambda: signed_token(sub=""),
    "a long sub": lambda: signed_token(sub="a" * 256),
    "a sub with NUL": lambda: signed_token(sub="ani\0"),
    "a sub with half a surrogate pair": lambda: signed_token(sub="ani\ud800"),
    "a sub with a line break": lambda: signed_token(sub="ani\nadmin"),
    "a region with NUL": lambda: signed_token(regions=["32.11\0"]),
    "a region with half a surrogate pair": lambda: signed_token(regions=["\udfff"]),
    "no aud": lambda: signed_token(without="aud"),
    "no iss": lambda: signed_token(without="iss"),
    "no role": lambda: signed_token(without="role"),
    "exp null": lambda: signed_token(exp=None),
    "exp a text": lambda: signed_token(exp="2099-01-01"),
    "exp true": lambda: signed_token(exp=True),
    "exp NaN": lambda: signed_token(exp=float("nan")),
    "exp beyond the calendar": lambda: signed_token(exp=10**18),
    "exp an enormous number": lambda: signed_token(exp=10**400),
    "iat in the future": lambda: signed_token(iat=NOW_SECONDS + 31),
    "nbf in the future": lambda: signed_token(nbf=NOW_SECONDS + 31),
    "another audience": lambda: signed_token(aud="other"),
    "other audiences": lambda: signed_token(aud=["other", "simpul2"]),
    "audience in another case": lambda: signed_token(aud="Simpul"),
    "an id token": lambda: signed_token(aud=["client", "simpul"], at_hash="x", nonce="y"),
    "an id token of the client": lambda: signed_token(aud="client", nonce="y"),
    "another issuer": lambda: signed_token(iss="https://login.example.elsewhere"),
    "an empty subject": lambda: signed_token(sub=""),
    "a subject that is no text": lambda: signed_token(sub=7),
    "an unknown role": lambda: signed_token(role="ROOT"),
    "the public role": lambda: signed_token(role="PUBLIC"),
    "a region without a region": lambda: signed_token(regions=[]),
    "an assessor without a region": lambda: signed_token(role="ASSESSOR", without="regions"),
    "a province without a region": lambda: signed_token(role="PROVINCE", regions=[]),
    "an OPD without an OPD": lambda: signed_token(role="OPD"),
    "an OPD without a region": lambda: signed_token(role="OPD", opds=["a"], without="regions"),
    "regions that are numbers": lambda: signed_token(regions=[32.11]),
    "an empty region": lambda: signed_token(regions=[""]),
    "claims that are a list": lambda: sign_token({"alg": "ES256", "kid": "ec"}, [1]),
    "claims that are no JSON": lambda: sign_token({"alg": "ES256", "kid": "ec"}, b"\xff"),
    "one part": lambda: "x",
    "two parts": lambda: "x.y",
    "four parts": lambda: signed_token() + ".x",
    "five parts": lambda: "a.b.c.d.e",
    "no base64": lambda: "!.!.!",
    "not ASCII": lambda: "é.é.é",
    "a NUL": lambda: signed_token() + "\0",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(provider: Tokens, forge: Callable[[], str]) -> None:
    with pytest.raises(TokenInvalid, match=r"^(claim [a-z]+: )?expected "):
        await provider.viewer(forge())


CONFUSED: dict[str, Callable[[], str]] = {
    "a stranger's key": lambda: provider_token(UNKNOWN_KEY, "RS256"),
    "another key's id": lambda: provider_token(RSA, "RS256", kid="ec"),
    "a key that is not for signatures": lambda: provider_token(OTHER_USE, "RS256"),
    "RS512": lambda: provider_token(RSA, "RS512"),
    "PS256": lambda: provider_token(RSA, "PS256"),
    "HS256 with the public key as secret": lambda: sign_token(
        {"alg": "HS256", "kid": "rsa"}, CLAIMS, RSA.as_pem(private=False)
    ),
    "none": lambda: f"{encode_part({'alg': 'none', 'kid': 'rsa'})}.{encode_part(CLAIMS)}.",
}


@pytest.mark.parametrize("forge", CONFUSED.values(), ids=CONFUSED)
async def test_a_key_is_used_with_its_own_algorithm(
    provider: Tokens, forge: Callable[[], str]
) -> None:
    with pytest.raises(TokenInvalid, match=r"^(claim [a-z]+: )?expected "):
        await provider.viewer(forge())


async def test_keys_come_by_https_unless_the_provider_is_private(clock: Clock) -> None:
    keys = PublishedKeys("http://login.example/jwks", clock)
    with pytest.raises(KeysUnavailable) as refused:
        await keys.find("rsa")
    assert str(refused.value.__cause__) == (
        "expected an https address of the identity provider, got http"
    )


async def test_a_new_key_is_looked_for_once_in_half_a_minute(
    trusting: Trusting, clock: Clock, tmp_path: Path
) -> None:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED[:1]}))
    provider = trusting(document)
    assert await provider.subject(provider_token(RSA, "RS256")) == "ani"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    clock.now += timedelta(seconds=29)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(provider_token(EC, "ES256"))
    clock.now += timedelta(seconds=1)
    assert await provider.subject(provider_token(EC, "ES256")) == "ani"


async def test_a_withdrawn_key_is_forgotten_and_an_unreadable_document_is_not_believed(
    trusting: Trusting, clock: Clock, tmp_path: Path
) -> None:
    document = tmp_path / "jwks.json"
    provider = trusting(document)
    token = provider_token(RSA, "RS256", exp=NOW_SECONDS + 9_000)
    with pytest.raises(KeysUnavailable):
        await provider.viewer(token)
    document.write_text(json.dumps({"keys": PUBLISHED}))
    clock.now += timedelta(minutes=1)
    assert await provider.subject(token) == "ani"
    for unreadable in ("", "[]", "{}", '{"keys": 1}'):
        document.write_text(unreadable)
        clock.now += timedelta(minutes=15)
        assert await provider.subject(token) == "ani"
    document.write_text(json.dumps({"keys": PUBLISHED[1:]}))
    clock.now += timedelta(minutes=15)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(token)


@pytest.mark.parametrize("keys", [[], [{"kty": "oct", "kid": "rsa", "k": "AAAA"}]])
async def test_a_document_without_a_usable_key_withdraws_the_last_one(
    trusting: Trusting, clock: Clock, tmp_path: Path, keys: list[dict[str, str]]
) -> None:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    provider = trusting(document)
    token = provider_token(RSA, "RS256", exp=NOW_SECONDS + 9_000)
    assert await provider.subject(token) == "ani"
    document.write_text(json.dumps({"keys": keys}))
    clock.now += timedelta(minutes=1)
    with pytest.raises(TokenInvalid, match="got an unknown kid"):
        await provider.viewer(token)


async def test_keys_are_fetched_once_however_many_ask(trusting: Trusting, clock: Clock) -> None:
    requests: list[bytes] = []
    body = json.dumps({"keys": PUBLISHED}).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        provider = trusting(f"http://127.0.0.1:{port}/jwks")
        token = provider_token(RSA, "RS256")
        viewers = await asyncio.gather(*(provider.viewer(token) for _ in range(5)))
    assert [viewer.role for viewer in viewers] == [Role.REGION] * 5
    assert len({viewer.subject for viewer in viewers}) == 1
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
async def test_a_provider_that_answers_badly_is_unavailable(
    trusting: Trusting, clock: Clock, answer: bytes
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        provider = trusting(f"http://127.0.0.1:{port}/")
        with pytest.raises(KeysUnavailable):
            await provider.viewer(provider_token(RSA, "RS256"))
