"""The end of a server: nobody is cut off, nobody comes back at the same moment, and it is soon.

The listener closes first. Who is connected is told to come back at a moment of its own within some
seconds, requests in flight are answered, and what is still there then is cut. A second signal ends
the server at once.
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

SPREAD_SECONDS = 5.0  # over which sockets are closed, at most
SPREAD_PER_SOCKET = 0.005  # few need less: 200 a second come back to those that go on
REQUEST_SECONDS = 8.0  # from the signal on, for requests in flight
LAST_SECONDS = 9.5  # from the signal on: whatever still holds the process is left behind
AT_ONCE_SECONDS = 1.0  # the same from a second signal on
# Objects made before the collector looks at the young ones, and how often it then looks at older
# ones: each socket holds some 400, which are none of its business while they live. The second number
# bounds a pause (20,000 objects take 9 ms), and the third says how seldom all are looked at.
GARBAGE, GENERATIONS = 10_000, (2, 150)

logger = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn's server with an end that can be watched: requests see `DRAINING` in their state."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._forced = asyncio.Event()

    def run(self, sockets: list[socket] | None = None) -> None:
        # When it has shut down, uvicorn raises the signal that it was ended by once more.
        for each in HANDLED_SIGNALS:
            signal.signal(each, lambda *_: sys.exit(ExitCode.OK))
        super().run(sockets)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        # What is built by now lives as long as the server. Without this a full collection goes
        # through all of it, which held the event loop for 130 ms of CPU at a time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE, *GENERATIONS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and self._loop is not None:
            self.force_exit = True  # uvicorn does so for a second SIGINT alone
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
        """What ends each connection that would otherwise last for as long as its client wants."""
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
    """End the process then, even where a thread or a task that does not stop would hold it.

    What is acknowledged is on disk by then, as it must be for a process that is killed.
    """

    def leave() -> None:
        logger.error("the server did not end by itself; it is left as it is")
        os._exit(ExitCode.OK)

    last = threading.Timer(seconds, leave)
    last.daemon = True
    last.start()
