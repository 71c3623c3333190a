"""Invalid messages of an owner: each fails with its own type, and within the time limit."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from engine.model import Role
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import client
from tests.regions.hostile_server import (
    PING,
    TEXT,
    Behaviour,
    Reader,
    Writer,
    acknowledge,
    answer_with,
    build_frame,
    drip_content,
    event_frame,
    receive_frame,
    repeat_content,
    serving,
    text_frame,
    wait_forever,
)
from tests.regions.impatient_peer import (
    LATEST_SECONDS,
    SECONDS,
    FailureType,
    count_events,
    open_peer,
)
from tests.regions.instances import SimpulInstance
from tests.regions.test_peer_connection import closes_with


async def closes_midway(reader: Reader, writer: Writer) -> None:
    await acknowledge(reader, writer)
    writer.write(event_frame(b"{}") + event_frame(b"{}")[:10])
    await writer.drain()


def error_frame(payload: str) -> bytes:
    return text_frame(f'{{"id":"1","type":"error","payload":{payload}}}'.encode())


MISBEHAVIOURS: dict[str, tuple[Behaviour, FailureType, str]] = {
    "never answers": (answer_with(), PeerUnreachable, "^nothing came for 0.4 seconds$"),
    "drips": (
        drip_content(build_frame(TEXT, b" " * 100_000), acknowledge),
        PeerUnreachable,
        "^nothing came for 0.4 seconds$",
    ),
    "closes midway": (closes_midway, PeerUnreachable, "^the connection was lost$"),
    "no frames": (answer_with(b"\xff" * 100), ProtocolError, "^what came is no WebSocket's: "),
    "masked": (
        answer_with(bytes([0x81, 0x80, 1, 2, 3, 4])),
        ProtocolError,
        "^what came is no WebSocket's",
    ),
    "no JSON": (
        answer_with(text_frame(b"<html>\x1b[2J")),
        ProtocolError,
        r"^expected JSON, got b'<html>\\x1b",
    ),
    "cut JSON": (answer_with(text_frame(b'{"id":"1",')), ProtocolError, "^expected JSON, got "),
    "no UTF-8": (answer_with(text_frame(b'"\xff"')), ProtocolError, "^expected JSON, got "),
    "no object": (
        answer_with(text_frame(b"[1,2]")),
        ProtocolError,
        r"^expected a message, got \[1, 2\]$",
    ),
    "null": (answer_with(text_frame(b"null")), ProtocolError, "^expected a message, got None$"),
    "no type": (
        answer_with(text_frame(b"{}")),
        ProtocolError,
        "^expected a message of the protocol, got None$",
    ),
    "type of text": (
        answer_with(text_frame(b'{"type":[]}')),
        ProtocolError,
        r"of the protocol, got \[\]$",
    ),
    "the old protocol": (
        answer_with(text_frame(b'{"type":"ka"}')),
        ProtocolError,
        "of the protocol, got 'ka'$",
    ),
    "an id of numbers": (
        answer_with(text_frame(b'{"id":1,"type":"next"}')),
        ProtocolError,
        "^expected an id as text, got 1$",
    ),
    "no payload": (
        answer_with(text_frame(b'{"id":"1","type":"next"}')),
        ProtocolError,
        "^expected a result, got None$",
    ),
    "a list as payload": (
        answer_with(text_frame(b'{"id":"1","type":"next","payload":[' + b"[]," * 9999 + b"0]}")),
        ProtocolError,
        r"^expected a result, got \[\[\], \[\], \[\], \[\], \.\.\.\]$",
    ),
    "data of text": (answer_with(event_frame(b'"x"')), ProtocolError, "^expected data, got 'x'$"),
    "no data": (answer_with(event_frame(b"null")), ProtocolError, "^expected data, got None$"),
    "deep": (
        answer_with(event_frame(b"[" * 33 + b"]" * 33)),
        ProtocolError,
        "^expected JSON at most 32 deep",
    ),
    "very deep": (
        answer_with(text_frame(b"[" * 100_000)),
        ProtocolError,
        "^expected JSON at most 32 deep",
    ),
    "many values": (
        answer_with(event_frame(b"[" + b"1," * 200_000 + b"1]")),
        ProtocolError,
        "^expected at most 150000 values in a message, got more$",
    ),
    "too long": (
        answer_with(b"\x81\x7f" + (2**40).to_bytes(8, "big")),
        ProtocolError,
        "no WebSocket's",
    ),
    "for others": (
        repeat_content(event_frame(b"{}", id=9) * 100),
        ProtocolError,
        "^expected answers to what was",
    ),
    "ping upon ping": (
        repeat_content(text_frame(b'{"type":"ping"}') * 100),
        ProtocolError,
        "^expected answers to what was asked, got others$",
    ),
    "pings of the WebSocket": (
        repeat_content(build_frame(PING, b"x" * 125) * 100),
        PeerUnreachable,
        "^nothing came for 0.4 seconds$",
    ),
    "an error": (
        answer_with(error_frame('[{"message":"no\\u0000","extensions":{"code":"FORBIDDEN"}},{}]')),
        RejectedByPeer,
        r"^FORBIDDEN: no\?$",
    ),
    "an error as object": (
        answer_with(error_frame('{"message":"boom"}')),
        RejectedByPeer,
        "^error: boom$",
    ),
    "an error as text": (answer_with(error_frame('"boom"')), RejectedByPeer, "^'boom'$"),
    "errors of nothing": (answer_with(error_frame("[]")), RejectedByPeer, r"^\[\]$"),
    "an error of odd types": (
        answer_with(error_frame('[{"message":{"a":[1]},"extensions":{"code":[1]}}]')),
        RejectedByPeer,
        r"^error: \{'a': \[1\]\}$",
    ),
    "a long error": (
        answer_with(
            error_frame(
                f'[{{"message":"{"m" * 100_000}","extensions":{{"code":"{"C" * 99_999}"}}}}]'
            )
        ),
        RejectedByPeer,
        f"^{'C' * 64}: {'m' * 134}…$",
    ),
    "errors beside data": (
        answer_with(
            text_frame(b'{"id":"1","type":"next","payload":{"data":{},"errors":[{"message":"e"}]}}')
        ),
        RejectedByPeer,
        "^error: e$",
    ),
}


@pytest.mark.parametrize("kind", MISBEHAVIOURS)
async def test_whatever_comes_instead_of_an_event_is_a_failure_in_time(kind: str) -> None:
    behave, failure, reason = MISBEHAVIOURS[kind]
    async with serving(behave) as endpoint:
        start = time.monotonic()
        with pytest.raises(failure, match=reason) as raised:
            async with open_peer(endpoint) as peer:
                await count_events(peer)
        assert time.monotonic() - start < LATEST_SECONDS
        assert len(str(raised.value)) < 300


async def test_a_refusal_has_its_code() -> None:
    async with serving(closes_with(4401)) as endpoint:
        with pytest.raises(RejectedByPeer) as raised:
            async with open_peer(endpoint):
                pass
        assert raised.value.code == "4401"
    behave, _, _ = MISBEHAVIOURS["an error"]
    async with serving(behave) as endpoint, open_peer(endpoint) as peer:
        with pytest.raises(RejectedByPeer) as raised:
            await peer.query("{ x }", {}, SECONDS)
        assert raised.value.code == "FORBIDDEN"


async def test_an_owner_that_does_not_listen_is_reported_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(PeerUnreachable, match="^no connection: .*Connect call failed"):
            async with open_peer(Endpoint(f"ws://127.0.0.1:{port}/", ("32.11",), private=True)):
                pass


async def test_an_answer_that_does_not_come_is_waited_for_so_long() -> None:
    async with serving(answer_with()) as endpoint, open_peer(endpoint) as peer:
        start = time.monotonic()
        with pytest.raises(PeerUnreachable, match="^no answer within 0.2 seconds$"):
            await peer.query("{ a }", {}, 0.2)
        assert 0.2 <= time.monotonic() - start < LATEST_SECONDS


async def test_an_operation_may_end_without_an_answer() -> None:
    complete = text_frame(b'{"id":"1","type":"complete"}')
    async with serving(answer_with(complete)) as endpoint, open_peer(endpoint) as peer:
        with pytest.raises(ProtocolError, match="^expected an answer, got none$"):
            await peer.query("{ a }", {}, SECONDS)
    twice = answer_with(event_frame(b"{}"), event_frame(b"{}"), complete)
    async with serving(twice) as endpoint, open_peer(endpoint) as peer:
        assert await count_events(peer) == 2


async def test_a_lost_connection_ends_all_requests_and_fails_later_ones() -> None:
    async def behave(reader: Reader, writer: Writer) -> None:
        await acknowledge(reader, writer)
        for _ in range(26):
            await receive_frame(reader)

    async with serving(behave) as endpoint, open_peer(endpoint) as peer:
        ended = await asyncio.gather(
            *(count_events(peer) for _ in range(27)), return_exceptions=True
        )
        assert [str(failure) for failure in ended] == ["the connection was lost"] * 27
        with pytest.raises(PeerUnreachable, match="^the connection was lost$"):
            await peer.query("{ a }", {}, SECONDS)


async def test_an_operation_that_is_refused_leaves_the_others() -> None:
    async def behave(reader: Reader, writer: Writer) -> None:
        await acknowledge(reader, writer)
        await receive_frame(reader)
        writer.write(text_frame(b'{"id":"1","type":"error","payload":[{"message":"no"}]}'))
        writer.write(event_frame(b'{"a":1}', id=2) + text_frame(b'{"id":"2","type":"complete"}'))
        await wait_forever()

    async with serving(behave) as endpoint, open_peer(endpoint) as peer:
        refused, count = await asyncio.gather(
            count_events(peer), count_events(peer), return_exceptions=True
        )
        assert (str(refused), count) == ("error: no", 1)


async def test_a_peer_that_leaves_ends_its_tasks_and_closes_properly() -> None:
    before = asyncio.all_tasks()
    closed = asyncio.Event()

    async def behave(reader: Reader, writer: Writer) -> None:
        await acknowledge(reader, writer)
        await reader.read()
        closed.set()

    async with serving(behave) as endpoint:
        task = asyncio.create_task(subscribe_forever(endpoint))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(LATEST_SECONDS):
            await closed.wait()
    assert asyncio.all_tasks() == before


async def subscribe_forever(endpoint: Endpoint) -> None:
    async with PeerConnection.open(endpoint, open_seconds=SECONDS) as peer:
        await count_events(peer)


START = """mutation { startAssessment(input: {
  regionCode: "32.11", instrumentId: "spbe-2020", year: 2025, kind: SELF }) {
  ... on Assessment { id version } } }"""
CLAIM = """mutation ($assessment: ID!, $version: Int!) { claimLevel(input: {
  assessmentId: $assessment, indicator: 1, level: 4, version: $version }) {
  ... on Assessment { version } } }"""
CHANGES = "subscription ($after: Cursor) { indexChanged(after: $after) { year region { code } } }"


@pytest.mark.integration
async def test_a_node_answers_and_sends_changes_to_many_on_one_connection(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare("32.11")
    secret = tmp_path / "token"
    secret.write_text(node.token())
    node.serve(simpul_process)
    endpoint = Endpoint(node.url, ("32.11",), private=True, token_file=secret)
    async with (
        client(node.running, Role.PROVINCE) as node_client,
        PeerConnection.open(endpoint) as peer,
    ):
        document = "query ($code: ID!) { region(code: $code) { name } }"
        answer = await peer.query(document, {"code": "32.11"}, 10)
        assert answer == {"region": {"name": "Kabupaten Sumedang"}}
        with pytest.raises(RejectedByPeer, match="Cannot query field"):
            await peer.query("{ regoin { name } }", {}, 10)
        after = await node_client.cursor()

        async def next_change() -> Any:
            async with aclosing(peer.subscribe(CHANGES, {"after": after})) as events:
                return await anext(events)

        waiting = [asyncio.create_task(next_change()) for _ in range(27)]
        assessment = (await node_client.ask(START))["startAssessment"]
        await node_client.ask(CLAIM, assessment=assessment["id"], version=assessment["version"])
        events = await asyncio.gather(*waiting)
        assert events == [{"indexChanged": {"year": 2025, "region": {"code": "32.11"}}}] * 27
        node.running.kill()
        with pytest.raises(PeerUnreachable):
            await peer.query(document, {"code": "32.11"}, 10)
