"""The HTTP protocol while too many requests wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from hub.admission.request_queue import RequestQueue
from hub.transport.refusing_protocol import QUEUE_EXTENSION
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
async def open_connection(queue: RequestQueue) -> AsyncIterator[Connection]:
    protocol = type("Protocol", (BoundedHttpProtocol,), {"request_queue": queue})
    config = uvicorn.Config(application, http=protocol, lifespan="off", log_level="error")
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config, state, {}), "127.0.0.1", 0
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


def full_queue() -> RequestQueue:
    queue = RequestQueue()
    for _ in range(200):
        queue.count_entered("127.0.0.1")
    return queue


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
