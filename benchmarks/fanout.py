"""Benchmark of the fan-out: CPU and delay of one event to many subscribers, next to the kernel's limit.

    python benchmarks/fanout.py [--sockets 1000] [--events 20] [--every-ms 400] [--silent 0] [--servers ours …]

Builds a load client and a bare writer with gcc, then runs in turn: our hub, the hub with its messages
sent through ASGI, the same schema on stock Strawberry, Node's graphql-ws, a broadcast of `websockets`
without GraphQL, and a C program that writes the same bytes. Our events are real: levels are claimed in
an assessment, and every subscriber receives `indexChanged`. CPU is that of the server process during
the events, as the scheduler accounts for it, less that of an equally long time without events. Another
process commits the events: paced, one event every so many milliseconds, and as a burst. The client's
own CPU share shows that the client was not the limit. All traffic is on loopback.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from engine.log.entry_types import claim_body
from engine.model import EventKind, LevelClaim, Role, Visibility
from hub.app import open_instance
from hub.auth.tokens import issue_token
from hub.settings import Settings
from storage import log

HERE = Path(__file__).parent
SIMPUL = str(Path(sys.executable).with_name("simpul"))
SERVERS = ("ours", "asgi", "stock", "node", "websockets")
ID = "0f9d2a57-1d5c-4b0e-9b9e-52f7f8f5f1aa"
DOCUMENT = """subscription ($after: %s) { indexChanged(after: $after) {
  cursor previousCursor at region { code name } instrument year kind state
  before after predicateBefore predicateAfter replay } }"""
START = """mutation { startAssessment(input: { region: "32.11", instrument: "pemdi-2026",
  year: 2028, kind: SELF }) { ... on Assessment { id version } } }"""
EVENT = {
    "cursor": "abcdef012345:4711",
    "previousCursor": "abcdef012345:4709",
    "at": "2026-01-01T00:00:00.000000+00:00",
    "region": {"code": "32.11", "name": "Kabupaten Sumedang"},
    "instrument": "pemdi-2026",
    "year": 2028,
    "kind": "SELF",
    "state": "DRAFT",
    "before": "1.23",
    "after": "1.25",
    "predicateBefore": "Kurang",
    "predicateAfter": "Kurang",
    "replay": False,
}


@dataclass(frozen=True)
class Work:
    """The load that every server gets."""

    folder: Path
    sockets: int
    events: int
    pace: int  # milliseconds; 0: a burst
    silent: int = 0  # further sockets, which are not measured: they subscribe and then never read


@dataclass(frozen=True)
class Measured:
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
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sockets", type=int, nargs="+", default=[1000])
    arguments.add_argument("--events", type=int, default=20)
    arguments.add_argument("--every-ms", type=int, default=400)
    arguments.add_argument("--silent", type=int, default=0)
    arguments.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS)
    given = arguments.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("fanout_client", "fanout_writer"):
            source = HERE / f"{name}.c"
            subprocess.run(["gcc", "-O2", "-o", f"{folder}/{name}", str(source)], check=True)
        for sockets in given.sockets:
            for pace in (given.every_ms, 0):
                sys.stdout.write(f"\n{sockets} sockets, {given.events} events, ")
                sys.stdout.write(f"one every {pace} ms\n" if pace else "in a burst\n")
                work = Work(Path(folder), sockets, given.events, pace, given.silent)
                run(work, given.servers)


def raise_file_limit() -> None:
    """Let this process and those that it starts open as many sockets as the machine allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(work: Work, servers: list[str]) -> None:
    """Run all servers with one pace, and print a line for each."""
    found = [on_hub(work, kind) for kind in ("ours", "asgi", "stock") if kind in servers]
    size = round(found[0].bytes) - 4 if found else 400
    if "node" in servers:
        found.append(on_node(work))
    if "websockets" in servers:
        found.append(on_websockets(work, size))
    limit = on_writer(work, size)
    titles = ("server", "µs/message", "× C", "p50 ms", "p99 ms", "× C", "client", "kB", "µs/conn")
    row = "{:<12}" + "{:>11}" + "{:>8}" * 7 + "\n"
    sys.stdout.write(row.format(*titles))
    for each in (*found, limit):
        figures = (
            f"{each.microseconds:.1f}",
            f"{each.microseconds / limit.microseconds:.2f}",
            f"{each.delay(50):.1f}",
            f"{each.delay(99):.1f}",
            f"{each.delay(99) / limit.delay(99):.2f}",
            f"{each.busy:.2f}",
            f"{each.kilobytes:.1f}",
            f"{each.connecting:.0f}",
        )
        sys.stdout.write(row.format(each.server, *figures))
    sys.stdout.flush()


def on_hub(work: Work, kind: str) -> Measured:
    """Measure our hub, or its schema on stock Strawberry."""
    data = work.folder / f"{kind}-{work.sockets}-{work.pace}"
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(data), "DATABASE_URL": ""}
    for command in ("migrate", "load"):
        subprocess.run([SIMPUL, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    served = [sys.executable, str(HERE / "fanout_servers.py"), kind, str(port), str(data)]
    with started(served) as server, httpx2.Client(trust_env=False, timeout=60) as http:
        url = f"http://127.0.0.1:{port}"
        ready(url, http)
        key = (data / "token.key").read_bytes()
        scope = (["32"], [], timedelta(hours=1), datetime.now(UTC))
        bearer = f"Bearer {issue_token(key, 'simpul', 'simpul', 'ani', Role.PROVINCE, *scope)}"

        def ask(query: str) -> dict[str, dict[str, str]]:
            headers = {"authorization": bearer}
            answer = http.post(f"{url}/graphql", json={"query": query}, headers=headers)
            return answer.json()["data"]

        assessment = ask(START)["startAssessment"]["id"]
        after = ask("{ instance { cursor } }")["instance"]["cursor"]
        init = {"type": "connection_init", "payload": {"authorization": bearer}}

        def publish() -> list[float]:
            return asyncio.run(claims(data, server.pid, assessment, work))

        return measure_fanout(
            kind, work, server, port, json.dumps(init), subscribing(after), publish
        )


async def claims(data: Path, server: int, assessment: str, work: Work) -> list[float]:
    """Claim levels in another process than the server's, so that the server only sends the events."""
    published = []
    together = 1 if work.pace else work.events
    async with open_instance(Settings(data_dir=data)) as instance:
        for first in range(0, work.events, together):
            async with log.begin_log_transaction(
                instance.database, "32.11", instance.clock
            ) as transaction:
                for number in range(first, first + together):
                    claim = LevelClaim(number % 20 + 1, (number + number // 20) % 4 + 2)
                    await transaction.append(
                        actor="benchmark",
                        kind=EventKind.LEVEL_CLAIMED,
                        subject=assessment,
                        visibility=Visibility.REGION,
                        body=claim_body(assessment, number + 2, claim),
                    )
            published += [time.monotonic()] * together
            os.kill(server, signal.SIGUSR1)
            await asyncio.sleep(work.pace / 1000)
    return published


def on_node(work: Work) -> Measured:
    """Measure graphql-ws, with an event of the same length."""
    port = free_port()
    with started(["node", str(HERE / "fanout_node.mjs"), str(port)]) as server:
        time.sleep(2)
        init = json.dumps({"type": "connection_init"})

        def publish() -> list[float]:
            return lines(server, json.dumps(EVENT), work)

        return measure_fanout("node", work, server, port, init, subscribing(None), publish)


def on_websockets(work: Work, size: int) -> Measured:
    """Measure `websockets.broadcast` with as many bytes."""
    port = free_port()
    command = [sys.executable, str(HERE / "fanout_servers.py"), "websockets", str(port)]
    with started(command) as server:
        time.sleep(5)

        def publish() -> list[float]:
            return lines(server, "x" * size, work)

        return measure_fanout("websockets", work, server, port, "{}", "", publish)


def lines(server: subprocess.Popen[str], line: str, work: Work) -> list[float]:
    """Publish lines on a server's standard input; return the time of each."""
    assert server.stdin is not None
    published = []
    for _ in range(work.events):
        published.append(time.monotonic())
        server.stdin.write(line + "\n")
        server.stdin.flush()
        time.sleep(work.pace / 1000)
    return published


def on_writer(work: Work, size: int) -> Measured:
    """Measure the C program: one write(2) per message."""
    port = free_port()
    arguments = map(str, (port, work.sockets, work.events, size, work.pace))
    with started([str(work.folder / "fanout_writer"), *arguments]) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        with listening(work, port, "", "") as client:
            server.stdin.write("go\n")
            server.stdin.flush()
            result = finished(client)
            spent, *published = map(float, server.stdout.readline().split())
    return measured("C write", spent, work, result, published)


def measure_fanout(
    name: str,
    work: Work,
    server: subprocess.Popen[str],
    port: int,
    init: str,
    subscribe: str,
    publish: Callable[[], list[float]],
) -> Measured:
    """Let the client subscribe, publish, and measure the server meanwhile."""
    memory, before = resident(server), cpu(server)
    with silent(work, port, init, subscribe), listening(work, port, init, subscribe) as client:
        time.sleep(1 + work.sockets / 5000)  # the last ones are subscribed by then
        connected = work.sockets + work.silent
        connecting = (cpu(server) - before) / connected
        kilobytes = (resident(server) - memory) / connected
        before, since = cpu(server), time.monotonic()
        time.sleep(3)
        idle = (cpu(server) - before) / (time.monotonic() - since)
        before, since = cpu(server), time.monotonic()
        published = publish()
        result = finished(client)
        spent = cpu(server) - before - idle * (time.monotonic() - since)
    return measured(name, spent, work, result, published, kilobytes, 1e6 * connecting)


def measured(
    name: str,
    spent: float,
    work: Work,
    result: list[float],
    published: list[float],
    kilobytes: float = 0,
    connecting: float = 0,
) -> Measured:
    """Return the result of a run per message and per connection."""
    messages, total, took, own = result
    came = array("d", (work.folder / "times").read_bytes())
    delays = [1000 * (at - published[index % work.events]) for index, at in enumerate(came)]
    return Measured(
        server=name,
        microseconds=1e6 * spent / messages,
        bytes=total / messages,
        busy=own / took if took else 0,
        delays=delays,
        kilobytes=kilobytes,
        connecting=connecting,
    )


def subscribing(after: str | None) -> str:
    """Return the message that subscribes; Node's schema has no scalar of its own for a cursor."""
    query = DOCUMENT % ("Cursor" if after else "String")
    payload = {"query": query, "variables": {"after": after}}
    return json.dumps({"id": ID, "type": "subscribe", "payload": payload})


@contextmanager
def started(
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
def listening(work: Work, port: int, init: str, subscribe: str) -> Iterator[subprocess.Popen[str]]:
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
def silent(work: Work, port: int, init: str, subscribe: str) -> Iterator[None]:
    """Start clients that are stopped by a signal once they are subscribed."""
    with ExitStack() as stack:
        if work.silent:
            silent_work = replace(work, sockets=work.silent)
            client = stack.enter_context(listening(silent_work, port, init, subscribe))
            time.sleep(1)
            client.send_signal(signal.SIGSTOP)
        yield


def finished(client: subprocess.Popen[str]) -> list[float]:
    """Return messages, bytes, seconds and own CPU of the client once it has received all messages."""
    assert client.stdout is not None
    return [float(each) for each in client.stdout.readline().split()]


def ready(url: str, http: httpx2.Client) -> None:
    """Return once the server answers and its background work at startup is done."""
    for _ in range(300):
        try:
            if http.get(f"{url}/readyz").status_code == 200:
                time.sleep(2)
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the server did not start")


def cpu(server: subprocess.Popen[str]) -> float:
    """Return the seconds of CPU that a process has used, as the scheduler accounts for them."""
    total = 0
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident(server: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process, in kilobytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return float(found.group(1)) if found else 0.0


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    if shutil.which("gcc") is None or shutil.which("node") is None:
        sys.exit("expected gcc and node on the PATH")
    main()
