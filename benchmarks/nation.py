"""Benchmark of an instance that serves a made-up nation of 552 regions and 12,144 entries.

    python benchmarks/nation.py [--subscribers 5]

It starts a server over a database that was just filled, and prints CPU seconds of the server's
process for the recompute of all that was loaded, and for the snapshot of `events` for the first
anonymous subscriber and for each further one. Next to each snapshot it prints the ratio to the
peer, which reads the same events from the same database and writes each as JSON, with SQLAlchemy
and orjson. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen, run

import httpx2
import orjson
from fanout import SIMPUL, cpu_seconds, free_port, start_server, wait_until_ready
from made_up_nation import APPLICATIONS, REGIONS, write_nation
from sqlalchemy import create_engine, select
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from storage.tables import ArrivalRow, EntryRow

ENTRIES = REGIONS * (APPLICATIONS + 2)
SECONDS = 300.0
QUIET_SECONDS = 3.0  # a server is idle if it uses less than a tenth of a core for this time
EVENTS = "subscription { events { cursor isSnapshot eventKind at region { code name } } }"


def main() -> None:
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = {"SIMPUL_DATA_DIR": folder, "SIMPUL_PORT": str(port), "DATABASE_URL": ""}
        settings["SIMPUL_CLIENT_CPU_RATE"] = "0"  # all queries come from one address
        environment = {**os.environ, **settings}
        run([SIMPUL, "migrate"], env=environment, check=True)
        url = f"sqlite+aiosqlite:///{folder}/simpul.db"
        asyncio.run(write_nation(url))
        peer = statistics.median(_measure_peer(Path(folder) / "simpul.db"))
        with start_server([SIMPUL, "serve"], environment) as server:
            with httpx2.Client(trust_env=False) as http:
                wait_until_ready(f"http://127.0.0.1:{port}", http)
            _print_line("follow-up of all that was loaded", _measure_recompute(server), None)
            snapshot_seconds = asyncio.run(_measure_snapshots(server, port, options.subscribers))
        _print_line("snapshot, first subscriber", snapshot_seconds[0], peer)
        _print_line(
            "snapshot, each further subscriber", statistics.median(snapshot_seconds[1:]), peer
        )
        _print_line("peer: the same events as JSON", peer, peer)


def _print_line(label: str, seconds: float, peer: float | None) -> None:
    ratio = "" if peer is None else f"{seconds / peer:8.2f} x peer"
    sys.stdout.write(f"{label:<36}{seconds:8.3f} s CPU{ratio}\n")


def _measure_recompute(server: Popen[str]) -> float:
    """Wait until the server is idle; return the CPU that it used until then."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        before = cpu_seconds(server)
        time.sleep(QUIET_SECONDS)
        if before > 1.0 and cpu_seconds(server) - before < QUIET_SECONDS / 10:
            return before
    sys.exit(f"the server was still busy after {SECONDS:g} seconds")


async def _measure_snapshots(server: Popen[str], port: int, subscribers: int) -> list[float]:
    """Return the CPU seconds of each of several subscriptions, which all stay open."""
    protocols = [Subprotocol("graphql-transport-ws")]
    snapshot_seconds, sockets = [], []
    for _ in range(subscribers):
        socket = await connect(
            f"ws://127.0.0.1:{port}/graphql", subprotocols=protocols, max_size=None
        )
        sockets.append(socket)
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        before = cpu_seconds(server)
        payload = {"query": EVENTS}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async with asyncio.timeout(SECONDS):
            for _ in range(ENTRIES):
                message = orjson.loads(await socket.recv())
                if message["type"] != "next":
                    sys.exit(f"expected an event, got {message}")
        snapshot_seconds.append(cpu_seconds(server) - before)
    for socket in sockets:
        await socket.close()
    return snapshot_seconds


def _measure_peer(path: Path) -> Iterator[float]:
    engine = create_engine(f"sqlite:///{path}")
    query = (
        select(ArrivalRow.number, EntryRow.kind, EntryRow.subject, EntryRow.at, EntryRow.region)
        .join(
            EntryRow,
            (EntryRow.region == ArrivalRow.region) & (EntryRow.sequence == ArrivalRow.sequence),
        )
        .order_by(ArrivalRow.number)
    )
    for _ in range(5):
        started_at = time.process_time()
        with engine.connect() as connection:
            documents = [orjson.dumps(dict(row._mapping)) for row in connection.execute(query)]
        assert len(documents) == ENTRIES
        yield time.process_time() - started_at


if __name__ == "__main__":
    main()
