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
from regions.directory import Endpoint
from regions.peer import PeerUnreachable, ProtocolError, RejectedByPeer
from tests.regions.hostile import (
    ACK,
    CLOSE,
    PROTOCOL,
    TEXT,
    Behaviour,
    Reader,
    Writer,
    drips,
    event,
    for_ever,
    framed,
    received,
    says,
    serving,
    shake_hands,
    text,
)
from tests.regions.impatient_peer import LATEST, SECONDS, Kind, opened


async def says_nothing(reader: Reader, writer: Writer) -> None:
    await for_ever()


async def closes_at_once(reader: Reader, writer: Writer) -> None:
    pass


async def never_acknowledges(reader: Reader, writer: Writer) -> None:
    await shake_hands(reader, writer)
    await for_ever()


async def speaks_no_protocol(reader: Reader, writer: Writer) -> None:
    await shake_hands(reader, writer, protocol="")
    writer.write(text(ACK))
    await for_ever()


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
        await received(reader)
        writer.write(framed(CLOSE, code.to_bytes(2, "big") + reason))
        await received(reader)

    return behave


NOT_OPENED: dict[str, tuple[Behaviour, Kind, str]] = {
    "silent": (says_nothing, PeerUnreachable, "^no connection within 0.4 seconds$"),
    "gone": (closes_at_once, PeerUnreachable, "^no connection: "),
    "drips headers": (
        drips(b"HTTP/1.1 101 " + b"x" * 1000, answers_http(b"")),
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
        drips(framed(TEXT, b" " * 1000 + ACK), shake_hands),
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
async def test_a_connection_that_is_none_fails_in_time(kind: str) -> None:
    behave, failure, reason = NOT_OPENED[kind]
    async with serving(behave) as endpoint:
        start = time.monotonic()
        with pytest.raises(failure, match=reason):
            async with opened(endpoint):
                pass
        assert time.monotonic() - start < LATEST


async def test_who_takes_no_connection_is_given_up() -> None:
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        for _ in range(4):  # the size of its queue, and one more
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(address)
        start = time.monotonic()
        with pytest.raises(PeerUnreachable, match="^no connection within 0.4 seconds$"):
            async with opened(Endpoint(f"ws://127.0.0.1:{address[1]}/", ("32.11",), private=True)):
                pass
        assert time.monotonic() - start < LATEST


async def test_who_has_no_tls_is_not_talked_to() -> None:
    asked = []

    async def behave(reader: Reader, writer: Writer) -> None:
        asked.append(await reader.read(1))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^no connection: .*(SSL|TLS)"):
            async with opened(replace(endpoint, url=endpoint.url.replace("ws:", "wss:"))):
                pass
    assert asked == [b"\x16"]  # a TLS handshake, and no token


async def test_an_address_of_our_own_network_is_not_even_connected_to() -> None:
    asked = []

    async def behave(reader: Reader, writer: Writer) -> None:
        asked.append(reader)

    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^the endpoint has no address that may be"):
            async with opened(replace(endpoint, private=False)):
                pass
    assert asked == []


async def test_a_redirect_leads_nowhere() -> None:
    asked = []

    async def canary(reader: Reader, writer: Writer) -> None:
        asked.append(reader)

    async with serving(canary) as elsewhere:
        to = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
        async with serving(answers_http(to.encode())) as endpoint:
            with pytest.raises(PeerUnreachable, match="^no connection: cannot follow redirect"):
                async with opened(endpoint):
                    pass
    assert asked == []


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def canary(reader: Reader, writer: Writer) -> None:
        asked.append(reader)

    async with serving(canary) as proxy, serving(says(event(b'{"a":1}'))) as endpoint:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with opened(endpoint) as peer:
            assert await peer.query("{ a }", {}, SECONDS) == {"a": 1}
    assert asked == []


async def test_an_address_that_is_silent_leaves_time_for_the_next() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with serving(says()) as endpoint:
        with socket.socket() as silent:
            silent.bind(("127.0.0.2", endpoint.port))
            silent.listen()
            named = replace(endpoint, url=f"ws://owner.example:{endpoint.port}/")
            start = time.monotonic()
            connection = await open_websocket(named, 2 * SECONDS, resolve=two)
            assert SECONDS <= time.monotonic() - start < LATEST
            assert connection.remote_address == ("127.0.0.1", endpoint.port)
            connection.transport.abort()
            await connection.wait_closed()


async def test_a_name_that_is_not_resolved_is_given_up() -> None:
    async def hangs(host: str, port: int) -> Sequence[str]:
        await for_ever()
        return []

    named = Endpoint("wss://owner.example/graphql", ("32.11",))
    start = time.monotonic()
    with pytest.raises(PeerUnreachable, match="^no connection: the name is not resolved in time$"):
        await open_websocket(named, SECONDS, resolve=hangs)
    assert time.monotonic() - start < LATEST


@pytest.mark.parametrize("holds", [None, "", "x" * 20_000, "rahasia\x00"])
async def test_without_its_token_it_does_not_connect(tmp_path: Path, holds: str | None) -> None:
    asked = []

    async def behave(reader: Reader, writer: Writer) -> None:
        asked.append(reader)

    secret = tmp_path / "token"
    if holds is not None:
        secret.write_text(holds)
    async with serving(behave) as endpoint:
        with pytest.raises(PeerUnreachable, match="^the token cannot be read: ") as raised:
            async with opened(replace(endpoint, token_file=secret)):
                pass
    assert asked == []
    assert "rahasia" not in str(raised.value)


async def test_the_token_is_shown_once_the_connection_stands(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("rahasia\n")
    messages: list[Any] = []

    async def behave(reader: Reader, writer: Writer) -> None:
        await shake_hands(reader, writer, protocol=PROTOCOL)
        messages.append(json.loads(await received(reader)))
        writer.write(text(ACK))
        messages.append(json.loads(await received(reader)))
        writer.write(text(b'{"type":"ping"}'))
        messages.append(json.loads(await received(reader)))
        writer.write(event(b'{"a":1}') + text(b'{"id":"1","type":"complete"}'))
        messages.append(json.loads(await received(reader)))

    async with (
        serving(behave) as endpoint,
        opened(replace(endpoint, token_file=secret)) as peer,
    ):
        assert await peer.query("query ($b: Int) { a }", {"b": 2}, SECONDS) == {"a": 1}
    asked = {"query": "query ($b: Int) { a }", "variables": {"b": 2}}
    assert messages == [
        {"type": "connection_init", "payload": {"authorization": "Bearer rahasia"}},
        {"id": "1", "type": "subscribe", "payload": asked},
        {"type": "pong"},
        {"id": "1", "type": "complete"},
    ]
