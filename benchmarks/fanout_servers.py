"""Servers that the fan-out benchmark compares, each in a process of its own.

    python benchmarks/fanout_servers.py ours|stock|websockets PORT [DATA_DIR]

`ours` is the hub as it serves. `stock` is the same schema on Strawberry's own handler and uvicorn's
own protocol, each subscriber executed for itself. `websockets` has no GraphQL: it broadcasts lines
that it reads from standard input.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from hub import app as assembly
from hub.settings import Settings
from hub.socket_protocol import FrameProtocol


def hub(port: int, data_dir: Path, *, stock: bool) -> None:
    """Serve the hub, or its schema as Strawberry would."""
    if stock:
        assembly.Sharing = lambda *_: None  # type: ignore[assignment, misc]
    settings = Settings(data_dir=data_dir, port=port)
    uvicorn.run(
        assembly.create_app(settings),
        port=port,
        ws="websockets-sansio" if stock else FrameProtocol,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        backlog=16_384,
    )


async def plain(port: int) -> None:
    """Broadcast what is read to all who are connected."""
    connections: set[ServerConnection] = set()

    async def connected(connection: ServerConnection) -> None:
        connections.add(connection)
        async for _ in connection:
            await connection.send('{"type":"connection_ack"}')
            break
        await connection.wait_closed()

    loop = asyncio.get_running_loop()
    protocols = [Subprotocol("graphql-transport-ws")]
    async with serve(connected, "127.0.0.1", port, subprotocols=protocols, compression=None):
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            broadcast(connections, line.rstrip("\n"))


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "websockets":
        asyncio.run(plain(port))
    else:
        hub(port, Path(sys.argv[3]), stock=kind == "stock")
