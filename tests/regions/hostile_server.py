"""A server that writes WebSocket frames byte by byte, also those that no library would send."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from regions.endpoint_directory import Endpoint

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Behaviour = Callable[[Reader, Writer], Awaitable[None]]

TEXT, CLOSE, PING = 0x1, 0x8, 0x9  # opcodes of RFC 6455
PROTOCOL = "graphql-transport-ws"
ACK = b'{"type":"connection_ack"}'
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
DRIP_SECONDS = 0.05


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Endpoint]:
    """Yield the endpoint of a server that calls `behave` for each connection."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            # asyncio complains of a handler that is cancelled, so it ends as any other.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await behave(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield Endpoint(f"ws://127.0.0.1:{port}/graphql", ("32.11",), private=True)
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def wait_forever() -> None:
    """Wait forever."""
    await asyncio.Event().wait()


async def shake_hands(reader: Reader, writer: Writer, protocol: str = PROTOCOL) -> None:
    """Complete the WebSocket handshake, with a subprotocol unless that is empty."""
    request = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in request.splitlines()[1:] if line)
    key = {name.lower(): value for name, value in fields.items()}[b"sec-websocket-key"]
    accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
        *([f"Sec-WebSocket-Protocol: {protocol}".encode()] if protocol else []),
    ]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")


async def acknowledge(reader: Reader, writer: Writer) -> None:
    """Acknowledge the connection, and receive the first operation."""
    await shake_hands(reader, writer)
    await receive_frame(reader)
    writer.write(text_frame(ACK))
    await receive_frame(reader)


async def receive_frame(reader: Reader) -> bytes:
    """Return the unmasked content of the next frame of the client."""
    _, length = await reader.readexactly(2)
    length &= 0x7F
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2))
    mask = await reader.readexactly(4)
    masked = await reader.readexactly(length)
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))


def build_frame(opcode: int, content: bytes) -> bytes:
    """Return a whole frame as a server sends it."""
    if len(content) < 126:
        length = bytes([len(content)])
    elif len(content) < 1 << 16:
        length = b"\x7e" + len(content).to_bytes(2)
    else:
        length = b"\x7f" + len(content).to_bytes(8)
    return bytes([0x80 | opcode]) + length + content


def text_frame(content: bytes) -> bytes:
    """Return a text frame."""
    return build_frame(TEXT, content)


def event_frame(data: bytes, id: int = 1) -> bytes:
    """Return the frame of a `next` message with data of an operation."""
    return text_frame(b'{"id":"%d","type":"next","payload":{"data":%s}}' % (id, data))


def answer_with(*frames: bytes) -> Behaviour:
    """Return a behaviour that answers the first operation with these frames only."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await acknowledge(reader, writer)
        writer.write(b"".join(frames))
        await wait_forever()

    return behave


def repeat_content(content: bytes) -> Behaviour:
    """Return a behaviour that sends this content repeatedly, for as long as the client reads."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await acknowledge(reader, writer)
        while True:
            writer.write(content)
            await writer.drain()

    return behave


def drip_content(content: bytes, opening: Behaviour) -> Behaviour:
    """Return a behaviour that does `opening`, then sends this content slowly, byte by byte."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await opening(reader, writer)
        for byte in content:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(DRIP_SECONDS)

    return behave
