"""Streams over HTTP of a real hub: shared with sockets, resumed, bounded, and closed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from engine.model import Role
from hub.transport.websocket_protocol import BUFFER_BYTES
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, StartSimpul, free_port, start_processes
from tests.hub.live_client import Client, client
from tests.hub.stream_client import MULTIPART, open_stream
from tests.hub.transport.test_shared_subscription import read_metrics, subscribed

pytestmark = pytest.mark.integration

PROGRAMS = Path(__file__).parents[2] / "node"
OWNER = ("32.11", "32.11:opd-dishub")
FETCHES = """
async ({url, document}) => {
  const headers = {"content-type": "application/json", "simpul-cost": "report"};
  const post = (query, options) => fetch(url, {
    method: "POST", body: JSON.stringify({query}), ...options, headers: {...headers, ...options?.headers},
  });
  const answer = await post("{ instance { name } }");
  const stream = await post(document, {headers: {accept: "text/event-stream"}});
  const reader = stream.body.getReader();
  const opening = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const withCookies = await post("{ instance { name } }", {credentials: "include"}).catch(String);
  return [await answer.json(), answer.headers.has("server-timing"), opening, withCookies];
}
"""
EVENTS = """
subscription ($after: Cursor) {
  events(after: $after, kinds: [APPLICATION_REGISTERED]) {
    cursor previousCursor ... on LogEntryAppended { subjectId }
  }
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
    with start_processes(tmp_path_factory.mktemp("streams")) as start:
        yield start


@pytest.fixture(scope="module")
def portal_port() -> int:
    """Return the port on 127.0.0.1 of the origin whose pages may read the responses of the hub."""
    return free_port()


@pytest.fixture(scope="module")
def hub(
    simpul: StartSimpul,
    filled_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    portal_port: int,
) -> SimpulProcess:
    """Yield one hub for all tests; a test that stops it starts another one in its place."""
    data = tmp_path_factory.mktemp("data")
    shutil.copy(filled_template, data)
    environment = {"SIMPUL_ALLOWED_ORIGINS": f"http://127.0.0.1:{portal_port}"}
    return simpul("serve", data_dir=data, environment=environment)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("is_allowed", [True, False])
async def test_a_page_of_an_allowed_origin_reads_answers_and_streams(
    hub: SimpulProcess, browser: Browser, portal_port: int, is_allowed: bool
) -> None:
    async def serve_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # a browser also opens connections in advance
            await reader.readuntil(b"\r\n\r\n")
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n"
            writer.write(head + b"connection: close\r\n\r\nportal")
        writer.close()

    port = portal_port if is_allowed else free_port()
    portal = await asyncio.start_server(serve_page, "127.0.0.1", port)
    page = await browser.new_page()
    try:
        await page.goto(f"http://127.0.0.1:{port}/")
        arguments = {"url": f"{hub.url}/graphql", "document": EVENTS}
        if is_allowed:
            assert await page.evaluate(FETCHES, arguments) == [
                {"data": {"instance": {"name": "Simpul"}}},
                True,
                ":\n\n",
                "TypeError: Failed to fetch",
            ]
        else:
            with pytest.raises(PlaywrightError, match="TypeError: Failed to fetch"):
                await page.evaluate(FETCHES, arguments)
    finally:
        await page.close()
        portal.close()


async def wait_until_metrics(hub: SimpulProcess, **expected: int) -> dict[str, float]:
    """Wait until these metrics have the expected values, and return all metrics."""

    async def read_expected_metrics() -> dict[str, float]:
        metrics = await read_metrics(hub)
        assert {name: metrics[f"simpul_{name}"] for name in expected} == expected
        return metrics

    return await eventually(read_expected_metrics)


async def register_applications(hub: Client, name: str, count: int) -> list[str]:
    return [await hub.register(*OWNER, f"{name} {number}") for number in range(count)]


async def test_sockets_events_and_parts_are_one_group_and_executed_once(
    hub: SimpulProcess,
) -> None:
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as stack:
        after = await writer.cursor()
        before = await wait_until_metrics(hub, streams=0, sockets=0)
        first, second = [
            await stack.enter_async_context(open_stream(hub.url, EVENTS, after=after))
            for _ in range(2)
        ]
        parts = await stack.enter_async_context(
            open_stream(hub.url, EVENTS, accept=MULTIPART, after=after)
        )
        socket_stream = await stack.enter_async_context(
            subscribed(hub, EVENTS, {}, "1", after=after)
        )
        await wait_until_metrics(hub, subscribers=4)
        subjects = await register_applications(writer, "Bersama", 3)
        events = [await first.next_event() for _ in subjects]
        assert [event["subjectId"] for event in events] == subjects
        assert [await second.next_event() for _ in subjects] == events
        assert [await socket_stream.next() for _ in subjects] == events
        content = b""
        while content.count(b"\r\n--graphql") < 5:
            content += await anext(parts.chunks)
        payloads = [
            json.loads(part.split(b"\r\n\r\n")[1]) for part in content.split(b"\r\n--graphql")[1:-1]
        ]
        assert payloads == [{}, *({"payload": {"data": {"events": event}}} for event in events)]
        metrics = await read_metrics(hub)
        assert (metrics["simpul_streams"], metrics["simpul_sockets"]) == (3, 1)
        assert (metrics["simpul_subscription_groups"], metrics["simpul_subscribers"]) == (1, 4)
        increases = {name: metrics[name] - before[name] for name in metrics}
        assert increases["simpul_subscription_executions_total"] == 3
        assert increases["simpul_messages_total"] == 12
        assert increases["simpul_message_bytes_total"] > 12 * len(json.dumps(events[0]))
    metrics = await wait_until_metrics(hub, streams=0, sockets=0)
    assert (metrics["simpul_subscription_groups"], metrics["simpul_subscribers"]) == (0, 0)


async def test_all_new_subscribers_get_one_snapshot_and_then_new_events(hub: SimpulProcess) -> None:
    document = EVENTS.replace("cursor", "isSnapshot cursor", 1)
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as stack:
        written = await register_applications(writer, "Lama", 2)
        before = await wait_until_metrics(hub, streams=0, sockets=0)
        first = await stack.enter_async_context(open_stream(hub.url, document))
        events = [await first.next_event()]
        while events[-1]["subjectId"] != written[-1]:
            events.append(await first.next_event())
        assert all(event["isSnapshot"] for event in events)
        assert len({event["subjectId"] for event in events}) == len(events) > 100
        executed = (await read_metrics(hub))["simpul_subscription_executions_total"]
        assert executed - before["simpul_subscription_executions_total"] == len(events)

        second = await stack.enter_async_context(open_stream(hub.url, document))
        socket_stream = await stack.enter_async_context(subscribed(hub, document, {}, "1"))
        assert [await second.next_event() for _ in events] == events
        assert [await socket_stream.next() for _ in events] == events
        new_subjects = await register_applications(writer, "Baru", 2)
        for received in (
            [await first.next_event() for _ in new_subjects],
            [await second.next_event() for _ in new_subjects],
            [await socket_stream.next() for _ in new_subjects],
        ):
            assert [(event["subjectId"], event["isSnapshot"]) for event in received] == [
                (subject, False) for subject in new_subjects
            ]
            assert received[0]["previousCursor"] == events[-1]["cursor"]
        # The snapshot and the two events were each executed once for all subscribers.
        executed = (await read_metrics(hub))["simpul_subscription_executions_total"]
        expected = before["simpul_subscription_executions_total"] + len(events) + len(new_subjects)
        assert executed == expected


async def test_the_last_event_id_takes_precedence_over_the_variables(hub: SimpulProcess) -> None:
    async with client(hub, Role.PROVINCE) as writer:
        after = await writer.cursor()
        async with open_stream(hub.url, EVENTS, after=after) as frames:
            subjects = await register_applications(writer, "Sebelum", 3)
            events = [await frames.next_event() for _ in range(2)]
        await wait_until_metrics(hub, streams=0, sockets=0)
        subjects += await register_applications(writer, "Sesudah", 2)
        headers = {"last-event-id": events[-1]["cursor"]}
        async with open_stream(hub.url, EVENTS, headers=headers, after=after) as frames:
            events += [await frames.next_event() for _ in range(3)]
            subjects += await register_applications(writer, "Kemudian", 1)
            events.append(await frames.next_event())
    assert [event["subjectId"] for event in events] == subjects
    cursors = [after, *(event["cursor"] for event in events)]
    assert [event["previousCursor"] for event in events] == cursors[:-1]


async def test_an_id_of_another_epoch_asks_for_a_snapshot(hub: SimpulProcess) -> None:
    async with open_stream(hub.url, EVENTS, headers={"last-event-id": "other:1"}) as frames:
        body = json.loads((await frames.next_fields())["data"])
        assert body["errors"][0]["extensions"] == {"code": "SNAPSHOT_REQUIRED"}
        assert await frames.next_fields() == {"event": "complete", "data": ""}
        with pytest.raises(StopAsyncIteration):
            await frames.next()


@asynccontextmanager
async def open_stalled_stream(
    hub: SimpulProcess, after: str, *, conflate: bool
) -> AsyncIterator[socket.socket]:
    """Yield a connection that asks for a stream and reads none of it; the kernel buffers little."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        port = httpx2.URL(hub.url).port
        assert port is not None
        body = json.dumps(
            {"query": WIDE, "variables": {"after": after, "conflate": conflate}}
        ).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nhost: simpul\r\naccept: text/event-stream\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        await asyncio.to_thread(connection.connect, ("127.0.0.1", port))
        await asyncio.to_thread(connection.sendall, head.encode() + body)
        yield connection


def read_until(connection: socket.socket, marker: bytes) -> bytes:
    """Read until `until` arrives or no more data comes, and return the data."""
    connection.settimeout(10)
    content = bytearray()
    try:
        while marker not in content[-300_000:] and (part := connection.recv(1 << 20)):
            content += part
    except ConnectionResetError:
        pass
    return bytes(content)


async def test_a_client_that_reads_nothing_is_cut_or_conflated_and_delays_no_other(
    hub: SimpulProcess,
) -> None:
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as stack:
        [id] = await register_applications(writer, "Lambat", 1)
        after = await writer.cursor()
        before = await wait_until_metrics(hub, streams=0, sockets=0)
        slow = await stack.enter_async_context(open_stalled_stream(hub, after, conflate=False))
        newest = await stack.enter_async_context(open_stalled_stream(hub, after, conflate=True))
        cursors: list[str] = []
        increases = dict.fromkeys(before, 0.0)
        async with (
            open_stream(hub.url, WIDE, after=after, conflate=False) as healthy,
            # Both groups need a second subscriber, which a slow one could delay.
            open_stream(hub.url, WIDE, after=after, conflate=True) as conflated,
        ):
            await wait_until_metrics(hub, streams=4, subscription_groups=2)
            # The kernel buffers some megabytes, and a different amount for each socket.
            while 0 in (
                increases["simpul_streams_given_up_total"],
                increases["simpul_messages_conflated_total"],
            ):
                assert len(cursors) < 200
                variables = {
                    "id": id,
                    "version": len(cursors) + 1,
                    "name": f"Lambat {len(cursors)}",
                }
                await writer.ask(UPDATE, **variables)
                cursors.append((await healthy.next_event())["cursor"])
                assert (await conflated.next_event())["cursor"] == cursors[-1]
                metrics = await read_metrics(hub)
                increases = {name: metrics[name] - before[name] for name in metrics}
            assert increases["simpul_streams_given_up_total"] == 1
            assert metrics["simpul_streams"] == 3  # the closed stream is removed at once
            message_bytes = (
                increases["simpul_message_bytes_total"] / increases["simpul_messages_total"]
            )
            # The stream was closed only after a full buffer.
            assert message_bytes * len(cursors) > BUFFER_BYTES
        cut = await asyncio.to_thread(read_until, slow, b"event: complete")
        assert b"event: complete" not in cut
        assert not cut.endswith(b"0\r\n\r\n")
        content = await asyncio.to_thread(read_until, newest, f'"cursor":"{cursors[-1]}"'.encode())
        received_ids = re.findall(rb"^id: (.+)$", content, re.MULTILINE)
        assert received_ids == [
            cursor.encode() for cursor in cursors if cursor.encode() in received_ids
        ]
        assert received_ids[-1] == cursors[-1].encode()
        assert len(cursors) - len(received_ids) == increases["simpul_messages_conflated_total"]
    await wait_until_metrics(hub, streams=0)


async def test_third_party_clients_resume_after_a_restart_with_nothing_lost_or_repeated(
    simpul: StartSimpul, hub: SimpulProcess, node: str
) -> None:
    async with AsyncExitStack() as programs:
        async with client(hub, Role.PROVINCE) as writer:
            after = await writer.cursor()
            following = [
                await programs.enter_async_context(run_program(node, program, hub.url, after, 4))
                for program in ("graphql_sse", "event_source", "apollo_multipart")
            ]
            await wait_until_metrics(hub, streams=3)
            await register_applications(writer, "Berhenti", 2)
            events_by_program = [
                [await read_line(process), await read_line(process)] for process in following
            ]
            async with open_stream(hub.url, EVENTS, after=after) as frames:
                events = [await frames.next_event(), await frames.next_event()]
                assert events == events_by_program[0]
                start = time.monotonic()
                assert await asyncio.to_thread(hub.stop) == 0
                assert time.monotonic() - start < 5  # the limit is eight seconds for other requests
                with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
                    await frames.next_fields()
        assert "ERROR" not in hub.log.read_text()
        simpul("serve", port=httpx2.URL(hub.url).port, data_dir=hub.data_dir)
        async with client(hub, Role.PROVINCE) as writer:
            await register_applications(writer, "Mulai lagi", 2)
        for process, events in zip(following, events_by_program, strict=True):
            events += [await read_line(process), await read_line(process)]
            assert [event["previousCursor"] for event in events] == [
                after,
                *(event["cursor"] for event in events[:-1]),
            ]
            assert (await process.communicate(), process.returncode) == ((b"", None), 0)
        assert events_by_program[0] == events_by_program[1] == events_by_program[2]


@asynccontextmanager
async def run_program(
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


async def read_line(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return json.loads(await process.stdout.readline())
