"""The connection to another instance: one WebSocket with many concurrent operations.

The other side may be broken or hostile. The socket goes to a checked address and follows no
redirect and no proxy. The size of a message is limited before it is read. Unread messages stay in
the buffers of the other side. Every wait has a timeout.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from regions.connection import CLOSE_SECONDS, open_websocket
from regions.endpoint_directory import Endpoint
from regions.peer_errors import (
    PeerUnreachable,
    ProtocolError,
    RejectedByPeer,
    error_from_close,
    protocol_error,
    rejection_from_errors,
)
from regions.wire_message import WireMessage, parse_wire_message, payload_of

__all__ = ["PeerConnection", "PeerUnreachable", "ProtocolError", "RejectedByPeer"]

OPEN_SECONDS = 5.0  # from resolving the name to the acknowledgement of the connection
SEND_SECONDS = 5.0  # for the other side to read a request
SILENT_SECONDS = 15.0  # without an event of a subscription; a feed has three heartbeats in it
WAITING_MOST = 4  # queued messages of one operation
UNPROCESSED_BYTES = 6_291_456  # of all unprocessed messages; one more may be read beyond it
UNSOLICITED_MOST = 1_000  # messages for no open operation, in UNSOLICITED_SECONDS
UNSOLICITED_SECONDS = 60.0


@dataclass(eq=False)
class _Operation:
    """The queued messages of one operation, and the error that ended it."""

    waiting: deque[WireMessage] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None

    def deliver(self, message: WireMessage) -> None:
        self.waiting.append(message)
        self.arrived.set()

    def fail(self, failure: Exception) -> None:
        self.failure = failure
        self.arrived.set()

    async def next_message(self) -> WireMessage:
        while not self.waiting:
            if self.failure is not None:
                raise self.failure
            self.arrived.clear()
            await self.arrived.wait()
        return self.waiting.popleft()


class PeerConnection:
    """An open connection; `opened` creates one."""

    def __init__(self, connection: ClientConnection, silent_seconds: float) -> None:
        self._connection = connection
        self._silent_seconds = silent_seconds
        self._operations: dict[str, _Operation] = {}
        self._ids = count(1)
        self._failure: Exception | None = None
        self._acknowledged = asyncio.Event()
        self._unprocessed_weight = 0  # of all messages that were read and are not yet processed
        self._released = asyncio.Event()  # set when an operation releases messages
        self._unsolicited, self._unsolicited_since = 0, 0.0

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        endpoint: Endpoint,
        *,
        open_seconds: float | None = None,
        silent_seconds: float | None = None,
    ) -> AsyncIterator[PeerConnection]:
        """Yield a connection that is acknowledged within `open_seconds`, by default OPEN_SECONDS.

        A subscription fails after `silent_seconds` without an event, by default SILENT_SECONDS.

        Raises:
            PeerUnreachable, ProtocolError, RejectedByPeer: the connection cannot be opened.
        """
        seconds = OPEN_SECONDS if open_seconds is None else open_seconds
        silent_limit = SILENT_SECONDS if silent_seconds is None else silent_seconds
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline):
                token = await _read_token(endpoint)
                connection = await open_websocket(endpoint, seconds)
        except TimeoutError:
            raise PeerUnreachable(f"no connection within {seconds:g} seconds") from None
        peer = cls(connection, silent_limit)
        reader = asyncio.create_task(peer._read())
        try:
            try:
                async with asyncio.timeout_at(deadline):
                    await peer._initialize(token)
            except TimeoutError:
                raise PeerUnreachable(f"no acknowledgement within {seconds:g} seconds") from None
            yield peer
            with suppress(WebSocketException, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()
        finally:
            connection.transport.abort()
            reader.cancel()
            await asyncio.wait({reader})
        if not reader.cancelled():
            reader.result()  # raises if the reader failed because of a bug

    @property
    def is_closed(self) -> bool:
        """Whether the connection and all its operations have ended."""
        return self._failure is not None

    async def query(
        self, document: str, variables: Mapping[str, Any], seconds: float
    ) -> Mapping[str, Any]:
        """Send a query and return the data of the response.

        Raises:
            PeerUnreachable: there is no response within `seconds`, or the connection ends.
            ProtocolError: the response violates the protocol.
            RejectedByPeer: the response has errors.
        """
        try:
            async with (
                asyncio.timeout(seconds),
                aclosing(self._run_operation(document, variables)) as answers,
            ):
                async for data in answers:
                    return data
        except TimeoutError:
            raise PeerUnreachable(f"no answer within {seconds:g} seconds") from None
        raise ProtocolError("expected an answer, got none")

    async def subscribe(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Yield the data of each event until the other side completes the subscription.

        Close the generator when done. An event takes up buffer space until the next one is
        requested, and a full buffer stops the reader. So do not wait for another response of this
        connection between two events.

        Raises:
            PeerUnreachable: no event comes for a while, or the connection ends. ProtocolError: an
            event violates the protocol. RejectedByPeer: an event has errors, or the other side ends
            the subscription with errors.
        """
        async with aclosing(self._run_operation(document, variables)) as events:
            while True:
                try:
                    async with asyncio.timeout(self._silent_seconds):
                        data = await anext(events)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    seconds = f"{self._silent_seconds:g}"
                    raise PeerUnreachable(f"nothing came for {seconds} seconds") from None
                yield data

    async def _run_operation(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Start an operation, yield the data of its results, and end it."""
        if self._failure is not None:
            raise self._failure
        id, operation = str(next(self._ids)), _Operation()
        self._operations[id] = operation
        is_over, weight = False, 0
        try:
            payload = {"query": document, "variables": variables}
            await self._send({"id": id, "type": "subscribe", "payload": payload})
            while True:
                message = await operation.next_message()
                weight = message.weight
                if message.type == "complete":
                    is_over = True
                    return
                if message.type == "error":
                    is_over = True
                    raise rejection_from_errors(message.payload)
                yield _response_data(message)
                self._release(weight)
                weight = 0
                del message
        finally:
            del self._operations[id]
            self._release(weight + sum(queued.weight for queued in operation.waiting))
            operation.waiting.clear()
            if not is_over and self._failure is None:
                with suppress(PeerUnreachable):
                    await self._send({"id": id, "type": "complete"}, CLOSE_SECONDS)

    def _release(self, weight: int) -> None:
        self._unprocessed_weight -= weight
        self._released.set()

    async def _initialize(self, token: str | None) -> None:
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await self._send({"type": "connection_init", "payload": payload})
        await self._acknowledged.wait()
        if self._failure is not None:
            raise self._failure

    async def _send(self, content: Mapping[str, Any], seconds: float = SEND_SECONDS) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._connection.send(orjson.dumps(content), text=True)
        except TimeoutError:
            raise PeerUnreachable("the other side does not read") from None
        except ConnectionClosed as connection:
            raise error_from_close(connection) from None

    async def _read(self) -> None:
        """Dispatch messages to their operations until the connection ends, which ends them all."""
        try:
            while True:
                await self._dispatch(parse_wire_message(await self._connection.recv(decode=False)))
        except ConnectionClosed as connection:
            self._failure = error_from_close(connection)
        except (ProtocolError, PeerUnreachable, RejectedByPeer) as failure:
            self._failure = failure
        finally:
            self._failure = self._failure or PeerUnreachable("the connection is closed")
            self._acknowledged.set()
            for operation in self._operations.values():
                operation.fail(self._failure)
            self._connection.transport.abort()

    async def _dispatch(self, message: WireMessage) -> None:
        """Deliver a message to its operation; wait while too many messages are unprocessed."""
        match message.type:
            case "connection_ack":
                self._acknowledged.set()
            case "ping":
                self._count_unsolicited()
                await self._send({"type": "pong"})
            case "pong":
                self._count_unsolicited()
            case "next" | "error" | "complete":
                operation = self._operations.get(message.id)
                if operation is None:  # the message may have been sent before the operation ended
                    self._count_unsolicited()
                    return
                self._unprocessed_weight += message.weight
                operation.deliver(message)
                while (
                    len(operation.waiting) >= WAITING_MOST
                    or self._unprocessed_weight > UNPROCESSED_BYTES
                ):
                    self._released.clear()
                    await self._released.wait()
            case unexpected_type:
                raise protocol_error("a message of the protocol", unexpected_type)

    def _count_unsolicited(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._unsolicited_since > UNSOLICITED_SECONDS:
            self._unsolicited, self._unsolicited_since = 0, now
        self._unsolicited += 1
        if self._unsolicited > UNSOLICITED_MOST:
            raise ProtocolError("expected answers to what was asked, got others")


async def _read_token(endpoint: Endpoint) -> str | None:
    try:
        return await asyncio.to_thread(endpoint.token)
    except OSError as error:
        raise PeerUnreachable(f"the token cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise PeerUnreachable(f"the token cannot be read: {error}") from None


def _response_data(message: WireMessage) -> Mapping[str, Any]:
    result = payload_of(message.payload)
    if result.get("errors"):
        raise rejection_from_errors(result["errors"])
    data = result.get("data")
    if not isinstance(data, dict):
        raise protocol_error("data", data)
    return data
