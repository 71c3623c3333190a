"""A reverse proxy that takes the path of an application off, as `proxy_pass http://hub/;` in nginx."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"


@asynccontextmanager
async def stripping_proxy(hub_url: str, root_path: str) -> AsyncIterator[str]:
    """Yield the address of a proxy, which responds with 404 to paths of other applications."""
    hub = urlsplit(hub_url)
    prefix = re.compile(rb"^([A-Z]+) " + root_path.encode() + rb"(?=/)")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(HEAD_END)
        stripped, count = prefix.subn(rb"\1 ", head)
        if count == 0:
            writer.write(
                b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
            writer.close()
            return
        if b"upgrade: websocket" not in head.lower():
            # Then each connection has one request, whose head is the only one to change.
            lines = re.sub(rb"\r\nconnection:[^\r]*", b"", stripped, flags=re.IGNORECASE)
            stripped = lines.replace(HEAD_END, b"\r\nconnection: close" + HEAD_END)
        hub_reader, hub_writer = await asyncio.open_connection(hub.hostname, hub.port)
        hub_writer.write(stripped)
        await asyncio.gather(_copy(reader, hub_writer), _copy(hub_reader, writer))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await pass_on(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://localhost:{port}"
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
