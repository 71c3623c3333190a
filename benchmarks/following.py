"""Benchmark of replication: catching up, the delay of events, and the cost of idle connections.

    python benchmarks/following.py catch-up [--entries 10000]
    python benchmarks/following.py delay [--nodes 27] [--seconds 30]
    python benchmarks/following.py idle [--regions 550] [--seconds 30]

`catch-up` lets a new hub copy the log of a node and prints entries a second, on SQLite and, if
DATABASE_URL names an empty database of PostgreSQL, there too. `delay` runs nodes that write once a
second each, one process and database a node. It prints the delay from a mutation at a node until a
subscriber of the hub receives the event, after each process has built the models that its first change
needs. `idle` lets one hub follow regions in which nothing happens, each over a connection of its own,
and prints CPU and memory of the hub. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from fanout import SIMPUL, cpu, free_port, ready, resident, started
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from engine.document import to_document
from engine.log.entry_types import claim_body
from engine.model import (
    Application,
    ApplicationStatus,
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    Provenance,
    Region,
    RegionKind,
    Role,
    Visibility,
)
from hub.app import open_instance
from hub.auth.tokens import issue_token
from hub.settings import Settings
from storage import log

SOURCE = Provenance("benchmark")
CATCH_UP_SECONDS = 300.0
WARM_UP = 3  # changes a node before any is measured
CURSOR = "{ instance { cursor } }"
UPDATE = """mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) {
  ... on Application { version } ... on Problem { message } } }"""
PROTOCOL = Subprotocol("graphql-transport-ws")
EVENTS = "subscription ($after: Cursor) { events(after: $after, kinds: [APPLICATION_UPDATED]) { region { code } } }"


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("what", choices=("catch-up", "delay", "idle"))
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--nodes", type=int, default=27)
    arguments.add_argument("--regions", type=int, default=550)
    arguments.add_argument("--seconds", type=int, default=30)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        match given.what:
            case "catch-up":
                catch_up(folder, given.entries)
            case "delay":
                delay(folder, given.nodes, given.seconds)
            case _:
                idle(folder, given.regions, given.seconds)


def catch_up(folder: Path, entries: int) -> None:
    """Measure hubs that copy a node with a long log."""
    databases = {"SQLite": ""}
    if postgresql := os.environ.pop("DATABASE_URL", ""):  # the node must not use it
        databases["PostgreSQL"] = postgresql
    with node(folder / "node", ["32.11"], entries) as (_, endpoint):
        for name, url in databases.items():
            with hub(folder / name, [], url) as (server, address):
                spent, length = cpu(server), entries + 3
                began, copied = 0.0, 0
                (folder / name / "regions.toml").write_text(_toml(endpoint))
                while copied < length:
                    copied = head(address, folder / name)
                    began = began or (time.monotonic() if copied else 0.0)
                    time.sleep(0.05)
                    if began and time.monotonic() - began > CATCH_UP_SECONDS:
                        sys.exit(f"only {copied} of {length} entries were copied")
                seconds = time.monotonic() - began
                sys.stdout.write(
                    f"{name:<11} {length} entries in {seconds:.1f} s: {length / seconds:.0f} a second, "
                    f"{1e6 * (cpu(server) - spent) / length:.0f} µs of the hub's CPU each\n"
                )


def delay(folder: Path, nodes: int, seconds: int) -> None:
    """Measure the delay of events from writing nodes to a subscriber of the hub that follows them."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(node(folder / f"node-{code}", [code], 0))
            for code in (f"32.{number:02}" for number in range(1, nodes + 1))
        ]
        endpoints = [endpoint for _, endpoint in running]
        server, address = stack.enter_context(hub(folder / "hub", endpoints, ""))
        for code in (each["regions"][0] for each in endpoints):
            until_copied(address, folder / "hub", code, 3)
        processes = [server, *(each for each, _ in running)]
        asyncio.run(_delays(folder, endpoints, address, range(1, WARM_UP + 1)))
        until_quiet(processes)
        spent = [cpu(each) for each in processes]
        delays = asyncio.run(
            _delays(folder, endpoints, address, range(WARM_UP + 1, WARM_UP + seconds + 1))
        )
        busy = [
            100 * (cpu(each) - before) / seconds
            for each, before in zip(processes, spent, strict=True)
        ]
    percent = statistics.quantiles(delays, n=100)
    sys.stdout.write(
        f"{len(delays)} changes of {nodes} nodes, one a second each: from the mutation to the hub's "
        f"subscriber p50 {percent[49]:.1f} ms, p99 {percent[98]:.1f} ms; the hub was busy "
        f"{busy[0]:.0f} % of a core, all nodes {sum(busy[1:]):.0f} %\n"
    )


async def _delays(
    folder: Path, endpoints: list[dict], address: str, versions: range
) -> list[float]:
    sent: dict[str, list[float]] = {each["regions"][0]: [] for each in endpoints}
    heard: dict[str, list[float]] = {code: [] for code in sent}

    async def write(code: str, url: str, offset: float) -> None:
        async with _connected(url, folder / f"node-{code}") as socket:
            await asyncio.sleep(offset)
            began = time.monotonic()
            for number, version in enumerate(versions):
                await asyncio.sleep(max(0.0, began + number - time.monotonic()))
                given = {"id": f"application-{code}", "version": version, "name": f"Uji {version}"}
                payload = {"query": UPDATE, "variables": {"input": given}}
                asked = json.dumps({"id": str(version), "type": "subscribe", "payload": payload})
                sent[code].append(time.monotonic())
                await socket.send(asked)
                answer = await socket.recv()
                assert await socket.recv() == f'{{"id":"{version}","type":"complete"}}'
                assert f'"version":{version + 1}' in answer, answer

    async def listen(socket: object) -> None:
        async for text in socket:
            now = time.monotonic()
            event = json.loads(text)["payload"]["data"]["events"]
            heard[event["region"]["code"]].append(now)

    asked = httpx2.post(f"{address}/graphql", json={"query": CURSOR}, trust_env=False).json()
    async with _connected(f"ws{address[4:]}/graphql", folder / "hub") as socket:
        variables = {"after": asked["data"]["instance"]["cursor"]}
        payload = {"query": EVENTS, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        listening = asyncio.create_task(listen(socket))
        async with asyncio.TaskGroup() as group:
            for number, each in enumerate(endpoints):
                offset = number / len(endpoints)
                group.create_task(write(each["regions"][0], each["url"], offset))
        expected = sum(map(len, sent.values()))
        for _ in range(300):
            if sum(map(len, heard.values())) >= expected:
                break
            await asyncio.sleep(0.1)
        listening.cancel()
    if listening.done() and not listening.cancelled() and listening.exception():
        raise listening.exception()
    received = sum(map(len, heard.values()))
    assert received == expected, f"expected {expected} events, got {received}"
    return [
        1000 * (after - before)
        for code, times in sent.items()
        for before, after in zip(times, heard[code], strict=True)
    ]


@asynccontextmanager
async def _connected(url: str, folder: Path) -> AsyncIterator[ClientConnection]:
    """Open a connection to an instance, on which operations can be started."""
    async with connect(url, subprotocols=[PROTOCOL], proxy=None, compression=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": bearer(folder)}))
        await socket.recv()
        yield socket


def idle(folder: Path, regions: int, seconds: int) -> None:
    """Measure a hub that follows idle regions of one process, which sends heartbeats only."""
    port = free_port()
    with started([sys.executable, __file__, "beat", str(port)]):
        time.sleep(1)
        with hub(folder / "none", [], "") as (server, _):
            time.sleep(5)
            alone = resident(server)
        endpoints = [
            {"url": f"ws://127.0.0.1:{port}/graphql", "regions": [f"99.{number}"]}
            for number in range(regions)
        ]
        with hub(folder / "hub", endpoints, "") as (server, address):
            states = "{ sources { state } }"
            for _ in range(120):
                found = httpx2.post(f"{address}/graphql", json={"query": states}, trust_env=False)
                fresh = sum(each["state"] == "FRESH" for each in found.json()["data"]["sources"])
                if fresh == regions:
                    break
                time.sleep(1)
            else:
                sys.exit(f"only {fresh} of {regions} regions are followed")
            time.sleep(5)
            before, since = cpu(server), time.monotonic()
            time.sleep(seconds)
            busy = (cpu(server) - before) / (time.monotonic() - since)
            each = (resident(server) - alone) / regions
    sys.stdout.write(f"{regions} idle regions: {100 * busy:.1f} % of a core, {each:.0f} KiB each\n")


async def beat(port: int) -> None:
    """Serve the feeds of regions whose logs are empty: a heartbeat every 5 seconds each."""
    frames = (
        '{"id":"%s","type":"next","payload":{"data":{"feed":{"head":{"version":1,"region":"%s",'
    )
    frames += '"sequence":0,"hash":"' + "0" * 64 + '"},"entries":[]}}}}'

    async def answer(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        asked = json.loads(await socket.recv())
        text = frames % (asked["id"], asked["payload"]["variables"]["region"])
        while True:
            await socket.send(text)
            await asyncio.sleep(5)

    async with serve(
        answer, "127.0.0.1", port, subprotocols=[PROTOCOL], compression=None
    ) as server:
        await server.serve_forever()


@contextmanager
def node(
    folder: Path, codes: list[str], entries: int
) -> Iterator[tuple[subprocess.Popen[str], dict]]:
    """Start a node that owns regions, with a number of entries in the log of each."""
    settings = prepared(folder)
    asyncio.run(_fill(settings, codes, entries))
    with served(folder, {}) as (server, address):
        token = folder / "hub.token"
        token.write_text(bearer(folder)["authorization"].removeprefix("Bearer "))
        url = f"ws{address[4:]}/graphql"
        yield server, {"url": url, "regions": codes, "token_file": str(token)}


@contextmanager
def hub(
    folder: Path, endpoints: list[dict], database: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a hub that follows endpoints."""
    prepared(folder, database)
    listed = folder / "regions.toml"
    listed.write_text("\n".join(map(_toml, endpoints)))
    with served(folder, {"SIMPUL_FOLLOWS": str(listed), "DATABASE_URL": database}) as running:
        yield running


def _toml(endpoint: dict) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in endpoint.items()]
    return "\n".join(["[[endpoint]]", "private = true", *lines, ""])


def prepared(folder: Path, database: str = "") -> Settings:
    """Migrate the database of an instance, and return its settings."""
    folder.mkdir()
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(folder), "DATABASE_URL": database}
    subprocess.run([SIMPUL, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return Settings(data_dir=folder)


@contextmanager
def served(folder: Path, more: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `simpul serve` on a port of its own."""
    port = free_port()
    own = {"SIMPUL_DATA_DIR": str(folder), "SIMPUL_PORT": str(port), "SIMPUL_LOG_LEVEL": "warning"}
    address = f"http://127.0.0.1:{port}"
    with started([SIMPUL, "serve"], {**os.environ, "DATABASE_URL": "", **own, **more}) as server:
        with httpx2.Client(trust_env=False, timeout=60) as http:
            ready(address, http)
        yield server, address


def bearer(folder: Path) -> dict[str, str]:
    """Return the header with the province's token for an instance."""
    key = Settings(data_dir=folder).token_key()
    scope = (["32"], [], timedelta(hours=1), datetime.now(UTC))
    token = issue_token(key, "simpul", "simpul", "benchmark", Role.PROVINCE, *scope)
    return {"authorization": f"Bearer {token}"}


def head(address: str, folder: Path, code: str = "32.11") -> int:
    """Return how many entries of a region an instance has."""
    asked = {"query": f'{{ feedHead(region: "{code}") {{ sequence }} }}'}
    url, headers = f"{address}/graphql", bearer(folder)
    answer = httpx2.post(url, json=asked, headers=headers, trust_env=False, timeout=60).json()
    return 0 if answer["data"] is None else answer["data"]["feedHead"]["sequence"]


def until_quiet(processes: list[subprocess.Popen[str]]) -> None:
    """Return once the processes are idle."""
    for _ in range(60):
        before = sum(map(cpu, processes))
        time.sleep(2)
        if sum(map(cpu, processes)) - before < 0.5:
            return
    sys.exit("the servers do not come to rest")


def until_copied(address: str, folder: Path, code: str, length: int) -> None:
    """Return once a copy has reached a length."""
    for _ in range(600):
        if head(address, folder, code) >= length:
            return
        time.sleep(0.1)
    sys.exit(f"region {code} is not copied")


async def _fill(settings: Settings, codes: list[str], entries: int) -> None:
    async with open_instance(settings) as instance:
        for code in codes:
            async with log.begin_log_transaction(
                instance.database, code, instance.clock
            ) as transaction:
                region = Region(code, code, RegionKind.REGENCY, "32", SOURCE)
                await transaction.append(
                    actor="benchmark",
                    kind=EventKind.REGION_RECORDED,
                    subject=f"region-{code}",
                    body=to_document(region),
                )
                await transaction.append(
                    actor="benchmark",
                    kind=EventKind.ASSESSMENT_STARTED,
                    subject=f"assessment-{code}",
                    visibility=Visibility.REGION,
                    body=to_document(_draft(code)),
                )
                await _edit(transaction, code, 1)
            for first in range(0, entries, 500):
                async with log.begin_log_transaction(
                    instance.database, code, instance.clock
                ) as transaction:
                    for number in range(first, min(first + 500, entries)):
                        await _append(transaction, code, number)


async def _append(transaction: log.LogTransaction, code: str, number: int) -> None:
    """Append an entry: of ten, eight are about applications and two claim levels."""
    if number % 5:
        await _edit(transaction, f"{code}-{number % 400}", number)
        return
    assessment = f"assessment-{code}"
    claim = LevelClaim(number // 5 % 20 + 1, number // 100 % 5 + 1, "seperti dalam dokumen")
    await transaction.append(
        actor="benchmark",
        kind=EventKind.LEVEL_CLAIMED,
        subject=assessment,
        visibility=Visibility.REGION,
        body=claim_body(assessment, number + 2, claim),
    )


async def _edit(transaction: log.LogTransaction, name: str, version: int) -> None:
    application = Application(
        id=f"application-{name}",
        region=transaction.region,
        opd=None,
        name=f"Aplikasi {name}",
        status=ApplicationStatus.ACTIVE,
        version=version,
        provenance=SOURCE,
        function="pelayanan kepada masyarakat",
    )
    await transaction.append(
        actor="benchmark",
        kind=EventKind.APPLICATION_UPDATED if version > 1 else EventKind.APPLICATION_REGISTERED,
        subject=application.id,
        body=to_document(application),
    )


def _draft(code: str) -> Assessment:
    return Assessment(
        id=f"assessment-{code}",
        region=code,
        instrument="pemdi-2026",
        year=2026,
        kind=AssessmentKind.SELF,
        state=AssessmentState.DRAFT,
        version=1,
        provenance=SOURCE,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["beat"]:
        asyncio.run(beat(int(sys.argv[2])))
    else:
        main()
