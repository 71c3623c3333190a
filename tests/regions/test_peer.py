"""Everything that an owner may send on a connection: each failure has its kind, and is in time."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from engine.model import Role
from regions.directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer
from tests.fixtures.processes import StartSimpul
from tests.hub.live import client
from tests.regions.hostile import (
    PING,
    TEXT,
    Behaviour,
    Reader,
    Writer,
    begin,
    drips,
    event,
    for_ever,
    framed,
    received,
    repeats,
    says,
    serving,
    text,
)
from tests.regions.impatient_peer import LATEST, SECONDS, Kind, opened, read
from tests.regions.instances import Place
from tests.regions.test_peer_connection import closes_with


async def closes_midway(reader: Reader, writer: Writer) -> None:
    await begin(reader, writer)
    writer.write(event(b"{}") + event(b"{}")[:10])
    await writer.drain()


def error(payload: str) -> bytes:
    return text(f'{{"id":"1","type":"error","payload":{payload}}}'.encode())


WRONG: dict[str, tuple[Behaviour, Kind, str]] = {
    "never answers": (says(), PeerUnreachable, "^nothing came for 0.4 seconds$"),
    "drips": (
        drips(framed(TEXT, b" " * 100_000), begin),
        PeerUnreachable,
        "^nothing came for 0.4 seconds$",
    ),
    "closes midway": (closes_midway, PeerUnreachable, "^the connection was lost$"),
    "no frames": (says(b"\xff" * 100), ProtocolError, "^what came is no WebSocket's: "),
    "masked": (
        says(bytes([0x81, 0x80, 1, 2, 3, 4])),
        ProtocolError,
        "^what came is no WebSocket's",
    ),
    "no JSON": (says(text(b"<html>\x1b[2J")), ProtocolError, r"^expected JSON, got b'<html>\\x1b"),
    "cut JSON": (says(text(b'{"id":"1",')), ProtocolError, "^expected JSON, got "),
    "no UTF-8": (says(text(b'"\xff"')), ProtocolError, "^expected JSON, got "),
    "no object": (says(text(b"[1,2]")), ProtocolError, r"^expected a message, got \[1, 2\]$"),
    "null": (says(text(b"null")), ProtocolError, "^expected a message, got None$"),
    "no type": (says(text(b"{}")), ProtocolError, "^expected a message of the protocol, got None$"),
    "type of text": (says(text(b'{"type":[]}')), ProtocolError, r"of the protocol, got \[\]$"),
    "the old protocol": (says(text(b'{"type":"ka"}')), ProtocolError, "of the protocol, got 'ka'$"),
    "an id of numbers": (
        says(text(b'{"id":1,"type":"next"}')),
        ProtocolError,
        "^expected an id as text, got 1$",
    ),
    "no payload": (
        says(text(b'{"id":"1","type":"next"}')),
        ProtocolError,
        "^expected a result, got None$",
    ),
    "a list as payload": (
        says(text(b'{"id":"1","type":"next","payload":[' + b"[]," * 9999 + b"0]}")),
        ProtocolError,
        r"^expected a result, got \[\[\], \[\], \[\], \[\], \.\.\.\]$",
    ),
    "data of text": (says(event(b'"x"')), ProtocolError, "^expected data, got 'x'$"),
    "no data": (says(event(b"null")), ProtocolError, "^expected data, got None$"),
    "deep": (says(event(b"[" * 33 + b"]" * 33)), ProtocolError, "^expected JSON at most 32 deep"),
    "very deep": (says(text(b"[" * 100_000)), ProtocolError, "^expected JSON at most 32 deep"),
    "many values": (
        says(event(b"[" + b"1," * 200_000 + b"1]")),
        ProtocolError,
        "^expected at most 150000 values in a message, got more$",
    ),
    "too long": (says(b"\x81\x7f" + (2**40).to_bytes(8, "big")), ProtocolError, "no WebSocket's"),
    "for others": (
        repeats(event(b"{}", id=9) * 100),
        ProtocolError,
        "^expected answers to what was",
    ),
    "ping upon ping": (
        repeats(text(b'{"type":"ping"}') * 100),
        ProtocolError,
        "^expected answers to what was asked, got others$",
    ),
    "pings of the WebSocket": (
        repeats(framed(PING, b"x" * 125) * 100),
        PeerUnreachable,
        "^nothing came for 0.4 seconds$",
    ),
    "an error": (
        says(error('[{"message":"no\\u0000","extensions":{"code":"FORBIDDEN"}},{}]')),
        RejectedByPeer,
        r"^FORBIDDEN: no\?$",
    ),
    "an error as object": (says(error('{"message":"boom"}')), RejectedByPeer, "^error: boom$"),
    "an error as text": (says(error('"boom"')), RejectedByPeer, "^'boom'$"),
    "errors of nothing": (says(error("[]")), RejectedByPeer, r"^\[\]$"),
    "an error of odd types": (
        says(error('[{"message":{"a":[1]},"extensions":{"code":[1]}}]')),
        RejectedByPeer,
        r"^error: \{'a': \[1\]\}$",
    ),
    "a long error": (
        says(error(f'[{{"message":"{"m" * 100_000}","extensions":{{"code":"{"C" * 99_999}"}}}}]')),
        RejectedByPeer,
        f"^{'C' * 64}: {'m' * 134}…$",
    ),
    "errors beside data": (
        says(text(b'{"id":"1","type":"next","payload":{"data":{},"errors":[{"message":"e"}]}}')),
        RejectedByPeer,
        "^error: e$",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_whatever_comes_instead_of_an_event_is_a_failure_in_time(kind: str) -> None:
    behave, failure, reason = WRONG[kind]
    async with serving(behave) as endpoint:
        start = time.monotonic()
        with pytest.raises(failure, match=reason) as raised:
            async with opened(endpoint) as peer:
                await read(peer)
        assert time.monotonic() - start < LATEST
        assert len(str(raised.value)) < 300


async def test_a_refusal_has_its_code() -> None:
    async with serving(closes_with(4401)) as endpoint:
        with pytest.raises(RejectedByPeer) as raised:
            async with opened(endpoint):
                pass
        assert raised.value.code == "4401"
    behave, _, _ = WRONG["an error"]
    async with serving(behave) as endpoint, opened(endpoint) as peer:
        with pytest.raises(RejectedByPeer) as raised:
            await peer.query("{ x }", {}, SECONDS)
        assert raised.value.code == "FORBIDDEN"


async def test_an_owner_that_does_not_listen_is_reported_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(PeerUnreachable, match="^no connection: .*Connect call failed"):
            async with opened(Endpoint(f"ws://127.0.0.1:{port}/", ("32.11",), private=True)):
                pass


async def test_an_answer_that_does_not_come_is_waited_for_so_long() -> None:
    async with serving(says()) as endpoint, opened(endpoint) as peer:
        start = time.monotonic()
        with pytest.raises(PeerUnreachable, match="^no answer within 0.2 seconds$"):
            await peer.query("{ a }", {}, 0.2)
        assert 0.2 <= time.monotonic() - start < LATEST


async def test_an_operation_may_end_without_an_answer() -> None:
    complete = text(b'{"id":"1","type":"complete"}')
    async with serving(says(complete)) as endpoint, opened(endpoint) as peer:
        with pytest.raises(ProtocolError, match="^expected an answer, got none$"):
            await peer.query("{ a }", {}, SECONDS)
    twice = says(event(b"{}"), event(b"{}"), complete)
    async with serving(twice) as endpoint, opened(endpoint) as peer:
        assert await read(peer) == 2


async def test_a_lost_connection_ends_all_requests_and_fails_later_ones() -> None:
    async def behave(reader: Reader, writer: Writer) -> None:
        await begin(reader, writer)
        for _ in range(26):
            await received(reader)

    async with serving(behave) as endpoint, opened(endpoint) as peer:
        ended = await asyncio.gather(*(read(peer) for _ in range(27)), return_exceptions=True)
        assert [str(each) for each in ended] == ["the connection was lost"] * 27
        with pytest.raises(PeerUnreachable, match="^the connection was lost$"):
            await peer.query("{ a }", {}, SECONDS)


async def test_an_operation_that_is_refused_leaves_the_others() -> None:
    async def behave(reader: Reader, writer: Writer) -> None:
        await begin(reader, writer)
        await received(reader)
        writer.write(text(b'{"id":"1","type":"error","payload":[{"message":"no"}]}'))
        writer.write(event(b'{"a":1}', id=2) + text(b'{"id":"2","type":"complete"}'))
        await for_ever()

    async with serving(behave) as endpoint, opened(endpoint) as peer:
        refused, other = await asyncio.gather(read(peer), read(peer), return_exceptions=True)
        assert (str(refused), other) == ("error: no", 1)


async def test_a_peer_that_leaves_ends_its_tasks_and_closes_properly() -> None:
    before = asyncio.all_tasks()
    left = asyncio.Event()

    async def behave(reader: Reader, writer: Writer) -> None:
        await begin(reader, writer)
        await reader.read()
        left.set()

    async with serving(behave) as endpoint:
        asking = asyncio.create_task(ask_for_ever(endpoint))
        await asyncio.sleep(0.2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        async with asyncio.timeout(LATEST):
            await left.wait()
    assert asyncio.all_tasks() == before


async def ask_for_ever(endpoint: Endpoint) -> None:
    async with PeerConnection.opened(endpoint, open_seconds=SECONDS) as peer:
        await read(peer)


START = """mutation { startAssessment(input: {
  region: "32.11", instrument: "spbe-2020", year: 2025, kind: SELF }) {
  ... on Assessment { id version } } }"""
CLAIM = """mutation ($assessment: ID!, $version: Int!) { claimLevel(input: {
  assessment: $assessment, indicator: 1, level: 4, version: $version }) {
  ... on Assessment { version } } }"""
CHANGES = "subscription ($after: Cursor) { indexChanged(after: $after) { year region { code } } }"


@pytest.mark.integration
async def test_a_node_answers_and_sends_changes_to_many_on_one_connection(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await Place(tmp_path / "node").prepare("32.11")
    secret = tmp_path / "token"
    secret.write_text(node.token())
    node.serve(simpul_process)
    endpoint = Endpoint(node.url, ("32.11",), private=True, token_file=secret)
    async with client(node.running, Role.PROVINCE) as it, PeerConnection.opened(endpoint) as peer:
        document = "query ($code: ID!) { region(code: $code) { name } }"
        found = await peer.query(document, {"code": "32.11"}, 10)
        assert found == {"region": {"name": "Kabupaten Sumedang"}}
        with pytest.raises(RejectedByPeer, match="Cannot query field"):
            await peer.query("{ regoin { name } }", {}, 10)
        after = await it.cursor()

        async def first() -> Any:
            async with aclosing(peer.subscribe(CHANGES, {"after": after})) as events:
                return await anext(events)

        waiting = [asyncio.create_task(first()) for _ in range(27)]
        assessment = (await it.ask(START))["startAssessment"]
        await it.ask(CLAIM, assessment=assessment["id"], version=assessment["version"])
        events = await asyncio.gather(*waiting)
        assert events == [{"indexChanged": {"year": 2025, "region": {"code": "32.11"}}}] * 27
        node.running.kill()
        with pytest.raises(PeerUnreachable):
            await peer.query(document, {"code": "32.11"}, 10)
