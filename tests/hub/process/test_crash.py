"""A server that is killed during many writes has every acknowledged change, once, in order."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

import httpx2
import pytest

from engine.model import EventKind, Role
from storage import arrival, log_entries
from storage.rebuild import rebuild_projection
from tests.api.hub import running_hub
from tests.fixtures.processes import StartSimpul, free_port
from tests.hub.live_client import Client, client

pytestmark = pytest.mark.integration

ROUNDS = 2
ROUND_SECONDS = 1.0
# Two writers write to each region, and all of them to one arrival order.
OWNERS = [
    ("32.01", "32.01:opd-diskominfo"),
    ("32.11", "32.11:opd-diskominfosanditik"),
    ("32", "32:opd-diskominfo"),
]
WRITERS = [*OWNERS, *OWNERS]


async def test_no_acknowledged_write_is_lost_or_doubled_by_kills(
    filled_database_url: str, simpul_process: StartSimpul, tmp_path: Path
) -> None:
    port, data_dir = free_port(), tmp_path / "data"
    environment = {"DATABASE_URL": filled_database_url}
    acknowledged: dict[str, str] = {}  # id by name
    unanswered: dict[str, tuple[str, str]] = {}  # owner by name
    retried = 0

    async def write_until_killed(hub: Client, writer: str, owner: tuple[str, str]) -> None:
        for number in count():
            name = f"{writer}-{number}"
            unanswered[name] = owner
            try:
                acknowledged[name] = await hub.register(*owner, name)
            except httpx2.TransportError:
                return  # the server was killed, and may have committed or not
            del unanswered[name]

    for round_number in range(ROUNDS + 1):
        simpul = simpul_process("serve", port=port, data_dir=data_dir, environment=environment)
        async with client(simpul, Role.PROVINCE) as hub:
            for name, owner in unanswered.items():
                acknowledged[name] = await hub.register(*owner, name)
                assert await hub.register(*owner, name) == acknowledged[name]
            retried += len(unanswered)
            unanswered.clear()
            if round_number == ROUNDS:
                break
            async with asyncio.TaskGroup() as writers:
                for number, owner in enumerate(WRITERS):
                    writers.create_task(write_until_killed(hub, f"{round_number}-{number}", owner))
                await asyncio.sleep(ROUND_SECONDS)
                simpul.kill()

    assert retried >= ROUNDS  # otherwise no request was interrupted
    assert simpul.stop() == 0
    async with running_hub(filled_database_url) as reader:
        async with reader.instance.database.read() as session:
            written = [
                (entry.body["name"], entry.subject)
                for region, _ in OWNERS
                for entry in await log_entries.list_log_entries(session, region, limit=100_000)
                if entry.kind is EventKind.APPLICATION_REGISTERED
                and entry.actor == "ani-province PROVINCE"
                and entry.body is not None
            ]
            for region in await log_entries.list_regions_with_log(session):
                await log_entries.verify_log_chain(session, region)
            newest = (await arrival.read_arrival_position(session)).arrival
            numbers = [row.number for row in await arrival.list_arrivals_after(session, 0, 100_000)]
        assert sorted(written) == sorted(acknowledged.items())
        assert numbers == list(range(1, newest + 1))
        before = await reader.list_all_rows()
        async with reader.instance.database.write() as session:
            await rebuild_projection(session)
        assert await reader.list_all_rows() == before
