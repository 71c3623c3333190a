"""Graceful shutdown: connections close at random times within a few seconds.

The listener closes first. Each long-lived connection is then closed at its own random time, so that
the clients do not all reconnect at once. Requests in progress get their responses, and the
remaining connections are closed. A second signal ends the server immediately.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import math
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from socket import SO_REUSEADDR, SOL_SOCKET, SocketType, socket
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import HANDLED_SIGNALS

from hub.exit_codes import ExitCode
from hub.transport.event_stream import OPEN_STREAMS
from hub.transport.websocket_protocol import DRAINING, FrameProtocol

SPREAD_SECONDS = 5.0  # the longest period over which connections are closed
SPREAD_SECONDS_PER_SOCKET = 0.005  # so that at most 200 clients a second reconnect elsewhere
REQUEST_SECONDS = 8.0  # after the signal, for requests in progress
EXIT_SECONDS = 9.5  # after the signal; the process then exits in any case
FORCED_EXIT_SECONDS = 1.0  # the same, after a second signal
# The thresholds of the garbage collector. A socket holds about 400 objects that live as long as it
# does, so young collections are rare. The second threshold bounds their pause (20,000 objects take
# 9 ms), and the third one makes full collections rare.
YOUNG_THRESHOLD, OLDER_THRESHOLDS = 10_000, (2, 150)

# uvloop accepts one connection of a listener in each turn of its loop, which takes 10 ms under load:
# libuv does so since its version 1.45 and has no option, and the backlog is only that of the kernel.
# New clients would wait for seconds behind a crowd, so each listener is watched several times. The
# watchers that find no connection cost 0.06 ms of CPU time for each connection that comes alone.
ACCEPTED_AT_ONCE = 32

logger = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn's server with a graceful shutdown; `DRAINING` in the lifespan state announces it."""

    def __init__(
        self, config: uvicorn.Config, on_listening: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signals = itertools.count()
        self._forced = asyncio.Event()
        self._listener_copies: list[socket] = []

    def run(self, sockets: list[socket] | None = None) -> None:
        # After its shutdown, uvicorn raises the signal that ended it again.
        for signal_number in HANDLED_SIGNALS:
            signal.signal(signal_number, lambda *_: sys.exit(ExitCode.OK))
        super().run(sockets)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        start_application = self.lifespan.startup

        async def start_and_share_address() -> None:
            await start_application()
            # From now on the socket listens, which protects its address. Without the option, old
            # connections would keep a successor from it. Accepted sockets inherit it.
            for listener in sockets or []:
                listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)

        self.lifespan.startup = start_and_share_address
        self._listener_copies = [
            copy_listener(listener)
            for listener in sockets or []
            for _ in range(ACCEPTED_AT_ONCE - 1)
        ]
        watched = None if sockets is None else [*sockets, *self._listener_copies]
        try:
            await super().startup(watched)
        except OSError as error:  # another server got the address while this one started
            logger.error("cannot listen: %s", error.strerror or error)
            await self.lifespan.shutdown()
            sys.exit(STARTUP_FAILURE)
        self._on_listening()
        # The objects that exist now live as long as the server. Without `freeze`, each full
        # collection traverses them all, which blocked the event loop for 130 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_THRESHOLD, *OLDER_THRESHOLDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A second signal can interrupt this handler, so the order is decided by one atomic call.
        if next(self._signals) == 0:
            super().handle_exit(sig, frame)
        else:
            self.handle_further_signal()

    def handle_further_signal(self) -> None:
        """Handle a signal after the first one: end the server immediately."""
        self.force_exit = True  # uvicorn does so only for a second SIGINT
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._forced.set)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        _exit_after(EXIT_SECONDS)
        self.lifespan.state[DRAINING] = True
        self.stop_listening(sockets)
        forced_exit = asyncio.create_task(self._exit_when_forced())
        await self._close_gradually(self._connection_closers())
        remaining = REQUEST_SECONDS - (loop.time() - began_at)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(remaining))
        await super().shutdown(sockets)
        forced_exit.cancel()

    def stop_listening(self, sockets: list[socket] | None) -> None:
        """Accept no more connections; those that are open stay open."""
        for server in self.servers:
            server.close()
        for listener in [*(sockets or []), *self._listener_copies]:
            listener.close()

    def _log_started_message(self, listeners: Sequence[SocketType]) -> None:
        copies: set[SocketType] = {*self._listener_copies}
        super()._log_started_message([item for item in listeners if item not in copies])

    def _connection_closers(self) -> list[Callable[[], Any]]:
        """Return the functions that close the long-lived connections."""
        connections = self.server_state.connections
        sockets = [
            connection.shutdown
            for connection in connections
            if isinstance(connection, FrameProtocol)
        ]
        return [*sockets, *(stream.disconnect for stream in OPEN_STREAMS)]

    async def _close_gradually(self, closers: list[Callable[[], Any]]) -> None:
        loop = asyncio.get_running_loop()
        seconds = min(SPREAD_SECONDS, len(closers) * SPREAD_SECONDS_PER_SOCKET)
        logger.info("closing %d connections within %.1f s", len(closers), seconds)
        for close in closers:
            loop.call_later(random.uniform(0, seconds), close)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._forced.wait()

    async def _exit_when_forced(self) -> None:
        await self._forced.wait()
        _exit_after(FORCED_EXIT_SECONDS)


def copy_listener(listener: socket) -> socket:
    """Return another socket of the same listener, and leave its blocking mode unchanged.

    `socket.dup` would make it blocking, for the other workers as well: one whose connection another
    worker accepts first would then wait for the next one, and do nothing else.
    """
    descriptor = os.dup(listener.fileno())
    return socket(listener.family, listener.type, listener.proto, fileno=descriptor)


def _exit_after(seconds: float) -> None:
    """Exit the process after this many seconds, even if a thread or a task does not stop.

    No acknowledged write is lost, because it is on disk before it is acknowledged.
    """

    def exit_process() -> None:
        logger.error("the server did not shut down in time; the process exits")
        os._exit(ExitCode.OK)

    timer = threading.Timer(seconds, exit_process)
    timer.daemon = True
    timer.start()
