"""An instance that follows owners in the process of a test, and what it says of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from engine.log.entry import Entry
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source
from hub.instance import open_instance
from hub.settings import Settings
from regions.endpoint_directory import Endpoint, EndpointDirectory
from regions.replication_client import DIVERGED_SECONDS, ReplicationClient
from resolvers.context import Instance
from resolvers.replicas import DatabaseReplicaStore
from storage import ownership as stored
from tests.fixtures.eventually import eventually

OwnerData = tuple[list[Entry], list[SnapshotRow]]


@asynccontextmanager
async def following(
    folder: Path,
    *endpoints: Endpoint,
    diverged_seconds: float = DIVERGED_SECONDS,
    url: str | None = None,
) -> AsyncIterator[tuple[Instance, DatabaseReplicaStore]]:
    """Yield an instance with this URL that follows the owners."""
    settings = Settings(data_dir=folder, url=url)

    async def directories() -> AsyncIterator[EndpointDirectory]:
        yield EndpointDirectory(endpoints)
        await asyncio.Event().wait()

    async with open_instance(settings) as instance, AsyncExitStack() as stack:
        instance.owners.directory = EndpointDirectory(endpoints)
        copies = DatabaseReplicaStore(instance)
        follower = ReplicationClient(copies, instance.clock, diverged_seconds)
        follows = follower.run(directories())
        for work in (copies.write_sources(), follows):
            task = asyncio.create_task(work)
            stack.push_async_callback(asyncio.gather, task, return_exceptions=True)
            stack.callback(task.cancel)
        yield instance, copies


async def wait_until_source(
    instance: Instance, region: str, is_expected: Callable[[Source], bool]
) -> Source:

    async def read_source() -> Source:
        async with instance.database.read() as session:
            source = (await stored.sources_by_region(session, [region])).get(region)
        assert source is not None
        assert is_expected(source), source
        return source

    return await eventually(read_source)
