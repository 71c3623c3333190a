"""Streams over HTTP of a real hub: shared with sockets, resumed, bounded, and closed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.model import Role
from hub.transport.websocket_protocol import BUFFER_BYTES
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul, starting
from tests.hub.frames import MULTIPART, streamed
from tests.hub.live import Client, client
from tests.hub.transport.test_shared_subscription import measured, subscribed

pytestmark = pytest.mark.integration

PROGRAMS = Path(__file__).parents[2] / "node"
OWNER = ("32.11", "opd-32.11.dishub")
EVENTS = """
subscription ($after: Cursor) {
  events(after: $after, kinds: [APPLICATION_REGISTERED]) { cursor previousCursor subject }
}
"""
# Long names make large responses that are cheap to execute: some 110 kB each.
NAMES = " ".join(f"{'n' * 1200}{n}: name" for n in range(9))
WIDE = f"""
subscription ($after: Cursor, $conflate: Boolean!) {{
  events(after: $after, kinds: [APPLICATION_UPDATED], conflate: $conflate) {{
    cursor {" ".join(f"a{n}: region {{ ...Names }}" for n in range(10))}
  }}
}}
fragment Names on Region {{ {NAMES} }}
"""
UPDATE = """
mutation ($id: ID!, $version: Int!, $name: String!) {
  updateApplication(input: { id: $id, version: $version, name: $name }) {
    ... on Application { version } ... on Problem { message }
  }
}
"""


@pytest.fixture(scope="module")
def simpul(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSimpul]:
    with starting(tmp_path_factory.mktemp("streams")) as start:
        yield start


@pytest.fixture(scope="module")
def hub(
    simpul: StartSimpul, filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> SimpulProcess:
    """Yield one hub for all tests; a test that stops it starts another one in its place."""
    data = tmp_path_factory.mktemp("data")
    shutil.copy(filled_template, data)
    return simpul("serve", data_dir=data)


async def until(hub: SimpulProcess, **wanted: int) -> dict[str, float]:
    """Wait until these metrics have the expected values, and return all metrics."""

    async def counted() -> dict[str, float]:
        found = await measured(hub)
        assert {name: found[f"simpul_{name}"] for name in wanted} == wanted
        return found

    return await eventually(counted)


async def write(hub: Client, name: str, count: int) -> list[str]:
    return [await hub.register(*OWNER, f"{name} {number}") for number in range(count)]


async def test_sockets_events_and_parts_are_one_group_and_executed_once(
    hub: SimpulProcess,
) -> None:
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as opened:
        after = await writer.cursor()
        before = await until(hub, streams=0, sockets=0)
        one, other = [
            await opened.enter_async_context(streamed(hub.url, EVENTS, after=after))
            for _ in range(2)
        ]
        parts = await opened.enter_async_context(
            streamed(hub.url, EVENTS, accept=MULTIPART, after=after)
        )
        sock = await opened.enter_async_context(subscribed(hub, EVENTS, {}, "1", after=after))
        await until(hub, subscribers=4)
        subjects = await write(writer, "Bersama", 3)
        events = [await one.event() for _ in subjects]
        assert [each["subject"] for each in events] == subjects
        assert [await other.event() for _ in subjects] == events
        assert [await sock.next() for _ in subjects] == events
        read = b""
        while read.count(b"\r\n--graphql") < 5:
            read += await anext(parts.chunks)
        payloads = [
            json.loads(each.split(b"\r\n\r\n")[1]) for each in read.split(b"\r\n--graphql")[1:-1]
        ]
        assert payloads == [{}, *({"payload": {"data": {"events": each}}} for each in events)]
        found = await measured(hub)
        assert (found["simpul_streams"], found["simpul_sockets"]) == (3, 1)
        assert (found["simpul_subscription_groups"], found["simpul_subscribers"]) == (1, 4)
        grown = {name: found[name] - before[name] for name in found}
        assert grown["simpul_subscription_executions_total"] == 3
        assert grown["simpul_messages_total"] == 12
        assert grown["simpul_message_bytes_total"] > 12 * len(json.dumps(events[0]))
    found = await until(hub, streams=0, sockets=0)
    assert (found["simpul_subscription_groups"], found["simpul_subscribers"]) == (0, 0)


async def test_all_new_subscribers_get_one_snapshot_and_then_new_events(hub: SimpulProcess) -> None:
    begins = EVENTS.replace("subject", "subject snapshot")
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as opened:
        written = await write(writer, "Lama", 2)
        before = await until(hub, streams=0, sockets=0)
        first = await opened.enter_async_context(streamed(hub.url, begins))
        events = [await first.event()]
        while events[-1]["subject"] != written[-1]:
            events.append(await first.event())
        assert all(each["snapshot"] for each in events)
        assert len({each["subject"] for each in events}) == len(events) > 100
        executed = (await measured(hub))["simpul_subscription_executions_total"]
        assert executed - before["simpul_subscription_executions_total"] == len(events)

        second = await opened.enter_async_context(streamed(hub.url, begins))
        sock = await opened.enter_async_context(subscribed(hub, begins, {}, "1"))
        assert [await second.event() for _ in events] == events
        assert [await sock.next() for _ in events] == events
        new = await write(writer, "Baru", 2)
        for seen in (
            [await first.event() for _ in new],
            [await second.event() for _ in new],
            [await sock.next() for _ in new],
        ):
            assert [(each["subject"], each["snapshot"]) for each in seen] == [
                (subject, False) for subject in new
            ]
            assert seen[0]["previousCursor"] == events[-1]["cursor"]
        # The snapshot and the two events were each executed once for all subscribers.
        executed = (await measured(hub))["simpul_subscription_executions_total"]
        assert executed - before["simpul_subscription_executions_total"] == len(events) + len(new)


async def test_the_last_event_id_goes_before_what_the_variables_say(hub: SimpulProcess) -> None:
    async with client(hub, Role.PROVINCE) as writer:
        after = await writer.cursor()
        async with streamed(hub.url, EVENTS, after=after) as frames:
            subjects = await write(writer, "Sebelum", 3)
            events = [await frames.event() for _ in range(2)]
        await until(hub, streams=0, sockets=0)
        subjects += await write(writer, "Sesudah", 2)
        headers = {"last-event-id": events[-1]["cursor"]}
        async with streamed(hub.url, EVENTS, headers=headers, after=after) as frames:
            events += [await frames.event() for _ in range(3)]
            subjects += await write(writer, "Kemudian", 1)
            events.append(await frames.event())
    assert [each["subject"] for each in events] == subjects
    cursors = [after, *(each["cursor"] for each in events)]
    assert [each["previousCursor"] for each in events] == cursors[:-1]


async def test_an_id_of_another_epoch_asks_for_a_snapshot(hub: SimpulProcess) -> None:
    async with streamed(hub.url, EVENTS, headers={"last-event-id": "other:1"}) as frames:
        body = json.loads((await frames.fields())["data"])
        assert body["errors"][0]["extensions"] == {"code": "SNAPSHOT_REQUIRED"}
        assert await frames.fields() == {"event": "complete", "data": ""}
        with pytest.raises(StopAsyncIteration):
            await frames.next()


@asynccontextmanager
async def stalled(
    hub: SimpulProcess, after: str, *, conflate: bool
) -> AsyncIterator[socket.socket]:
    """Yield a connection that asks for a stream and reads none of it; the kernel buffers little."""
    with socket.socket() as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        port = httpx2.URL(hub.url).port
        assert port is not None
        body = json.dumps(
            {"query": WIDE, "variables": {"after": after, "conflate": conflate}}
        ).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nhost: simpul\r\naccept: text/event-stream\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        await asyncio.to_thread(opened.connect, ("127.0.0.1", port))
        await asyncio.to_thread(opened.sendall, head.encode() + body)
        yield opened


def all_of(opened: socket.socket, until: bytes) -> bytes:
    """Read until `until` arrives or no more data comes, and return the data."""
    opened.settimeout(10)
    read = bytearray()
    try:
        while until not in read[-300_000:] and (part := opened.recv(1 << 20)):
            read += part
    except ConnectionResetError:
        pass
    return bytes(read)


async def test_a_client_that_reads_nothing_is_cut_or_conflated_and_delays_no_other(
    hub: SimpulProcess,
) -> None:
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as opened:
        [id] = await write(writer, "Lambat", 1)
        after = await writer.cursor()
        before = await until(hub, streams=0, sockets=0)
        slow = await opened.enter_async_context(stalled(hub, after, conflate=False))
        newest = await opened.enter_async_context(stalled(hub, after, conflate=True))
        cursors: list[str] = []
        grown = dict.fromkeys(before, 0.0)
        async with (
            streamed(hub.url, WIDE, after=after, conflate=False) as healthy,
            # Both groups need a second subscriber, which a slow one could delay.
            streamed(hub.url, WIDE, after=after, conflate=True) as too,
        ):
            await until(hub, streams=4, subscription_groups=2)
            # The kernel buffers some megabytes, and a different amount for each socket.
            while 0 in (
                grown["simpul_streams_given_up_total"],
                grown["simpul_messages_conflated_total"],
            ):
                assert len(cursors) < 200
                given = {"id": id, "version": len(cursors) + 1, "name": f"Lambat {len(cursors)}"}
                await writer.ask(UPDATE, **given)
                cursors.append((await healthy.event())["cursor"])
                assert (await too.event())["cursor"] == cursors[-1]
                found = await measured(hub)
                grown = {name: found[name] - before[name] for name in found}
            assert grown["simpul_streams_given_up_total"] == 1
            assert found["simpul_streams"] == 3  # the closed stream is removed at once
            weight = grown["simpul_message_bytes_total"] / grown["simpul_messages_total"]
            assert weight * len(cursors) > BUFFER_BYTES  # it was closed only after a full buffer
        cut = await asyncio.to_thread(all_of, slow, b"event: complete")
        assert b"event: complete" not in cut
        assert not cut.endswith(b"0\r\n\r\n")
        read = await asyncio.to_thread(all_of, newest, f'"cursor":"{cursors[-1]}"'.encode())
        sent = re.findall(rb"^id: (.+)$", read, re.MULTILINE)
        assert sent == [each.encode() for each in cursors if each.encode() in sent]
        assert sent[-1] == cursors[-1].encode()
        assert len(cursors) - len(sent) == grown["simpul_messages_conflated_total"]
    await until(hub, streams=0)


async def test_clients_of_others_go_on_after_a_restart_with_nothing_lost_or_repeated(
    simpul: StartSimpul, hub: SimpulProcess, node: str
) -> None:
    async with AsyncExitStack() as programs:
        async with client(hub, Role.PROVINCE) as writer:
            after = await writer.cursor()
            following = [
                await programs.enter_async_context(running(node, each, hub.url, after, 4))
                for each in ("graphql_sse", "event_source", "apollo_multipart")
            ]
            await until(hub, streams=3)
            await write(writer, "Berhenti", 2)
            heard = [[await line(each), await line(each)] for each in following]
            async with streamed(hub.url, EVENTS, after=after) as frames:
                assert [await frames.event(), await frames.event()] == heard[0]
                began = time.monotonic()
                assert await asyncio.to_thread(hub.stop) == 0
                assert time.monotonic() - began < 5  # the limit is eight seconds for other requests
                with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
                    await frames.fields()
        assert "ERROR" not in hub.log.read_text()
        simpul("serve", port=httpx2.URL(hub.url).port, data_dir=hub.data_dir)
        async with client(hub, Role.PROVINCE) as writer:
            await write(writer, "Mulai lagi", 2)
        for each, events in zip(following, heard, strict=True):
            events += [await line(each), await line(each)]
            assert [event["previousCursor"] for event in events] == [
                after,
                *(event["cursor"] for event in events[:-1]),
            ]
            assert (await each.communicate(), each.returncode) == ((b"", None), 0)
        assert heard[0] == heard[1] == heard[2]


@asynccontextmanager
async def running(
    node: str, program: str, url: str, after: str, count: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = (PROGRAMS / f"{program}.mjs", f"{url}/graphql", after, str(count))
    output = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(node, *arguments, stdout=output)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return json.loads(await process.stdout.readline())
