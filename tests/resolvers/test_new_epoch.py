"""What a process keeps in memory when a new epoch begins: nothing that the deleted copy had."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from engine.log.source import Source, SourceState
from engine.model import Application, ApplicationStatus, EventKind, Provenance, Role, Viewer
from hub.instance import open_instance
from hub.settings import Settings
from regions.endpoint_directory import Endpoint, EndpointDirectory
from resolvers.context import Context, Instance
from resolvers.problems import UnknownEntity
from resolvers.region_log import stream_log_frames
from resolvers.replicas import DatabaseReplicaStore
from storage import log, ownership, replica_deletion
from storage.followed_log import accept_entries
from tests.resolvers.test_replica_directory import (
    PROVINCE,
    URL,
    next_entry,
    region_of,
)

FOLLOWED = EndpointDirectory((Endpoint(URL, ("99",)),), (PROVINCE,))
ID = "99:application-1"


@pytest.fixture
async def instance(sqlite_database_url: str) -> AsyncIterator[Instance]:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=sqlite_database_url)) as instance:
        await DatabaseReplicaStore(instance).record_directory(FOLLOWED)
        yield instance


async def test_a_copy_of_another_history_replaces_what_the_cache_had(instance: Instance) -> None:
    await copy_application(instance, "Lama")
    assert await cached_names(instance) == ["Lama"]
    await replica_deletion.delete_replica(instance.database, "99")
    await instance.tail.read_epoch()  # which the running tail does twice a second
    await copy_application(instance, "Baru")  # with the same id and version
    assert await cached_names(instance) == ["Baru"]


async def test_a_copy_that_is_made_again_does_not_look_like_a_shortened_log(
    instance: Instance,
) -> None:
    await copy_application(instance, "Lama")
    context = Context(instance, Viewer("hub", Role.FOLLOWER, frozenset({"99"})))
    async with aclosing(stream_log_frames(context, "99", 5)) as frames:
        with pytest.raises(UnknownEntity):  # the reader had five entries of the deleted copy
            await anext(frames)
    async with instance.database.write() as session:
        fresh = Source("99", URL, SourceState.FRESH, instance.clock())
        await ownership.update_sources(session, [fresh])
    async with aclosing(stream_log_frames(context, "99", 5)) as frames:
        assert (await anext(frames)).head.sequence == 2


async def copy_application(instance: Instance, name: str) -> None:
    application = Application(ID, "99", None, name, ApplicationStatus.ACTIVE, 1, Provenance("test"))
    first = next_entry("99", None, EventKind.REGION_RECORDED, "99:region", region_of(PROVINCE))
    second = next_entry("99", first, EventKind.APPLICATION_REGISTERED, ID, application)
    async with log.begin_log_transaction(instance.database, "99", instance.clock) as transaction:
        await accept_entries(transaction, [first, second])
    assert transaction.refused == []


async def cached_names(instance: Instance) -> list[str]:
    async with instance.database.read() as session:
        record = await instance.inventories.load_region_inventory(session, "99")
    return [application.name for application in record.applications]
