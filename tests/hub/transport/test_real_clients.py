"""Third-party clients, graphql-ws in Node and gql in Python, against a real process."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from gql import Client as GqlClient
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from engine.model import Role
from tests.fixtures.credentials import issue_token
from tests.fixtures.processes import SimpulProcess, StartSimpul, start_processes
from tests.hub.live_client import Client, client

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
NODE_PROGRAMS = ROOT / "tests" / "node"
SUMEDANG = ("32.11", "32.11:opd-diskominfosanditik")
BETWEEN_SECONDS = 0.3  # the time of writing between two failures of the server
PAUSE_SECONDS = 2.5  # longer than the Node client waits for a pong
CAUGHT_UP_SECONDS = 20.0

EVENT = """
cursor previousCursor eventKind region { code } ... on LogEntryAppended { sequence subjectId }
"""
EVENTS = f"subscription ($after: Cursor) {{ events(after: $after) {{ {EVENT} }} }}"
REGISTERED = EVENTS.replace("(after: $after)", "(after: $after, kinds: [APPLICATION_REGISTERED])")
LOG = f"query ($after: Cursor) {{ events(after: $after, first: 500) {{ nodes {{ {EVENT} }} }} }}"


def load_recipe() -> Any:
    """Return `followed` from the code in docs/protocol.md."""
    protocol = (ROOT / "docs" / "protocol.md").read_text()
    [code] = re.findall(r"^```python\n(.*?)^```", protocol, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  # it is our own documentation
    return names["followed"]


def token(hub: SimpulProcess, lifetime: timedelta = timedelta(hours=1)) -> str:
    return issue_token(hub.database_url, Role.PROVINCE, ["32"], subject="ani", lifetime=lifetime)


def address(hub: SimpulProcess) -> str:
    return hub.url.replace("http", "ws", 1) + "/graphql"


def transport(hub: SimpulProcess) -> WebsocketsTransport:
    return WebsocketsTransport(
        address(hub),
        init_payload={"Authorization": f"Bearer {token(hub)}"},
        connect_args={"proxy": None},
    )


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSimpul]:
    with start_processes(tmp_path_factory.mktemp("real-clients")) as start:
        yield start


@pytest.fixture(scope="module")
def demo(
    start: StartSimpul, filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> SimpulProcess:
    """Yield a hub for all tests; another process may have replaced it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(filled_template, folder)
    return start("demo", "--no-nodes", data_dir=folder)


class ClientOutput:
    """The output of a client: the events that it got, and what else it reported."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.reports: list[Any] = []
        self._changed = asyncio.Condition()

    async def add(self, line: dict[str, Any]) -> None:
        async with self._changed:
            if "event" in line:
                self.events.append(line["event"])
            else:
                self.reports.append(line)
            self._changed.notify_all()

    async def wait_for_cursor(self, cursor: str) -> None:
        async with asyncio.timeout(CAUGHT_UP_SECONDS), self._changed:
            await self._changed.wait_for(
                lambda: any(event["cursor"] == cursor for event in self.events)
            )

    async def wait_for_report(self, line: dict[str, Any]) -> None:
        async with asyncio.timeout(CAUGHT_UP_SECONDS), self._changed:
            await self._changed.wait_for(lambda: line in self.reports)


@asynccontextmanager
async def node_client(
    node: str, hub: SimpulProcess, after: str, token_file: Path, *, plain: bool = False
) -> AsyncIterator[ClientOutput]:
    argument = {"url": address(hub), "after": after, "token": str(token_file), "plain": plain}
    program = await asyncio.create_subprocess_exec(
        node, NODE_PROGRAMS / "follow.mjs", json.dumps(argument), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    output = ClientOutput()

    async def read(lines: asyncio.StreamReader) -> None:
        async for line in lines:
            await output.add(json.loads(line))

    reading = asyncio.create_task(read(program.stdout))
    try:
        await output.wait_for_report({"connected": True})
        yield output
    finally:
        program.kill()
        await program.wait()
        await reading


@asynccontextmanager
async def gql_client(hub: SimpulProcess, after: str) -> AsyncIterator[ClientOutput]:
    output = ClientOutput()

    async def read() -> None:
        async with aclosing(load_recipe()(lambda: transport(hub), EVENTS, after)) as events:
            async for event in events:
                await output.add({"event": event})

    reading = asyncio.create_task(read())
    try:
        yield output
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def register_until_stopped(writer: Client, stop: asyncio.Event, name: str) -> int:
    """Register applications until `stop` is set, each once, however often the server fails."""
    number = 0
    while not stop.is_set():
        try:
            await writer.register(*SUMEDANG, f"{name} {number}")
        except httpx2.TransportError:
            await asyncio.sleep(0.05)
        else:
            number += 1
    return number


async def list_events(reader: Client, after: str) -> list[Any]:
    events: list[Any] = []
    while page := (await reader.ask(LOG, after=after))["events"]["nodes"]:
        events += page
        after = page[-1]["cursor"]
    return events


async def test_what_clients_get_through_restarts_is_the_log_entry_by_entry(
    node: str, start: StartSimpul, demo: SimpulProcess, tmp_path: Path
) -> None:
    hub = demo
    port = httpx2.URL(hub.url).port
    token_file = tmp_path / "token"
    token_file.write_text(token(hub))
    async with client(hub, Role.PROVINCE) as writer:
        begin = await writer.cursor()
        async with (
            node_client(node, hub, begin, token_file) as resuming,
            node_client(node, hub, begin, token_file, plain=True) as plain,
            gql_client(hub, begin) as python,
        ):
            stop = asyncio.Event()
            writing = asyncio.create_task(register_until_stopped(writer, stop, "Uji"))
            for end in (SimpulProcess.stop, SimpulProcess.kill, SimpulProcess.stop):
                await asyncio.sleep(BETWEEN_SECONDS)
                await asyncio.to_thread(end, hub)
                hub = await asyncio.to_thread(start, "serve", port=port, data_dir=hub.data_dir)
                newest = await writer.cursor()
                for output in (resuming, plain, python):
                    await output.wait_for_cursor(newest)
            hub.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(PAUSE_SECONDS)
            hub.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(BETWEEN_SECONDS)
            stop.set()
            count = await writing
            entries = await list_events(writer, begin)
            for output in (resuming, plain, python):
                await output.wait_for_cursor(entries[-1]["cursor"])
    registered = [entry for entry in entries if entry["eventKind"] == "APPLICATION_REGISTERED"]
    assert len(registered) == count > 0
    assert resuming.events[: len(entries)] == entries
    assert python.events[: len(entries)] == entries
    # Otherwise the test could not fail: graphql-ws alone starts over after each restart.
    assert plain.events[: len(entries)] != entries
    assert {event["cursor"] for event in plain.events} >= {event["cursor"] for event in entries}
    assert len(plain.events) > len(entries)
    closed = {report["closed"] for report in resuming.reports if "closed" in report}
    assert closed == {1012, 1006, 4499}  # a restart, a killed process, and one that fell silent
    assert [report for report in resuming.reports if "hole" in report or "trouble" in report] == []


async def test_a_token_that_expires_costs_no_event(
    node: str, demo: SimpulProcess, tmp_path: Path
) -> None:
    token_file = tmp_path / "token"
    token_file.write_text(token(demo, timedelta(seconds=3)))
    async with client(demo, Role.PROVINCE) as writer:
        start = await writer.cursor()
        async with node_client(node, demo, start, token_file) as output:
            token_file.write_text(token(demo))
            stop = asyncio.Event()
            writing = asyncio.create_task(register_until_stopped(writer, stop, "Uji token"))
            await output.wait_for_report({"closed": 4401})
            await asyncio.sleep(BETWEEN_SECONDS)
            stop.set()
            assert await writing > 0
            entries = await list_events(writer, start)
            await output.wait_for_cursor(entries[-1]["cursor"])
    assert output.events[: len(entries)] == entries
    assert output.reports == [
        {"connected": True},
        {"closed": 4401},
        {"trouble": 4401},
        {"connected": True},
    ]


async def test_one_operation_that_fails_leaves_the_others_of_its_socket_alone(
    node: str, demo: SimpulProcess
) -> None:
    change = (
        'mutation { registerApplication(input: {regionCode: "%s", opdId: "%s", name: "Berdampingan"}) '
        "{ ... on Application { version } } }"
    )
    argument = {"url": address(demo), "token": token(demo), "change": change % SUMEDANG}
    program = [node, NODE_PROGRAMS / "side_by_side.mjs", json.dumps(argument)]
    completed = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, text=True, check=True, timeout=60
    )
    results = json.loads(completed.stdout)
    assert results["sockets"] == 1
    assert "Cannot query field 'colour'" in results["wrong"][0]["message"]
    assert results["outdated"]["errors"][0]["extensions"] == {"code": "SNAPSHOT_REQUIRED"}
    assert results["query"] == {"data": {"instance": {"provinceCode": "32"}}}
    assert results["change"] == {"data": {"registerApplication": {"version": 1}}}
    assert results["event"] == {"data": {"events": {"previousCursor": results["after"]}}}


async def test_gql_queries_mutates_and_subscribes_on_one_socket(demo: SimpulProcess) -> None:
    region, opd = SUMEDANG
    register = """mutation ($input: RegisterApplicationInput!) {
      registerApplication(input: $input) { ... on Application { name version } }
    }"""
    application_input = {"regionCode": region, "opdId": opd, "name": "Dari gql"}
    async with GqlClient(transport=transport(demo)) as session:
        answer = await session.execute(GraphQLRequest("{ instance { cursor } }"))
        after = answer["instance"]["cursor"]
        request = GraphQLRequest(REGISTERED, variable_values={"after": after})
        async with aclosing(session.subscribe(request)) as events:
            changed = await session.execute(
                GraphQLRequest(register, variable_values={"input": application_input})
            )
            assert changed == {"registerApplication": {"name": "Dari gql", "version": 1}}
            event = (await anext(events))["events"]
    assert (event["previousCursor"], event["region"]) == (after, {"code": region})


async def test_the_recipe_raises_an_error_for_a_cursor_of_another_epoch(
    demo: SimpulProcess,
) -> None:
    async with aclosing(load_recipe()(lambda: transport(demo), EVENTS, "another:1")) as events:
        with pytest.raises(TransportQueryError) as refused:
            await anext(events)
    assert refused.value.errors is not None
    assert refused.value.errors[0]["extensions"] == {"code": "SNAPSHOT_REQUIRED"}


@pytest.mark.parametrize("client_name", ["apollo", "urql"])
async def test_clients_send_a_hash_and_the_document_once(
    node: str, demo: SimpulProcess, client_name: str
) -> None:
    program = [node, NODE_PROGRAMS / f"{client_name}_persisted_query.mjs", f"{demo.url}/graphql"]
    completed = await asyncio.to_thread(
        subprocess.run, program, capture_output=True, text=True, check=True, timeout=60
    )
    sent = "hash, hash and document, hash"
    assert (completed.stdout, completed.stderr) == (
        f"POST Simpul Simpul: {sent}\nGET Simpul Simpul: {sent}\n",
        "",
    )
