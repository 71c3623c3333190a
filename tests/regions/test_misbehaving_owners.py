"""A misbehaving owner makes its own region stale, and affects no other region."""

from __future__ import annotations

import json
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from engine.log.source import SourceState
from regions import peer
from regions.endpoint_directory import Endpoint
from storage import log_entries
from tests.regions.followed_owners import OwnerData, following, wait_until_source
from tests.regions.toy_owner import ToyOwner

Serve = Callable[[ServerConnection], Awaitable[None]]

BAD_REGION = "32.73"  # the region whose owner misbehaves
ACK = '{"type":"connection_ack"}'
FRAME = '{"id":"1","type":"next","payload":{"data":{"regionLog":%s}}}'
HASH = "0" * 64
HEAD = f'{{"version":3,"regionCode":"32.73","sequence":1,"hash":"{HASH}"}}'
ENTRY = f"""{{"regionCode":"32.73","sequence":2,"at":"2026-01-31T23:59:59.000000Z","actor":"a",
  "kind":"REGION_RECORDED","subjectId":"s","visibility":"PUBLIC","body":{{}},
  "salt":"{HASH[:32]}","headerHash":"{HASH}","bodyHash":"{HASH}","previousHash":"{HASH}","hash":"{HASH}"}}"""


def answer_with(*messages: str | bytes) -> Serve:
    """Acknowledge the connection, and answer the first operation with these frames."""

    async def work(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(ACK)
        await socket.recv()
        for message in messages:
            await socket.send(message)
        await socket.wait_closed()

    return work


async def sends_a_flood(socket: ServerConnection) -> None:
    async def parts() -> AsyncIterator[str]:
        for _ in range(100):
            yield "[" * 1_000_000

    await socket.recv()
    await socket.send(ACK)
    await socket.send(parts())


async def never_acknowledges(socket: ServerConnection) -> None:
    await socket.wait_closed()


async def closes_at_once(socket: ServerConnection) -> None:
    await socket.close(4403, "who are you")


async def refuses_everything(socket: ServerConnection) -> None:
    await socket.recv()
    await socket.send(ACK)
    async for text in socket:
        id = json.loads(text)["id"]
        await socket.send(
            json.dumps({"id": id, "type": "error", "payload": [{"message": "boom\u0007"}]})
        )


MISBEHAVIOURS: dict[str, tuple[Serve, str]] = {
    "is silent": (never_acknowledges, "no acknowledgement within"),
    "closes": (closes_at_once, "closed with 4403: who are you"),
    "no JSON": (answer_with("<html>"), "expected JSON, got b'<html>'"),
    "a flood": (sends_a_flood, "what came is no WebSocket's"),
    "no frame": (answer_with(FRAME % "7"), "expected a frame as an object, got 7"),
    "an error": (refuses_everything, "error: boom?"),
    "an owner that is nowhere": (
        answer_with(
            FRAME
            % ('{"head":' + HEAD.replace("}", ',"ownerUrl":"file:///node"}') + ',"entries":[]}')
        ),
        "expected the address of an API, got 'file:///node'",
    ),
    "another version": (
        answer_with(
            FRAME % ('{"head":' + HEAD.replace('"version":3', '"version":9') + ',"entries":[]}')
        ),
        "expected version 3 of the feed contract, got 9",
    ),
    "another region": (
        answer_with(FRAME % ('{"head":' + HEAD.replace("32.73", "32.11") + ',"entries":[]}')),
        "expected region 32.73",
    ),
    "no entries": (answer_with(FRAME % f'{{"head":{HEAD},"entries":[]}}'), "got 'none'"),
    "an end before its entries": (
        answer_with(FRAME % f'{{"head":{HEAD},"entries":[{ENTRY}]}}'),
        "expected a head of entry 2 or later, got 1",
    ),
    "a time of no zone": (
        answer_with(FRAME % f'{{"head":{HEAD},"entries":[{ENTRY.replace("000000Z", "000000")}]}}'),
        "expected a time such as 2026-01-31T23:59:59.000000Z",
    ),
    "too many entries": (
        answer_with(FRAME % f'{{"head":{HEAD},"entries":[{",".join(["1"] * 201)}]}}'),
        "expected a list of at most 200 entries",
    ),
}


@pytest.mark.parametrize("kind", MISBEHAVIOURS)
async def test_an_owner_that_misbehaves_is_marked_and_affects_no_other(
    hub_folder: Path,
    secret: Path,
    sumedang: OwnerData,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peer, "OPEN_SECONDS", 1.0)
    monkeypatch.setattr(peer, "SILENT_SECONDS", 3.0)
    behaviour, reason = MISBEHAVIOURS[kind]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    protocols = [Subprotocol("graphql-transport-ws")]
    async with (
        ToyOwner("32.11", *sumedang).running() as good_owner,
        serve(behaviour, "127.0.0.1", 0, subprotocols=protocols, max_size=None) as server,
    ):
        port = next(iter(server.sockets)).getsockname()[1]
        bad_endpoint = Endpoint(f"ws://127.0.0.1:{port}/", (BAD_REGION,), private=True)
        good_endpoint = Endpoint(good_owner.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, good_endpoint, bad_endpoint) as (instance, _):
            marked = await wait_until_source(
                instance, BAD_REGION, lambda source: reason in source.detail
            )
            assert marked.state is SourceState.UNREACHABLE
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                assert (await log_entries.read_log_head(session, "32.11"))[0] == len(sumedang[0])
                assert (await log_entries.read_log_head(session, BAD_REGION))[0] == 0
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth < 150_000  # KiB
