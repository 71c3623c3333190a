"""The one process of an instance that follows others, of all that serve it."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from regions.directory import watched
from regions.follower import Follower
from resolvers.context import Instance
from resolvers.source import Copies

TURN_SECONDS = 1.0


async def run(directory: Path, data_dir: Path, instance: Instance) -> None:
    """Follow whom the file lists, until cancelled, unless another worker does."""
    copies = Copies(instance)
    async with (
        _turn(data_dir / "follower.lock"),
        asyncio.TaskGroup() as group,
        aclosing(watched(directory)) as directories,
    ):
        group.create_task(copies.keep())
        await Follower(copies, instance.clock).run(directories)


@asynccontextmanager
async def _turn(path: Path) -> AsyncIterator[None]:
    """Be the only one on this machine; whoever dies is succeeded at once.

    Two on different machines do the same work twice, and each entry is still taken once.
    """
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(TURN_SECONDS)
        yield
