"""`simpul forget` next to a running hub: what readers and subscribers see, and the new copy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.log.source import Source, SourceProblem, SourceState
from engine.model import Role
from regions.endpoint_directory import Endpoint
from storage import assessment, log_entries, ownership, region, replica_deletion
from storage.database import Database
from storage.tables import HeadRow
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul
from tests.hub.live_client import EVENTS, Stream, client
from tests.regions.followed_owners import following, wait_until_source
from tests.regions.instances import SimpulInstance

pytestmark = pytest.mark.integration

SUMEDANG = "32.11"
DISHUB = "32.11:opd-dishub"
INDEX_CHANGES = "subscription ($after: Cursor) { indexChanged(after: $after) { cursor } }"
COPY_SECONDS = 10.0  # a copy that waits for the owner, or for 60 s, must fail its test


async def test_a_deleted_copy_is_never_fresh_and_subscribers_are_asked_to_read_again(
    simpul_process: StartSimpul, tmp_path: Path, database_url: str
) -> None:
    node = await SimpulInstance(tmp_path / "node").prepare(SUMEDANG)
    hub = await SimpulInstance(tmp_path / "hub", database_url=database_url).prepare("32")
    hub.follow((node, [SUMEDANG]))
    node.serve(simpul_process)
    hub.serve(simpul_process)
    async with copies(hub) as database, client(hub.running, Role.PROVINCE) as reader:
        await wait_until_copied(database, await node.count_entries(SUMEDANG))
        after = await reader.cursor()
        async with (
            reader.listening(EVENTS, after=after, kinds=["INDEX_CHANGED"]) as events,
            reader.listening(INDEX_CHANGES, after=after) as changes,
        ):
            await replica_deletion.delete_replica(database, SUMEDANG)
            states = asyncio.create_task(watch_states(database, await node.count_entries(SUMEDANG)))
            assert await error_codes(events) == await error_codes(changes) == ["SNAPSHOT_REQUIRED"]
        seen = await states
        assert (SourceState.STALE, SourceProblem.COPYING, False) in seen
        assert (SourceState.FRESH, None, False) not in seen
        assert seen[-1] == (SourceState.FRESH, None, True)
        assert await reader.cursor() != after

        # A copy that contradicts the owner pauses for a minute; to forget it ends the pause.
        async with database.write() as session:
            await session.execute(
                update(HeadRow).where(HeadRow.region == SUMEDANG).values(hash="0" * 64)
            )
        async with client(node.running, Role.PROVINCE) as writer:
            await writer.register(SUMEDANG, DISHUB, "Setelah Perbedaan")
        await eventually(lambda: wait_until_state(database, SourceState.DIVERGED))
        await replica_deletion.delete_replica(database, SUMEDANG)
        seen = await watch_states(database, await node.count_entries(SUMEDANG))
        assert (SourceState.FRESH, None, False) not in seen
        async with database.read() as session:
            entries = await node.count_entries(SUMEDANG)
            assert await log_entries.verify_log_chain(session, SUMEDANG) == entries


async def test_the_results_of_provinces_come_from_the_nation_once_it_is_given_up(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    nation = await SimpulInstance(tmp_path / "nation").prepare("ID")
    hub = await SimpulInstance(tmp_path / "hub").prepare("ID", "32")
    nation.serve(simpul_process)
    token = tmp_path / "token"
    token.write_text(nation.token(provinces=["ID"]))
    endpoint = Endpoint(nation.url, ("ID",), private=True, token_file=token)
    async with copies(nation) as database, database.read() as session:
        head = await log_entries.read_log_head(session, "ID")
    async with following(hub.data_dir, endpoint) as (instance, _):
        async with instance.database.read() as session:
            assert await ownership.list_all_sources(session) == []
            own_results = await assessment.list_assessments_by_log(session, "ID")
        await replica_deletion.delete_replica(instance.database, "ID", nation.url)
        await wait_until_source(instance, "ID", lambda source: source.state is SourceState.FRESH)
        async with instance.database.read() as session:
            assert await log_entries.read_log_head(session, "ID") == head
            assert await assessment.list_assessments_by_log(session, "ID") == own_results != []


@asynccontextmanager
async def copies(hub: SimpulInstance) -> AsyncIterator[Database]:
    database = Database(hub.settings.database)
    try:
        yield database
    finally:
        await database.close()


async def read_copy(database: Database) -> tuple[Source, bool, int]:
    """Return the source, whether the region is there, and the number of its entries."""
    async with database.read() as session:
        source = (await ownership.sources_by_region(session, [SUMEDANG]))[SUMEDANG]
        is_held = SUMEDANG in await region.regions_by_code(session, [SUMEDANG])
        return source, is_held, (await log_entries.read_log_head(session, SUMEDANG))[0]


async def watch_states(
    database: Database, entries: int
) -> list[tuple[SourceState, SourceProblem | None, bool]]:
    """Return the states of the copy, and whether the region was there, until it is fresh again."""
    states = []
    async with asyncio.timeout(COPY_SECONDS):
        while True:
            source, is_held, sequence = await read_copy(database)
            states.append((source.state, source.problem, is_held))
            if source.state is SourceState.FRESH and sequence == entries:
                return states
            await asyncio.sleep(0.01)


async def wait_until_copied(database: Database, entries: int) -> None:
    async def is_copied() -> None:
        source, is_held, sequence = await read_copy(database)
        assert (source.state, is_held, sequence) == (SourceState.FRESH, True, entries)

    await eventually(is_copied)


async def wait_until_state(database: Database, state: SourceState) -> None:
    assert (await read_copy(database))[0].state is state


async def error_codes(stream: Stream) -> list[str]:
    """Return the codes with which a subscription ends, within a second or what a busy machine takes."""
    async with asyncio.timeout(COPY_SECONDS):
        while True:
            message = json.loads(await stream.socket.recv())
            if message["type"] == "error":
                return [error["extensions"]["code"] for error in message["payload"]]
            errors = message["payload"].get("errors", [])
            if errors:
                return [error["extensions"]["code"] for error in errors]
