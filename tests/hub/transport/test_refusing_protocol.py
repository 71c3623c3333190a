"""The HTTP protocol while too many requests wait."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from hub.admission.request_queue import RequestQueue
from hub.transport.proxy_headers import TRUSTED_PROXIES, TrustedProxies
from hub.transport.refusing_protocol import PAUSE_SECONDS, QUEUE_EXTENSION
from hub.transport.request_limits import BoundedHttpProtocol

BODY = b'{"query":"{ a }"}'
POST = b"POST /graphql HTTP/1.1\r\nhost: simpul.test\r\ncontent-length: 17\r\n\r\n" + BODY
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin the execution at once, as `/graphql` does, and respond with the body."""
    body = await Request(scope, receive).body()
    if QUEUE_EXTENSION in scope["extensions"]:
        scope["extensions"][QUEUE_EXTENSION].begin()
    await PlainTextResponse(body or b"served")(scope, receive, send)


@asynccontextmanager
async def open_connection(
    queue: RequestQueue, proxies: TrustedProxies | None = None
) -> AsyncIterator[Connection]:
    protocol = type("Protocol", (BoundedHttpProtocol,), {"request_queue": queue})
    config = uvicorn.Config(application, http=protocol, lifespan="off", log_level="error")
    config.load()
    state = ServerState()
    app_state = {} if proxies is None else {TRUSTED_PROXIES: proxies}
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config, state, app_state), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def exchange(connection: Connection, request: bytes) -> tuple[int, dict[str, str], bytes]:
    reader, writer = connection
    writer.write(request)
    async with asyncio.timeout(5):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
    return int(head[9:12]), headers, body


def full_queue(address: str = "127.0.0.1") -> RequestQueue:
    queue = RequestQueue()
    for _ in range(200):
        queue.count_entered(address)
    return queue


def forwarded_post(address: str) -> bytes:
    return POST.replace(b"\r\n\r\n", f"\r\nx-forwarded-for: {address}\r\n\r\n".encode())


async def test_refuses_at_once_and_serves_the_next_request_on_the_connection() -> None:
    queue = full_queue()
    async with open_connection(queue) as connection:
        status, headers, body = await exchange(connection, POST)
        assert status == 503
        assert headers["retry-after"] in ("1", "2", "3")
        assert headers["content-type"] == "application/json; charset=utf-8"
        [error] = json.loads(body)["errors"]
        assert error["extensions"] == {
            "code": "SERVER_BUSY",
            "retryAfterSeconds": int(headers["retry-after"]),
        }
        for _ in range(200):
            queue.count_left("127.0.0.1")
        status, _, body = await exchange(connection, POST)
        assert (status, body) == (200, BODY)
    assert (queue.refused, queue.waiting) == (1, 0)


async def test_reads_no_more_of_a_refused_client_for_a_while() -> None:
    queue = full_queue()
    async with open_connection(queue) as connection:
        assert (await exchange(connection, POST))[0] == 503
        refused_at = time.monotonic()
        assert (await exchange(connection, POST))[0] == 503
        seconds = time.monotonic() - refused_at
    assert PAUSE_SECONDS * 0.95 < seconds < PAUSE_SECONDS * 3
    assert queue.refused == 2


async def test_a_connection_of_a_proxy_is_read_on_and_counted_by_client() -> None:
    queue = full_queue("203.0.113.7")
    async with open_connection(queue, TrustedProxies(["127.0.0.1"])) as connection:
        started_at = time.monotonic()
        assert (await exchange(connection, forwarded_post("203.0.113.7")))[0] == 503
        assert (await exchange(connection, forwarded_post("203.0.113.8")))[2] == BODY
        assert (await exchange(connection, forwarded_post("198.51.100.1, 203.0.113.7")))[0] == 503
        assert (await exchange(connection, POST))[2] == BODY  # of the proxy itself
        # Each of the two refusals would be followed by a pause.
        assert time.monotonic() - started_at < 2 * 0.95 * PAUSE_SECONDS
    assert (queue.refused, queue.waiting) == (2, 200)


async def test_pipelined_requests_of_a_proxy_are_counted_by_their_own_client() -> None:
    queue = full_queue("203.0.113.7")
    async with open_connection(queue, TrustedProxies(["127.0.0.1"])) as connection:
        visitors = [f"203.0.113.{number}" for number in (8, 9)]
        connection[1].write(b"".join(map(forwarded_post, visitors)))
        assert [(await exchange(connection, b""))[2] for _ in visitors] == [BODY, BODY]
    assert (queue.refused, queue.waiting) == (0, 200)


async def test_addresses_of_one_ipv6_network_are_one_client() -> None:
    queue = full_queue("2001:db8::/64")
    async with open_connection(queue, TrustedProxies(["127.0.0.1"])) as connection:
        assert (await exchange(connection, forwarded_post("2001:db8::5")))[0] == 503
        assert (await exchange(connection, forwarded_post("2001:db8:0:1::5")))[0] == 200


async def test_the_header_of_a_peer_that_is_no_proxy_does_not_count() -> None:
    queue = full_queue()
    async with open_connection(queue, TrustedProxies(["10.0.0.0/8"])) as connection:
        assert (await exchange(connection, forwarded_post("203.0.113.8")))[0] == 503


async def test_answers_in_the_media_type_that_the_client_accepts() -> None:
    request = POST.replace(b"\r\n\r\n", b"\r\naccept: application/graphql-response+json\r\n\r\n")
    async with open_connection(full_queue()) as connection:
        _, headers, _ = await exchange(connection, request)
    assert headers["content-type"] == "application/graphql-response+json; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/", 200),
        ("/assets/index.js", 200),
        ("/graphql", 200),  # the explorer
        ("/graphql?query={a}", 503),
        ("/sub/path/graphql?query={a}", 503),
        ("/unduh/32.11/aplikasi.csv", 503),
        ("/berkas", 503),
    ],
)
async def test_refuses_operations_and_files_but_no_page_and_no_health_check(
    path: str, status: int
) -> None:
    request = f"GET {path} HTTP/1.1\r\nhost: simpul.test\r\n\r\n".encode()
    async with open_connection(full_queue()) as connection:
        assert (await exchange(connection, request))[0] == status


async def test_a_client_that_sends_its_body_slowly_does_not_wait() -> None:
    queue = RequestQueue()
    async with open_connection(queue) as connection:
        connection[1].write(POST[:-1])
        await asyncio.sleep(0.02)
        assert queue.waiting == 0
        assert (await exchange(connection, POST[-1:]))[0] == 200
    assert queue.waiting == 0


async def test_pipelined_requests_are_answered_in_order() -> None:
    queue = RequestQueue()
    async with open_connection(queue) as connection:
        connection[1].write(POST.replace(BODY, b'{"query":"{ b }"}'))
        assert (await exchange(connection, POST))[2] == b'{"query":"{ b }"}'
        assert (await exchange(connection, b""))[2] == BODY
    assert queue.waiting == 0


async def test_a_handshake_behind_a_request_does_not_let_the_request_wait_twice() -> None:
    queue = RequestQueue()
    handshake = (
        b"GET /graphql HTTP/1.1\r\nhost: simpul.test\r\nupgrade: websocket\r\n"
        b"connection: upgrade\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    async with open_connection(queue) as (reader, writer):
        writer.write(POST + handshake)
        async with asyncio.timeout(5):
            await reader.read(1)
    assert queue.waiting == 0
