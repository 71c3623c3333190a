"""Replication from other instances, which runs in only one process of an instance."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from engine.log.source import SourceState
from regions.directory_file import load_endpoint_directory, watch_endpoint_directory
from regions.replication_client import ReplicationClient
from resolvers.context import Instance
from resolvers.replicas import DatabaseReplicaStore
from storage import ownership

LOCK_POLL_SECONDS = 1.0
COPY_POLL_SECONDS = 0.1


async def run_replication(directory: Path, data_dir: Path, instance: Instance) -> None:
    """Replicate from the endpoints that the file lists, until cancelled.

    It waits while another process of this machine holds the lock in the data folder.
    """
    replicas = DatabaseReplicaStore(instance)
    async with (
        acquire_file_lock(data_dir / "follower.lock"),
        asyncio.TaskGroup() as group,
        aclosing(watch_endpoint_directory(directory)) as directories,
    ):
        group.create_task(replicas.write_sources())
        await ReplicationClient(replicas, instance.clock).run(directories)


async def watch_owners(directory: Path, instance: Instance) -> None:
    """Update the instance's owner heads from the endpoints that the file lists, until cancelled.

    Every worker does this, even if another worker replicates.
    """
    async with aclosing(watch_endpoint_directory(directory)) as directories:
        await instance.owners.run(directories)


async def wait_until_copied(
    directory: Path, data_dir: Path, instance: Instance, seconds: float
) -> bool:
    """Replicate until every region that the file lists has a fresh copy.

    Return False if that takes longer than `seconds`.
    """
    listed_regions = {
        region
        for endpoint in load_endpoint_directory(directory).endpoints
        for region in endpoint.regions
    }
    task = asyncio.create_task(run_replication(directory, data_dir, instance))
    try:
        async with asyncio.timeout(seconds):
            while not task.done():
                async with instance.database.read() as session:
                    sources = await ownership.list_all_sources(session)
                fresh_regions = {
                    source.region for source in sources if source.state is SourceState.FRESH
                }
                if listed_regions <= fresh_regions:
                    return True
                await asyncio.sleep(COPY_POLL_SECONDS)
    except TimeoutError:
        pass
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return False


@asynccontextmanager
async def acquire_file_lock(path: Path) -> AsyncIterator[None]:
    """Hold an exclusive lock among the processes of this machine, which ends with the process.

    Processes on different machines may replicate at the same time; each entry is still applied
    only once.
    """
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(LOCK_POLL_SECONDS)
        yield
