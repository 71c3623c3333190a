"""A server that starts refuses connections until it can answer, and holds its address alone."""

from __future__ import annotations

import asyncio
import socket

import asyncpg
import httpx2
import pytest

from hub.process.server import CannotListen, bind_sockets
from hub.settings import Settings
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul, free_port

pytestmark = pytest.mark.integration


def is_held(port: int) -> bool:
    """Whether a process has the port, even if it does not listen."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_server_that_starts_refuses_connections_until_it_can_answer(
    postgresql_database_url: str, simpul_process: StartSimpul, workers: int
) -> None:
    port = free_port()
    environment = {"DATABASE_URL": postgresql_database_url, "SIMPUL_WORKERS": str(workers)}
    lock = await asyncpg.connect(postgresql_database_url.replace("+asyncpg", "", 1))
    await lock.execute("BEGIN; LOCK TABLE instance")  # the application reads it as it starts
    starting = asyncio.create_task(
        asyncio.to_thread(simpul_process, "serve", port=port, environment=environment)
    )
    await eventually(lambda: is_held(port))
    for _ in range(5):
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) != 0
        await asyncio.sleep(0.05)
    await lock.execute("ROLLBACK")
    await lock.close()
    simpul = await starting
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{simpul.url}/healthz")).json() == {"alive": True}
    line = f"Simpul listens on http://localhost:{port}/"
    await eventually(lambda: line in simpul.log.read_text())


def test_an_address_has_one_server_even_before_it_listens() -> None:
    with bind_sockets(Settings(port=0))[0] as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotListen, match="Address already in use"):
            bind_sockets(Settings(port=port))


def test_connections_of_a_server_that_has_ended_do_not_keep_its_address() -> None:
    with bind_sockets(Settings(port=0))[0] as first:
        port = first.getsockname()[1]
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        first.listen()
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = first.accept()
        accepted.close()  # the side that closes first waits at the address
        client.close()
    assert is_held(port)
    with bind_sockets(Settings(port=port))[0] as second:
        with pytest.raises(CannotListen):
            bind_sockets(Settings(port=port))
        second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        second.listen()
        with pytest.raises(CannotListen):
            bind_sockets(Settings(port=port))
