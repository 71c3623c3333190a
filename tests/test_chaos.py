"""Every process is killed under load: each client gets the whole log, entry by entry, once.

CHAOS_SECONDS and CHAOS_CLIENTS make it longer and larger, CHAOS_SEED repeats the choices of a run.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.model import EventKind, Role
from storage import arrival, log_entries, migrate
from tests.api import two_provinces
from tests.api.hub import running_hub
from tests.fixtures.eventually import eventually
from tests.fixtures.postgresql import PostgresqlServer
from tests.fixtures.processes import SimpulProcess, StartSimpul, free_port
from tests.fixtures.redis import RedisServer
from tests.hub.live_client import Client, client
from tests.hub.reconnecting_clients import Event, Follower, Writer, list_events_after

pytestmark = pytest.mark.integration

SECONDS = float(os.environ.get("CHAOS_SECONDS", "5"))
CLIENTS = int(os.environ.get("CHAOS_CLIENTS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", random.randrange(1_000_000)))
UP_SECONDS = (1.0, 5.0)  # the time that a process runs before it is killed
DOWN_SECONDS = (0.0, 2.0)
START_SECONDS = 60.0  # the time in which a hub starts, even if its database is down at first
APPLICATIONS = tuple(application.id for application in two_provinces.APPLICATIONS[:3])


@dataclass
class Victim:
    """A process that is killed and restarted repeatedly, until the run is over."""

    name: str
    kill: Callable[[], None]
    start: Callable[[], Awaitable[None]]
    kills: int = 0

    async def run(self, rng: random.Random, stop: asyncio.Event) -> None:
        while not stop.is_set() or not self.kills:
            await asyncio.sleep(rng.uniform(*UP_SECONDS))
            await asyncio.to_thread(self.kill)
            self.kills += 1
            await asyncio.sleep(rng.uniform(*DOWN_SECONDS))
            await self.start()


@dataclass
class HubVictim:
    """A hub that is killed, and then replaced by a new process."""

    launch: StartSimpul
    data_dir: Path
    environment: dict[str, str]
    port: int
    process: SimpulProcess | None = None

    async def start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.process = await asyncio.to_thread(
                    self.launch,
                    "serve",
                    port=self.port,
                    data_dir=self.data_dir,
                    environment=self.environment,
                )
                return
            except RuntimeError:
                # Its database was killed as well, and is restarted by its own task.
                if time.monotonic() > deadline:
                    raise

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()


async def test_every_client_gets_the_log_entry_by_entry_whatever_is_killed(
    postgresql_server: PostgresqlServer,
    redis_server: RedisServer,
    simpul_process: StartSimpul,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = random.Random(SEED)
    url = postgresql_server.url
    await asyncio.to_thread(migrate.upgrade_database, url)
    async with running_hub(url, tailing=False) as instance_client:
        await two_provinces.write_regions(instance_client)
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": redis_server.url,
        "SIMPUL_SOCKETS_PER_VIEWER": str(2 * CLIENTS),
    }
    hubs = [
        HubVictim(simpul_process, tmp_path / "data", environment, free_port()) for _ in range(2)
    ]
    for hub in hubs:
        await hub.start()

    async def start_redis() -> None:
        await asyncio.to_thread(redis_server.start)

    async def start_postgresql() -> None:
        await asyncio.to_thread(postgresql_server.restart)

    victims = [
        *(Victim(f"hub {number}", hub.kill, hub.start) for number, hub in enumerate(hubs, 1)),
        Victim("Redis", redis_server.kill, start_redis),
        Victim("PostgreSQL", postgresql_server.kill, start_postgresql),
    ]
    async with (
        open_clients(hubs, Role.PROVINCE) as province,
        open_clients(hubs, None) as public,
    ):
        start = await province[0].cursor()
        followers = [
            Follower((province, public)[number % 2], random.Random(rng.random()), start)
            for number in range(CLIENTS)
        ]
        writers = [
            Writer(province, random.Random(rng.random()), application, 1)
            for application in APPLICATIONS
        ]
        stop = asyncio.Event()
        following = [asyncio.create_task(follower.run()) for follower in followers]
        async with asyncio.TaskGroup() as group:
            for victim in victims:
                group.create_task(victim.run(random.Random(rng.random()), stop))
            for writer in writers:
                group.create_task(writer.run(stop))
            await asyncio.sleep(SECONDS)
            stop.set()

        expected = [await list_events_after(hub, start) for hub in (province[0], public[0])]

        def have_caught_up() -> bool:
            return all(
                task.done()
                or cursor_position(follower.cursor) >= cursor_position(visible_log[-1]["cursor"])
                for task, (follower, visible_log) in zip(
                    following, pair_with_log(followers, expected), strict=True
                )
            )

        await eventually(have_caught_up)
        for task in following:
            task.cancel()
        ended = await asyncio.gather(*following, return_exceptions=True)

    assert [outcome for outcome in ended if not isinstance(outcome, asyncio.CancelledError)] == []
    for follower, visible_log in pair_with_log(followers, expected):
        assert follower.events[: len(visible_log)] == visible_log
    await check_changes_are_written_once(url, writers)
    assert min(victim.kills for victim in victims) > 0
    assert min(follower.resumptions for follower in followers) > 0
    kills = ", ".join(f"{victim.name} {victim.kills}" for victim in victims)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nchaos of {SECONDS:g} s with {CLIENTS} clients (seed {SEED}): "
            f"{sum(victim.kills for victim in victims)} kills ({kills}); "
            f"{sum(writer.version - 1 for writer in writers)} changes, "
            f"{sum(writer.retries for writer in writers)} requests sent again; "
            f"{sum(follower.lost_connections for follower in followers)} connections lost, "
            f"{sum(follower.resumptions for follower in followers)} resumed; "
            f"{sum(len(follower.events) for follower in followers)} events received, "
            "none lost, none twice"
        )


async def check_changes_are_written_once(url: str, writers: list[Writer]) -> None:
    """Fail unless the logs are whole and hold each acknowledged change once, and no other."""
    async with running_hub(url, tailing=False) as hub, hub.instance.database.read() as session:
        for region in await log_entries.list_regions_with_log(session):
            await log_entries.verify_log_chain(session, region)
        newest = (await arrival.read_arrival_position(session)).arrival
        arrivals = await arrival.list_arrivals_after(session, 0, newest + 1)
    assert [row.number for row in arrivals] == list(range(1, newest + 1))
    for writer in writers:
        updates = [
            row
            for row in arrivals
            if (row.kind, row.subject) == (EventKind.APPLICATION_UPDATED, writer.application)
        ]
        assert len(updates) == writer.version - 1


@asynccontextmanager
async def open_clients(hubs: list[HubVictim], role: Role | None) -> AsyncIterator[list[Client]]:
    """Yield a client of each hub, which also works with the hub's replacements."""
    async with AsyncExitStack() as stack:
        hub_clients = []
        for hub in hubs:
            assert hub.process is not None
            hub_clients.append(await stack.enter_async_context(client(hub.process, role)))
        yield hub_clients


def pair_with_log(
    followers: list[Follower], expected: list[list[Event]]
) -> list[tuple[Follower, list[Event]]]:
    """Return each follower with the part of the log that it may see."""
    return [(follower, expected[number % 2]) for number, follower in enumerate(followers)]


def cursor_position(cursor: str) -> int:
    """Return the position of a cursor in the order, without its epoch."""
    return int(cursor.rpartition(":")[2])
