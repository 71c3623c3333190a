"""The watch of the audit: no withdrawal is missed, and memory counts only while it is read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import pytest
from sqlalchemy import delete
from sqlalchemy.engine import make_url

from engine.account import AuditAction, Right, SignInMethod
from engine.model import Role, Viewer
from hub.auth.access_watch import PAGE_ENTRIES, AccessWatch, AuditRestored
from hub.auth.authentication import USED_TOKENS_MOST, Authenticator
from hub.auth.credentials import Credentials, SessionCookie
from hub.auth.errors import AccessUnavailable, SessionEnded
from hub.auth.open_connections import OpenConnection, OpenConnections
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Instance
from resolvers.credential_acts import begin_session, create_token, end_session
from storage.access_token import find_token_by_id, record_token_uses
from storage.account_tables import AuditRow
from storage.audit import append_audit, newest_audit_number
from storage.database import SQLITE_READERS, Database
from tests.fixtures.credentials import HOUR, ensure_account
from tests.fixtures.eventually import eventually

RIGHT = Right(Role.REGION, frozenset({"32.11"}))
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Worker:
    """What one worker has for authentication, and how often it reads credentials."""

    instance: Instance
    viewers_most: int = 100
    reads: int = 0
    authenticator: Authenticator = field(init=False)
    connections: OpenConnections = field(init=False)
    watch: AccessWatch = field(init=False)

    def __post_init__(self) -> None:
        self.authenticator = Authenticator(
            self._database,
            lambda: SessionCookie(self.instance.identity),
            now,
            viewers_most=self.viewers_most,
        )
        self.connections = OpenConnections(self.authenticator)
        self.watch = AccessWatch(self.authenticator)
        self.watch.listen(self.connections.account_changed)

    def _database(self) -> Database:
        self.reads += 1
        return self.instance.database

    async def begin_session(self, account: str) -> tuple[str, Credentials]:
        """Return the id and the credentials of a new session."""
        async with self.instance.database.write() as session:
            await ensure_account(session, account, RIGHT, now())
            record, secret = await begin_session(
                session, now(), account, SignInMethod.PASSWORD, idle=HOUR, lifetime=HOUR
            )
        return record.id, Credentials(session=secret)

    async def end_session(self, account: str, id: str) -> None:
        async with self.instance.database.write() as session:
            assert await end_session(session, now(), None, account, id)


@asynccontextmanager
async def open_worker(database_url: str, viewers_most: int = 100) -> AsyncIterator[Worker]:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance:
        worker = Worker(instance, viewers_most)
        await worker.watch.read_new_entries(instance.database)
        yield worker


def _have_same_length(one: list[OpenConnection], other: list[str]) -> bool:
    return len(one) == len(other)


def ignore() -> None:
    pass


def connection_of(
    viewer: Viewer, credentials: Credentials, end: Callable[[str], None]
) -> OpenConnection:
    return OpenConnection(viewer, credentials, end, ignore)


async def test_no_withdrawal_is_missed_whenever_it_happens(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    """Connections are authenticated and opened while their session is withdrawn."""
    rng, withdrawals = random.Random(0), 4 * int(request.config.getoption("--seeds"))
    async with open_worker(database_url) as worker, asyncio.TaskGroup() as group:
        watching = group.create_task(worker.watch.run(worker.instance))
        for number in range(withdrawals):
            account = f"account-{number}"
            id, credentials = await worker.begin_session(account)
            opened: list[OpenConnection] = []
            ended: list[str] = []

            async def open_connection(
                delay: float,
                pause: float,
                credentials: Credentials = credentials,
                opened: list[OpenConnection] = opened,
                ended: list[str] = ended,
            ) -> None:
                await asyncio.sleep(delay)
                try:
                    viewer = await worker.authenticator.viewer(credentials)
                except SessionEnded:
                    return
                await asyncio.sleep(pause)
                connection = connection_of(viewer, credentials, ended.append)
                opened.append(connection)
                worker.connections.add(connection)

            opening = [
                group.create_task(open_connection(rng.uniform(0, 0.05), rng.uniform(0, 0.05)))
                for _ in range(20)
            ]
            await asyncio.sleep(rng.uniform(0, 0.05))
            await worker.end_session(account, id)
            worker.watch.wake()
            await asyncio.gather(*opening)
            await eventually(partial(_have_same_length, opened, ended))
            with pytest.raises(SessionEnded):
                await worker.authenticator.viewer(credentials)
        watching.cancel()


async def test_thousands_of_connections_with_one_session_are_checked_with_one_read(
    sqlite_database_url: str,
) -> None:
    async with open_worker(sqlite_database_url) as worker:
        id, credentials = await worker.begin_session("ani")
        await worker.watch.read_new_entries(worker.instance.database)
        viewer = await worker.authenticator.viewer(credentials)
        ended: list[str] = []
        for _ in range(2_000):
            worker.connections.add(connection_of(viewer, credentials, ended.append))
        assert worker.reads == 1  # none of them was checked, since the memory states the viewer
        await worker.begin_session("ani")  # another entry that concerns the account
        await worker.watch.read_new_entries(worker.instance.database)
        await eventually(lambda: worker.authenticator.is_viewer_known(credentials, viewer))
        assert (worker.reads, ended) == (2, [])
        await worker.end_session("ani", id)
        await worker.watch.read_new_entries(worker.instance.database)
        await eventually(lambda: len(ended) == 2_000)
        assert worker.reads == 3


async def test_all_new_entries_are_read_before_memory_counts_again(
    sqlite_database_url: str,
) -> None:
    async with open_worker(sqlite_database_url) as worker:
        id, credentials = await worker.begin_session("ani")
        await worker.watch.read_new_entries(worker.instance.database)
        await worker.authenticator.viewer(credentials)
        async with worker.instance.database.write() as session:
            for number in range(PAGE_ENTRIES):
                action = AuditAction.SIGNED_OUT
                await append_audit(session, now(), None, action, f"account-{number}")
        await worker.end_session("ani", id)
        await worker.watch.read_new_entries(worker.instance.database)
        with pytest.raises(SessionEnded):
            await worker.authenticator.viewer(credentials)


async def test_the_memory_and_its_index_of_accounts_are_bounded(sqlite_database_url: str) -> None:
    async with open_worker(sqlite_database_url, viewers_most=10) as worker:
        all_credentials = [
            (await worker.begin_session(f"account-{number}"))[1] for number in range(25)
        ]
        await worker.watch.read_new_entries(worker.instance.database)
        for credentials in all_credentials:
            await worker.authenticator.viewer(credentials)
        known = worker.authenticator.known
        assert (len(known), known.account_count, worker.reads) == (10, 10, 25)
        for credentials in all_credentials[15:]:
            await worker.authenticator.viewer(credentials)
        assert worker.reads == 25  # the newest are in memory
        for number in range(25):
            worker.authenticator.forget(f"account-{number}")
        assert (len(known), known.account_count) == (0, 0)


async def test_the_uses_of_tokens_that_wait_to_be_stored_are_bounded(
    sqlite_database_url: str,
) -> None:
    async with open_worker(sqlite_database_url) as worker:
        async with worker.instance.database.write() as session:
            await ensure_account(session, "budi", RIGHT, now())
            _, secret = await create_token(session, now(), None, "budi", "tests", HOUR)
        uses = worker.authenticator.used_tokens
        uses.update({f"token-{number}": NOW for number in range(USED_TOKENS_MOST)})
        await worker.authenticator.viewer(Credentials(f"Bearer {secret}"))
        assert len(uses) == USED_TOKENS_MOST


async def test_an_earlier_use_of_a_token_does_not_replace_a_later_one(database_url: str) -> None:
    async with open_worker(database_url) as worker, worker.instance.database.write() as session:
        await ensure_account(session, "budi", RIGHT, NOW)
        token, _ = await create_token(session, NOW, None, "budi", "tests", HOUR)
        minute = timedelta(minutes=1)
        for used_at in (NOW + 2 * minute, NOW + minute):
            await record_token_uses(session, {token.id: used_at, "token-unknown": used_at})
        stored = await find_token_by_id(session, token.id)
        assert stored is not None
        assert stored.last_used_at == NOW + 2 * minute


async def test_memory_does_not_count_while_the_database_does_not_answer(
    postgresql_url: str, postgresql_database_url: str
) -> None:
    name = make_url(postgresql_database_url).database
    async with open_worker(postgresql_database_url) as worker, asyncio.TaskGroup() as group:
        watching = group.create_task(worker.watch.run(worker.instance))
        _, credentials = await worker.begin_session("ani")
        await eventually(worker.watch.is_current)
        viewer = await worker.authenticator.viewer(credentials)
        await execute(
            postgresql_url,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        await eventually(lambda: not worker.watch.is_current())
        with pytest.raises(AccessUnavailable):
            await worker.authenticator.viewer(credentials)
        await execute(postgresql_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await eventually(worker.watch.is_current)
        assert await worker.authenticator.viewer(credentials) == viewer
        watching.cancel()


async def test_a_withdrawal_does_not_wait_for_operations_that_use_all_connections(
    sqlite_database_url: str,
) -> None:
    async with (
        open_worker(sqlite_database_url) as worker,
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        watching = group.create_task(worker.watch.run(worker.instance))
        id, credentials = await worker.begin_session("ani")
        await eventually(worker.watch.is_current)
        viewer = await worker.authenticator.viewer(credentials)
        for _ in range(SQLITE_READERS):
            session = await stack.enter_async_context(worker.instance.database.read())
            await newest_audit_number(session)
        await worker.end_session("ani", id)
        assert worker.authenticator.is_viewer_known(credentials, viewer)
        await eventually(
            lambda: not worker.authenticator.is_viewer_known(credentials, viewer), seconds=1
        )
        watching.cancel()


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_memory_no_longer_counts_after_a_backup_was_restored(
    sqlite_database_url: str,
) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        worker = Worker(instance)
        _, credentials = await worker.begin_session("account-ani")
        await worker.watch.read_new_entries(instance.database)
        await worker.authenticator.viewer(credentials)
        async with instance.database.write() as session:
            await session.execute(delete(AuditRow))
        for _ in range(2):
            with pytest.raises(AuditRestored, match="restart the server"):
                await worker.watch.read_new_entries(instance.database)
            await worker.begin_session("account-budi")  # the numbers catch up
