"""The states of replicas, which a follower writes while another process may delete a replica."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from engine.log.source import Source, SourceProblem, SourceState
from facts.region import listed_region
from storage import ownership, replica_deletion
from storage.database import Database

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


async def test_a_state_of_a_deleted_replica_is_not_written_any_more(database_url: str) -> None:
    database = Database(database_url)
    fresh = Source("32.11", "ws://node/graphql", SourceState.FRESH, NOW)
    identity = listed_region("32.11")
    assert identity is not None
    async with database.write() as session:
        await ownership.insert_source(session, fresh, identity)
    await replica_deletion.delete_replica(database, "32.11")
    async with database.write() as session:
        await ownership.update_sources(session, [fresh])
    async with database.read() as session:
        deleted = (await ownership.list_all_sources(session))[0]
    assert (deleted.state, deleted.problem) == (SourceState.STALE, SourceProblem.COPYING)
    assert (deleted.as_of, deleted.generation) == (None, 1)
    async with database.write() as session:
        await ownership.update_sources(session, [replace(fresh, generation=1)])
    async with database.read() as session:
        assert (await ownership.list_all_sources(session))[0].state is SourceState.FRESH
    await database.close()
