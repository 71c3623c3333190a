"""Attacks on a server of this machine, from addresses of their own in 127.0.0.0/8.

    python benchmarks/attackers.py ATTACK PORT SECONDS

Each attack ends by itself and prints what it received as JSON: the number of answers and refusals,
and their latencies in seconds. `benchmarks/attack.py` runs them while honest clients send requests.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

HOST = "127.0.0.1"
MEGABYTE = 1_000_000
SOCKETS, SUBSCRIPTIONS = 24, 100
FLOODING_CONNECTIONS, HAMMERING_CONNECTIONS, HAMMERING_ADDRESSES = 16, 2_500, 10
REQUEST_SECONDS = 30.0
OPENING_SECONDS = 1.0  # in which the connections of an attack are opened
UNDECLARED = """subscription { indexChanged(regionCodes: ["99"]) { cursor } }"""
EXPENSIVE_EVENTS = (
    "subscription { events { cursor region { name applications(first: 100) { nodes { name "
    "opd { name } } } assessments { nodes { id score { index { display } } } } } } }"
)
HEAVY = """
{
  regions(first: 50) {
    nodes {
      code name provenance { source note }
      assessments { nodes { id score { predicate index { display } domains { number score { display } } } } }
    }
  }
}
"""
CODES = [f"32.{number:02}" for number in [*range(1, 19), *range(71, 80)]]


@dataclass
class Received:
    """What the connections of an attack received: latencies in seconds, by outcome."""

    answers: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)  # 429, 503, or a refusal on a socket
    failures: int = 0  # connections that were closed or reset

    def record(self, status: int, seconds: float) -> None:
        """Record a response over HTTP."""
        (self.answers if status == 200 else self.refusals).append(seconds)


class Connection:
    """An HTTP connection from one address, which sends requests one after another."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, query: str) -> tuple[int, float, bytes]:
        """Send a query; return the status, the seconds of `retry-after`, and the body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                HOST, self._port, local_addr=(self._address, 0)
            )
        reader, writer = self._streams
        body = json.dumps({"query": query}).encode()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        content = await reader.readexactly(int(headers.get(b"content-length", b"0")))
        if headers.get(b"connection") == b"close":
            self.close()
        return int(head[9:12]), float(headers.get(b"retry-after", b"0")), content

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def fill_memory(port: int, seconds: float) -> Received:
    """Open sockets one after another; on each, subscribe with 1 MB that no variable declares."""
    received, ends = Received(), time.monotonic() + seconds
    payload = {"query": UNDECLARED, "variables": {"undeclared": "x" * MEGABYTE}}
    for _ in range(SOCKETS):
        if time.monotonic() > ends:
            break
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(REQUEST_SECONDS), open_socket(port, "127.0.0.2") as socket:
                await begin(socket)
                for number in range(SUBSCRIPTIONS):
                    message = {"id": str(number), "type": "subscribe", "payload": payload}
                    await socket.send(json.dumps(message))
                await socket.ping()
                received.answers.append(0.0)
    return received


async def pipeline_queries(port: int, seconds: float) -> Received:
    """Send 100 expensive queries at once over one socket, again and again."""
    received, ends = Received(), time.monotonic() + seconds
    numbers = count()
    while time.monotonic() < ends:
        with suppress(ConnectionClosed, TimeoutError):
            async with open_socket(port, "127.0.0.3") as socket, asyncio.timeout(seconds):
                await begin(socket)
                while time.monotonic() < ends:
                    await pipeline_once(socket, received, numbers, ends)
        received.failures += 1
    return received


async def pipeline_once(
    socket: ClientConnection, received: Received, numbers: Iterator[int], ends: float
) -> None:
    """Send 100 queries and wait for all results or refusals."""
    began, waiting = time.monotonic(), set()
    for _ in range(SUBSCRIPTIONS):
        id = str(next(numbers))
        waiting.add(id)
        query = f"{HEAVY}#{id}"
        await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": {"query": query}}))
    while waiting and time.monotonic() < ends:
        message = json.loads(await socket.recv())
        is_error = message["type"] == "error" or "errors" in message.get("payload", {})
        if message["type"] in ("next", "error"):
            seconds = time.monotonic() - began
            (received.refusals if is_error else received.answers).append(seconds)
        if message["type"] in ("complete", "error"):
            waiting.discard(message["id"])


async def subscribe_expensively(port: int, seconds: float) -> Received:
    """Open 100 different subscriptions with expensive fields over one socket, and read them."""
    received, began = Received(), time.monotonic()
    with suppress(ConnectionClosed, TimeoutError):
        async with open_socket(port, "127.0.0.4") as socket, asyncio.timeout(seconds):
            await begin(socket)
            for number in range(SUBSCRIPTIONS):
                payload = {"query": f"{EXPENSIVE_EVENTS}#{number}"}
                message = {"id": str(number), "type": "subscribe", "payload": payload}
                await socket.send(json.dumps(message))
            while True:
                message = json.loads(await socket.recv())
                if message["type"] == "next":
                    received.answers.append(time.monotonic() - began)
                elif message["type"] == "error":
                    received.refusals.append(time.monotonic() - began)
    return received


async def flood_computations(port: int, seconds: float, addresses: int = 1) -> Received:
    """Request paths that were never computed, over 16 connections, and ignore `retry-after`."""
    numbers = count()

    def path() -> str:
        number = next(numbers)
        conditions = f'target: "4.5", years: 3, buffer: "0.{number:06}"'
        return (
            f'{{ region(code: "{CODES[number % len(CODES)]}") '
            f"{{ pathToTarget(input: {{ {conditions} }}) {{ effort nextBest {{ effort }} }} }} }}"
        )

    sources = [f"127.0.2.{1 + number % addresses}" for number in range(FLOODING_CONNECTIONS)]
    return await request_until(port, seconds, sources, path)


async def hammer(port: int, seconds: float, *, patient: bool) -> Received:
    """Request small queries over 2,500 connections from 10 addresses."""
    numbers = count()

    def query() -> str:
        number = next(numbers)
        code, first = CODES[number % len(CODES)], 1 + number // len(CODES) % 200
        return (
            f'{{ region(code: "{code}") {{ name applications(first: {first}) {{ totalCount }} }} }}'
        )

    network = 3 if patient else 4
    sources = [
        f"127.0.{network}.{1 + number % HAMMERING_ADDRESSES}"
        for number in range(HAMMERING_CONNECTIONS)
    ]
    return await request_until(port, seconds, sources, query, patient=patient)


async def request_until(
    port: int,
    seconds: float,
    sources: list[str],
    query: Callable[[], str],
    *,
    patient: bool = False,
) -> Received:
    """Request over one connection from each address until the time has passed.

    A patient client waits after a refusal as `retry-after` says.
    """
    received, ends = Received(), time.monotonic() + seconds

    async def request_again(address: str, delay: float) -> None:
        connection = Connection(port, address)
        try:
            await asyncio.sleep(delay)
            while time.monotonic() < ends:
                began = time.monotonic()
                try:
                    status, retry_seconds, _ = await connection.post(query())
                except (OSError, asyncio.IncompleteReadError):
                    received.failures += 1
                    connection.close()
                    await asyncio.sleep(0.1)
                    continue
                received.record(status, time.monotonic() - began)
                if patient and retry_seconds:
                    await asyncio.sleep(retry_seconds)
        finally:
            connection.close()

    tasks = [
        asyncio.create_task(request_again(address, OPENING_SECONDS * number / len(sources)))
        for number, address in enumerate(sources)
    ]
    _, late = await asyncio.wait(tasks, timeout=seconds + 5.0)
    received.answers += [seconds] * len(late)
    for task in late:
        task.cancel()
    await asyncio.wait(tasks)
    return received


def open_socket(port: int, address: str) -> connect:
    """Return a WebSocket connection from an address, which is opened by `async with`."""
    return connect(
        f"ws://{HOST}:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        local_addr=(address, 0),
        compression=None,
        max_size=None,
    )


async def begin(socket: ClientConnection) -> None:
    """Initialise a connection without a token."""
    await socket.send('{"type": "connection_init"}')
    await socket.recv()


ATTACKS: dict[str, Callable[[int, float], Awaitable[Received]]] = {
    "memory": fill_memory,
    "pipeline": pipeline_queries,
    "subscriptions": subscribe_expensively,
    "flood": flood_computations,
    "flood-16": lambda port, seconds: flood_computations(port, seconds, FLOODING_CONNECTIONS),
    "hammer": lambda port, seconds: hammer(port, seconds, patient=False),
    "hammer-patient": lambda port, seconds: hammer(port, seconds, patient=True),
}


async def main() -> None:
    """Attack, and print what was received."""
    name, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    received = await ATTACKS[name](port, seconds)
    json.dump(vars(received), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
