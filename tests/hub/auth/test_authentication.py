"""Credentials: those on record become their viewer, and any others are refused."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from engine.account import Right
from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.auth.authentication import Authenticator
from hub.auth.credentials import NO_CREDENTIALS, Credentials, SessionCookie
from hub.auth.errors import SessionEnded, TokenExpired, TokenInvalid
from resolvers.credential_acts import create_token, withdraw_token
from storage.access_token import find_token
from storage.database import Database
from storage.secret import secret_digest
from tests.fixtures.credentials import add_session, add_token, ensure_account

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
RIGHT = Right(Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-dinkes"}))


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def create_authenticator(database: Database, clock: Clock) -> Authenticator:
    return Authenticator(lambda: database, lambda: SessionCookie("abc"), clock)


async def issue(database: Database) -> tuple[str, str]:
    """Return the id and the secret of a new token of an hour."""
    async with database.write() as session:
        await ensure_account(session, "budi", RIGHT, NOW)
        token, secret = await create_token(session, NOW, None, "budi", "tests", timedelta(hours=1))
        return token.id, secret


def bearer(secret: str) -> Credentials:
    return Credentials(f"Bearer {secret}")


async def test_no_credentials_are_the_public_viewer(database: Database) -> None:
    authenticator = create_authenticator(database, Clock())
    assert await authenticator.viewer(NO_CREDENTIALS) is PUBLIC_VIEWER


async def test_a_token_on_record_is_its_account(database: Database) -> None:
    authenticator = create_authenticator(database, Clock())
    id, secret = await issue(database)
    assert secret.startswith("simpul_")
    for authorization in (f"Bearer {secret}", f"bearer  {secret} "):
        assert await authenticator.viewer(Credentials(authorization)) == Viewer(
            subject="budi",
            role=Role.OPD,
            regions=frozenset({"32.11"}),
            opds=frozenset({"32.11:opd-dinkes"}),
            expires_at=NOW + timedelta(hours=1),
            credential=id,
        )
    assert authenticator.used_tokens == {id: NOW}


async def test_a_token_expires_also_after_it_was_kept_in_memory(database: Database) -> None:
    clock = Clock()
    authenticator = create_authenticator(database, clock)
    authenticator.is_current = lambda: True
    _, secret = await issue(database)
    viewer = await authenticator.viewer(bearer(secret))
    clock.now += timedelta(minutes=59, seconds=59)
    assert await authenticator.viewer(bearer(secret)) is viewer
    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenExpired) as refused:
        await authenticator.viewer(bearer(secret))
    assert str(refused.value) == (
        "expected a token that is still good, got one that expired at 2026-11-24T09:00:00Z"
    )


async def test_a_withdrawn_token_is_refused_once_its_account_is_forgotten(
    database: Database,
) -> None:
    authenticator = create_authenticator(database, Clock())
    authenticator.is_current = lambda: True
    (_, first), (_, second) = await issue(database), await issue(database)
    kept = [await authenticator.viewer(bearer(secret)) for secret in (first, second)]
    async with database.write() as session:
        found = await find_token(session, secret_digest(first))
        assert found is not None
        assert await withdraw_token(session, NOW, None, found[0])
    assert await authenticator.viewer(bearer(first)) is kept[0]  # it is in memory
    authenticator.forget("budi")
    with pytest.raises(TokenInvalid, match="got one that is unknown or withdrawn"):
        await authenticator.viewer(bearer(first))
    assert await authenticator.viewer(bearer(second)) == kept[1]


async def test_nothing_in_memory_counts_while_withdrawals_are_not_known(
    database: Database,
) -> None:
    authenticator = create_authenticator(database, Clock())
    authenticator.is_current = lambda: False
    _, secret = await issue(database)
    viewer = await authenticator.viewer(bearer(secret))
    assert await authenticator.viewer(bearer(secret)) is not viewer


async def test_the_secret_of_a_session_is_no_token_and_that_of_a_token_is_no_session(
    database_url: str, database: Database
) -> None:
    clock = Clock(datetime.now(UTC))
    authenticator = create_authenticator(database, clock)
    authenticator.is_current = lambda: True
    session = await add_session(database_url, Role.REGION, ["32.11"])
    token = await add_token(database_url, Role.REGION, ["32.11"])
    viewer = await authenticator.viewer(Credentials(session=session))
    assert (viewer.subject, viewer.role) == ("tester-REGION-32.11", Role.REGION)
    assert (await authenticator.viewer(bearer(token))).subject == "tester-REGION-32.11"
    with pytest.raises(TokenInvalid):
        await authenticator.viewer(bearer(session))
    with pytest.raises(SessionEnded):
        await authenticator.viewer(Credentials(session=token))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "x.y.z",
        "Bearer x.y.z",
        "Bearer simpul_",
        "Bearer simpul_unknown",
        "Bearer simpul_\0",
        "Bearer " + "x" * 8_193,
    ],
    ids=lambda text: text[:20],
)
async def test_any_other_authorization_is_never_public(
    database: Database, authorization: str
) -> None:
    authenticator = create_authenticator(database, Clock())
    with pytest.raises(TokenInvalid, match=r"^expected "):
        await authenticator.viewer(Credentials(authorization))
    assert authenticator.used_tokens == {}


async def test_a_signed_token_of_an_earlier_version_is_named_as_one(database: Database) -> None:
    authenticator = create_authenticator(database, Clock())
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"embedded"}').decode().rstrip("=")
    with pytest.raises(TokenInvalid) as refused:
        await authenticator.viewer(bearer(f"{header}.e30.c2lnbmF0dXJl"))
    assert refused.value.reason == (
        "expected a token on record, got a signed one of an earlier version: "
        "make a new one with `simpul token`"
    )
    for other in ("bnVsbA.e30.x", "e30.e30.x", "€.e30.x", "W1tb.e30.x"):
        with pytest.raises(TokenInvalid, match="that this instance issued"):
            await authenticator.viewer(bearer(other))


@pytest.mark.parametrize("drafts", [True, False])
async def test_a_follower_reads_drafts_only_if_its_right_says_so(
    database_url: str, database: Database, drafts: bool
) -> None:
    token = await add_token(database_url, Role.FOLLOWER, ["32.11"], drafts=drafts)
    viewer = await create_authenticator(database, Clock(datetime.now(UTC))).viewer(bearer(token))
    assert (viewer.role, viewer.drafts) == (Role.FOLLOWER, drafts)
