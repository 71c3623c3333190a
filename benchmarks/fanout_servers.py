"""Servers that the fan-out benchmark compares, each in a process of its own.

    python benchmarks/fanout_servers.py ours|asgi|stock|websockets PORT [DATA_DIR]

`ours` is the unmodified hub. `asgi` is the same, but each message goes through ASGI: every socket
has a queue, and a task that sends its messages. `stock` is the same schema on Strawberry's own
handler and uvicorn's own protocol, which executes the subscription for each subscriber.
`websockets` has no GraphQL: it broadcasts lines that it reads from standard input.

No server sends pings during a measurement. Sockets that connect at the same time are pinged at the
same time, which would disturb some runs and not others.
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
from hub.transport.socket_sink import SocketSink
from hub.transport.websocket_protocol import FrameProtocol
from realtime.message import Batch
from resolvers.context import Instance

NEVER = 3600


def serve_hub(port: int, data_dir: Path, kind: str) -> None:
    """Serve the hub, or its schema through Strawberry's own handler."""

    async def skip_recompute(_instance: object) -> None:
        """Replace the recompute, because its cost does not depend on the number of subscribers."""

    async def poll_at_signal(instance: Instance) -> None:
        """Poll for events at a signal, as the hub does after a commit of its own."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(
            signal.SIGUSR1, lambda: instance.bus.announce(instance.tail.newest + 1)
        )

    assembly.recompute.recompute_in_background = skip_recompute
    settings = Settings(
        data_dir=data_dir,
        port=port,
        log_level="warning",
        sockets_per_viewer=20_000,
        client_cpu_rate=0,  # all subscribers come from one address
    )
    if kind == "asgi":
        send_through_asgi()
    if kind != "stock":
        server.PING_SECONDS = NEVER
        server.run_server(
            assembly.create_app(settings, tasks=[poll_at_signal]),
            settings,
            server.bind_sockets(settings),
        )
        return
    assembly.SubscriptionSharing = lambda *_, **__: None  # type: ignore[assignment, misc]
    uvicorn.run(
        assembly.create_app(settings, tasks=[poll_at_signal]),
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


async def serve_broadcast(port: int) -> None:
    """Broadcast each line of standard input to all connections."""
    connections: set[ServerConnection] = set()

    async def add_connection(connection: ServerConnection) -> None:
        connections.add(connection)
        async for _ in connection:
            await connection.send('{"type":"connection_ack"}')
            break
        await connection.wait_closed()

    loop = asyncio.get_running_loop()
    protocols = [Subprotocol("graphql-transport-ws")]
    options = {"compression": None, "ping_interval": None}
    async with serve(add_connection, "127.0.0.1", port, subprotocols=protocols, **options):
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            broadcast(connections, line.rstrip("\n"))


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "websockets":
        asyncio.run(serve_broadcast(port))
    else:
        serve_hub(port, Path(sys.argv[3]), kind)
