"""Servers that the fan-out benchmark compares, each in a process of its own.

    python benchmarks/fanout_servers.py ours|asgi|stock|websockets PORT [DATA_DIR]

`ours` is the hub as it is. `asgi` is the same, but each message goes through ASGI: every socket has a
queue, and a task that sends its messages. `stock` is the same schema on Strawberry's own handler and
uvicorn's own protocol, which executes the subscription for each subscriber. `websockets` has no
GraphQL: it broadcasts lines that it reads from standard input.

None of them pings while it is measured: sockets that connect at the same time are pinged at the same
time, and it would be chance whether that time falls into a run.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import uvicorn
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from hub import app as assembly
from hub.process import server
from hub.settings import Settings
from hub.transport.graphql_websocket import SocketSink
from hub.transport.websocket_protocol import FrameProtocol
from realtime.message import Batch
from resolvers.context import Instance

NEVER = 3600


def hub(port: int, data_dir: Path, kind: str) -> None:
    """Serve the hub, or its schema as Strawberry would."""

    async def nothing(_instance: object) -> None:
        """Replace the recompute after a change: its cost does not depend on the subscribers."""

    async def woken(instance: Instance) -> None:
        """Poll for events at a signal, as after a commit of this process, and not only once a second."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(
            signal.SIGUSR1, lambda: instance.bus.announce(instance.tail.newest + 1)
        )

    assembly.recompute.run = nothing
    settings = Settings(
        data_dir=data_dir, port=port, log_level="warning", sockets_per_viewer=20_000
    )
    if kind == "asgi":
        send_through_asgi()
    if kind != "stock":
        server.PING_SECONDS = NEVER
        server.run_server(
            assembly.create_app(settings, tasks=[woken]),
            settings,
            server.open_listening_socket(settings),
        )
        return
    assembly.SubscriptionSharing = lambda *_: None  # type: ignore[assignment, misc]
    uvicorn.run(
        assembly.create_app(settings, tasks=[woken]),
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=NEVER,
        access_log=False,
        log_level="warning",
        backlog=server.BACKLOG,
    )


def send_through_asgi() -> None:
    """Let a task for each socket send its messages, so that no socket waits for another."""
    queues: dict[FrameProtocol, asyncio.Queue[str]] = {}
    tasks: list[asyncio.Task[None]] = []

    async def send(protocol: FrameProtocol, queue: asyncio.Queue[str]) -> None:
        while True:
            await protocol.send({"type": "websocket.send", "text": await queue.get()})

    def write(sink: SocketSink, batch: Batch) -> None:
        queue = queues.get(sink._protocol)
        if queue is None:
            queue = queues[sink._protocol] = asyncio.Queue()
            tasks.append(asyncio.create_task(send(sink._protocol, queue)))
        for message in batch.messages:
            queue.put_nowait((sink._head + message.payload).decode())

    SocketSink.write = write  # type: ignore[method-assign]


async def plain(port: int) -> None:
    """Broadcast each line of standard input to all connections."""
    connections: set[ServerConnection] = set()

    async def connected(connection: ServerConnection) -> None:
        connections.add(connection)
        async for _ in connection:
            await connection.send('{"type":"connection_ack"}')
            break
        await connection.wait_closed()

    loop = asyncio.get_running_loop()
    protocols = [Subprotocol("graphql-transport-ws")]
    plain = {"compression": None, "ping_interval": None}
    async with serve(connected, "127.0.0.1", port, subprotocols=protocols, **plain):
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            broadcast(connections, line.rstrip("\n"))


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "websockets":
        asyncio.run(plain(port))
    else:
        hub(port, Path(sys.argv[3]), kind)
