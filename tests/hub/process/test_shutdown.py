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
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul
from tests.hub.live import EVENTS, Client, Stream, client

pytestmark = pytest.mark.integration

GONE_SECONDS = 10
AT_ONCE_SECONDS = 5  # waiting for a request would take longer
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: simpul\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
QUESTION = json.dumps({"query": "{ __typename }"})
POST = (
    "POST /graphql HTTP/1.1\r\nHost: simpul\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(QUESTION)}\r\n\r\n"
)


@pytest.fixture
def hub(sqlite_database_url: str, simpul_process: StartSimpul) -> SimpulProcess:
    return simpul_process("serve", environment={"DATABASE_URL": sqlite_database_url})


def said(hub: SimpulProcess, text: str) -> socket.socket:
    """Return a connection that has sent this text, and waits."""
    port = httpx2.URL(hub.url).port
    assert port is not None
    opened = socket.create_connection(("127.0.0.1", port))
    opened.settimeout(GONE_SECONDS)
    opened.sendall(text.encode())
    return opened


def heard(opened: socket.socket) -> str:
    """Return everything that the server sends until it closes the connection."""
    parts = []
    while part := opened.recv(65_536):
        parts.append(part)
    return b"".join(parts).decode()


async def followed(viewer: Client) -> None:
    """Return once the server has exactly one subscriber and one socket."""

    async def counted() -> None:
        metrics = (await viewer.http.get(f"{viewer.url}/metrics")).text
        found = dict(re.findall(r"^simpul_(subscribers|sockets) (\S+)$", metrics, re.MULTILINE))
        assert found == {"subscribers": "1.0", "sockets": "1.0"}

    await eventually(counted)


async def closing(stream: Stream) -> tuple[int, str, float]:
    with pytest.raises(ConnectionClosed) as closed:
        await stream.socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason, time.monotonic()


async def test_sockets_are_closed_each_at_a_moment_of_its_own(hub: SimpulProcess) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        streams = [await sockets.enter_async_context(reader.listening(EVENTS)) for _ in range(60)]
        closings = asyncio.gather(*(closing(each) for each in streams))
        assert await asyncio.to_thread(hub.stop) == 0
        found = await closings
    assert {(code, reason) for code, reason, _ in found} == {(SERVICE_RESTART, RESTARTING)}
    moments = [moment for _, _, moment in found]
    assert max(moments) - min(moments) > 0.1
    assert "Traceback" not in hub.log.read_text()


async def test_who_asks_while_it_ends_is_answered_and_sent_away(hub: SimpulProcess) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        for _ in range(200):  # which take a second
            await sockets.enter_async_context(reader.listening(EVENTS))
        assert (await reader.http.get(f"{hub.url}/readyz")).status_code == 200
        upgrading = sockets.enter_context(said(hub, ""))
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.4)
        answer = await reader.http.get(f"{hub.url}/readyz")  # on the existing connection
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "draining": True})
        assert answer.headers["connection"] == "close"
        upgrading.sendall(UPGRADE.encode())
        refused = await asyncio.to_thread(heard, upgrading)
        assert refused.startswith("HTTP/1.1 503 Service Unavailable\r\n")
        assert "Retry-After: 1\r\n" in refused
        with pytest.raises(ConnectionRefusedError):
            said(hub, "")
        assert await asyncio.to_thread(hub.process.wait, GONE_SECONDS) == 0


async def test_a_request_in_flight_is_answered(hub: SimpulProcess) -> None:
    with said(hub, POST + QUESTION[:9]) as asking:
        await asyncio.sleep(0.2)
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert hub.process.poll() is None
        asking.sendall(QUESTION[9:].encode())
        answer = await asyncio.to_thread(heard, asking)
    assert answer.startswith("HTTP/1.1 200 OK\r\n")
    assert answer.endswith('{"data":{"__typename":"Query"}}')
    assert await asyncio.to_thread(hub.process.wait, GONE_SECONDS) == 0


async def test_no_client_delays_the_shutdown_for_long(hub: SimpulProcess) -> None:
    with said(hub, UPGRADE) as silent, said(hub, POST):
        assert b"101 Switching Protocols" in silent.recv(4096)
        began = time.monotonic()
        hub.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(hub.process.wait, GONE_SECONDS) == 0
        assert 7 < time.monotonic() - began < GONE_SECONDS  # the server waited for the request


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_it_at_once(hub: SimpulProcess, again: signal.Signals) -> None:
    with said(hub, UPGRADE) as silent, said(hub, POST):
        assert b"101 Switching Protocols" in silent.recv(4096)
        hub.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert hub.process.poll() is None
        hub.process.send_signal(again)
        assert await asyncio.to_thread(hub.process.wait, AT_ONCE_SECONDS) == 0


async def test_each_socket_leaves_one_line_in_the_log(hub: SimpulProcess) -> None:
    async with client(hub, Role.PROVINCE) as viewer:
        async with viewer.listening(EVENTS):
            await followed(viewer)
        lost = said(hub, UPGRADE)
        assert b"101 Switching Protocols" in lost.recv(4096)
        lost.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        lost.close()  # closes with a reset
        async with client(hub) as anyone, anyone.listening(EVENTS) as stream:
            await followed(viewer)
            await stream.socket.close(4999, "0812-3456-7890")
        async with viewer.listening(EVENTS) as stream:
            await followed(viewer)
            closed = asyncio.create_task(closing(stream))
            assert await asyncio.to_thread(hub.stop) == 0
            await closed
    ended = [line for line in hub.log.read_text().splitlines() if "socket ended" in line]
    rest = r"seconds=\d+\.\d role=(\w+) subject=(\S+) subscriptions=(\d) messages=(\d) bytes=(\d+)"
    line = rf'INFO: +socket ended code=(\d+) by=(\w+) reason="(.*)" {rest}'
    found = [re.fullmatch(line, each) for each in ended]
    assert [each and each.groups() for each in found] == [
        ("1000", "client", "", "PROVINCE", '"ani"', "1", "1", "25"),
        ("1006", "network", "", "PUBLIC", '"anonymous"', "0", "0", "0"),
        ("4999", "client", "", "PUBLIC", '"anonymous"', "1", "1", "25"),
        ("1012", "server", RESTARTING, "PROVINCE", '"ani"', "1", "1", "25"),
    ]
    assert "ey" + "J" not in hub.log.read_text()  # the first characters of every token
