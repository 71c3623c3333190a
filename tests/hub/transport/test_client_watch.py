"""The cancellation of what runs for a client that leaves."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from hub.transport.client_watch import cancel_when_client_leaves


class Connection:
    """A connection that the client closes when `leaves` is set."""

    def __init__(self) -> None:
        self.leaves = asyncio.Event()
        self.watched = 0

    async def receive(self) -> Message:
        self.watched += 1
        await self.leaves.wait()
        return {"type": "http.disconnect"}


async def test_cancels_the_block_when_the_client_leaves() -> None:
    connection, events = Connection(), []
    connection.leaves.set()

    async def run() -> None:
        async with cancel_when_client_leaves(connection.receive, unwatched_seconds=0):
            try:
                await asyncio.Event().wait()
            finally:
                events.append("cancelled")

    with pytest.raises(ClientDisconnect):
        await run()
    assert events == ["cancelled"]
    await asyncio.sleep(0)  # the task goes on


async def test_does_not_watch_a_request_that_is_over_soon() -> None:
    connection = Connection()
    async with cancel_when_client_leaves(connection.receive, unwatched_seconds=60):
        await asyncio.sleep(0)
    assert connection.watched == 0


async def test_another_cancellation_stays_one() -> None:
    connection = Connection()

    async def run() -> None:
        async with cancel_when_client_leaves(connection.receive, unwatched_seconds=0):
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connection.watched == 1
