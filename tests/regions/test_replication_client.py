"""A misbehaving owner makes its own region stale, and affects no other region."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from engine.document import to_document
from engine.log.entry import Entry, seal_entry
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source, SourceState
from engine.model import Application, ApplicationStatus, EventKind, Provenance, Visibility
from hub.app import open_instance
from hub.settings import Settings
from regions import peer
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.replication_client import DIVERGED_SECONDS, ReplicationClient
from resolvers.context import Instance
from resolvers.replicas import DatabaseReplicaStore
from storage import arrival, log, replica_deletion
from storage import ownership as stored
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.regions import protocol_document
from tests.regions.toy_owner import Response, ToyOwner

NODE = "https://node.example.go.id/graphql"

OwnerData = tuple[list[Entry], list[SnapshotRow]]
Serve = Callable[[ServerConnection], Awaitable[None]]

BAD_REGION = "32.73"  # the region whose owner misbehaves
ACK = '{"type":"connection_ack"}'
FRAME = '{"id":"1","type":"next","payload":{"data":{"regionLog":%s}}}'
HASH = "0" * 64
HEAD = f'{{"version":2,"regionCode":"32.73","sequence":1,"hash":"{HASH}"}}'
ENTRY = f"""{{"regionCode":"32.73","sequence":2,"at":"2026-01-31T23:59:59.000000Z","actor":"a",
  "kind":"REGION_RECORDED","subjectId":"s","visibility":"PUBLIC","body":null,
  "bodyHash":"{HASH}","previousHash":"{HASH}","hash":"{HASH}"}}"""


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
            FRAME % ('{"head":' + HEAD.replace('"version":2', '"version":9') + ',"entries":[]}')
        ),
        "expected version 2 of the feed contract, got 9",
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
        "expected a time, a kind and a visibility of this contract",
    ),
    "too many entries": (
        answer_with(FRAME % f'{{"head":{HEAD},"entries":[{",".join(["1"] * 201)}]}}'),
        "expected a list of at most 200 entries",
    ),
}


@asynccontextmanager
async def following(
    folder: Path, *endpoints: Endpoint, diverged_seconds: float = DIVERGED_SECONDS
) -> AsyncIterator[tuple[Instance, DatabaseReplicaStore]]:
    """Yield an instance that follows the owners."""
    settings = Settings(data_dir=folder)

    async def directories() -> AsyncIterator[EndpointDirectory]:
        yield EndpointDirectory(endpoints)
        await asyncio.Event().wait()

    async with open_instance(settings) as instance, AsyncExitStack() as stack:
        copies = DatabaseReplicaStore(instance)
        follower = ReplicationClient(copies, instance.clock, diverged_seconds)
        follows = follower.run(directories())
        for work in (copies.write_sources(), follows):
            task = asyncio.create_task(work)
            stack.push_async_callback(asyncio.gather, task, return_exceptions=True)
            stack.callback(task.cancel)
        yield instance, copies


async def wait_until_source(
    instance: Instance, region: str, is_expected: Callable[[Source], bool]
) -> Source:

    async def read_source() -> Source:
        async with instance.database.read() as session:
            source = (await stored.sources_by_region(session, [region])).get(region)
        assert source is not None
        assert is_expected(source), source
        return source

    return await eventually(read_source)


@pytest.fixture
def hub_folder(sqlite_template: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "simpul.db").write_bytes(sqlite_template.read_bytes())
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("secret")
    return path


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
                instance, BAD_REGION, lambda source: reason in source.reason
            )
            assert marked.state is SourceState.UNREACHABLE
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[0] == len(sumedang[0])
                assert (await log.read_log_head(session, BAD_REGION))[0] == 0
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth < 150_000  # KiB


async def test_the_owner_of_a_copy_is_the_one_that_the_endpoint_names(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    async with ToyOwner("32.11", *sumedang, owner_url=NODE).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.owner is not None
            )
            assert (followed.url, followed.owner_url) == (toy.url, NODE)
            assert toy.messages[0] == protocol_document.connection_init("secret")
            toy.token = "another"
            await toy.sockets[0].close(1012)  # a failure does not change the known owner
            followed = await wait_until_source(
                instance, "32.11", lambda source: "FORBIDDEN" in source.reason
            )
            assert (followed.url, followed.owner_url) == (toy.url, NODE)
            toy.token, toy.owner_url = "secret", None  # as after it was handed over
            await toy.sockets[-1].close(1012)
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.owner is None
            )
            assert (followed.state, followed.owner_url) == (SourceState.FRESH, toy.url)


async def test_an_address_in_a_private_network_is_followed_only_where_it_is_configured(
    hub_folder: Path, sumedang: OwnerData
) -> None:
    async with ToyOwner("32.11", *sumedang).running() as toy:
        async with following(hub_folder, Endpoint(toy.url, ("32.11",))) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: "no address that may" in source.reason
            )
        assert toy.queries == []


async def test_a_redirect_is_not_followed(hub_folder: Path, sumedang: OwnerData) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        location = canary.url.encode()
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with (
        ToyOwner("32.11", *sumedang).running() as canary,
        await asyncio.start_server(answer, "127.0.0.1", 0) as server,
    ):
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(f"ws://127.0.0.1:{port}/", ("32.11",), private=True)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: "no connection" in source.reason
            )
        assert canary.queries == []


def edit_third_entry(toy: ToyOwner) -> None:
    """Replace the third entry by another one, with valid hashes for it and all later entries."""
    entries = toy.entries[:2]
    for entry in toy.entries[2:]:
        assert entry.body is not None
        actor = "editor" if entry.sequence == 3 else entry.actor
        entries.append(reseal_entry(replace(entry, actor=actor), entries[-1].hash))
    toy.entries = entries


def drop_last_entries(toy: ToyOwner) -> None:
    """Make the owner look as after a restored backup."""
    toy.entries = toy.entries[:-2]


def reseal_entry(entry: Entry, previous_hash: str) -> Entry:
    assert entry.body is not None
    return seal_entry(
        region=entry.region,
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        kind=entry.kind,
        subject=entry.subject,
        visibility=entry.visibility,
        body=entry.body,
        previous_hash=previous_hash,
    )


@pytest.mark.parametrize("change", [edit_third_entry, drop_last_entries])
async def test_an_owner_with_another_history_has_diverged_and_the_copy_stays(
    hub_folder: Path,
    secret: Path,
    sumedang: OwnerData,
    change: Callable[[ToyOwner], None],
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            change(toy)
            diverged = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.DIVERGED
            )
            assert "log of region 32.11 breaks at sequence" in diverged.reason
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[1] == sumedang[0][-1].hash
            # The operator has examined it, and accepts the owner's log.
            before = await read_epoch(instance)
            await replica_deletion.delete_replica(instance.database, "32.11")
            assert await read_epoch(instance) != before
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[1] == toy.entries[-1].hash
                assert await log.verify_log_chain(session, "32.11") == len(toy.entries)


async def test_an_owned_region_is_no_copy_to_be_dropped(filled_sqlite_url: str) -> None:
    database = Database(filled_sqlite_url)
    with pytest.raises(replica_deletion.NotAReplica):
        await replica_deletion.delete_replica(database, "32.11")
    await database.close()


async def read_epoch(instance: Instance) -> str:
    async with instance.database.read() as session:
        return (await arrival.read_arrival_position(session)).epoch


def next_entry(entries: list[Entry], body: dict[str, object]) -> Entry:
    last = entries[-1]
    return seal_entry(
        region="32.11",
        sequence=last.sequence + 1,
        at=last.at,
        actor="ani",
        kind=EventKind.APPLICATION_UPDATED,
        subject="application-x",
        visibility=Visibility.PUBLIC,
        body=body,
        previous_hash=last.hash,
    )


FOREIGN = Application(
    id="application-x",
    region="32.12",
    opd=None,
    name="Milik orang lain",
    status=ApplicationStatus.ACTIVE,
    version=1,
    provenance=Provenance("test"),
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"name": "?"}, "ValidationError"), (to_document(FOREIGN), "ForeignRegionError")],
    ids=["no application", "another region's"],
)
async def test_an_entry_that_cannot_be_applied_leaves_a_stale_copy_with_the_reason(
    hub_folder: Path, secret: Path, sumedang: OwnerData, body: dict[str, object], reason: str
) -> None:
    toy = ToyOwner("32.11", list(sumedang[0]), sumedang[1])
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            toy.entries.append(next_entry(toy.entries, body))
            stale = await wait_until_source(
                instance, "32.11", lambda source: reason in source.reason
            )
            assert stale.state is SourceState.STALE
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[0] == len(sumedang[0])


async def test_clocks_that_are_wrong_by_an_hour_change_nothing(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    entries: list[Entry] = []
    for entry in sumedang[0]:
        shifted = replace(entry, at=entry.at + timedelta(hours=1))
        entries.append(reseal_entry(shifted, entries[-1].hash if entries else "0" * 64))
    async with ToyOwner("32.11", entries, sumedang[1]).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            followed = await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            assert followed.as_of is not None
            assert abs(datetime.now(followed.as_of.tzinfo) - followed.as_of) < timedelta(minutes=1)
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[1] == entries[-1].hash


async def test_frames_that_lack_an_entry_heal_once_it_comes(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    toy = ToyOwner("32.11", *sumedang)

    def without_entry_4(answer: Response) -> Response:
        entries = [entry for entry in answer["entries"] if entry["sequence"] != 4]
        return {**answer, "entries": entries}

    toy.on_frame = without_entry_4
    async with toy.running():
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint, diverged_seconds=0.2) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.DIVERGED
            )
            async with instance.database.read() as session:
                assert (await log.read_log_head(session, "32.11"))[0] < len(sumedang[0])
            toy.on_frame = lambda answer: answer
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            async with instance.database.read() as session:
                newest = sumedang[0][-1]
                assert await log.read_log_head(session, "32.11") == (newest.sequence, newest.hash)


async def test_a_token_that_expires_meanwhile_is_replaced_by_a_renewed_one(
    hub_folder: Path, secret: Path, sumedang: OwnerData
) -> None:
    async with ToyOwner("32.11", *sumedang).running() as toy:
        endpoint = Endpoint(toy.url, ("32.11",), private=True, token_file=secret)
        async with following(hub_folder, endpoint) as (instance, _):
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            await asyncio.to_thread(secret.write_text, "renewed")
            toy.token = "renewed"
            [socket] = toy.sockets
            await socket.close(4403, "the token of this connection has expired")
            await wait_until_source(
                instance, "32.11", lambda source: "has expired" in source.reason
            )
            await wait_until_source(
                instance, "32.11", lambda source: source.state is SourceState.FRESH
            )
            assert len(toy.sockets) == 2
