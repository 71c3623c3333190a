"""Benchmark of replication: catching up, the delay of events, and the cost of idle connections.

    python benchmarks/following.py catch-up [--entries 10000]
    python benchmarks/following.py delay [--nodes 27] [--seconds 30]
    python benchmarks/following.py idle [--regions 550] [--seconds 30]

`catch-up` lets a new hub copy the log of a node and prints entries a second, on SQLite and, if
DATABASE_URL names an empty database of PostgreSQL, there too. `delay` runs nodes that write once a
second each, one process and database a node. It prints the delay from a mutation at a node until a
subscriber of the hub receives the event, after each process has built the models that its first
change needs. `idle` lets one hub follow regions in which nothing happens, each over a connection of
its own, and prints CPU and memory of the hub. All traffic is on loopback.
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
from pathlib import Path

import httpx2
from fanout import (
    SIMPUL,
    cpu_seconds,
    create_bearer,
    free_port,
    resident_kilobytes,
    start_server,
    wait_until_ready,
)
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
    Visibility,
)
from facts import tables
from hub.instance import open_instance
from hub.settings import Settings
from regions import contract
from storage import log

SOURCE = Provenance("benchmark")
CATCH_UP_SECONDS = 300.0
WARM_UP = 3  # changes of each node before the measurement
CURSOR = "{ instance { cursor } }"
UPDATE = """mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) {
  ... on Application { version } ... on Problem { message } } }"""
PROTOCOL = Subprotocol("graphql-transport-ws")
EVENTS = """subscription ($after: Cursor) {
  events(after: $after, kinds: [APPLICATION_UPDATED]) { region { code } } }"""


def main() -> None:
    """Run the chosen measurement, and print its results."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("what", choices=("catch-up", "delay", "idle"))
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--nodes", type=int, default=27)
    arguments.add_argument("--regions", type=int, default=550)
    arguments.add_argument("--seconds", type=int, default=30)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        match options.what:
            case "catch-up":
                catch_up(folder, options.entries)
            case "delay":
                delay(folder, options.nodes, options.seconds)
            case _:
                idle(folder, options.regions, options.seconds)


def catch_up(folder: Path, entries: int) -> None:
    """Measure hubs that copy a node with a long log."""
    databases = {"SQLite": ""}
    if postgresql := os.environ.pop("DATABASE_URL", ""):  # the node must not use it
        databases["PostgreSQL"] = postgresql
    with node(folder / "node", ["32.11"], entries) as (_, endpoint):
        for name, url in databases.items():
            with hub(folder / name, [], url) as (server, address):
                spent, length = cpu_seconds(server), entries + 3
                started_at, copied = 0.0, 0
                (folder / name / "regions.toml").write_text(_endpoint_toml(endpoint))
                while copied < length:
                    copied = count_entries(address, folder / name)
                    started_at = started_at or (time.monotonic() if copied else 0.0)
                    time.sleep(0.05)
                    if started_at and time.monotonic() - started_at > CATCH_UP_SECONDS:
                        sys.exit(f"only {copied} of {length} entries were copied")
                seconds = time.monotonic() - started_at
                sys.stdout.write(
                    f"{name:<11} {length} entries in {seconds:.1f} s: "
                    f"{length / seconds:.0f} a second, "
                    f"{1e6 * (cpu_seconds(server) - spent) / length:.0f} µs of the hub's CPU each\n"
                )


def delay(folder: Path, nodes: int, seconds: int) -> None:
    """Measure the delay of events from writing nodes to a subscriber of the hub."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(node(folder / f"node-{code}", [code], 0))
            for code in (f"32.{number:02}" for number in range(1, nodes + 1))
        ]
        endpoints = [endpoint for _, endpoint in running]
        server, address = stack.enter_context(hub(folder / "hub", endpoints, ""))
        for code in (endpoint["regions"][0] for endpoint in endpoints):
            wait_until_copied(address, folder / "hub", code, 3)
        processes = [server, *(process for process, _ in running)]
        asyncio.run(_measure_delays(folder, endpoints, address, range(1, WARM_UP + 1)))
        wait_until_idle(processes)
        spent = [cpu_seconds(process) for process in processes]
        delays = asyncio.run(
            _measure_delays(folder, endpoints, address, range(WARM_UP + 1, WARM_UP + seconds + 1))
        )
        busy = [
            100 * (cpu_seconds(process) - before) / seconds
            for process, before in zip(processes, spent, strict=True)
        ]
    percent = statistics.quantiles(delays, n=100)
    sys.stdout.write(
        f"{len(delays)} changes of {nodes} nodes, one a second each: "
        f"from the mutation to the hub's subscriber p50 {percent[49]:.1f} ms, "
        f"p99 {percent[98]:.1f} ms; the hub was busy {busy[0]:.0f} % of a core, "
        f"all nodes {sum(busy[1:]):.0f} %\n"
    )


async def _measure_delays(
    folder: Path, endpoints: list[dict], address: str, versions: range
) -> list[float]:
    sent_at: dict[str, list[float]] = {endpoint["regions"][0]: [] for endpoint in endpoints}
    received_at: dict[str, list[float]] = {code: [] for code in sent_at}

    async def write(code: str, url: str, offset: float) -> None:
        async with _open_connection(url, folder / f"node-{code}") as socket:
            await asyncio.sleep(offset)
            started_at = time.monotonic()
            for number, version in enumerate(versions):
                await asyncio.sleep(max(0.0, started_at + number - time.monotonic()))
                changes = {
                    "id": f"{code}:application-1",
                    "version": version,
                    "name": f"Uji {version}",
                }
                payload = {"query": UPDATE, "variables": {"input": changes}}
                request = json.dumps({"id": str(version), "type": "subscribe", "payload": payload})
                sent_at[code].append(time.monotonic())
                await socket.send(request)
                response = await socket.recv()
                assert await socket.recv() == f'{{"id":"{version}","type":"complete"}}'
                assert f'"version":{version + 1}' in response, response

    async def listen(socket: object) -> None:
        async for text in socket:
            now = time.monotonic()
            event = json.loads(text)["payload"]["data"]["events"]
            received_at[event["region"]["code"]].append(now)

    cursor_response = httpx2.post(
        f"{address}/graphql", json={"query": CURSOR}, trust_env=False
    ).json()
    async with _open_connection(f"ws{address[4:]}/graphql", folder / "hub") as socket:
        variables = {"after": cursor_response["data"]["instance"]["cursor"]}
        payload = {"query": EVENTS, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        listener = asyncio.create_task(listen(socket))
        async with asyncio.TaskGroup() as group:
            for number, endpoint in enumerate(endpoints):
                offset = number / len(endpoints)
                group.create_task(write(endpoint["regions"][0], endpoint["url"], offset))
        expected_count = sum(map(len, sent_at.values()))
        for _ in range(300):
            if sum(map(len, received_at.values())) >= expected_count:
                break
            await asyncio.sleep(0.1)
        listener.cancel()
    if listener.done() and not listener.cancelled() and listener.exception():
        raise listener.exception()
    received_count = sum(map(len, received_at.values()))
    assert received_count == expected_count, (
        f"expected {expected_count} events, got {received_count}"
    )
    return [
        1000 * (after - before)
        for code, times in sent_at.items()
        for before, after in zip(times, received_at[code], strict=True)
    ]


@asynccontextmanager
async def _open_connection(url: str, folder: Path) -> AsyncIterator[ClientConnection]:
    """Open a connection to an instance, on which operations can be started."""
    async with connect(url, subprotocols=[PROTOCOL], proxy=None, compression=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": bearer_header(folder)}))
        await socket.recv()
        yield socket


def idle(folder: Path, regions: int, seconds: int) -> None:
    """Measure a hub that follows idle regions of one process, which sends heartbeats only."""
    port = free_port()
    with start_server([sys.executable, __file__, "beat", str(port)]):
        time.sleep(1)
        with hub(folder / "none", [], "") as (server, _):
            time.sleep(5)
            memory_without_regions = resident_kilobytes(server)
        endpoints = [
            {"url": f"ws://127.0.0.1:{port}/graphql", "regions": [region.code]}
            for region in tables.region_catalogue(national=True)[:regions]
        ]
        with hub(folder / "hub", endpoints, "") as (server, address):
            states = "{ sources { state } }"
            for _ in range(120):
                response = httpx2.post(
                    f"{address}/graphql", json={"query": states}, trust_env=False
                )
                fresh = sum(
                    source["state"] == "FRESH" for source in response.json()["data"]["sources"]
                )
                if fresh == regions:
                    break
                time.sleep(1)
            else:
                sys.exit(f"only {fresh} of {regions} regions are followed")
            time.sleep(5)
            before, since = cpu_seconds(server), time.monotonic()
            time.sleep(seconds)
            load = (cpu_seconds(server) - before) / (time.monotonic() - since)
            memory = (resident_kilobytes(server) - memory_without_regions) / regions
    sys.stdout.write(
        f"{regions} idle regions: {100 * load:.1f} % of a core, {memory:.0f} KiB each\n"
    )


async def serve_heartbeats(port: int) -> None:
    """Serve the feeds of regions whose logs are empty: a heartbeat every 5 seconds each."""
    frames = '{"id":"%s","type":"next","payload":{"data":{"regionLog":{"head":{"version":'
    frames += str(contract.VERSION) + ',"regionCode":"%s","sequence":0,"hash":"' + "0" * 64
    frames += '","ownerUrl":null,"acceptedOffer":null,"handoverUrl":null},"entries":[]}}}}'

    async def send_heartbeats(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        request = json.loads(await socket.recv())
        text = frames % (request["id"], request["payload"]["variables"]["regionCode"])
        while True:
            await socket.send(text)
            await asyncio.sleep(5)

    async with serve(
        send_heartbeats, "127.0.0.1", port, subprotocols=[PROTOCOL], compression=None
    ) as server:
        await server.serve_forever()


@contextmanager
def node(
    folder: Path, codes: list[str], entries: int
) -> Iterator[tuple[subprocess.Popen[str], dict]]:
    """Start a node that owns regions, with a number of entries in the log of each."""
    settings = prepare_instance(folder)
    asyncio.run(_write_regions(settings, codes, entries))
    with serve_instance(folder, {}) as (server, address):
        token = folder / "hub.token"
        token.write_text(bearer_header(folder)["authorization"].removeprefix("Bearer "))
        url = f"ws{address[4:]}/graphql"
        yield server, {"url": url, "regions": codes, "token_file": str(token)}


@contextmanager
def hub(
    folder: Path, endpoints: list[dict], database: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a hub that follows endpoints."""
    prepare_instance(folder, database)
    directory = folder / "regions.toml"
    directory.write_text("\n".join(map(_endpoint_toml, endpoints)))
    with serve_instance(
        folder, {"SIMPUL_FOLLOWS": str(directory), "DATABASE_URL": database}
    ) as running:
        yield running


def _endpoint_toml(endpoint: dict) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in endpoint.items()]
    return "\n".join(["[[endpoint]]", "private = true", *lines, ""])


def prepare_instance(folder: Path, database: str = "") -> Settings:
    """Migrate the database of an instance, and return its settings."""
    folder.mkdir()
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(folder), "DATABASE_URL": database}
    subprocess.run([SIMPUL, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return Settings(data_dir=folder)


@contextmanager
def serve_instance(
    folder: Path, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `simpul serve` on a port of its own."""
    port = free_port()
    settings = {
        "SIMPUL_DATA_DIR": str(folder),
        "SIMPUL_PORT": str(port),
        "SIMPUL_LOG_LEVEL": "warning",
        "SIMPUL_CLIENT_CPU_RATE": "0",  # the whole load comes from one address
    }
    address = f"http://127.0.0.1:{port}"
    with start_server(
        [SIMPUL, "serve"], {**os.environ, "DATABASE_URL": "", **settings, **environment}
    ) as server:
        with httpx2.Client(trust_env=False, timeout=60) as http:
            wait_until_ready(address, http)
        yield server, address


def bearer_header(folder: Path) -> dict[str, str]:
    """Return the header with the province's token for an instance."""
    return {"authorization": create_bearer(folder)}


def count_entries(address: str, folder: Path, code: str = "32.11") -> int:
    """Return the number of entries that an instance has of a region."""
    request = {"query": f'{{ regionLogHead(regionCode: "{code}") {{ sequence }} }}'}
    url, headers = f"{address}/graphql", bearer_header(folder)
    response = httpx2.post(url, json=request, headers=headers, trust_env=False, timeout=60).json()
    return 0 if response["data"] is None else response["data"]["regionLogHead"]["sequence"]


def wait_until_idle(processes: list[subprocess.Popen[str]]) -> None:
    """Return once the processes are idle."""
    for _ in range(60):
        before = sum(map(cpu_seconds, processes))
        time.sleep(2)
        if sum(map(cpu_seconds, processes)) - before < 0.5:
            return
    sys.exit("the servers did not become idle")


def wait_until_copied(address: str, folder: Path, code: str, length: int) -> None:
    """Return once a replica has a number of entries."""
    for _ in range(600):
        if count_entries(address, folder, code) >= length:
            return
        time.sleep(0.1)
    sys.exit(f"region {code} is not copied")


async def _write_regions(settings: Settings, codes: list[str], entries: int) -> None:
    async with open_instance(settings) as instance:
        for code in codes:
            async with log.begin_log_transaction(
                instance.database, code, instance.clock
            ) as transaction:
                region = _listed_region(code)
                await transaction.append(
                    actor="benchmark",
                    kind=EventKind.REGION_RECORDED,
                    subject=f"{code}:region",
                    body=to_document(region),
                )
                await transaction.append(
                    actor="benchmark",
                    kind=EventKind.ASSESSMENT_STARTED,
                    subject=f"{code}:assessment-1",
                    visibility=Visibility.REGION,
                    body=to_document(_draft_assessment(code)),
                )
                await _append_application(transaction, "first", 1)
            for first in range(0, entries, 500):
                async with log.begin_log_transaction(
                    instance.database, code, instance.clock
                ) as transaction:
                    for number in range(first, min(first + 500, entries)):
                        await _append_entry(transaction, code, number)


def _listed_region(code: str) -> Region:
    return next(region for region in tables.region_catalogue() if region.code == code)


async def _append_entry(transaction: log.LogTransaction, code: str, number: int) -> None:
    """Append an entry; four of five change an application, and the fifth claims a level."""
    if number % 5:
        await _append_application(transaction, str(number % 400), number)
        return
    assessment = f"{code}:assessment-1"
    claim = LevelClaim(number // 5 % 20 + 1, number // 100 % 5 + 1, "seperti dalam dokumen")
    await transaction.append(
        actor="benchmark",
        kind=EventKind.LEVEL_CLAIMED,
        subject=assessment,
        visibility=Visibility.REGION,
        body=claim_body(assessment, number + 2, claim),
    )


async def _append_application(transaction: log.LogTransaction, name: str, version: int) -> None:
    application = Application(
        id=f"{transaction.region}:application-{name}",
        region=transaction.region,
        opd=None,
        name=f"Aplikasi {name} {transaction.region}",
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


def _draft_assessment(code: str) -> Assessment:
    return Assessment(
        id=f"{code}:assessment-1",
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
        asyncio.run(serve_heartbeats(int(sys.argv[2])))
    else:
        main()
