"""Benchmark of changes on a PostgreSQL server that is far away.

    python benchmarks/distant_database.py postgresql://user:password@127.0.0.1/empty
        [--delay 160] [--changes 10] [--writers 4]

Fills an empty database with the shipped data, and starts `simpul serve` with a proxy between the
hub and the database, which delays all bytes by half of `--delay` milliseconds in each direction.
Prints how long a mutation takes, alone and with several writers on one region, next to the time of
`{ instance { name } }` without the database. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from fanout import SIMPUL, free_port, start_server, wait_until_ready

REGION = "32.11"
WARM_UP = 3  # changes until the connections have prepared their statements
CHUNK_BYTES = 65_536
OPDS = f'{{ region(code: "{REGION}") {{ opds(first: 1) {{ nodes {{ id }} }} }} }}'
REGISTER = """mutation ($input: RegisterApplicationInput!) { registerApplication(input: $input) {
  ... on Application { id version name opd { id name } } ... on Problem { message } } }"""
UPDATE = """mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) {
  ... on Application { id version name opd { id name } } ... on Problem { message } } }"""


def main() -> None:
    """Prepare the database, and run the benchmark."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("database", help="URL of an empty database on PostgreSQL")
    arguments.add_argument("--delay", type=int, default=160, help="milliseconds of a round trip")
    arguments.add_argument("--changes", type=int, default=10)
    arguments.add_argument("--writers", type=int, default=4)
    options = arguments.parse_args()
    server = urlsplit(options.database)
    with (
        tempfile.TemporaryDirectory() as folder,
        delaying_proxy((server.hostname or "", server.port or 5432), options.delay / 2000) as port,
    ):
        direct = hub_environment(Path(folder), options.database)
        for command in ("migrate", "load"):
            subprocess.run([SIMPUL, command], env=direct, check=True, stdout=subprocess.DEVNULL)
        distant = server._replace(netloc=f"{server.netloc.rpartition('@')[0]}@127.0.0.1:{port}")
        environment = hub_environment(Path(folder), distant.geturl())
        with start_server([SIMPUL, "serve"], environment), httpx2.Client(timeout=120) as http:
            url = f"http://127.0.0.1:{environment['SIMPUL_PORT']}"
            wait_until_ready(url, http)
            http.headers["authorization"] = create_token(direct)
            measure_changes(http, f"{url}/graphql", options.changes, options.writers)


def hub_environment(folder: Path, database: str) -> dict[str, str]:
    """Return the environment of a hub on a database."""
    return {
        **os.environ,
        "DATABASE_URL": database,
        "SIMPUL_DATA_DIR": str(folder),
        "SIMPUL_PORT": str(free_port()),
        "SIMPUL_LOG_LEVEL": "warning",
    }


def create_token(environment: dict[str, str]) -> str:
    """Return the value of the header with a token of the region."""
    command = [SIMPUL, "token", "--subject", "benchmark", "--role", "REGION", "--region", REGION]
    completed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return f"Bearer {completed.stdout.strip()}"


def measure_changes(http: httpx2.Client, url: str, changes: int, writers: int) -> None:
    """Register and update applications, and print the seconds of each."""

    def seconds(query: str, **variables: object) -> tuple[float, dict[str, dict[str, object]]]:
        begun = time.monotonic()
        response = http.post(url, json={"query": query, "variables": variables}).json()
        return time.monotonic() - begun, response["data"]

    opd = seconds(OPDS)[1]["region"]["opds"]["nodes"][0]["id"]  # type: ignore[index]

    def register(number: int) -> tuple[float, dict[str, dict[str, object]]]:
        name = f"Aplikasi {number}"
        fields = {"regionCode": REGION, "opdId": opd, "name": name, "idempotencyKey": name}
        return seconds(REGISTER, input=fields)

    def print_times(what: str, times: list[float]) -> None:
        sys.stdout.write(
            f"{what:<42} median {statistics.median(times):6.2f} s, most {max(times):6.2f} s\n"
        )

    first = [register(number)[0] for number in range(WARM_UP)]
    print_times("register, the first on each connection", first)
    registered = [register(number) for number in range(WARM_UP, WARM_UP + changes)]
    print_times("register", [taken for taken, _ in registered])
    updates = [
        seconds(
            UPDATE,
            input={
                "id": data["registerApplication"]["id"],
                "version": 1,
                "name": f"Lain {number}",
                "idempotencyKey": f"Lain {number}",
            },
        )
        for number, (_, data) in enumerate(registered)
    ]
    print_times("update", [taken for taken, _ in updates])
    assert all("version" in data["updateApplication"] for _, data in updates)
    begun = time.monotonic()
    with ThreadPoolExecutor(writers) as threads:
        numbers = range(1000, 1000 + writers * changes)
        together = [taken for taken, _ in threads.map(register, numbers)]
    print_times(f"register, {writers} writers on one region", together)
    sys.stdout.write(f"{len(together) / (time.monotonic() - begun):.2f} changes a second\n")
    print_times("{ instance { name } }", [seconds("{ instance { name } }")[0] for _ in range(5)])


@contextmanager
def delaying_proxy(target: tuple[str, int], delay_seconds: float) -> Iterator[int]:
    """Yield the port of a proxy to `target`, which delays the bytes of each direction."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target_reader, target_writer = await asyncio.open_connection(*target)
        await asyncio.gather(
            _forward(reader, target_writer, delay_seconds),
            _forward(target_reader, writer, delay_seconds),
        )

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _forward(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_seconds: float
) -> None:
    """Write what is read after the delay; later bytes do not wait for the delay of earlier ones."""
    loop = asyncio.get_running_loop()
    while chunk := await reader.read(CHUNK_BYTES):
        loop.call_later(delay_seconds, writer.write, chunk)
    loop.call_later(delay_seconds, writer.close)


if __name__ == "__main__":
    main()
