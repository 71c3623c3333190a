"""Graceful shutdown: it cuts off no response, ends soon, and spreads the reconnecting clients."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import time
from contextlib import AsyncExitStack

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from engine.model import Role
from hub.transport.websocket_protocol import RESTARTING, SERVICE_RESTART
from storage.secret import TOKEN_PREFIX
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul
from tests.hub.live_client import EVENTS, Client, Stream, client

pytestmark = pytest.mark.integration

SHUTDOWN_SECONDS = 10
IMMEDIATE_SECONDS = 5  # waiting for a request would take longer
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: simpul\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
BODY = json.dumps({"query": "{ __typename }"})
POST = (
    "POST /graphql HTTP/1.1\r\nHost: simpul\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
)


@pytest.fixture
def hub(sqlite_database_url: str, simpul_process: StartSimpul) -> SimpulProcess:
    return simpul_process("serve", environment={"DATABASE_URL": sqlite_database_url})


def connect_and_send(hub: SimpulProcess, text: str) -> socket.socket:
    """Return a connection that has sent this text, and waits."""
    port = httpx2.URL(hub.url).port
    assert port is not None
    connection = socket.create_connection(("127.0.0.1", port))
    connection.settimeout(SHUTDOWN_SECONDS)
    connection.sendall(text.encode())
    return connection


def receive_all(connection: socket.socket) -> str:
    """Return everything that the server sends until it closes the connection."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts).decode()


async def wait_until_subscribed(viewer: Client) -> None:
    """Return once the server has exactly one subscriber and one socket."""

    async def counted() -> None:
        metrics = (await viewer.http.get(f"{viewer.url}/metrics")).text
        counts = dict(re.findall(r"^simpul_(subscribers|sockets) (\S+)$", metrics, re.MULTILINE))
        assert counts == {"subscribers": "1.0", "sockets": "1.0"}

    await eventually(counted)


async def wait_until_closed(stream: Stream) -> tuple[int, str, float]:
    with pytest.raises(ConnectionClosed) as closure:
        await stream.socket.recv()
    assert closure.value.rcvd is not None
    return closure.value.rcvd.code, closure.value.rcvd.reason, time.monotonic()


async def test_sockets_are_closed_at_different_moments(hub: SimpulProcess) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        streams = [await sockets.enter_async_context(reader.listening(EVENTS)) for _ in range(60)]
        closings = asyncio.gather(*(wait_until_closed(stream) for stream in streams))
        assert await asyncio.to_thread(hub.stop) == 0
        closures = await closings
    assert {(code, reason) for code, reason, _ in closures} == {(SERVICE_RESTART, RESTARTING)}
    moments = [moment for _, _, moment in closures]
    assert max(moments) - min(moments) > 0.1
    assert "Traceback" not in hub.log.read_text()


async def test_a_request_during_shutdown_is_answered_and_its_connection_closed(
    hub: SimpulProcess,
) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        for _ in range(200):  # which take a second
            await sockets.enter_async_context(reader.listening(EVENTS))
        assert (await reader.http.get(f"{hub.url}/readyz")).status_code == 200
        upgrading = sockets.enter_context(connect_and_send(hub, ""))
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.4)
        answer = await reader.http.get(f"{hub.url}/readyz")  # on the existing connection
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "draining": True})
        assert answer.headers["connection"] == "close"
        upgrading.sendall(UPGRADE.encode())
        refused = await asyncio.to_thread(receive_all, upgrading)
        assert refused.startswith("HTTP/1.1 503 Service Unavailable\r\n")
        assert "Retry-After: 1\r\n" in refused
        with pytest.raises(ConnectionRefusedError):
            connect_and_send(hub, "")
        assert await asyncio.to_thread(hub.process.wait, SHUTDOWN_SECONDS) == 0


async def test_a_request_in_flight_is_answered(hub: SimpulProcess) -> None:
    with connect_and_send(hub, POST + BODY[:9]) as connection:
        await asyncio.sleep(0.2)
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert hub.process.poll() is None
        connection.sendall(BODY[9:].encode())
        answer = await asyncio.to_thread(receive_all, connection)
    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert answer.endswith('{"data":{"__typename":"Query"}}')
    assert await asyncio.to_thread(hub.process.wait, SHUTDOWN_SECONDS) == 0


async def test_no_client_delays_the_shutdown_for_long(hub: SimpulProcess) -> None:
    with connect_and_send(hub, UPGRADE) as silent, connect_and_send(hub, POST):
        assert b"101 Switching Protocols" in silent.recv(4096)
        start = time.monotonic()
        hub.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(hub.process.wait, SHUTDOWN_SECONDS) == 0
        assert 7 < time.monotonic() - start < SHUTDOWN_SECONDS  # the server waited for the request


@pytest.mark.parametrize("second_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_it_at_once(
    hub: SimpulProcess, second_signal: signal.Signals
) -> None:
    with connect_and_send(hub, UPGRADE) as silent, connect_and_send(hub, POST):
        assert b"101 Switching Protocols" in silent.recv(4096)
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert hub.process.poll() is None
        hub.process.send_signal(second_signal)
        assert await asyncio.to_thread(hub.process.wait, IMMEDIATE_SECONDS) == 0


async def test_each_socket_leaves_one_line_in_the_log(hub: SimpulProcess) -> None:
    async with client(hub, Role.PROVINCE) as viewer:
        async with viewer.listening(EVENTS):
            await wait_until_subscribed(viewer)
        reset_connection = connect_and_send(hub, UPGRADE)
        assert b"101 Switching Protocols" in reset_connection.recv(4096)
        reset_connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        reset_connection.close()  # closes with a reset
        async with client(hub) as anyone, anyone.listening(EVENTS) as stream:
            await wait_until_subscribed(viewer)
            await stream.socket.close(4999, "0812-3456-7890")
        async with viewer.listening(EVENTS) as stream:
            await wait_until_subscribed(viewer)
            closure = asyncio.create_task(wait_until_closed(stream))
            assert await asyncio.to_thread(hub.stop) == 0
            await closure
    ended = [line for line in hub.log.read_text().splitlines() if "socket ended" in line]
    totals = (
        r"seconds=\d+\.\d role=(\w+) subject=(\S+) subscriptions=(\d) messages=(\d) bytes=(\d+)"
    )
    pattern = rf'INFO: +socket ended code=(\d+) by=(\w+) reason="(.*)" {totals}'
    matches = [re.fullmatch(pattern, line) for line in ended]
    assert [match and match.groups() for match in matches] == [
        ("1000", "client", "", "PROVINCE", '"ani-province"', "1", "1", "25"),
        ("1006", "network", "", "PUBLIC", '"anonymous"', "0", "0", "0"),
        ("4999", "client", "", "PUBLIC", '"anonymous"', "1", "1", "25"),
        ("1012", "server", RESTARTING, "PROVINCE", '"ani-province"', "1", "1", "25"),
    ]
    assert TOKEN_PREFIX not in hub.log.read_text()
