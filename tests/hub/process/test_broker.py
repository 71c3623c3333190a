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
from hub.app import open_instance
from hub.settings import Settings
from realtime.broker import POLL_SECONDS
from resolvers import recompute
from storage import announcement, arrival
from storage.database import Database
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.fixtures.redis import RedisServer
from tests.hub.live import EVENTS, Client, client

pytestmark = pytest.mark.integration

SUMEDANG = ("32.11", "opd-32.11.diskominfosanditik")
BOGOR = ("32.01", "opd-32.01.diskominfo")
SECONDS = 30.0  # a missing event must fail its test, not hang it
AT_ONCE = 0.5  # seconds; less than the interval at which a process polls the database
REPEATED = 5  # repeated, so that polling at the right moment cannot explain it
REGISTERED = ["APPLICATION_REGISTERED"]
SETTLED_SECONDS = 3.0  # the slower process would have repeated an announcement by then
PROPOSALS = """
subscription ($after: Cursor) {
  proposalsChanged(after: $after) { cursor region { code } opened closed }
}
"""
PROPOSED = """
query {
  sumedang: region(code: "32.11") { proposals { id } }
  bogor: region(code: "32.01") { proposals { id } }
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
    async with two(simpul_process, tmp_path, environment) as (here, there):
        await broker_is("ok", here, there)
        async with there.listening(EVENTS, after=await here.cursor(), kinds=REGISTERED) as far:

            async def reaches(name: str, seconds: float) -> None:
                for number in range(REPEATED):
                    id = await here.register(*SUMEDANG, f"{name} {number}")
                    assert (await far.next(seconds))["subject"] == id

            await reaches("Dengan Redis", AT_ONCE)
            assert await figure(there, "broker_up") == 1
            assert await figure(there, "arrivals_taken_total") >= REPEATED
            assert await figure(there, "broker_fallbacks_total") == 0

            redis_server.kill()
            await broker_is("unreachable", here, there)
            taken = await figure(there, "arrivals_taken_total")
            await reaches("Tanpa Redis", POLL_SECONDS)
            assert await figure(there, "broker_up") == 0
            assert await figure(there, "arrivals_taken_total") == taken
            assert await figure(there, "broker_fallbacks_total") == 1

            redis_server.start()
            await broker_is("ok", here, there)
            await reaches("Kembali", AT_ONCE)
            assert await figure(there, "arrivals_taken_total") >= taken + REPEATED
    logs = printed(tmp_path)
    assert logs.count("the broker does not work") == 2
    assert redis_server.password not in logs


async def test_news_of_changes_at_two_processes_is_announced_once(
    filled_postgresql_url: str,
    redis_url: str,
    simpul_process: StartSimpul,
    tmp_path: Path,
) -> None:
    environment = {"DATABASE_URL": filled_postgresql_url, "REDIS_URL": redis_url}
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_postgresql_url)) as instance:
        for code, _ in (SUMEDANG, BOGOR):  # the first announcement is not news
            await recompute.recompute_region(instance, code)
    async with two(simpul_process, tmp_path, environment) as (here, there):
        await followed_up(filled_postgresql_url)
        before = await here.ask(PROPOSED)
        announced: list[Any] = []

        async def listen() -> None:
            start = before["instance"]["cursor"]
            async with there.listening(PROPOSALS, after=start) as news:
                while True:
                    announced.append(await news.next(SECONDS))

        listening = asyncio.create_task(listen())
        for number in range(6):
            hub = (here, there)[number % 2]
            owner = (SUMEDANG, BOGOR)[number // 2 % 2]
            await hub.register(*owner, f"Absensi Pegawai {number}")
            await asyncio.sleep(0.4)
        await followed_up(filled_postgresql_url)
        await asyncio.sleep(SETTLED_SECONDS)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        after = await there.ask(PROPOSED)
    for field, (code, _) in {"sumedang": SUMEDANG, "bogor": BOGOR}.items():
        standing = {each["id"] for each in before[field]["proposals"]}
        news = [each for each in announced if each["region"]["code"] == code]
        assert news
        for each in news:  # no event opens an open proposal or closes a closed one
            assert standing.isdisjoint(each["opened"])
            assert standing.issuperset(each["closed"])
            standing = standing.union(each["opened"]).difference(each["closed"])
        assert standing == {each["id"] for each in after[field]["proposals"]}


@asynccontextmanager
async def two(
    simpul_process: StartSimpul, folder: Path, environment: dict[str, str]
) -> AsyncIterator[tuple[Client, Client]]:
    """Yield clients of two processes that share their data folder."""
    here, there = (
        simpul_process("serve", data_dir=folder / "shared", environment=environment)
        for _ in range(2)
    )
    async with client(here, Role.PROVINCE) as one, client(there, Role.PROVINCE) as other:
        yield one, other


def printed(folder: Path) -> str:
    """Return the output of all processes with data in a folder."""
    return "".join(path.read_text() for path in folder.glob("*.log"))


async def broker_is(state: str, *hubs: Client) -> None:
    """Return once all hubs report this broker state; they must be ready all the time."""
    for hub in hubs:

        async def said(hub: Client = hub) -> None:
            answer = await hub.http.get(f"{hub.url}/readyz")
            if (answer.status_code, answer.json()["ready"]) != (200, True):
                pytest.fail(f"expected it to be ready all the time, got {answer.text}")
            assert answer.json()["broker"] == {"kind": "redis", "state": state}

        await eventually(said)


async def figure(hub: Client, name: str) -> float:
    metrics = (await hub.http.get(f"{hub.url}/metrics")).text
    [value] = re.findall(rf"^simpul_{name} (\S+)$", metrics, re.MULTILINE)
    return float(value)


async def followed_up(url: str) -> None:
    """Return once all arrivals have been processed."""
    database = Database(url)

    async def caught_up() -> None:
        async with database.read() as session:
            newest = (await arrival.newest_position(session)).arrival
            assert await announcement.followed_up(session) == newest

    try:
        await eventually(caught_up, seconds=120)
    finally:
        await database.close()
