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
class Frames:
    """Reads the server-sent events of a response, one frame at a time."""

    response: httpx2.Response
    chunks: AsyncIterator[bytes]
    _read: bytes = field(default=b"", init=False)

    async def next(self) -> bytes:
        """Return the next frame.

        Raises:
            StopAsyncIteration: the response is complete.
            httpx2.RemoteProtocolError: the connection was cut.
        """
        async with asyncio.timeout(FRAME_SECONDS):
            while b"\n\n" not in self._read:
                self._read += await anext(self.chunks)
        frame, _, self._read = self._read.partition(b"\n\n")
        return frame + b"\n\n"

    async def fields(self) -> dict[str, str]:
        """Return the fields of the next frame that is not a keep-alive comment."""
        while (frame := await self.next()) == b":\n\n":
            pass
        lines = frame.decode().removesuffix("\n\n").split("\n")
        return {name: value.strip() for name, _, value in (each.partition(":") for each in lines)}

    async def event(self) -> Any:
        """Return the payload of the next event, whose frame has its cursor as the id."""
        fields = await self.fields()
        assert list(fields) == ["event", "id", "data"], fields
        [event] = json.loads(fields["data"])["data"].values()
        assert fields["id"] == event["cursor"]
        return event


@asynccontextmanager
async def streamed(
    url: str,
    document: str,
    *,
    accept: str = EVENT_STREAM,
    headers: dict[str, str] | None = None,
    **variables: object,
) -> AsyncIterator[Frames]:
    """Yield a subscription by POST, once its response has begun."""
    asked = {"query": document, "variables": variables}
    own = {"accept": accept, **(headers or {})}
    async with (
        httpx2.AsyncClient(timeout=FRAME_SECONDS, trust_env=False) as http,
        http.stream("POST", f"{url}/graphql", json=asked, headers=own) as response,
    ):
        yield Frames(response, response.aiter_raw())
