"""CPU per delivered message of one event to many subscribers, as a ratio to the kernel's limit.

    python benchmarks/fanout.py [--sockets 1000] [--events 20] [--every-ms 400]

Builds a load client and a bare writer with gcc, then runs in turn: our hub, the same schema on stock
Strawberry, a broadcast of `websockets` without GraphQL, and a C program that writes the same bytes.
The events are real: levels claimed in an assessment, `indexChanged` told to all. CPU is that of the
server process over the events alone, from /proc, less that of a run without subscribers; paced, one
event every so many milliseconds, and as a burst that another process commits at once. The client's own CPU share shows that it was not
what limits. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from engine.model import EventKind, LevelClaim, Role, Visibility
from hub.app import opened
from hub.settings import Settings
from hub.tokens import issue
from storage import log
from storage.fold import claim_body

HERE = Path(__file__).parent
SIMPUL = Path(sys.executable).with_name("simpul")
DOCUMENT = """subscription ($after: Cursor) { indexChanged(after: $after) {
  cursor previousCursor at region { code name } instrument year kind state
  before after predicateBefore predicateAfter replay } }"""
START = """mutation { startAssessment(input: { region: "32.11", instrument: "pemdi-2026",
  year: %d, kind: SELF }) { ... on Assessment { id version } } }"""
CLAIM = """mutation ($a: ID!, $i: Int!, $l: Int!, $v: Int!) { claimLevel(input: {
  assessment: $a, indicator: $i, level: $l, version: $v }) { ... on Assessment { version } } }"""
INIT = '{"type":"connection_init","payload":{"authorization":"%s"}}'


@dataclass(frozen=True)
class Measured:
    """One run of one server."""

    server: str
    microseconds: float  # of server CPU per message
    bytes: float  # per message, frame included
    busy: float  # the client's share of a core
    kilobytes: float  # of server memory per connection
    connecting: float  # microseconds of server CPU per connection


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sockets", type=int, default=1000)
    arguments.add_argument("--events", type=int, default=20)
    arguments.add_argument("--every-ms", type=int, default=400)
    every = ["ours", "stock", "websockets"]
    arguments.add_argument("--servers", nargs="+", choices=every, default=every)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("fanout_client", "fanout_writer"):
            source = HERE / f"{name}.c"
            subprocess.run(["gcc", "-O2", "-o", str(work / name), str(source)], check=True)
        for pace in (given.every_ms, 0):
            sys.stdout.write(f"\n{given.sockets} sockets, {given.events} events, ")
            sys.stdout.write(f"one every {pace} ms\n" if pace else "in a burst\n")
            run(work, given.servers, given.sockets, given.events, pace)


def run(work: Path, servers: list[str], sockets: int, events: int, pace: int) -> None:
    """All servers with one pace; prints a line each."""
    hubs = [each for each in ("ours", "stock") if each in servers]
    found = [on_hub(work, kind, sockets, events, pace) for kind in hubs]
    size = round(found[0].bytes) - 4
    if "websockets" in servers:
        found.append(on_websockets(work, sockets, events, size, pace))
    limit = on_writer(work, sockets, events, size, pace)
    found.append(limit)
    titles = ("server", "µs/message", "× C write", "client", "kB/conn", "µs/conn")
    sys.stdout.write("{:<12}{:>12}{:>11}{:>9}{:>9}{:>9}\n".format(*titles))
    for each in found:
        ratio = each.microseconds / limit.microseconds
        sys.stdout.write(
            f"{each.server:<12}{each.microseconds:>12.1f}{ratio:>11.2f}{each.busy:>9.2f}"
            f"{each.kilobytes:>9.1f}{each.connecting:>9.0f}\n"
        )


def on_hub(work: Path, kind: str, sockets: int, events: int, pace: int) -> Measured:
    """Our hub, or its schema on stock Strawberry."""
    data = work / f"{kind}-{pace}"
    environment = {**os.environ, "SIMPUL_DATA_DIR": str(data), "DATABASE_URL": ""}
    for command in ("migrate", "load"):
        subprocess.run([SIMPUL, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    command = [sys.executable, str(HERE / "fanout_servers.py"), kind, str(port), str(data)]
    with started(command) as server, httpx2.Client(trust_env=False, timeout=60) as http:
        url = f"http://127.0.0.1:{port}"
        ready(url, http)
        time.sleep(8)  # what starts beside the server is done by then
        key = (data / "token.key").read_bytes()
        told = (["32"], [], timedelta(hours=1), datetime.now(UTC))
        bearer = f"Bearer {issue(key, 'simpul', 'simpul', 'ani', Role.PROVINCE, *told)}"

        def ask(query: str, **variables: object) -> dict[str, dict[str, object]]:
            body = {"query": query, "variables": variables}
            answer = http.post(f"{url}/graphql", json=body, headers={"authorization": bearer})
            return answer.json()["data"]

        def claim(year: int) -> None:
            held = ask(START % year)["startAssessment"]
            if pace == 0:
                asyncio.run(at_once(data, str(held["id"]), events))
                return
            version = held["version"]
            for number in range(events):
                given = {"a": held["id"], "i": number % 20 + 1, "l": number % 4 + 2, "v": version}
                version = ask(CLAIM, **given)["claimLevel"]["version"]
                time.sleep(pace / 1000)

        before = cpu(server)
        claim(2027)
        time.sleep(2)
        alone = cpu(server) - before  # what the writes cost without a subscriber
        cursor = ask("{ instance { cursor } }")["instance"]["cursor"]
        payload = {"query": DOCUMENT, "variables": {"after": cursor}}
        subscribe = json.dumps(
            {"id": "0f9d2a57-1d5c-4b0e-9b9e-52f7f8f5f1aa", "type": "subscribe", "payload": payload}
        )
        memory, idle = resident(server), cpu(server)
        with listening(work, port, sockets, events, INIT % bearer, subscribe) as client:
            time.sleep(2)
            connecting = (cpu(server) - idle) / sockets
            kilobytes = (resident(server) - memory) / sockets
            before = cpu(server)
            claim(2028)
            result = finished(client)
            time.sleep(2)
            spent = cpu(server) - before - alone
    return measured(kind, spent, result, kilobytes, connecting)


async def at_once(data: Path, assessment: str, events: int) -> None:
    """Claim levels in one transaction of another process: the hub sees them all at once."""
    async with (
        opened(Settings(data_dir=data)) as instance,
        log.writing(instance.database, "32.11", instance.clock) as transaction,
    ):
        for number in range(events):
            claim = LevelClaim(number % 20 + 1, number % 4 + 2)
            await transaction.append(
                actor="benchmark",
                kind=EventKind.LEVEL_CLAIMED,
                subject=assessment,
                visibility=Visibility.REGION,
                body=claim_body(assessment, number + 2, claim),
            )


def on_websockets(work: Path, sockets: int, events: int, size: int, pace: int) -> Measured:
    """`websockets.broadcast` of as many bytes."""
    port = free_port()
    command = [sys.executable, str(HERE / "fanout_servers.py"), "websockets", str(port)]
    with started(command) as server:
        time.sleep(6)
        memory, idle = resident(server), cpu(server)
        with listening(work, port, sockets, events, "{}", "") as client:
            time.sleep(1)
            connecting = (cpu(server) - idle) / sockets
            kilobytes = (resident(server) - memory) / sockets
            before = cpu(server)
            assert server.stdin is not None
            for _ in range(events):
                server.stdin.write("x" * size + "\n")
                server.stdin.flush()
                time.sleep(pace / 1000)
            result = finished(client)
            spent = cpu(server) - before
    return measured("websockets", spent, result, kilobytes, connecting)


def on_writer(work: Path, sockets: int, events: int, size: int, pace: int) -> Measured:
    """The C program: one write(2) per message."""
    port = free_port()
    command = [str(work / "fanout_writer"), *map(str, (port, sockets, events, size, pace))]
    with started(command) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        with listening(work, port, sockets, events, "", "") as client:
            server.stdin.write("go\n")
            server.stdin.flush()
            result = finished(client)
            spent = float(server.stdout.readline())
    return measured("C write", spent, result, 0, 0)


def measured(
    server: str, spent: float, result: list[float], kilobytes: float, connecting: float
) -> Measured:
    """What a run came to."""
    messages, total, took, own = result
    return Measured(
        server=server,
        microseconds=1e6 * spent / messages,
        bytes=total / messages,
        busy=own / took if took else 0,
        kilobytes=kilobytes,
        connecting=1e6 * connecting,
    )


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A server, ended with the block."""
    pipe = subprocess.PIPE
    environment = {**os.environ, "DATABASE_URL": ""}
    server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    try:
        yield server
    finally:
        server.kill()
        server.wait()


@contextmanager
def listening(
    work: Path, port: int, sockets: int, messages: int, init: str, subscribe: str
) -> Iterator[subprocess.Popen[str]]:
    """The load client, subscribed."""
    command = [str(work / "fanout_client"), str(port), str(sockets), str(messages), init, subscribe]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        yield client
    finally:
        client.kill()
        client.wait()


def finished(client: subprocess.Popen[str]) -> list[float]:
    """Messages, bytes, seconds and own CPU of the client once it has had all."""
    assert client.stdout is not None
    return [float(each) for each in client.stdout.readline().split()]


def ready(url: str, http: httpx2.Client) -> None:
    """Return once the server answers."""
    for _ in range(300):
        try:
            if http.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the server did not start")


def cpu(server: subprocess.Popen[str]) -> float:
    """Seconds of CPU that a process has used, by the scheduler's own account."""
    total = 0
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident(server: subprocess.Popen[str]) -> float:
    """Kilobytes of memory that a process holds."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return float(found.group(1)) if found else 0.0


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    if shutil.which("gcc") is None:
        sys.exit("expected gcc on the PATH")
    main()
