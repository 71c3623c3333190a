"""Open connections of an identity provider's tokens: their keys are withdrawn, or not readable."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.model import Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import Credentials, SessionCookie
from hub.auth.open_connections import OpenConnection, OpenConnections
from hub.auth.signing_keys import REFRESH_EVERY, TRUSTED_FOR, KeysUnavailable
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.hub.auth.test_provider_tokens import (
    NOW_SECONDS,
    PUBLISHED,
    RSA,
    Clock,
    Tokens,
    provider_token,
)

RECHECK_SECONDS = 0.02
DAYS = 3 * 86_400


class CountedTokens(Tokens):
    """Tokens of a provider that count how often a viewer is asked for."""

    count = 0

    async def viewer(self, token: str, *, is_current: bool = True) -> Viewer:
        self.count += 1
        return await super().viewer(token, is_current=is_current)


class Peer:
    """A connection with a token of the provider, and how it ended."""

    def __init__(self, database: Database, document: Path) -> None:
        self.clock = Clock()
        self.tokens = CountedTokens(database, document, self.clock)
        self.authenticator = Authenticator(
            lambda: database, lambda: SessionCookie("a1"), self.clock, self.tokens
        )
        self.authenticator.is_current = lambda: True
        self.connections = OpenConnections(self.authenticator, recheck_seconds=RECHECK_SECONDS)
        self.endings: list[str] = []

    async def connect(self, **claims: object) -> Credentials:
        """Open a connection, and return its credentials."""
        credentials = Credentials(f"Bearer {provider_token(RSA, 'RS256', **claims)}")
        viewer = await self.authenticator.viewer(credentials)
        connection = OpenConnection(
            viewer, credentials, self.endings.append, lambda: self.endings.append("restarted")
        )
        self.connections.add(connection)
        return credentials

    async def wait_for_checks(self) -> None:
        """Wait for two more checks, of which the second began after this call."""
        count = self.tokens.count
        await eventually(lambda: self.tokens.count >= count + 2)


@pytest.fixture
async def peer(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Peer]:
    document = tmp_path / "jwks.json"
    document.write_text(json.dumps({"keys": PUBLISHED}))
    database = Database(sqlite_database_url)
    yield Peer(database, document)
    await database.close()


async def test_a_connection_ends_after_the_key_of_its_token_is_withdrawn(
    peer: Peer, tmp_path: Path
) -> None:
    await peer.connect(exp=NOW_SECONDS + DAYS)
    await peer.wait_for_checks()
    assert peer.endings == []
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": PUBLISHED[1:]}))
    peer.clock.now += REFRESH_EVERY
    await eventually(lambda: len(peer.endings) == 1)
    assert peer.endings == ["expected a token signed with a trusted key, got an unknown kid"]


async def test_keys_that_cannot_be_read_again_are_trusted_for_a_day(
    peer: Peer, tmp_path: Path
) -> None:
    credentials = await peer.connect(exp=NOW_SECONDS + DAYS)
    (tmp_path / "jwks.json").unlink()
    peer.clock.now += TRUSTED_FOR - timedelta(seconds=1)
    await peer.wait_for_checks()
    assert peer.endings == []
    peer.clock.now += timedelta(seconds=1)
    await eventually(lambda: len(peer.endings) == 1)
    assert peer.endings == ["restarted"]  # so that the client waits for the provider
    with pytest.raises(KeysUnavailable):
        await peer.authenticator.viewer(credentials)


async def test_a_token_in_its_leeway_is_not_checked_without_a_pause(peer: Peer) -> None:
    await peer.connect(exp=NOW_SECONDS)  # it counts for 30 more seconds
    await asyncio.sleep(0.2)
    assert (peer.tokens.count, peer.endings) == (2, [])
