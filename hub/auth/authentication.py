"""Authentication: finds the viewer of a session, of a token, or of an identity provider's token.

The viewers of sessions and tokens are kept in memory. `AccessWatch` reads the audit, in which every
withdrawal stands, and makes each process forget what changed. While the audit cannot be read,
nothing in memory counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cachetools import LRUCache
from starlette.requests import HTTPConnection

from engine.account import AccessToken, Account, Right, SessionRecord
from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.auth.credentials import Credentials, SessionCookie
from hub.auth.errors import SessionEnded, TokenExpired, TokenInvalid
from storage.access_token import find_token
from storage.database import Database
from storage.secret import TOKEN_PREFIX, secret_digest
from storage.session import find_session

TOKEN_CHARACTERS_MOST = 8_192
VIEWERS_MOST = 20_000  # in memory, of which each takes about a kilobyte

Clock = Callable[[], datetime]


class ProviderTokens(Protocol):
    """Verifies the tokens of an identity provider."""

    async def viewer(self, token: str) -> Viewer:
        """Return the viewer of a token.

        Raises:
            AuthenticationError: the token is invalid or has expired.
            KeysUnavailable: the keys to verify it could not be read.
        """


@dataclass(frozen=True, slots=True)
class _Known:
    """The viewer of a secret, as it was read."""

    viewer: Viewer
    is_session: bool


class Authenticator:
    """Finds the viewers of credentials."""

    def __init__(
        self,
        database: Callable[[], Database],
        cookie: Callable[[], SessionCookie],
        clock: Clock,
        provider_tokens: ProviderTokens | None = None,
        *,
        viewers_most: int = VIEWERS_MOST,
    ) -> None:
        self.clock = clock
        self.cookie = cookie
        self.is_current: Callable[[], bool] = lambda: False  # AccessWatch sets it
        self.used_tokens: dict[str, datetime] = {}  # last uses to be stored, by id
        self._database = database
        self._provider_tokens = provider_tokens
        self._known: LRUCache[str, _Known] = LRUCache(viewers_most)
        self._digests_by_account: dict[str, set[str]] = {}
        self._generation = 0  # changes whenever something is forgotten

    async def viewer(self, credentials: Credentials) -> Viewer:
        """Return the viewer of credentials; the public viewer if there are none.

        Raises:
            AuthenticationError: the credentials are invalid, were withdrawn, or have expired.
            KeysUnavailable: the keys of the identity provider could not be read.
        """
        if credentials.authorization is not None:
            return await self._viewer_of_bearer(credentials.authorization)
        if credentials.session is not None:
            return await self._viewer_of_secret(credentials.session, is_session=True)
        return PUBLIC_VIEWER

    async def viewer_of(self, connection: HTTPConnection) -> Viewer:
        """Return the viewer of a request or of the handshake of a WebSocket.

        Raises:
            CrossSiteRequest: the cookie comes with a request of another site's page.
            AuthenticationError, KeysUnavailable: as `viewer` does.
        """
        return await self.viewer(self.cookie().credentials(connection))

    def forget(self, account: str) -> None:
        """Forget the sessions and tokens of an account, so that they are read again."""
        self._generation += 1
        for digest in self._digests_by_account.pop(account, ()):
            self._known.pop(digest, None)

    async def _viewer_of_bearer(self, authorization: str) -> Viewer:
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise TokenInvalid("expected `Bearer` and a token, got something else")
        if len(token) > TOKEN_CHARACTERS_MOST:
            raise TokenInvalid(
                f"expected a token of at most {TOKEN_CHARACTERS_MOST} characters, got {len(token)}"
            )
        if token.startswith(TOKEN_PREFIX):
            return await self._viewer_of_secret(token, is_session=False)
        if self._provider_tokens is None:
            raise TokenInvalid("expected a token that this instance issued, got another")
        return await self._provider_tokens.viewer(token)

    async def _viewer_of_secret(self, secret: str, *, is_session: bool) -> Viewer:
        digest = secret_digest(secret)
        now = self.clock()
        known = self._known.get(digest) if self.is_current() else None
        if known is None or known.is_session != is_session or _is_over(known.viewer, now):
            known = await self._read(digest, now, is_session=is_session)
        credential = known.viewer.credential
        if not is_session and credential is not None:
            self.used_tokens[credential] = now
        return known.viewer

    async def _read(self, digest: str, now: datetime, *, is_session: bool) -> _Known:
        generation = self._generation if self.is_current() else None
        async with self._database().read() as session:
            if is_session:
                viewer = _viewer_of_session(await find_session(session, digest), now)
            else:
                viewer = _viewer_of_token(await find_token(session, digest), now)
        known = _Known(viewer, is_session)
        if generation == self._generation:  # else a withdrawal since the read may be missed
            self._known[digest] = known
            self._digests_by_account.setdefault(viewer.subject, set()).add(digest)
        return known


def _viewer_of_session(found: tuple[SessionRecord, Account] | None, now: datetime) -> Viewer:
    if found is None:
        raise SessionEnded
    record, account = found
    if record.expires_at <= now or account.right is None:
        raise SessionEnded
    return account_viewer(account, account.right, record.expires_at, record.id)


def _viewer_of_token(found: tuple[AccessToken, Account] | None, now: datetime) -> Viewer:
    if found is None:
        raise TokenInvalid(
            "expected a token that is on record, got one that is unknown or withdrawn"
        )
    token, account = found
    if token.expires_at <= now:
        raise TokenExpired(token.expires_at)
    if account.right is None:
        raise TokenInvalid("expected a token of an account with a right, got one without")
    return account_viewer(account, account.right, token.expires_at, token.id)


def account_viewer(
    account: Account, right: Right, expires_at: datetime, credential: str | None
) -> Viewer:
    """Return the viewer of an account that acts with its right."""
    is_draft_reader = right.role is not Role.FOLLOWER or right.drafts
    return Viewer(
        account.id, right.role, right.regions, right.opds, expires_at, is_draft_reader, credential
    )


def _is_over(viewer: Viewer, now: datetime) -> bool:
    return viewer.expires_at is not None and viewer.expires_at <= now
