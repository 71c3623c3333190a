"""Two processes over one database and one Redis, as clients and operators see them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.model import Role
from hub.instance import open_instance
from hub.settings import Settings
from realtime.broker import POLL_SECONDS
from resolvers import recompute
from storage import announcement, arrival
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.fixtures.redis import RedisServer
from tests.hub.live_client import EVENTS, Client, client

pytestmark = pytest.mark.integration

SUMEDANG = ("32.11", "32.11:opd-diskominfosanditik")
BOGOR = ("32.01", "32.01:opd-diskominfo")
SECONDS = 30.0  # a missing event must fail its test, not hang it
IMMEDIATE_SECONDS = 0.5  # seconds; less than the interval at which a process polls the database
REPETITIONS = 5  # repeated, so that polling at the right moment cannot explain it
REGISTERED = ["APPLICATION_REGISTERED"]
SETTLED_SECONDS = 3.0  # the slower process would have repeated an announcement by then
PROPOSALS = """
subscription ($after: Cursor) {
  proposalsChanged(after: $after) { cursor region { code } openedIds closedIds }
}
"""
PROPOSED = """
query {
  sumedang: region(code: "32.11") { proposals { nodes { id } } }
  bogor: region(code: "32.01") { proposals { nodes { id } } }
  instance { cursor }
}
"""


async def test_a_change_reaches_the_other_process_at_once_and_without_redis_soon(
    filled_postgresql_url: str,
    redis_server: RedisServer,
    simpul_process: StartSimpul,
    tmp_path: Path,
) -> None:
    environment = {"DATABASE_URL": filled_postgresql_url, "REDIS_URL": redis_server.url}
    async with start_two_processes(simpul_process, tmp_path, environment) as (first, second):
        await wait_until_broker_is("ok", first, second)
        async with second.listening(EVENTS, after=await first.cursor(), kinds=REGISTERED) as events:

            async def check_delivery(name: str, seconds: float) -> None:
                for number in range(REPETITIONS):
                    id = await first.register(*SUMEDANG, f"{name} {number}")
                    assert (await events.next(seconds))["subjectId"] == id

            await check_delivery("Dengan Redis", IMMEDIATE_SECONDS)
            assert await read_metric(second, "broker_up") == 1
            # The poll, which happens once a second, may read some of them before Redis delivers.
            assert await read_metric(second, "arrivals_taken_total") >= 1
            assert await read_metric(second, "broker_fallbacks_total") == 0

            redis_server.kill()
            await wait_until_broker_is("unreachable", first, second)
            arrivals_taken = await read_metric(second, "arrivals_taken_total")
            await check_delivery("Tanpa Redis", POLL_SECONDS)
            assert await read_metric(second, "broker_up") == 0
            assert await read_metric(second, "arrivals_taken_total") == arrivals_taken
            assert await read_metric(second, "broker_fallbacks_total") == 1

            redis_server.start()
            await wait_until_broker_is("ok", first, second)
            await check_delivery("Kembali", IMMEDIATE_SECONDS)
            assert await read_metric(second, "arrivals_taken_total") >= arrivals_taken + REPETITIONS
    logs = read_output(tmp_path)
    assert logs.count("the broker does not work") == 2
    assert redis_server.password not in logs


@pytest.mark.soak
async def test_proposals_changed_at_two_processes_are_announced_once(
    filled_postgresql_url: str,
    redis_url: str,
    simpul_process: StartSimpul,
    tmp_path: Path,
) -> None:
    environment = {"DATABASE_URL": filled_postgresql_url, "REDIS_URL": redis_url}
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_postgresql_url)) as instance:
        for code, _ in (SUMEDANG, BOGOR):  # the first announcement is not news
            await recompute.recompute_region(instance, code)
    async with start_two_processes(simpul_process, tmp_path, environment) as (first, second):
        await wait_until_followed_up(filled_postgresql_url)
        before = await first.ask(PROPOSED)
        changes: list[Any] = []

        async def listen() -> None:
            start = before["instance"]["cursor"]
            async with second.listening(PROPOSALS, after=start) as stream:
                while True:
                    changes.append(await stream.next(SECONDS))

        listening = asyncio.create_task(listen())
        for number in range(6):
            hub = (first, second)[number % 2]
            owner = (SUMEDANG, BOGOR)[number // 2 % 2]
            await hub.register(*owner, f"Absensi Pegawai {number}")
            await asyncio.sleep(0.4)
        await wait_until_followed_up(filled_postgresql_url)
        await asyncio.sleep(SETTLED_SECONDS)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        after = await second.ask(PROPOSED)
    for field, (code, _) in {"sumedang": SUMEDANG, "bogor": BOGOR}.items():
        open_ids = {proposal["id"] for proposal in before[field]["proposals"]["nodes"]}
        region_changes = [change for change in changes if change["region"]["code"] == code]
        assert region_changes
        for change in region_changes:  # no event opens an open proposal or closes a closed one
            assert open_ids.isdisjoint(change["openedIds"])
            assert open_ids.issuperset(change["closedIds"])
            open_ids = open_ids.union(change["openedIds"]).difference(change["closedIds"])
        assert open_ids == {proposal["id"] for proposal in after[field]["proposals"]["nodes"]}


@asynccontextmanager
async def start_two_processes(
    simpul_process: StartSimpul, folder: Path, environment: dict[str, str]
) -> AsyncIterator[tuple[Client, Client]]:
    """Yield clients of two processes that share their data folder."""
    first_process, second_process = (
        simpul_process("serve", data_dir=folder / "shared", environment=environment)
        for _ in range(2)
    )
    async with (
        client(first_process, Role.PROVINCE) as first,
        client(second_process, Role.PROVINCE) as second,
    ):
        yield first, second


def read_output(folder: Path) -> str:
    """Return the output of all processes with data in a folder."""
    return "".join(path.read_text() for path in folder.glob("*.log"))


async def wait_until_broker_is(state: str, *hubs: Client) -> None:
    """Return once all hubs report this broker state; they must be ready all the time."""
    for hub in hubs:

        async def check_broker_state(hub: Client = hub) -> None:
            answer = await hub.http.get(f"{hub.url}/readyz")
            if (answer.status_code, answer.json()["ready"]) != (200, True):
                pytest.fail(f"expected the hub to be ready all the time, got {answer.text}")
            assert answer.json()["broker"] == {"kind": "redis", "state": state}

        await eventually(check_broker_state)


async def read_metric(hub: Client, name: str) -> float:
    metrics = (await hub.http.get(f"{hub.url}/metrics")).text
    [value] = re.findall(rf"^simpul_{name} (\S+)$", metrics, re.MULTILINE)
    return float(value)


async def wait_until_followed_up(url: str) -> None:
    """Return once all arrivals have been processed."""
    database = Database(url)

    async def caught_up() -> None:
        async with database.read() as session:
            newest = (await arrival.read_arrival_position(session)).arrival
            assert await announcement.read_derived_head(session) == newest

    try:
        await eventually(caught_up, seconds=120)
    finally:
        await database.close()
