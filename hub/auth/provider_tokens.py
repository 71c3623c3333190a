"""Verifies the signed tokens (JWT) of an identity provider, and returns their viewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import category

from cachetools import TLRUCache
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry

from engine.model import OWN_ACTOR_PREFIX, Role, Viewer
from hub.auth.errors import TokenExpired, TokenInvalid
from hub.auth.signing_keys import Clock, KeySource, SigningKey

LEEWAY_SECONDS = 30  # the allowed difference between the clocks of two machines
SCOPE_ENTRIES = 1_000
SUBJECT_CHARACTERS = 255  # the limit of OpenID Connect for `sub`
VERIFIED_TOKENS_MOST = 1_000  # in the cache; each has at most 8,192 characters

# Headers that name a key, or change what is signed. A key is looked up by its id among the trusted
# keys only.
_REFUSED_HEADERS = frozenset({"b64", "crit", "cty", "enc", "jku", "jwk", "x5c", "x5u", "zip"})
_TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_REQUIRED_SCOPES = {
    Role.OPD: ("regions", "opds"),
    Role.REGION: ("regions",),
    Role.ASSESSOR: ("regions",),
    Role.PROVINCE: ("regions",),
    Role.ADMIN: (),
    Role.FOLLOWER: ("regions",),
}


@dataclass(frozen=True, slots=True)
class _VerifiedToken:
    """The result of verifying a token, valid until the key is withdrawn or the token expires."""

    viewer: Viewer
    key_id: str
    signing_key: SigningKey


class JsonWebTokens:
    """Verifies tokens, and keeps those that it has verified."""

    def __init__(
        self,
        keys: KeySource,
        issuer: str,
        audience: str,
        clock: Clock,
        *,
        verified_tokens_most: int = VERIFIED_TOKENS_MOST,
    ) -> None:
        self.clock = clock
        self._keys = keys
        self._verified_tokens: TLRUCache[str, _VerifiedToken, datetime] = TLRUCache(
            verified_tokens_most, _valid_until, clock
        )
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "value": audience},
            iss={"essential": True, "value": issuer},
        )

    async def viewer(self, token: str) -> Viewer:
        """Return the viewer of a token.

        Raises:
            AuthenticationError: the token is invalid or has expired.
            KeysUnavailable: the keys to verify it could not be read.
        """
        verified = self._verified_tokens.get(token)
        if verified is None or verified.signing_key is not await self._keys.find(verified.key_id):
            verified = self._verified_tokens[token] = await self._verify(token)
        return verified.viewer

    def forget(self, account: str) -> None:
        """Do nothing, because the viewer of a token follows from its claims alone."""

    async def _verify(self, token: str) -> _VerifiedToken:
        claims: dict[str, Any] = {}
        try:
            header = jws.extract_compact(token.encode()).headers()
            key_id = _checked_key_id(header)
            signing_key = await self._keys.find(key_id)
            if signing_key is None:
                raise TokenInvalid("expected a token signed with a trusted key, got an unknown kid")
            if header.get("alg") not in signing_key.algorithms:
                raise TokenInvalid("expected the algorithm of the key, got another")
            claims = jwt.decode(
                token, signing_key.key, signing_key.algorithms, _AllAlgorithmsRegistry()
            ).claims
            self._claims.validate(claims)
        except ExpiredTokenError as error:
            raise TokenExpired(_to_datetime(claims["exp"])) from error
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            detail = error.description if isinstance(error, JoseError) else ""
            name = error.error if isinstance(error, JoseError) else "malformed"
            raise TokenInvalid(f"expected a valid signed token, got {name} {detail}") from error
        return _VerifiedToken(_viewer_from_claims(claims), key_id, signing_key)


def _valid_until(_token: str, verified: _VerifiedToken, _now: datetime) -> datetime:
    expires_at = verified.viewer.expires_at
    assert expires_at is not None
    leeway = timedelta(seconds=LEEWAY_SECONDS)
    latest = datetime.max.replace(tzinfo=UTC)
    return expires_at + leeway if expires_at < latest - leeway else latest


class _AllAlgorithmsRegistry(JWSRegistry):
    """A registry of all algorithms, because the key's own algorithms are checked before."""

    def get_alg(self, name: str) -> Any:  # the library does not export the type
        return self.algorithms[name]


def _checked_key_id(header: dict[str, Any]) -> str:
    if present := _REFUSED_HEADERS & header.keys():
        raise TokenInvalid(f"expected no {min(present)!r} in the token's header, got one")
    if str(header.get("typ", "JWT")).lower() not in _TOKEN_TYPES:
        raise TokenInvalid("expected a token of type JWT, got another")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise TokenInvalid("expected a kid in the token's header, got none")
    return key_id


def _viewer_from_claims(claims: dict[str, Any]) -> Viewer:
    try:
        role = Role(claims.get("role"))
    except ValueError:
        role = Role.PUBLIC
    if role not in _REQUIRED_SCOPES:
        roles = ", ".join(allowed.value for allowed in _REQUIRED_SCOPES)
        raise TokenInvalid(f"expected a role of {roles}, got another")
    subject = checked_subject(claims["sub"])
    scope = {name: _checked_scope(claims, name) for name in ("regions", "opds")}
    for name in _REQUIRED_SCOPES[role]:
        if not scope[name]:
            raise TokenInvalid(f"expected {name} for the role {role.value}, got none")
    return Viewer(
        subject=subject,
        role=role,
        regions=scope["regions"],
        opds=scope["opds"],
        expires_at=_to_datetime(claims["exp"]),
    )


def checked_subject(subject: object) -> str:
    """Return the subject of a token if the log can record it as the name of an actor.

    Raises:
        TokenInvalid: the subject is not plain text of the allowed length, or has a reserved prefix.
    """
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_CHARACTERS:
        raise TokenInvalid(f"expected a `sub` of 1 to {SUBJECT_CHARACTERS} characters")
    if not _is_plain_text(subject):
        raise TokenInvalid("expected a `sub` without control characters or lone surrogates")
    if subject.startswith(OWN_ACTOR_PREFIX):
        raise TokenInvalid(f"expected a `sub` that does not begin with {OWN_ACTOR_PREFIX!r}")
    return subject


def _checked_scope(claims: dict[str, Any], name: str) -> frozenset[str]:
    entries = claims.get(name, [])
    if (
        not isinstance(entries, list)
        or len(entries) > SCOPE_ENTRIES
        or not all(isinstance(entry, str) and _is_plain_text(entry) for entry in entries)
    ):
        raise TokenInvalid(f"expected {name} to be a list of at most {SCOPE_ENTRIES} plain texts")
    return frozenset(entries)


def _is_plain_text(text: str) -> bool:
    """Whether a text is safe to store and log: it has no control characters or lone surrogates."""
    return bool(text) and not any(category(character) in ("Cc", "Cs") for character in text)


def _to_datetime(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise TokenInvalid(
            "expected `exp` to be a representable time, got another number"
        ) from error
