"""Health checks, and what follows changes, when readers hold all connections or writes fail."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx2

from engine.account import AuditAction
from hub.app import create_app
from hub.auth.access_watch import AccessWatch
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.instance import open_instance
from hub.settings import Settings
from storage.audit import append_audit, newest_audit_number
from storage.database import POSTGRESQL_CONNECTIONS, SQLITE_READERS, Database
from storage.database_address import SqliteFile
from storage.write_probe import WriteProbe, write_probe_row

BROKER = {"kind": "memory", "state": "ok"}
REGION = '{ region(code: "32") { name } }'


@asynccontextmanager
async def open_client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(Settings(SIMPUL_DATABASE_URL=url))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://simpul.test") as client,
    ):
        yield client


async def hold_readers(database: Database, stack: AsyncExitStack) -> None:
    """Hold all connections of the readers until the stack is left."""
    is_sqlite = isinstance(database.address, SqliteFile)
    for _ in range(SQLITE_READERS if is_sqlite else POSTGRESQL_CONNECTIONS):
        session = await stack.enter_async_context(database.read())
        await newest_audit_number(session)


async def test_readers_that_hold_all_connections_delay_no_tail_watch_or_probe(
    database_url: str,
) -> None:
    writer = Database(database_url)
    async with (
        open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance,
        AsyncExitStack() as stack,
    ):
        authenticator = Authenticator(
            lambda: instance.database,
            lambda: SessionCookie(instance.identity),
            lambda: datetime.now(UTC),
        )
        watch, seen = AccessWatch(authenticator), []
        watch.listen(lambda entry: seen.append(entry.account))
        await watch.read_new_entries(instance.database)
        await hold_readers(instance.database, stack)
        async with writer.write() as session:
            await append_audit(
                session, datetime.now(UTC), None, AuditAction.SESSION_ENDED, "account-ani"
            )
        async with asyncio.timeout(1):
            await watch.read_new_entries(instance.database)
            await instance.tail.read_new_arrivals()
            await WriteProbe().check_writable(instance.database)
        assert seen == ["account-ani"]
        assert instance.tail.counts.queries == 1
    await writer.close()


async def test_a_database_whose_disk_is_full_is_not_ready_until_there_is_room(
    sqlite_database_url: str,
) -> None:
    async with open_client(sqlite_database_url) as client:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        # No file of this process may grow, which SQLite meets like a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            full = await client.get("/readyz")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        ready = await client.get("/readyz")
    assert full.status_code == 503
    assert full.json() == {
        "ready": False,
        "database": "not writable",
        "reason": "its disk does not work, or is full",
        "broker": BROKER,
    }
    assert ready.json() == {"ready": True, "database": "ok", "arrival": 0, "broker": BROKER}


async def test_a_read_only_postgresql_is_not_ready(postgresql_database_url: str) -> None:
    url = f"{postgresql_database_url}?options=-c%20default_transaction_read_only%3Don"
    async with open_client(url) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {
            "ready": False,
            "database": "not writable",
            "reason": "it is read-only",
            "broker": BROKER,
        },
    )


async def test_a_lock_that_another_writer_holds_is_no_failure(database_url: str) -> None:
    writer, database = Database(database_url), Database(database_url)
    await WriteProbe().check_writable(database)
    async with writer.write_reserved() as session:
        await write_probe_row(session)
        async with asyncio.timeout(1):
            await WriteProbe().check_writable(database)
    await writer.close()
    await database.close()


async def test_a_write_that_succeeded_counts_for_a_while(database_url: str) -> None:
    database, probe = Database(database_url), WriteProbe(seconds=60)
    await asyncio.gather(*(probe.check_writable(database) for _ in range(5)))
    await database.close()
    assert probe.writes == 1
