"""The connection to an instance that is followed: one WebSocket, many questions on it at once.

Whoever is on the other side may be broken or hostile. The socket goes to an address that was checked,
follows no redirect and no proxy; a message is bounded before it is read, and what is not read yet is
left in the other's hands; every wait has an end.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from regions.address import AddressRefused, resolved
from regions.directory import Endpoint

OPEN_SECONDS = 5.0  # from resolving the name to the acknowledged connection
SILENT_SECONDS = 15.0  # without an event of a subscription: three heartbeats of a feed
CLOSE_SECONDS = 1.0
PING_SECONDS = 20.0
MESSAGE_BYTES = 4_194_304  # a frame holds at most one, but for a single larger entry
VALUES_MOST = 400_000  # of one message: parsed, each weighs more than its text
WAITING_MOST = 4  # messages of one operation that are read and not yet taken
UNASKED_MOST = 1_000
REJECTING = frozenset({4401, 4403})
SHOWN = 200  # characters of what came


class Unreachable(Exception):
    """There is no connection, or no answer in time."""


class Misbehaved(Exception):
    """What came is none of the protocol's."""


class Rejected(Exception):
    """The other side answers, and refuses: who we are, or what we ask; `code` says why, if it does."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(eq=False)
class _Operation:
    """What came for one operation and is not taken yet."""

    waiting: deque[Mapping[str, Any] | Exception] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.room.set()

    def give(self, message: Mapping[str, Any] | Exception) -> None:
        self.waiting.append(message)
        self.arrived.set()
        if len(self.waiting) >= WAITING_MOST:
            self.room.clear()

    async def take(self) -> Mapping[str, Any]:
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        message = self.waiting.popleft()
        if len(self.waiting) < WAITING_MOST:
            self.room.set()
        if isinstance(message, Exception):
            raise message
        return message


class Peer:
    """An open connection; `opened` gives one."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._operations: dict[str, _Operation] = {}
        self._ids = count(1)
        self._failure: Exception | None = None
        self._acknowledged = asyncio.Event()
        self._unasked = 0  # messages in a row that nobody waits for

    @classmethod
    @asynccontextmanager
    async def opened(cls, endpoint: Endpoint) -> AsyncIterator[Peer]:
        """Yield a connection.

        Raises:
            Unreachable, Misbehaved, Rejected: there is none.
        """
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                connection = await _connected(endpoint)
        except TimeoutError:
            raise Unreachable(f"no connection within {OPEN_SECONDS:g} seconds") from None
        except AddressRefused as refused:
            raise Unreachable(str(refused)) from None
        except (OSError, WebSocketException, EOFError, ValueError) as error:
            raise Unreachable(f"no connection: {_shown(str(error))}") from None
        peer = cls(connection)
        reader = asyncio.create_task(peer._read())
        try:
            await peer._begin(endpoint)
            yield peer
            with suppress(WebSocketException, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()
        finally:
            reader.cancel()
            connection.transport.abort()

    async def query(
        self, document: str, variables: Mapping[str, Any], seconds: float
    ) -> Mapping[str, Any]:
        """Return the data of an answer.

        Raises:
            Unreachable, Misbehaved, Rejected: there is none within `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                async for data in self._asked(document, variables):
                    return data
        except TimeoutError:
            raise Unreachable(f"no answer within {seconds:g} seconds") from None
        raise Misbehaved("expected an answer, got none")

    async def subscribe(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Yield the data of each event until the other side ends it; close it when done.

        Raises:
            Unreachable, Misbehaved, Rejected: there is no more, also where nothing comes for a while.
        """
        events = self._asked(document, variables)
        try:
            while True:
                try:
                    async with asyncio.timeout(SILENT_SECONDS):
                        data = await anext(events)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise Unreachable(f"nothing came for {SILENT_SECONDS:g} seconds") from None
                yield data
        finally:
            await events.aclose()

    async def _asked(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        if self._failure is not None:
            raise self._failure
        id, operation = str(next(self._ids)), _Operation()
        self._operations[id] = operation
        over = False
        try:
            payload = {"query": document, "variables": variables}
            await self._send({"id": id, "type": "subscribe", "payload": payload})
            while True:
                message = await operation.take()
                if message["type"] == "complete":
                    over = True
                    return
                if message["type"] == "error":
                    over = True
                    raise _rejected(message.get("payload"))
                result = message.get("payload")
                if not isinstance(result, dict):
                    raise Misbehaved(f"expected a result, got {_shown(repr(result))}")
                if result.get("errors"):
                    raise _rejected(result["errors"])
                data = result.get("data")
                if not isinstance(data, dict):
                    raise Misbehaved(f"expected data, got {_shown(repr(data))}")
                yield data
        finally:
            del self._operations[id]
            operation.room.set()  # the reader may wait for it
            if not over and self._failure is None:
                with suppress(Unreachable):
                    await self._send({"id": id, "type": "complete"})

    async def _begin(self, endpoint: Endpoint) -> None:
        try:
            token = endpoint.token()
        except (OSError, ValueError) as error:
            raise Unreachable(f"the token cannot be read: {_shown(str(error))}") from None
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await self._send({"type": "connection_init", "payload": payload})
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await self._acknowledged.wait()
        except TimeoutError:
            raise Unreachable(f"no acknowledgement within {OPEN_SECONDS:g} seconds") from None
        if self._failure is not None:
            raise self._failure

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await self._connection.send(orjson.dumps(message), text=True)
        except TimeoutError:
            raise Unreachable("the other side does not read") from None
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def _read(self) -> None:
        """Pass on what comes; whatever ends that ends all operations."""
        try:
            while True:
                await self._pass_on(_message(await self._connection.recv(decode=False)))
        except ConnectionClosed as closed:
            self._failure = _closed(closed)
        except (Misbehaved, Unreachable) as failure:
            self._failure = failure
        finally:
            self._failure = self._failure or Unreachable("the connection is closed")
            self._acknowledged.set()
            for operation in self._operations.values():
                operation.give(self._failure)
            self._connection.transport.abort()

    async def _pass_on(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "connection_ack":
                self._acknowledged.set()
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "next" | "error" | "complete":
                operation = self._operations.get(message.get("id") or "")
                if operation is not None:
                    self._unasked = 0
                    operation.give(message)
                    await operation.room.wait()
                    return
                self._unasked += 1  # some may be on their way when we end what they are about
                if self._unasked > UNASKED_MOST:
                    raise Misbehaved("expected answers to what was asked, got others")
            case other:
                raise Misbehaved(f"expected a message of the protocol, got {_shown(repr(other))}")


async def _connected(endpoint: Endpoint) -> ClientConnection:
    """A WebSocket to the first of the checked addresses that answers."""
    found = await resolved(endpoint.host, endpoint.port, private=endpoint.private)
    tls = endpoint.tls()
    failure: Exception = AddressRefused()
    for address in found:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        ours = socket.socket(family, socket.SOCK_STREAM)
        try:
            ours.setblocking(False)
            await asyncio.get_running_loop().sock_connect(ours, (str(address), endpoint.port))
            # With a socket of our own it follows no redirect.
            return await connect(
                endpoint.url,
                sock=ours,
                ssl=tls,
                server_hostname=endpoint.host if tls is not None else None,
                subprotocols=[Subprotocol("graphql-transport-ws")],
                compression=None,
                proxy=None,
                open_timeout=None,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=MESSAGE_BYTES,
                max_queue=2,
            )
        except BaseException as error:
            ours.close()
            if not isinstance(error, OSError | WebSocketException | EOFError):
                raise
            failure = error
    raise failure


def _message(content: bytes) -> Mapping[str, Any]:
    if content.count(b",") + content.count(b"[") + content.count(b"{") > VALUES_MOST:
        raise Misbehaved(f"expected at most {VALUES_MOST} values in a message, got more")
    try:
        message = orjson.loads(content)
    except ValueError:
        raise Misbehaved(f"expected JSON, got {_shown(repr(content[:SHOWN]))}") from None
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
        raise Misbehaved(f"expected a message, got {_shown(repr(content[:SHOWN]))}")
    return message


def _closed(closed: ConnectionClosed) -> Exception:
    if closed.rcvd is not None and (closed.rcvd_then_sent or closed.sent is None):
        text = f"closed with {closed.rcvd.code}: {_shown(closed.rcvd.reason)}"
        return Rejected(text) if closed.rcvd.code in REJECTING else Unreachable(text)
    if closed.sent is not None and closed.sent.code not in (1000, 1001, 1011):
        return Misbehaved(f"what came is no WebSocket's: {_shown(closed.sent.reason)}")
    return Unreachable("the connection was lost")


def _rejected(given: object) -> Rejected:
    first = given[0] if isinstance(given, list) and given else given
    if isinstance(first, dict):
        extensions = first.get("extensions")
        code = str(extensions.get("code", "")) if isinstance(extensions, dict) else ""
        return Rejected(_shown(f"{code or 'error'}: {first.get('message')}"), code)
    return Rejected(_shown(repr(first)))


def _shown(text: str) -> str:
    """What came, as a log can hold it."""
    line = "".join(each if each.isprintable() else "?" for each in text[: SHOWN + 1])
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
