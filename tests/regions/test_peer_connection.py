"""Connecting to an owner: the address, the token, and failures within the time limits."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regions.connection import open_websocket
from regions.endpoint_directory import Endpoint
from regions.peer import PeerUnreachable, ProtocolError, RejectedByPeer
from tests.regions.hostile_server import (
    ACK,
    CLOSE,
    PROTOCOL,
    TEXT,
    Behaviour,
    Reader,
    Writer,
    answer_with,
    build_frame,
    drip_content,
    event_frame,
    receive_frame,
    serving,
    shake_hands,
    text_frame,
    wait_forever,
)
from tests.regions.impatient_peer import LATEST_SECONDS, SECONDS, FailureType, open_peer


async def says_nothing(reader: Reader, writer: Writer) -> None:
    await wait_forever()


async def closes_at_once(reader: Reader, writer: Writer) -> None:
    pass


async def never_acknowledges(reader: Reader, writer: Writer) -> None:
    await shake_hands(reader, writer)
    await wait_forever()


async def speaks_no_protocol(reader: Reader, writer: Writer) -> None:
    await shake_hands(reader, writer, protocol="")
    writer.write(text_frame(ACK))
    await wait_forever()


async def is_an_endless_page(reader: Reader, writer: Writer) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"<p>" * 10_000)
        await writer.drain()


def answers_http(content: bytes) -> Behaviour:
    async def behave(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(content)
        await writer.drain()

    return behave


def closes_with(code: int, reason: bytes = b"") -> Behaviour:
    """Close the connection instead of acknowledging it."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await shake_hands(reader, writer)
        await receive_frame(reader)
        writer.write(build_frame(CLOSE, code.to_bytes(2, "big") + reason))
        await receive_frame(reader)

    return behave


NOT_OPENED: dict[str, tuple[Behaviour, FailureType, str]] = {
    "silent": (says_nothing, PeerUnreachable, "^no connection within 0.4 seconds$"),
    "gone": (closes_at_once, PeerUnreachable, "^no connection: "),
    "drips headers": (
        drip_content(b"HTTP/1.1 101 " + b"x" * 1000, answers_http(b"")),
        PeerUnreachable,
        "^no connection within 0.4 seconds$",
    ),
    "garbage": (
        answers_http(b"\x00\xff" * 5000 + b"\r\n\r\n"),
        PeerUnreachable,
        "^no connection: ",
    ),
    "endless headers": (
        answers_http(b"HTTP/1.1 101 X\r\n" + b"a: b\r\n" * 100_000),
        PeerUnreachable,
        "^no connection: ",
    ),
    "an endless page": (is_an_endless_page, PeerUnreachable, "^no connection"),
    "an error": (
        answers_http(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
        PeerUnreachable,
        "^no connection: server rejected WebSocket connection: HTTP 503$",
    ),
    "another protocol": (
        speaks_no_protocol,
        ProtocolError,
        "^expected the protocol graphql-transport-ws, got none$",
    ),
    "no acknowledgement": (
        never_acknowledges,
        PeerUnreachable,
        "^no acknowledgement within 0.4 seconds$",
    ),
    "drips the acknowledgement": (
        drip_content(build_frame(TEXT, b" " * 1000 + ACK), shake_hands),
        PeerUnreachable,
        "^no acknowledgement within 0.4 seconds$",
    ),
    "unauthorized": (
        closes_with(4401, b"who\x07?"),
        RejectedByPeer,
        r"^closed with 4401: who\?\?$",
    ),
    "forbidden": (closes_with(4403), RejectedByPeer, "^closed with 4403: $"),
    "full": (closes_with(4429, b"later"), PeerUnreachable, "^closed with 4429: later$"),
    "restarts": (closes_with(1012), PeerUnreachable, "^closed with 1012: $"),
}


@pytest.mark.parametrize("kind", NOT_OPENED)
async def test_a_connection_that_does_not_open_fails_in_time(kind: str) -> None:
    behave, failure, reason = NOT_OPENED[kind]
    async with serving(behave) as endpoint:
        start = time.monotonic()
        with pytest.raises(failure, match=reason):
            async with open_peer(endpoint):
                pass
        assert time.monotonic() - start < LATEST_SECONDS


async def test_a_server_that_accepts_no_connection_is_given_up() -> None:
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        for _ in range(4):  # the size of its queue, and one more
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.connect(address)
        start = time.monotonic()
        with pytest.raises(PeerUnreachable, match="^no connection within 0.4 seconds$"):
            async with open_peer(
                Endpoint(f"ws://127.0.0.1:{address[1]}/", ("32.11",), private=True)
            ):
                pass
        assert time.monotonic() - start < LATEST_SECONDS


async def test_a_server_without_tls_gets_no_token() -> None:
    first_bytes = []

    async def behave(reader: Reader, writer: Writer) -> None:
        first_bytes.append(await reader.read(1))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^no connection: .*(SSL|TLS)"):
            async with open_peer(replace(endpoint, url=endpoint.url.replace("ws:", "wss:"))):
                pass
    assert first_bytes == [b"\x16"]  # a TLS handshake, and no token


async def test_an_address_of_our_own_network_is_not_even_connected_to() -> None:
    connections = []

    async def behave(reader: Reader, writer: Writer) -> None:
        connections.append(reader)

    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^the endpoint has no address that may be"):
            async with open_peer(replace(endpoint, private=False)):
                pass
    assert connections == []


async def test_a_redirect_leads_nowhere() -> None:
    connections = []

    async def canary(reader: Reader, writer: Writer) -> None:
        connections.append(reader)

    async with serving(canary) as elsewhere:
        redirect = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        async with serving(answers_http(redirect.encode())) as endpoint:
            with pytest.raises(PeerUnreachable, match="^no connection: cannot follow redirect"):
                async with open_peer(endpoint):
                    pass
    assert connections == []


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = []

    async def canary(reader: Reader, writer: Writer) -> None:
        connections.append(reader)

    async with serving(canary) as proxy, serving(answer_with(event_frame(b'{"a":1}'))) as endpoint:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with open_peer(endpoint) as peer:
            assert await peer.query("{ a }", {}, SECONDS) == {"a": 1}
    assert connections == []


async def test_an_address_that_is_silent_leaves_time_for_the_next() -> None:
    async def resolve_to_two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with serving(answer_with()) as endpoint:
        with socket.socket() as silent:
            silent.bind(("127.0.0.2", endpoint.port))
            silent.listen()
            named = replace(endpoint, url=f"ws://owner.example:{endpoint.port}/")
            start = time.monotonic()
            connection = await open_websocket(named, 2 * SECONDS, resolve=resolve_to_two)
            assert SECONDS <= time.monotonic() - start < LATEST_SECONDS
            assert connection.remote_address == ("127.0.0.1", endpoint.port)
            connection.transport.abort()
            await connection.wait_closed()


async def test_a_name_that_is_not_resolved_is_given_up() -> None:
    async def hangs(host: str, port: int) -> Sequence[str]:
        await wait_forever()
        return []

    named = Endpoint("wss://owner.example/graphql", ("32.11",))
    start = time.monotonic()
    with pytest.raises(PeerUnreachable, match="^no connection: the name is not resolved in time$"):
        await open_websocket(named, SECONDS, resolve=hangs)
    assert time.monotonic() - start < LATEST_SECONDS


@pytest.mark.parametrize("content", [None, "", "x" * 20_000, "rahasia\x00"])
async def test_without_its_token_it_does_not_connect(tmp_path: Path, content: str | None) -> None:
    connections = []

    async def behave(reader: Reader, writer: Writer) -> None:
        connections.append(reader)

    secret = tmp_path / "token"
    if content is not None:
        secret.write_text(content)
    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^the token cannot be read: ") as raised:
            async with open_peer(replace(endpoint, token_file=secret)):
                pass
    assert connections == []
    assert "rahasia" not in str(raised.value)


async def test_the_token_is_sent_once_the_connection_is_open(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("rahasia\n")
    messages: list[Any] = []

    async def behave(reader: Reader, writer: Writer) -> None:
        await shake_hands(reader, writer, protocol=PROTOCOL)
        messages.append(json.loads(await receive_frame(reader)))
        writer.write(text_frame(ACK))
        messages.append(json.loads(await receive_frame(reader)))
        writer.write(text_frame(b'{"type":"ping"}'))
        messages.append(json.loads(await receive_frame(reader)))
        writer.write(event_frame(b'{"a":1}') + text_frame(b'{"id":"1","type":"complete"}'))
        messages.append(json.loads(await receive_frame(reader)))

    async with (
        serving(behave) as endpoint,
        open_peer(replace(endpoint, token_file=secret)) as peer,
    ):
        assert await peer.query("query ($b: Int) { a }", {"b": 2}, SECONDS) == {"a": 1}
    operation = {"query": "query ($b: Int) { a }", "variables": {"b": 2}}
    assert messages == [
        {"type": "connection_init", "payload": {"authorization": "Bearer rahasia"}},
        {"id": "1", "type": "subscribe", "payload": operation},
        {"type": "pong"},
        {"id": "1", "type": "complete"},
    ]
