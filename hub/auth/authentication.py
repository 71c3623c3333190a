"""Authentication: finds the viewer of a session, of a token, or of an identity provider's token.

The viewers of sessions and tokens are kept in memory. `AccessWatch` reads the audit, in which every
withdrawal stands, and makes each process forget what changed. While the audit cannot be read,
nothing in memory counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from starlette.requests import HTTPConnection

from engine.account import AccessToken, Account, Right, SessionRecord
from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.auth.credentials import Credentials, SessionCookie
from hub.auth.errors import AccessUnavailable, SessionEnded, TokenExpired, TokenInvalid
from hub.auth.former_tokens import is_former_token
from hub.auth.known_viewers import KnownViewer, KnownViewers
from storage.access_token import find_token
from storage.database import DATABASE_ERRORS, Database
from storage.log import Clock
from storage.secret import TOKEN_PREFIX, secret_digest
from storage.session import find_session

TOKEN_CHARACTERS_MOST = 8_192
VIEWERS_MOST = 20_000  # in memory, of which each takes about a kilobyte
USED_TOKENS_MOST = 10_000  # whose last use waits to be stored
READ_SECONDS = 5.0  # the longest wait for the database


logger = logging.getLogger(__name__)


class ProviderTokens(Protocol):
    """Verifies the tokens of an identity provider."""

    async def viewer(self, token: str, *, is_current: bool) -> Viewer:
        """Return the viewer of a token.

        Args:
            is_current: whether every withdrawal is known; else nothing in memory counts.

        Raises:
            AuthenticationError: the token is invalid or has expired, or gives no right.
            KeysUnavailable: the keys to verify it could not be read.
        """

    def forget(self, account: str) -> None:
        """Forget the viewers of an account, so that their rights are read again."""


@dataclass(eq=False, slots=True)
class _Reading:
    """A read of the database that goes on, and the accounts that have changed since it began."""

    changed: set[str] = field(default_factory=set)


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
        self.known = KnownViewers(viewers_most)
        self._readings: set[_Reading] = set()

    async def viewer(self, credentials: Credentials) -> Viewer:
        """Return the viewer of credentials; the public viewer if there are none.

        Raises:
            AuthenticationError: the credentials are invalid, were withdrawn, or have expired.
            AccessUnavailable: the sessions and tokens on record could not be read.
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
            AuthenticationError, AccessUnavailable, KeysUnavailable: as `viewer` does.
        """
        return await self.viewer(self.cookie().credentials(connection))

    def is_viewer_known(self, credentials: Credentials, viewer: Viewer) -> bool:
        """Whether the memory states, at this moment, that these credentials have this viewer."""
        secret = credentials.session or (credentials.authorization or "").partition(" ")[2].strip()
        known = self.known.get(secret_digest(secret)) if self.is_current() else None
        return known is not None and known.viewer == viewer

    def forget(self, account: str) -> None:
        """Forget the sessions and tokens of an account, so that they are read again."""
        for reading in self._readings:
            reading.changed.add(account)
        self.known.forget(account)
        if self._provider_tokens is not None:
            self._provider_tokens.forget(account)

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
        if is_former_token(token):
            raise TokenInvalid(
                "expected a token on record, got a signed one of an earlier version: "
                "make a new one with `simpul token`"
            )
        if self._provider_tokens is None:
            raise TokenInvalid("expected a token that this instance issued, got another")
        try:
            return await self._provider_tokens.viewer(token, is_current=self.is_current())
        except DATABASE_ERRORS as error:
            logger.warning("the account of a provider's token cannot be read: %r", error)
            raise AccessUnavailable from error

    async def _viewer_of_secret(self, secret: str, *, is_session: bool) -> Viewer:
        digest = secret_digest(secret)
        now = self.clock()
        known = self.known.get(digest) if self.is_current() else None
        if known is None or known.is_session != is_session or _is_over(known.viewer, now):
            known = await self._read(digest, now, is_session=is_session)
        credential = known.viewer.credential
        if not is_session and credential is not None:
            is_room = len(self.used_tokens) < USED_TOKENS_MOST
            if is_room or credential in self.used_tokens:
                self.used_tokens[credential] = now
        return known.viewer

    async def _read(self, digest: str, now: datetime, *, is_session: bool) -> KnownViewer:
        is_current, reading = self.is_current(), _Reading()
        self._readings.add(reading)
        try:
            async with asyncio.timeout(READ_SECONDS), self._database().read() as session:
                if is_session:
                    viewer = _viewer_of_session(await find_session(session, digest), now)
                else:
                    viewer = _viewer_of_token(await find_token(session, digest), now)
        except DATABASE_ERRORS as error:
            logger.warning("a session or token cannot be read: %r", error)
            raise AccessUnavailable from error
        finally:
            self._readings.discard(reading)
        known = KnownViewer(viewer, is_session)
        # What changed during the read may be missing in it, so it must be read again next time.
        if is_current and viewer.subject not in reading.changed:
            self.known[digest] = known
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
