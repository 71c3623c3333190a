"""A client of subscriptions over HTTP, which reads the frames of the response."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json"
FRAME_SECONDS = 10.0  # a lost frame must fail its test, not hang it


@dataclass
class FrameReader:
    """Reads the server-sent events of a response, one frame at a time."""

    response: httpx2.Response
    chunks: AsyncIterator[bytes]
    _buffer: bytes = field(default=b"", init=False)

    async def next(self) -> bytes:
        """Return the next frame.

        Raises:
            StopAsyncIteration: the response is complete.
            httpx2.RemoteProtocolError: the connection was cut.
        """
        async with asyncio.timeout(FRAME_SECONDS):
            while b"\n\n" not in self._buffer:
                self._buffer += await anext(self.chunks)
        frame, _, self._buffer = self._buffer.partition(b"\n\n")
        return frame + b"\n\n"

    async def next_fields(self) -> dict[str, str]:
        """Return the fields of the next frame that is not a keep-alive comment."""
        while (frame := await self.next()) == b":\n\n":
            pass
        lines = frame.decode().removesuffix("\n\n").split("\n")
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    async def next_event(self) -> Any:
        """Return the payload of the next event, whose frame has its cursor as the id."""
        fields = await self.next_fields()
        assert list(fields) == ["event", "id", "data"], fields
        [event] = json.loads(fields["data"])["data"].values()
        assert fields["id"] == event["cursor"]
        return event


@asynccontextmanager
async def open_stream(
    url: str,
    document: str,
    *,
    accept: str = EVENT_STREAM,
    headers: dict[str, str] | None = None,
    **variables: object,
) -> AsyncIterator[FrameReader]:
    """Yield a subscription by POST, once its response has begun."""
    body = {"query": document, "variables": variables}
    request_headers = {"accept": accept, **(headers or {})}
    async with (
        httpx2.AsyncClient(timeout=FRAME_SECONDS, trust_env=False) as http,
        http.stream("POST", f"{url}/graphql", json=body, headers=request_headers) as response,
    ):
        yield FrameReader(response, response.aiter_raw())
