"""Shared subscriptions: equal operations execute once, and no subscriber delays another."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from engine.model import Role
from hub.transport.websocket_protocol import BUFFER_BYTES, TRY_AGAIN_LATER
from tests.fixtures.credentials import issue_token
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, start_processes
from tests.hub.live_client import EVENTS, Client, Stream, client, connected, subscribe

pytestmark = pytest.mark.integration

OWNER = ("32.11", "32.11:opd-dishub")
GIVEN_UP = "simpul_sockets_given_up_total"  # sockets that were closed because of a full buffer
START = """
mutation { startAssessment(
  input: { regionCode: "32.11", instrumentId: "pemdi-2026", year: 2027, kind: SELF }
) { ... on Assessment { id version } } }
"""


@pytest.fixture(scope="module")
def hub(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpulProcess]:
    """Yield one hub for all tests; each test counts from the metrics that earlier tests left."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite+aiosqlite:///{shutil.copy(filled_template, folder)}"
    with start_processes(folder) as start:
        yield start("serve", environment={"DATABASE_URL": url})


def bearer(hub: SimpulProcess, subject: str, role: Role, *regions: str) -> dict[str, str]:
    token = issue_token(hub.database_url, role, regions, subject=subject)
    return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def subscribed(
    hub: SimpulProcess, document: str, authorization: dict[str, str], id: str, **variables: object
) -> AsyncIterator[Stream]:
    async with connected(hub.url, authorization, close_timeout=1) as socket:
        yield await subscribe(socket, document, id, **variables)


async def read_metrics(
    hub: SimpulProcess, before: dict[str, float] | None = None
) -> dict[str, float]:
    """Return the metrics; counters (`_total`) count from `before`, if it is given."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{hub.url}/metrics")
    lines = [line.split() for line in answer.text.splitlines() if not line.startswith("#")]
    metrics = {name: float(value) for name, value in lines}
    increases = {
        name: metrics[name] - value for name, value in (before or {}).items() if "_total" in name
    }
    return metrics | increases


async def wait_until_idle(hub: SimpulProcess) -> dict[str, float]:
    """Return the metrics once the server has noticed that all clients have left."""

    async def read_idle_metrics() -> dict[str, float]:
        metrics = await read_metrics(hub)
        assert (metrics["simpul_sockets"], metrics["simpul_subscribers"]) == (0, 0)
        return metrics

    return await eventually(read_idle_metrics)


async def register_applications(hub: Client, count: int) -> None:
    for number in range(count):
        await hub.register(*OWNER, f"Uji {secrets.token_hex(4)} {number}")


async def test_an_event_is_executed_once_for_all_subscribers_and_sent_under_each_id(
    hub: SimpulProcess,
) -> None:
    before = await wait_until_idle(hub)
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as sockets:
        after = await writer.cursor()
        streams = [
            await sockets.enter_async_context(
                subscribed(hub, EVENTS, {}, f'"{number}"', after=after)
            )
            for number in range(30)
        ]
        await register_applications(writer, 3)
        for stream in streams:
            events = [await stream.next() for _ in range(3)]
            assert [event["eventKind"] for event in events] == ["APPLICATION_REGISTERED"] * 3
            assert [event["previousCursor"] for event in events] == [
                after,
                *(event["cursor"] for event in events[:-1]),
            ]
        metrics = await read_metrics(hub, before)
        assert metrics["simpul_subscription_executions_total"] == 3
        assert (metrics["simpul_subscription_groups"], metrics["simpul_subscribers"]) == (1, 30)
        assert metrics["simpul_messages_total"] == 90
    assert (await wait_until_idle(hub))["simpul_subscription_groups"] == 0


async def test_viewers_share_an_execution_by_their_permissions_and_not_by_their_names(
    hub: SimpulProcess,
) -> None:
    ani, budi = (bearer(hub, name, Role.REGION, "32.11") for name in ("ani", "budi"))
    indramayu = bearer(hub, "cici", Role.REGION, "32.12")
    before = await wait_until_idle(hub)
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as sockets:
        after = await writer.cursor()
        streams = [
            await sockets.enter_async_context(
                subscribed(hub, EVENTS, authorization, "1", after=after)
            )
            for authorization in (ani, budi, indramayu, {})
        ]
        await writer.ask(START)
        for stream in streams[:2]:
            assert (await stream.next())["eventKind"] == "ASSESSMENT_STARTED"
        metrics = await read_metrics(hub, before)
        assert (metrics["simpul_subscription_groups"], metrics["simpul_subscribers"]) == (3, 4)
        assert metrics["simpul_subscription_executions_total"] == 1
        await register_applications(writer, 1)
        for stream in streams:  # the others could never see the draft
            event = await stream.next()
            assert event["eventKind"] == "APPLICATION_REGISTERED"
            assert (event["previousCursor"] == after) == (stream in streams[2:])


async def test_a_late_subscriber_catches_up_and_shares_the_events_from_then_on(
    hub: SimpulProcess,
) -> None:
    async with client(hub, Role.PROVINCE) as writer:
        start = await writer.cursor()
        await register_applications(writer, 3)
        now = await writer.cursor()
        async with (
            subscribed(hub, EVENTS, {}, "live", after=now) as live,
            subscribed(hub, EVENTS, {}, "late", after=start) as late,
        ):
            past = [await late.next() for _ in range(3)]
            assert past[0]["previousCursor"] == start
            await writer.register(*OWNER, "Baru")
            first = await live.next()
            assert (await late.next())["cursor"] == first["cursor"]
            assert first["previousCursor"] == now
            metrics = await read_metrics(hub)
            executed = metrics["simpul_subscription_executions_total"]
            await writer.register(*OWNER, "Lagi")
            assert await live.next() == await late.next()
            metrics = await read_metrics(hub)
            assert metrics["simpul_subscription_executions_total"] == executed + 1


async def test_a_document_that_cannot_be_executed_ends_its_own_operation_alone(
    hub: SimpulProcess,
) -> None:
    async with client(hub) as reader:
        after = await reader.cursor()
    wrong = "subscription ($after: Cursor) { events(after: $after) { colour } }"
    async with connected(hub.url, {}) as connection:
        await subscribe(connection, wrong, "1", after=after)
        message = json.loads(await connection.recv())
        assert (message["id"], message["type"]) == ("1", "error")
        assert "Cannot query field 'colour'" in message["payload"][0]["message"]
        await subscribe(connection, EVENTS, "2", after="other:1")
        message = json.loads(await connection.recv())
        assert message["payload"]["errors"][0]["extensions"] == {"code": "SNAPSHOT_REQUIRED"}
        assert json.loads(await connection.recv()) == {"id": "2", "type": "complete"}


async def test_a_client_that_never_reads_costs_a_bound_and_delays_no_other(
    hub: SimpulProcess, tmp_path: Path
) -> None:
    fields = "cursor at eventKind region { name capital population }"
    wide = " ".join(
        f"a{n}: region {{ {'name ' * 10} provenance {{ source note }} }}" for n in range(60)
    )
    document = f"subscription ($after: Cursor) {{ events(after: $after) {{ {fields} {wide} }} }}"
    before = await wait_until_idle(hub)
    async with client(hub, Role.PROVINCE) as writer:
        after = await writer.cursor()
        stalled = socket.socket()
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the kernel buffers little
        port = httpx2.URL(hub.url).port
        assert port is not None
        await asyncio.to_thread(stalled.connect, ("127.0.0.1", port))
        options = {"sock": stalled, "max_queue": 1, "close_timeout": 1}
        async with (
            connected(hub.url, {}, **options) as slow,
            subscribed(hub, document, {}, "h", after=after) as healthy,
        ):
            await subscribe(slow, document, "s", after=after)
            written = 0
            received = 0
            while (metrics := await read_metrics(hub, before))[GIVEN_UP] == 0:
                assert written < 2000
                await asyncio.gather(
                    *(writer.register(*OWNER, f"Lambat {written + n}") for n in range(20))
                )
                written += 20
                for _ in range(20):
                    await healthy.next()
                    received += 1
            assert received == written
            assert metrics[GIVEN_UP] == 1
            message_bytes = metrics["simpul_message_bytes_total"] / metrics["simpul_messages_total"]
            assert message_bytes * written > BUFFER_BYTES  # it was closed only after a full buffer
            # None: the full buffer had no room for the close frame.
            assert await read_until_closed(slow) in (TRY_AGAIN_LATER, None)


async def read_until_closed(connection: ClientConnection) -> int | None:
    """Read all remaining messages; return the close code of the server, or None if it was lost."""
    try:
        while True:
            await connection.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_resumes_and_the_delay_of_the_newest_event_are_measured(
    hub: SimpulProcess,
) -> None:
    before = await wait_until_idle(hub)
    async with client(hub, Role.PROVINCE) as writer:
        after = await writer.cursor()
        async with (
            subscribed(hub, EVENTS, {}, "1", after=after) as resumed,
            subscribed(hub, EVENTS, {}, "2"),
        ):
            await register_applications(writer, 1)
            await resumed.next()
            metrics = await read_metrics(hub, before)
    assert metrics["simpul_subscriptions_total"] == 2
    assert metrics["simpul_subscriptions_resumed_total"] == 1
    lag_before = before["simpul_lag_seconds_count"], before["simpul_lag_seconds_sum"]
    assert metrics["simpul_lag_seconds_count"] - lag_before[0] >= 1
    assert 0 < metrics["simpul_lag_seconds_sum"] - lag_before[1] < 5
