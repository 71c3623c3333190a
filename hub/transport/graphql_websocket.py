"""GraphQL over WebSocket (graphql-transport-ws), with validation and limits as over HTTP.

Strawberry implements the protocol's state machine. This module adds strict validation of messages,
authentication in `connection_init`, a context per operation, and closing when the credentials end.
An invalid document ends its operation and not the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.utils.aio import aclosing

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.admission.admission import Admission
from hub.auth.authentication import Authenticator
from hub.auth.credentials import NO_CREDENTIALS, Credentials
from hub.auth.errors import AccessUnavailable, AuthenticationError
from hub.auth.open_connections import OpenConnection, OpenConnections
from hub.auth.signing_keys import KeysUnavailable
from hub.transport import json_request
from hub.transport.connection_limits import TOO_MANY_OF_VIEWER, ConnectionLimiter
from hub.transport.json_request import GraphQLRequest
from hub.transport.persisted_queries import PersistedQueries, resolve_persisted_query
from hub.transport.request_limits import RequestLimits, RequestRejected
from hub.transport.shared_subscription import SubscriptionSharing
from hub.transport.subscriber import Subscriber
from hub.transport.websocket_protocol import (
    FRAME_EXTENSION,
    TOO_SLOW,
    TRY_AGAIN_LATER,
    FrameProtocol,
    frame_messages,
)
from realtime.message import Batch
from schema.masking import mask_errors

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
        ConnectionInitMessage,
        SubscribeMessage,
    )

BAD_MESSAGE = 4400
UNAUTHORIZED = 4401  # after which the client graphql-ws does not connect again
FORBIDDEN = 4403  # after which it does
RIGHT_CHANGED = "the right of this connection has changed: connect again"
REASON_BYTES = 123  # the most that a close frame can hold
# A page whose session has ended sends this member with this value to go on without a session, since
# it cannot keep the browser from sending the cookie.
SESSION_MEMBER, WITHOUT_SESSION = "session", "none"
NAME_SHOWN = 30  # characters of a name in connection_init's payload, in messages
FOREIGN_TOKEN_MEMBERS = frozenset(
    {"headers", "token", "authtoken"}
)  # where Hasura and other servers read a token


class MisplacedToken(Exception):
    """The token is in a member that only other servers read, so it would have no effect here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "expected the token in `authorization` of connection_init's payload, "
            f"got `{name[:NAME_SHOWN]}`"
        )


@dataclass(frozen=True, slots=True)
class SocketConnection:
    """The dependencies of the handler of one socket."""

    context_factory: Callable[[Viewer], object]
    authenticator: Authenticator
    open_connections: OpenConnections
    limits: RequestLimits
    sharing: SubscriptionSharing | None  # None: subscriptions are not shared
    connections: ConnectionLimiter
    handshake: Credentials  # of the headers; browsers can send a cookie there only
    admission: Admission
    address: str  # of the peer
    persisted_queries: PersistedQueries | None


class SocketAdapter(ASGIWebSocketAdapter):
    """Validates messages strictly; an invalid message closes the socket with code 4400."""

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        limits: RequestLimits = self.view.limits  # type: ignore[attr-defined]  # GraphQLApp's
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is not WebSocketState.DISCONNECTED:
                message = await self.ws.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None:
                    await self.close(BAD_MESSAGE, "expected a text message, got a binary one")
                    return
                try:
                    validated = json_request.parse_socket_message(
                        text, limits.body_bytes, limits.json_depth
                    )
                except RequestRejected as refusal:
                    await self.close(BAD_MESSAGE, str(refusal))
                    return
                yield validated

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected  # the server closed it while an operation was running
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close the socket unless it is closed; a reason too long for the frame is truncated."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            truncated = reason.encode()[:REASON_BYTES].decode(errors="ignore")
            await super().close(code, truncated)


class SocketSink(Subscriber):
    """A subscription of this socket that shares its execution with other subscribers.

    The server's own protocol writes its messages directly to the kernel.
    """

    __slots__ = ("_final_payload", "_head", "_operation", "_protocol")

    def __init__(
        self, operation: Operation[SocketConnection, None], protocol: FrameProtocol
    ) -> None:
        super().__init__()
        self._operation = operation
        self._protocol = protocol
        self._head = b'{"id":' + orjson.dumps(operation.id) + b',"type":"next","payload":'
        self._final_payload: asyncio.Future[bytes | None] = (
            asyncio.get_running_loop().create_future()
        )

    @property
    def is_ready(self) -> bool:
        return self._protocol.writable.is_set()

    def write(self, batch: Batch) -> None:
        if not self._operation.completed:
            parts = batch.encode_once(len(self._head), frame_messages)
            self._protocol.write(self._head.join(parts), len(batch.messages))

    def call_when_ready(self, callback: Callable[[], None]) -> None:
        self._protocol.call_when_writable(callback)

    def disconnect_slow_peer(self) -> None:
        self._protocol.disconnect_slow_peer(TRY_AGAIN_LATER, TOO_SLOW)

    def end(self, payload: bytes | None) -> None:
        """Record that the source has ended; a payload holds its errors."""
        if not self._final_payload.done():
            self._final_payload.set_result(payload)

    async def wait_until_ended(self) -> None:
        """Wait until the subscription ends, and send `complete` or `error` to the client."""
        payload = await self._final_payload
        id = self._operation.id
        if payload is None:
            await self._operation.send_operation_message({"id": id, "type": "complete"})
        else:
            errors = orjson.loads(payload)
            await self._operation.send_operation_message(
                {"id": id, "type": "error", "payload": errors}
            )


class GraphQLSocketHandler(BaseGraphQLTransportWSHandler[SocketConnection, None]):
    """The handler of one socket: its viewer, set by `connection_init`, and its operations."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.viewer: Viewer = PUBLIC_VIEWER
        self._counted = False  # whether the connection counts towards its viewer's limit
        self._watched: OpenConnection | None = None
        self._closing_task: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if not self.connection_init_received:
            try:
                credentials = self._find_credentials(message)
                viewer = await self.context.authenticator.viewer(credentials)
            except MisplacedToken as error:
                await self.websocket.close(BAD_MESSAGE, str(error))
                return
            except AuthenticationError as error:
                await self.websocket.close(UNAUTHORIZED, str(error))
                return
            except (AccessUnavailable, KeysUnavailable) as error:
                await self.websocket.close(TRY_AGAIN_LATER, str(error))
                return
            connections = self.context.connections
            if connections.is_full_for(viewer):
                await self.websocket.close(TRY_AGAIN_LATER, TOO_MANY_OF_VIEWER)
                return
            connections.add_connection(viewer)
            self._counted = True
            self.viewer = viewer
            if self._protocol is not None:
                self._protocol.record.viewer = viewer
            if viewer.role is not Role.PUBLIC:
                self._watched = OpenConnection(
                    viewer,
                    credentials,
                    partial(self._close, UNAUTHORIZED),
                    partial(self._close, FORBIDDEN, RIGHT_CHANGED),
                )
                self.context.open_connections.add(self._watched)
        await super().handle_connection_init(message)

    async def shutdown(self) -> None:
        if self._watched is not None:
            self.context.open_connections.remove(self._watched)
        if self._counted:
            self._counted = False
            self.context.connections.remove_connection(self.viewer)
        await super().shutdown()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if self.connection_acknowledged:
            payload = message["payload"]
            request = GraphQLRequest(payload.get("query", ""), extensions=payload.get("extensions"))
            queries = self.context.persisted_queries
            try:
                payload["query"] = resolve_persisted_query(request, self.viewer.role, queries).query
            except RequestRejected as refusal:
                error = GraphQLError(str(refusal), extensions={"code": refusal.code})
                await self.send_message(
                    {"id": message["id"], "type": "error", "payload": [error.formatted]}
                )
                return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[SocketConnection, None]) -> None:
        shared = None
        protocol = self._protocol
        if protocol is not None and self.context.sharing is not None:
            arguments = (operation.query, operation.variables, operation.operation_name)
            shared = self.context.sharing.find_shared(self.viewer, *arguments)
        if shared is None:
            await self._run_unshared(operation)
            return
        assert protocol is not None
        protocol.record.subscriptions += 1
        sink = SocketSink(operation, protocol)
        shared.group.join(sink, shared.start, shared.open)
        try:
            await sink.wait_until_ended()
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        finally:
            shared.group.leave(sink)

    async def _run_unshared(self, operation: Operation[SocketConnection, None]) -> None:
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self.context.context_factory(self.viewer),
                operation_name=operation.operation_name,
            )
            async with aclosing(results):
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        await operation.send_initial_errors(mask_errors(result.errors))
                        return
                    assert isinstance(result, ExecutionResult)  # @defer and @stream are off
                    result.errors = mask_errors(result.errors) or None
                    await operation.send_next(result)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except GraphQLError as error:  # the document exceeds the schema's limits
            await operation.send_initial_errors([error])
        except Exception as error:  # noqa: BLE001  # errors are logged and masked at this edge
            bug = GraphQLError(str(error), original_error=error)
            await operation.send_initial_errors(mask_errors([bug]))

    @property
    def _protocol(self) -> FrameProtocol | None:
        """The server's protocol; None with another server, where subscriptions are not shared."""
        adapter = self.websocket
        assert isinstance(adapter, SocketAdapter)
        protocol: FrameProtocol | None = adapter.ws.scope.get("extensions", {}).get(FRAME_EXTENSION)
        return protocol

    def _find_credentials(self, message: ConnectionInitMessage) -> Credentials:
        payload = message.get("payload") or {}
        if payload.get(SESSION_MEMBER) == WITHOUT_SESSION:
            return NO_CREDENTIALS
        for name, value in payload.items():
            if name.lower() == "authorization" and value is not None:
                return Credentials(str(value))
        for name, value in payload.items():
            if name.lower() in FOREIGN_TOKEN_MEMBERS and value:
                raise MisplacedToken(name)
        return self.context.handshake

    def _close(self, code: int, reason: str) -> None:
        self._closing_task = asyncio.create_task(self.websocket.close(code, reason))
