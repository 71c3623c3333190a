"""Cancels what runs for an HTTP request when its client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect
from starlette.types import Receive

# Most requests are over before that. They need no task that waits for the end of the connection.
UNWATCHED_SECONDS = 0.05


@asynccontextmanager
async def cancel_when_client_leaves(
    receive: Receive, *, unwatched_seconds: float = UNWATCHED_SECONDS
) -> AsyncIterator[None]:
    """Cancel the block when the client closes its connection. The body must have been read.

    Raises:
        ClientDisconnect: the client has left.
    """
    loop = asyncio.get_running_loop()
    running = asyncio.current_task()
    assert running is not None
    watches: list[asyncio.Task[None]] = []
    has_left = False

    async def watch() -> None:
        nonlocal has_left
        while (await receive())["type"] != "http.disconnect":
            pass
        has_left = True
        running.cancel()

    timer = loop.call_later(unwatched_seconds, lambda: watches.append(loop.create_task(watch())))
    try:
        yield
    except asyncio.CancelledError:
        if has_left and running.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        timer.cancel()
        for task in watches:
            task.cancel()
