"""What one client can take away from the others: attacks, and honest clients meanwhile.

    python benchmarks/attack.py            # three runs, less than four minutes
    python benchmarks/attack.py --quick    # one short run, less than a minute

A server with the data that ships with Simpul runs in a process of its own, and so does each attack
(`benchmarks/attackers.py`). All clients connect to 127.0.0.1 from different addresses of
127.0.0.0/8. An honest client requests `{ instance { name } }` 20 times a second, and a path that
was never computed twice a second; latencies count from the time at which a request was due.
The first row is the same measurement without an attack. Figures are medians of the runs; memory is
the resident memory of the server, compared with that before the attack.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.attackers import ATTACKS, CODES, HOST, Connection

ROOT = Path(__file__).parents[1]
INSTANCE, PATH = "instance", "path"
INSTANCE_SECONDS, PATH_SECONDS = 0.05, 0.5  # between two requests of the honest client
HONEST_ADDRESS = "127.0.1.1"
WARM_UP_SECONDS = 1.5  # until an attack has begun, and after it has ended
MEMORY_SECONDS = 45.0  # until the sockets that fill the memory are given up
LATE_SECONDS = 2.0
START_SECONDS = 60.0
PAGE_BYTES, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass
class Row:
    """What was measured in one scenario of one run; seconds, shares and megabytes."""

    figures: dict[str, float] = field(default_factory=dict)


COLUMNS: dict[str, tuple[str, float, str]] = {  # heading, factor, format
    "instance p99": ("instance p99 ms", 1_000, ".0f"),
    "path p95": ("path p95 ms", 1_000, ".0f"),
    "failed": ("honest failed", 1, ".0f"),
    "answers": ("answers", 1, ".0f"),
    "late": ("later than 2 s %", 100, ".2f"),
    "refusals": ("refusals", 1, ".0f"),
    "refusal p50": ("refusal p50 ms", 1_000, ".0f"),
    "refusal p99": ("refusal p99 ms", 1_000, ".0f"),
    "cpu": ("server CPU %", 100, ".0f"),
    "memory": ("memory +MB", 1, ".0f"),
}


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--quick", action="store_true", help="one short run")
    arguments.add_argument("--only", choices=ATTACKS, nargs="*", help="these attacks only")
    options = arguments.parse_args()
    runs, seconds = (1, 3.5) if options.quick else (3, 7.0)
    names: list[str | None] = [None, *(options.only or ATTACKS)]
    with tempfile.TemporaryDirectory() as folder:
        load_data(Path(folder))
        results = [asyncio.run(measure_run(Path(folder), names, seconds)) for _ in range(runs)]
    print_row("attack", [heading for heading, _, _ in COLUMNS.values()])
    for name in names:
        rows = [result[name] for result in results]
        print_row(name or "none", [format_median(rows, column) for column in COLUMNS])


def load_data(folder: Path) -> None:
    """Create a database with the data that ships with Simpul."""
    for command in ("migrate", "load"):
        subprocess.run(
            [sys.executable, "-m", "hub", command],
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            check=True,
        )


async def measure_run(
    folder: Path, names: Sequence[str | None], seconds: float
) -> dict[str | None, Row]:
    """Measure each attack on a new server."""
    with running_server(folder) as (port, process):
        await measure_honest(port, 1.0, 0)  # the first requests build what later ones use
        return {name: await measure(port, process.pid, name, seconds) for name in names}


async def measure(port: int, pid: int, name: str | None, seconds: float) -> Row:
    """Measure the honest client and the server during an attack, or without one."""
    row, memory = Row(), resident_megabytes(pid)
    began, cpu = time.monotonic(), cpu_seconds(pid)
    attacking = asyncio.create_task(attack(name, port, seconds)) if name is not None else None
    if name == "memory" and attacking is not None:
        await attacking
    else:
        await asyncio.sleep(WARM_UP_SECONDS)
        row.figures |= await measure_honest(port, seconds - WARM_UP_SECONDS, next(SERIES))
    if attacking is not None:
        received = await attacking
        row.figures |= summarise(received["answers"], received["refusals"])
    row.figures["cpu"] = (cpu_seconds(pid) - cpu) / (time.monotonic() - began)
    await asyncio.sleep(WARM_UP_SECONDS)
    row.figures["memory"] = resident_megabytes(pid) - memory
    return row


SERIES = count(1)


async def attack(name: str, port: int, seconds: float) -> dict[str, list[float]]:
    """Run an attack in a process of its own, and return what it received."""
    duration = MEMORY_SECONDS if name == "memory" else seconds
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "benchmarks" / "attackers.py"),
        name,
        str(port),
        str(duration),
        env=environment(ROOT),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    received: dict[str, list[float]] = json.loads(output)
    return received


async def measure_honest(port: int, seconds: float, series: int) -> dict[str, float]:
    """Send the requests of the honest client, each when it is due, and return their latencies."""
    latencies: dict[str, list[float]] = {INSTANCE: [], PATH: []}
    failed = 0
    connections: dict[str, list[Connection]] = {INSTANCE: [], PATH: []}

    async def request(kind: str, query: str) -> None:
        nonlocal failed
        due = time.monotonic()
        idle = connections[kind]
        connection = idle.pop() if idle else Connection(port, HONEST_ADDRESS)
        try:
            status, _, content = await connection.post(query)
        except (OSError, asyncio.IncompleteReadError):
            status, content = 0, b""
            connection.close()
        if status != 200 or b'"errors"' in content:
            failed += 1
        latencies[kind].append(time.monotonic() - due)
        idle.append(connection)

    async def request_regularly(kind: str, interval: float, query: Callable[[int], str]) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(seconds / interval)):
                await asyncio.sleep(max(0.0, began + number * interval - time.monotonic()))
                group.create_task(request(kind, query(number)))

    def path(number: int) -> str:
        conditions = f'target: "4.5", years: 1, buffer: "0.{series:02}{number:04}1"'
        return (
            f'{{ region(code: "{CODES[number % len(CODES)]}") '
            f"{{ pathToTarget(input: {{ {conditions} }}) {{ effort }} }} }}"
        )

    await asyncio.gather(
        request_regularly(INSTANCE, INSTANCE_SECONDS, lambda _number: "{ instance { name } }"),
        request_regularly(PATH, PATH_SECONDS, path),
    )
    for connection in (*connections[INSTANCE], *connections[PATH]):
        connection.close()
    return {
        "instance p99": percentile(latencies[INSTANCE], 0.99),
        "path p95": percentile(latencies[PATH], 0.95),
        "failed": failed,
    }


def summarise(answers: list[float], refusals: list[float]) -> dict[str, float]:
    """Return the figures of what an attack received."""
    late = sum(seconds > LATE_SECONDS for seconds in answers)
    return {
        "answers": len(answers),
        "late": late / max(1, len(answers)),
        "refusals": len(refusals),
        "refusal p50": percentile(refusals, 0.5),
        "refusal p99": percentile(refusals, 0.99),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least a share of the values does not exceed."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


@contextmanager
def running_server(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve the data in a process of its own, with the settings that a new instance has."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve"],
        env=environment(folder) | {"SIMPUL_PORT": str(port), "SIMPUL_LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends:
            with suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process that runs this tree with a data folder."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SIMPUL_DATA_DIR": str(folder)}


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1_000_000


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def format_median(rows: Sequence[Row], column: str) -> str:
    """Return the median of a figure over the runs; a dash if it was not measured."""
    values = [row.figures[column] for row in rows if column in row.figures]
    measured = [value for value in values if not math.isnan(value)]
    if not measured:
        return "-"
    _, factor, pattern = COLUMNS[column]
    return format(statistics.median(measured) * factor, pattern)


def print_row(name: str, cells: Sequence[str]) -> None:
    """Print a row of the table."""
    sys.stdout.write("  ".join([f"{name:16}", *(f"{cell:>16}" for cell in cells)]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
