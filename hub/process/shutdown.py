"""Graceful shutdown: connections close at random times within a few seconds.

The listener closes first. Each long-lived connection is then closed at its own random time, so that
the clients do not all reconnect at once. Requests in progress get their responses, and the connections
that remain are closed. A second signal ends the server immediately.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from hub.exit_codes import ExitCode
from hub.transport.event_stream import OPEN
from hub.transport.websocket_protocol import DRAINING, FrameProtocol

SPREAD_SECONDS = 5.0  # the longest time over which connections are closed
SPREAD_PER_SOCKET = 0.005  # so that at most 200 clients a second reconnect elsewhere
REQUEST_SECONDS = 8.0  # after the signal, for requests in progress
LAST_SECONDS = 9.5  # after the signal; the process then exits in any case
AT_ONCE_SECONDS = 1.0  # the same, after a second signal
# The thresholds of the garbage collector. A socket holds about 400 objects that live as long as it
# does, so young collections are rare (GARBAGE). The second number bounds their pause (20,000 objects
# take 9 ms), and the third makes full collections rare.
GARBAGE, GENERATIONS = 10_000, (2, 150)

logger = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn's server with a graceful shutdown; `DRAINING` in the lifespan state announces it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._forced = asyncio.Event()

    def run(self, sockets: list[socket] | None = None) -> None:
        # After its shutdown, uvicorn raises the signal that ended it again.
        for each in HANDLED_SIGNALS:
            signal.signal(each, lambda *_: sys.exit(ExitCode.OK))
        super().run(sockets)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        # The objects that exist now live as long as the server. Without `freeze`, each full collection
        # traverses them all, which blocked the event loop for 130 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE, *GENERATIONS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and self._loop is not None:
            self.force_exit = True  # uvicorn does so only for a second SIGINT
            self._loop.call_soon_threadsafe(self._forced.set)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        _leave_after(LAST_SECONDS)
        self.lifespan.state[DRAINING] = True
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        watch = asyncio.create_task(self._leave_when_forced())
        await self._spread(self._lasting())
        left = REQUEST_SECONDS - (loop.time() - began)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(left))
        await super().shutdown(sockets)
        watch.cancel()

    def _lasting(self) -> list[Callable[[], Any]]:
        """Return the functions that close the long-lived connections."""
        connections = self.server_state.connections
        sockets = [each.shutdown for each in connections if isinstance(each, FrameProtocol)]
        return [*sockets, *(stream.cut for stream in OPEN)]

    async def _spread(self, lasting: list[Callable[[], Any]]) -> None:
        loop = asyncio.get_running_loop()
        seconds = min(SPREAD_SECONDS, len(lasting) * SPREAD_PER_SOCKET)
        logger.info("closing %d connections within %.1f s", len(lasting), seconds)
        for end in lasting:
            loop.call_later(random.uniform(0, seconds), end)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._forced.wait()

    async def _leave_when_forced(self) -> None:
        await self._forced.wait()
        _leave_after(AT_ONCE_SECONDS)


def _leave_after(seconds: float) -> None:
    """Exit the process after so many seconds, even if a thread or a task does not stop.

    No acknowledged write is lost, because it is on disk before it is acknowledged.
    """

    def leave() -> None:
        logger.error("the server did not shut down in time; the process exits")
        os._exit(ExitCode.OK)

    last = threading.Timer(seconds, leave)
    last.daemon = True
    last.start()
