"""Verifies the signed tokens (JWT) of an identity provider, and returns their viewers.

A viewer is that of the account of the token's subject. `AccessWatch` makes each process forget the
tokens of an account when its right changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cachetools import TLRUCache
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry

from engine.model import Viewer
from hub.auth.authentication import account_viewer
from hub.auth.claim_mapping import ClaimProblem
from hub.auth.errors import TokenExpired, TokenInvalid
from hub.auth.identity_provider import IdentityProvider
from hub.auth.provider_accounts import ProviderAccounts, RightWithdrawn
from hub.auth.signing_keys import KeySource, SigningKey
from storage.log import Clock

LEEWAY_SECONDS = 30  # the allowed difference between the clocks of two machines
VERIFIED_TOKENS_MOST = 1_000  # in the cache; each has at most 8,192 characters

# Headers that name a key, or change what is signed. A key is looked up by its id among the trusted
# keys only.
_REFUSED_HEADERS = frozenset({"b64", "crit", "cty", "enc", "jku", "jwk", "x5c", "x5u", "zip"})
# Only id tokens have these claims. They state who signed in, and are no credentials of a request.
_CLAIMS_OF_ID_TOKENS = frozenset({"at_hash", "c_hash"})
_TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


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
        provider: IdentityProvider,
        accounts: ProviderAccounts,
        clock: Clock,
        *,
        verified_tokens_most: int = VERIFIED_TOKENS_MOST,
    ) -> None:
        if provider.audience is None:
            raise ValueError("expected a provider with an audience of bearer tokens, got none")
        self.clock = clock
        self._keys = keys
        self._accounts = accounts
        self._generation = 0  # changes whenever something is forgotten
        self._verified_tokens: TLRUCache[str, _VerifiedToken, datetime] = TLRUCache(
            verified_tokens_most, _valid_until, clock
        )
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            exp={"essential": True},
            iat={"essential": True},
            aud={"essential": True, "value": provider.audience},
            iss={"essential": True, "value": provider.issuer},
        )

    async def viewer(self, token: str, *, is_current: bool = True) -> Viewer:
        """Return the viewer of a token.

        Args:
            is_current: whether every withdrawal is known; else nothing in memory counts.

        Raises:
            AuthenticationError: the token is invalid or has expired, or gives no right.
            KeysUnavailable: the keys to verify it could not be read.
        """
        verified = self._verified_tokens.get(token) if is_current else None
        if verified is not None and verified.signing_key is await self._keys.find(verified.key_id):
            return verified.viewer
        generation = self._generation
        verified = await self._verify(token)
        if is_current and generation == self._generation:
            self._verified_tokens[token] = verified
        return verified.viewer

    def forget(self, account: str) -> None:
        """Forget the tokens of an account, so that its right is read again."""
        self._generation += 1
        tokens = [
            token
            for token, verified in self._verified_tokens.items()
            if verified.viewer.subject == account
        ]
        for token in tokens:
            self._verified_tokens.pop(token, None)

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
            if present := _CLAIMS_OF_ID_TOKENS & claims.keys():
                raise TokenInvalid(f"expected an access token, got an id token with {min(present)}")
        except ExpiredTokenError as error:
            raise TokenExpired(_to_datetime(claims["exp"])) from error
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            detail = error.description if isinstance(error, JoseError) else ""
            name = error.error if isinstance(error, JoseError) else "malformed"
            raise TokenInvalid(f"expected a valid signed token, got {name} {detail}") from error
        expires_at = _to_datetime(claims["exp"])
        try:
            account = await self._accounts.account_of_token(claims, _to_datetime(claims["iat"]))
        except (ClaimProblem, RightWithdrawn) as error:
            raise TokenInvalid(str(error)) from error
        right = account.right
        assert right is not None  # else the account raises RightWithdrawn
        viewer = account_viewer(account, right, expires_at, None)
        return _VerifiedToken(viewer, key_id, signing_key)


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


def _to_datetime(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise TokenInvalid(
            "expected `exp` and `iat` to be representable times, got another number"
        ) from error
