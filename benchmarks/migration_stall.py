"""Benchmark of the time that writers wait while a migration runs.

    python benchmarks/migration_stall.py [--arrivals 300000] [--database URL]

Fills a database with made-up arrivals, and writes to it without a pause from another process during
the steps that later revisions may take: a column, its values in batches, and an index. Prints for
each the time that it took and the longest time between two commits of the writer. Without a URL, the
database is SQLite in a temporary folder; any other one must be empty.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.database import Database, create_unpooled_engine
from storage.database_address import SqliteFile, parse_database_url
from storage.migrate import upgrade_database
from storage.migration_steps import add_column, create_index, fill_column

FILL = (
    "INSERT INTO arrival (number, at, region, log, sequence, kind, visibility, topic)"
    " SELECT i, 'then', '32', '32', i, 'OPD_RECORDED', 'PUBLIC', 'opd-1' FROM {series}"
)
SQLITE_SERIES = (
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    " SELECT i FROM n)"
)
WRITE = text(
    "INSERT INTO arrival (number, at, region, log, sequence, kind, visibility, topic)"
    " SELECT max(number) + 1, 'now', '32', '32', max(number) + 1, 'OPD_RECORDED', 'PUBLIC', 'opd-1'"
    " FROM arrival"
)


def main() -> None:
    """Run the benchmark."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--arrivals", type=int, default=300_000)
    arguments.add_argument("--database", default="")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{Path(folder) / 'simpul.sqlite'}"
        measure_stalls(url, options.arrivals)


def measure_stalls(url: str, arrivals: int) -> None:
    """Fill the database, and print the longest stall during each step."""
    upgrade_database(url)
    is_sqlite = isinstance(parse_database_url(url), SqliteFile)
    series = SQLITE_SERIES if is_sqlite else "generate_series(1, {count}) AS i"
    run_steps(
        url,
        lambda connection: connection.execute(
            text(FILL.format(series=series.format(count=arrivals)))
        ),
    )
    measure_step("nothing", url, lambda: time.sleep(2))
    column = sa.Column("benchmark", sa.Integer(), nullable=True)
    measure_step("a column", url, lambda: run_steps(url, lambda _: add_column("arrival", column)))
    fill = (
        "UPDATE arrival SET benchmark = 1 WHERE number IN"
        " (SELECT number FROM arrival WHERE benchmark IS NULL AND at = 'then' LIMIT :limit)"
    )
    measure_step("its values", url, lambda: run_steps(url, lambda _: fill_column(fill)))
    measure_step(
        "an index",
        url,
        lambda: run_steps(
            url, lambda _: create_index("ix_benchmark", "arrival", ["benchmark", "number"])
        ),
    )


def measure_step(name: str, url: str, step: Callable[[], object]) -> None:
    """Print how long a step takes, and how long a writer waits meanwhile at most."""
    context = multiprocessing.get_context("spawn")
    is_writing, is_over = context.Event(), context.Event()
    stalls: multiprocessing.Queue[tuple[float, int]] = context.Queue()
    writer = context.Process(target=write_until, args=(url, is_writing, is_over, stalls))
    writer.start()
    is_writing.wait()
    began_at = time.monotonic()
    step()
    seconds = time.monotonic() - began_at
    is_over.set()
    longest, writes = stalls.get()
    writer.join()
    sys.stdout.write(
        f"{name}: {seconds:.2f} s, {writes:,} writes, the longest stall {longest:.3f} s\n"
    )
    sys.stdout.flush()


def write_until(
    url: str,
    is_writing: Event,
    is_over: Event,
    stalls: multiprocessing.Queue[tuple[float, int]],
) -> None:
    """Write without a pause until the step is over; put the longest stall and the count."""

    async def write() -> tuple[float, int]:
        database, longest, writes = Database(url), 0.0, 0
        while not is_over.is_set():
            began_at = time.monotonic()
            async with database.write() as session:
                await session.execute(WRITE)
            if is_writing.is_set():
                longest, writes = max(longest, time.monotonic() - began_at), writes + 1
            is_writing.set()
        await database.close()
        return longest, writes

    stalls.put(asyncio.run(write()))


def run_steps(url: str, steps: Callable[[Connection], object]) -> None:
    """Run steps as a revision does."""

    def run(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            steps(connection)

    async def connect() -> None:
        engine = create_unpooled_engine(url)
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
        await engine.dispose()

    asyncio.run(connect())


if __name__ == "__main__":
    main()
