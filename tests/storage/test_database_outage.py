"""A database that is away, a server with TLS, and several hosts of which one serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from resolvers.outage import OutageReporter
from resolvers.problems import Unavailable
from storage.database import Database, WriteInReadSession
from storage.database_outage import is_lock_busy, is_outage, outage_reason
from storage.postgresql_driver import DatabaseUnreachable
from tests.fixtures.certificates import create_self_signed_certificate
from tests.fixtures.postgresql import PostgresqlServer, start_postgresql
from tests.fixtures.processes import free_port

HOST_NAMES = ("simpul.test",)
TLS_SETTINGS = {
    "ssl": "on",
    "ssl_cert_file": "{folder}/server.pem",
    "ssl_key_file": "{folder}/server.key",
}


@pytest.fixture(scope="module")
def certificate() -> tuple[bytes, bytes]:
    return create_self_signed_certificate(HOST_NAMES)


@pytest.fixture(scope="module")
def server(certificate: tuple[bytes, bytes]) -> Iterator[PostgresqlServer]:
    files = {"server.pem": certificate[0], "server.key": certificate[1]}
    with start_postgresql(TLS_SETTINGS, files) as started:
        yield started


async def read_value(url: str, query: str) -> object:
    database = Database(url)
    try:
        async with database.read() as session:
            return await session.scalar(text(query))
    finally:
        await database.close()


async def test_the_servers_certificate_is_verified(
    server: PostgresqlServer, certificate: tuple[bytes, bytes], tmp_path: Path
) -> None:
    own, other = tmp_path / "own ca.pem", tmp_path / "other.pem"
    own.write_bytes(certificate[0])
    other.write_bytes(create_self_signed_certificate(HOST_NAMES)[0])
    in_use = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    secure = f"{server.url}?sslmode=verify-full&sslrootcert="
    assert await read_value(f"{secure}{own}".replace(" ", "%20"), in_use) is True
    with pytest.raises(DatabaseUnreachable, match="certificate verify failed"):
        await read_value(f"{secure}{other}", in_use)


async def test_the_first_of_several_hosts_that_serves_and_fits_is_used(
    server: PostgresqlServer,
) -> None:
    hosts = f"@127.0.0.1:{free_port()},127.0.0.1:"
    url = server.url.replace("@127.0.0.1:", hosts)
    name = "SELECT current_setting('application_name')"
    primary = "target_session_attrs=primary&application_name=dinding"
    assert await read_value(f"{url}?{primary}", name) == "dinding"
    assert await read_value(f"{url}?target_session_attrs=prefer-standby", name) == "simpul"
    with pytest.raises(DatabaseUnreachable, match="None of the hosts match"):
        await read_value(f"{url}?target_session_attrs=standby", name)


async def test_a_server_that_is_away_is_unavailable_until_it_is_back(
    server: PostgresqlServer, caplog: pytest.LogCaptureFixture
) -> None:
    database, reporter = Database(server.url), OutageReporter()
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
        server.kill()
        with pytest.raises(DBAPIError) as lost:  # on a connection that is open
            await session.execute(text("SELECT pg_sleep(5)"))
    with pytest.raises(DatabaseUnreachable) as away:
        async with database.read() as session:
            await session.execute(text("SELECT 1"))
    refusals = [reporter.unavailable_for(error.value) for error in (lost, away)]
    assert [type(refusal) for refusal in refusals] == [Unavailable, Unavailable]
    assert refusals[0] is not None
    assert refusals[0].extensions == {"code": "UNAVAILABLE", "retryAfterSeconds": 5}
    server.restart()
    async with database.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()
    lines = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [(line.name, line.exc_info) for line in lines] == [("resolvers.outage", None)]


async def test_a_server_that_does_not_respond_is_unavailable_on_old_connections_too(
    server: PostgresqlServer,
) -> None:
    passing = asyncio.Event()
    connections: list[asyncio.Task[None] | None] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while data := await reader.read(4096):
                await passing.wait()
                writer.write(data)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.current_task())
        host = make_url(server.url)
        server_reader, server_writer = await asyncio.open_connection(host.host, host.port)
        both_ways = (forward(reader, server_writer), forward(server_reader, writer))
        await asyncio.gather(*both_ways, return_exceptions=True)
        for used in (writer, server_writer):
            with suppress(ConnectionError):
                await used.wait_closed()

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        url = make_url(server.url).set(port=port, query={"connect_timeout": "1"})
        database = Database(url.render_as_string(hide_password=False), statement_seconds=0.2)
        passing.set()
        async with database.read() as session:
            assert await session.scalar(text("SELECT 1")) == 1
        passing.clear()
        with pytest.raises(DatabaseUnreachable) as away:
            async with database.read():
                pass
        passing.set()
        async with database.read() as session:
            assert await session.scalar(text("SELECT 2")) == 2
        await database.close()
        await asyncio.gather(*filter(None, connections))
    assert is_outage(away.value)


async def test_a_locked_sqlite_is_unavailable_for_the_moment(sqlite_database_url: str) -> None:
    holder, waiter = Database(sqlite_database_url), Database(sqlite_database_url)
    async with holder.write() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError) as locked:
            async with waiter.write_reserved() as waiting:
                await waiting.execute(text("SELECT 1"))
    await holder.close()
    await waiter.close()
    assert is_outage(locked.value)
    assert is_lock_busy(locked.value)


async def test_a_statement_that_is_wrong_stays_a_bug(database_url: str) -> None:
    with pytest.raises(DBAPIError) as wrong:
        await read_value(database_url, "SELECT none FROM nowhere")
    assert not is_outage(wrong.value)
    assert OutageReporter().unavailable_for(wrong.value) is None
    assert outage_reason(wrong.value) == "an error, which the log describes"


async def test_a_write_in_a_session_that_reads_stays_a_bug(database_url: str) -> None:
    with pytest.raises(WriteInReadSession) as refused:
        await read_value(database_url, "UPDATE instance SET arrival_head = 7")
    assert not is_outage(refused.value)
