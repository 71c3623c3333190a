"""Benchmark of the fan-out: CPU and delay of one event to many subscribers, for several servers.

    python benchmarks/fanout.py [--sockets 1000] [--events 20] [--every-ms 400] [--silent 0]
        [--servers ours …]

Builds a load client and a bare writer with gcc, then runs in turn: our hub, the hub with its
messages sent through ASGI, the same schema on stock Strawberry, Node's graphql-ws, a broadcast of
`websockets` without GraphQL, and a C program that writes the same bytes. Our events are real:
levels are claimed in an assessment, and every subscriber receives `indexChanged`. CPU is that of
the server process during the events, as the scheduler accounts for it, less that of an equally long
time without events. Another process commits the events: paced, one event every so many
milliseconds, and as a burst. The client's own CPU share shows that the client was not the limit.
All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx2

from engine.log.entry_types import claim_body
from engine.model import EventKind, LevelClaim, Visibility
from hub.instance import open_instance
from hub.settings import Settings
from storage import log

HERE = Path(__file__).parent
SIMPUL = str(Path(sys.executable).with_name("simpul"))
SERVERS = ("ours", "asgi", "stock", "node", "websockets")
ID = "0f9d2a57-1d5c-4b0e-9b9e-52f7f8f5f1aa"
DOCUMENT = """subscription ($after: %s) { indexChanged(after: $after) {
  cursor previousCursor at region { code name } instrument { id } year
  assessmentKind assessmentState before { display } after { display }
  predicateBefore predicateAfter isReplay } }"""
START = """mutation { startAssessment(input: { regionCode: "32.11", instrumentId: "pemdi-2026",
  year: 2028, kind: SELF }) { ... on Assessment { id version } } }"""
EVENT = {
    "cursor": "abcdef012345:4711",
    "previousCursor": "abcdef012345:4709",
    "at": "2026-01-01T00:00:00.000000+00:00",
    "region": {"code": "32.11", "name": "Kabupaten Sumedang"},
    "instrument": {"id": "pemdi-2026"},
    "year": 2028,
    "assessmentKind": "SELF",
    "assessmentState": "DRAFT",
    "before": {"display": "1.23"},
    "after": {"display": "1.25"},
    "predicateBefore": "Kurang",
    "predicateAfter": "Kurang",
    "isReplay": False,
}


@dataclass(frozen=True)
class Work:
    """The load of one run, which is the same for every server."""

    folder: Path
    sockets: int
    events: int
    pace: int  # milliseconds; 0: a burst
    silent: int = 0  # further sockets, not measured, that subscribe and then never read


@dataclass(frozen=True)
class Measurement:
    """The result of one run of one server."""

    server: str
    microseconds: float  # of server CPU per message
    bytes: float  # per message, frame included
    busy: float  # the client's share of a core
    delays: list[float]  # milliseconds from publishing until each client has received it
    kilobytes: float = 0  # of server memory per connection
    connecting: float = 0  # microseconds of server CPU per connection

    def delay(self, percent: int) -> float:
        """Return a percentile of the delays, in milliseconds."""
        return statistics.quantiles(self.delays, n=100)[percent - 1]


def main() -> None:
    """Run all servers with each load, and print the results."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sockets", type=int, nargs="+", default=[1000])
    arguments.add_argument("--events", type=int, default=20)
    arguments.add_argument("--every-ms", type=int, default=400)
    arguments.add_argument("--silent", type=int, default=0)
    arguments.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS)
    options = arguments.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("fanout_client", "fanout_writer"):
            source = HERE / f"{name}.c"
            subprocess.run(["gcc", "-O2", "-o", f"{folder}/{name}", str(source)], check=True)
        for sockets in options.sockets:
            for pace in (options.every_ms, 0):
                sys.stdout.write(f"\n{sockets} sockets, {options.events} events, ")
                sys.stdout.write(f"one every {pace} ms\n" if pace else "in a burst\n")
                work = Work(Path(folder), sockets, options.events, pace, options.silent)
                measure_servers(work, options.servers)


def raise_file_limit() -> None:
    """Let this process and those that it starts open as many sockets as the machine allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def measure_servers(work: Work, servers: list[str]) -> None:
    """Run all servers with one pace, and print a line for each."""
    measurements = [
        measure_hub(work, kind) for kind in ("ours", "asgi", "stock") if kind in servers
    ]
    size = round(measurements[0].bytes) - 4 if measurements else 400
    if "node" in servers:
        measurements.append(measure_node(work))
    if "websockets" in servers:
        measurements.append(measure_websockets(work, size))
    limit = measure_writer(work, size)
    titles = ("server", "µs/message", "× C", "p50 ms", "p99 ms", "× C", "client", "kB", "µs/conn")
    row = "{:<12}" + "{:>11}" + "{:>8}" * 7 + "\n"
    sys.stdout.write(row.format(*titles))
    for measurement in (*measurements, limit):
        figures = (
            f"{measurement.microseconds:.1f}",
            f"{measurement.microseconds / limit.microseconds:.2f}",
            f"{measurement.delay(50):.1f}",
            f"{measurement.delay(99):.1f}",
            f"{measurement.delay(99) / limit.delay(99):.2f}",
            f"{measurement.busy:.2f}",
            f"{measurement.kilobytes:.1f}",
            f"{measurement.connecting:.0f}",
        )
        sys.stdout.write(row.format(measurement.server, *figures))
    sys.stdout.flush()


def measure_hub(work: Work, kind: str) -> Measurement:
    """Measure our hub, or its schema on stock Strawberry."""
    data = work.folder / f"{kind}-{work.sockets}-{work.pace}"
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(data), "DATABASE_URL": ""}
    for command in ("migrate", "load"):
        subprocess.run([SIMPUL, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    server_command = [sys.executable, str(HERE / "fanout_servers.py"), kind, str(port), str(data)]
    with start_server(server_command) as server, httpx2.Client(trust_env=False, timeout=60) as http:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, http)
        bearer = create_bearer(data)

        def query_hub(document: str) -> dict[str, dict[str, str]]:
            headers = {"authorization": bearer}
            response = http.post(f"{url}/graphql", json={"query": document}, headers=headers)
            return response.json()["data"]

        assessment = query_hub(START)["startAssessment"]["id"]
        after = query_hub("{ instance { cursor } }")["instance"]["cursor"]
        init = {"type": "connection_init", "payload": {"authorization": bearer}}

        def publish() -> list[float]:
            return asyncio.run(publish_claims(data, server.pid, assessment, work))

        return measure_fanout(
            kind, work, server, port, json.dumps(init), subscribe_message(after), publish
        )


async def publish_claims(data: Path, server: int, assessment: str, work: Work) -> list[float]:
    """Claim levels outside the process of the server, so that the server only sends the events."""
    published = []
    claims_per_commit = 1 if work.pace else work.events
    async with open_instance(Settings(data_dir=data)) as instance:
        for first in range(0, work.events, claims_per_commit):
            async with log.begin_log_transaction(
                instance.database, "32.11", instance.clock
            ) as transaction:
                for number in range(first, first + claims_per_commit):
                    claim = LevelClaim(number % 20 + 1, (number + number // 20) % 4 + 2)
                    await transaction.append(
                        actor="benchmark",
                        kind=EventKind.LEVEL_CLAIMED,
                        subject=assessment,
                        visibility=Visibility.REGION,
                        body=claim_body(assessment, number + 2, claim),
                    )
            published += [time.monotonic()] * claims_per_commit
            os.kill(server, signal.SIGUSR1)
            await asyncio.sleep(work.pace / 1000)
    return published


def measure_node(work: Work) -> Measurement:
    """Measure graphql-ws, with an event of the same length."""
    port = free_port()
    with start_server(["node", str(HERE / "fanout_node.mjs"), str(port)]) as server:
        time.sleep(2)
        init = json.dumps({"type": "connection_init"})

        def publish() -> list[float]:
            return publish_lines(server, json.dumps(EVENT), work)

        return measure_fanout("node", work, server, port, init, subscribe_message(None), publish)


def measure_websockets(work: Work, size: int) -> Measurement:
    """Measure `websockets.broadcast` with as many bytes."""
    port = free_port()
    command = [sys.executable, str(HERE / "fanout_servers.py"), "websockets", str(port)]
    with start_server(command) as server:
        time.sleep(5)

        def publish() -> list[float]:
            return publish_lines(server, "x" * size, work)

        return measure_fanout("websockets", work, server, port, "{}", "", publish)


def publish_lines(server: subprocess.Popen[str], line: str, work: Work) -> list[float]:
    """Publish lines on a server's standard input; return the time of each."""
    assert server.stdin is not None
    published = []
    for _ in range(work.events):
        published.append(time.monotonic())
        server.stdin.write(line + "\n")
        server.stdin.flush()
        time.sleep(work.pace / 1000)
    return published


def measure_writer(work: Work, size: int) -> Measurement:
    """Measure the C program: one write(2) per message."""
    port = free_port()
    arguments = map(str, (port, work.sockets, work.events, size, work.pace))
    with start_server([str(work.folder / "fanout_writer"), *arguments]) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        with start_clients(work, port, "", "") as client:
            server.stdin.write("go\n")
            server.stdin.flush()
            result = read_client_result(client)
            spent, *published = map(float, server.stdout.readline().split())
    return to_measurement("C write", spent, work, result, published)


def measure_fanout(
    name: str,
    work: Work,
    server: subprocess.Popen[str],
    port: int,
    init: str,
    subscribe: str,
    publish: Callable[[], list[float]],
) -> Measurement:
    """Let the client subscribe, publish, and measure the server meanwhile."""
    memory_before, before = resident_kilobytes(server), cpu_seconds(server)
    with (
        start_silent_clients(work, port, init, subscribe),
        start_clients(work, port, init, subscribe) as client,
    ):
        time.sleep(1 + work.sockets / 5000)  # until the last sockets are subscribed
        connections = work.sockets + work.silent
        connecting = (cpu_seconds(server) - before) / connections
        kilobytes = (resident_kilobytes(server) - memory_before) / connections
        before, since = cpu_seconds(server), time.monotonic()
        time.sleep(3)
        idle = (cpu_seconds(server) - before) / (time.monotonic() - since)
        before, since = cpu_seconds(server), time.monotonic()
        published = publish()
        result = read_client_result(client)
        spent = cpu_seconds(server) - before - idle * (time.monotonic() - since)
    return to_measurement(name, spent, work, result, published, kilobytes, 1e6 * connecting)


def to_measurement(
    name: str,
    spent: float,
    work: Work,
    result: list[float],
    published: list[float],
    kilobytes: float = 0,
    connecting: float = 0,
) -> Measurement:
    """Convert the totals of a run to figures per message and per connection."""
    messages, total_bytes, seconds, client_cpu = result
    received = array("d", (work.folder / "times").read_bytes())
    delays = [1000 * (at - published[index % work.events]) for index, at in enumerate(received)]
    return Measurement(
        server=name,
        microseconds=1e6 * spent / messages,
        bytes=total_bytes / messages,
        busy=client_cpu / seconds if seconds else 0,
        delays=delays,
        kilobytes=kilobytes,
        connecting=connecting,
    )


def subscribe_message(after: str | None) -> str:
    """Return the message that subscribes; the schema of Node has no scalar type for a cursor."""
    query = DOCUMENT % ("Cursor" if after else "String")
    payload = {"query": query, "variables": {"after": after}}
    return json.dumps({"id": ID, "type": "subscribe", "payload": payload})


@cache
def create_bearer(data: Path) -> str:
    """Return the value of the header with a token of the province in the database of a folder."""
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(data), "DATABASE_URL": ""}
    command = [SIMPUL, "token", "--subject", "benchmark", "--role", "PROVINCE", "--region", "32"]
    completed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return f"Bearer {completed.stdout.strip()}"


@contextmanager
def start_server(
    command: list[str], environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Start a server, and kill it at the end of the block."""
    pipe = subprocess.PIPE
    environment = environment or {**os.environ, "DATABASE_URL": ""}
    server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    try:
        yield server
    finally:
        server.kill()
        server.wait()


@contextmanager
def start_clients(
    work: Work, port: int, init: str, subscribe: str
) -> Iterator[subprocess.Popen[str]]:
    """Start the load client, and wait until it is subscribed."""
    arguments = (port, work.sockets, work.events, init, subscribe, work.folder / "times")
    command = [str(work.folder / "fanout_client"), *map(str, arguments)]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        yield client
    finally:
        client.kill()
        client.wait()


@contextmanager
def start_silent_clients(work: Work, port: int, init: str, subscribe: str) -> Iterator[None]:
    """Start clients that are stopped by a signal once they are subscribed."""
    with ExitStack() as stack:
        if work.silent:
            silent_work = replace(work, sockets=work.silent)
            client = stack.enter_context(start_clients(silent_work, port, init, subscribe))
            time.sleep(1)
            client.send_signal(signal.SIGSTOP)
        yield


def read_client_result(client: subprocess.Popen[str]) -> list[float]:
    """Return messages, bytes, seconds and CPU of the client once it has received all messages."""
    assert client.stdout is not None
    return [float(text) for text in client.stdout.readline().split()]


def wait_until_ready(url: str, http: httpx2.Client) -> None:
    """Return once the server answers and its background work at startup is done."""
    for _ in range(300):
        try:
            if http.get(f"{url}/readyz").status_code == 200:
                time.sleep(2)
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the server did not start")


def cpu_seconds(server: subprocess.Popen[str]) -> float:
    """Return the seconds of CPU that a process has used, as the scheduler accounts for them."""
    total = 0
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_kilobytes(server: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process, in kilobytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return float(match.group(1)) if match else 0.0


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    if shutil.which("gcc") is None or shutil.which("node") is None:
        sys.exit("expected gcc and node on the PATH")
    main()
