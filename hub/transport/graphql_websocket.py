"""GraphQL over WebSocket (graphql-transport-ws), with validation and limits as over HTTP.

Strawberry implements the protocol's state machine. This module adds strict validation of messages,
authentication in `connection_init`, a context per operation, and closing when the credentials end.
An invalid document ends its operation and not the connection.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.auth.errors import AccessUnavailable, AuthenticationError
from hub.auth.open_connections import OpenConnection
from hub.auth.signing_keys import KeysUnavailable
from hub.transport.connection_limits import TOO_MANY_ANONYMOUS
from hub.transport.json_request import GraphQLRequest
from hub.transport.persisted_queries import resolve_persisted_query
from hub.transport.request_limits import RequestRejected
from hub.transport.socket_adapter import BAD_MESSAGE, SocketAdapter
from hub.transport.socket_connection import MisplacedToken, SocketConnection, find_credentials
from hub.transport.socket_execution import SocketExecutor
from hub.transport.socket_operations import SocketOperations
from hub.transport.websocket_protocol import FRAME_EXTENSION, TRY_AGAIN_LATER, FrameProtocol
from resolvers.problems import ClientBudgetExhausted, OperationError
from schema.masking import mask_errors

if TYPE_CHECKING:
    from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
        ConnectionInitMessage,
        SubscribeMessage,
    )

UNAUTHORIZED = 4401  # after which the client graphql-ws does not connect again
FORBIDDEN = 4403  # after which it does
RIGHT_CHANGED = "the right of this connection has changed: connect again"
# After 1000 the client graphql-ws connects again if an operation needs it, and only then.
NORMAL_CLOSURE = 1000
IDLE = "no operation for too long: connect again for the next one"


class GraphQLSocketHandler(BaseGraphQLTransportWSHandler[SocketConnection, None]):
    """The handler of one socket: its viewer, set by `connection_init`, and its operations."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._held = SocketOperations(self.context.limits)
        self._executor = self._create_executor(PUBLIC_VIEWER)
        self._watched: OpenConnection | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing_task: asyncio.Task[None] | None = None

    def on_request_accepted(self) -> None:
        super().on_request_accepted()
        counted, connections = self.context.counted, self.context.connections
        counted.end = partial(self._close, TRY_AGAIN_LATER, TOO_MANY_ANONYMOUS)
        if not counted.is_open:  # it has made room for another one meanwhile
            counted.end()
        elif connections.is_provisional(counted):
            seconds = self.context.limits.provisional_seconds
            self._timer = asyncio.get_running_loop().call_later(seconds, counted.end)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if not self.connection_init_received:
            try:
                payload = message.get("payload") or {}
                credentials = find_credentials(payload, self.context.handshake)
                viewer = await self.context.authenticator.viewer(credentials)
                self.context.connections.confirm(self.context.counted, viewer)
            except MisplacedToken as error:
                await self.websocket.close(BAD_MESSAGE, str(error))
                return
            except AuthenticationError as error:
                await self.websocket.close(UNAUTHORIZED, str(error))
                return
            except (AccessUnavailable, KeysUnavailable, RequestRejected) as error:
                await self.websocket.close(TRY_AGAIN_LATER, str(error))
                return
            self._stop_timer()
            self._executor = self._create_executor(viewer)
            if isinstance(self.websocket, SocketAdapter):
                self.websocket.client = self._executor.client
            if self._protocol is not None:
                self._protocol.record.viewer = viewer
            if viewer.role is Role.PUBLIC:
                self._held.idle_since = asyncio.get_running_loop().time()
                self._close_if_idle()
            else:
                self._watched = OpenConnection(
                    viewer,
                    credentials,
                    partial(self._close, UNAUTHORIZED),
                    partial(self._close, FORBIDDEN, RIGHT_CHANGED),
                )
                self.context.open_connections.add(self._watched)
        await super().handle_connection_init(message)

    async def shutdown(self) -> None:
        self._stop_timer()
        self.context.counted.end = None  # it would keep this handler
        if self._watched is not None:
            self.context.open_connections.remove(self._watched)
        self.context.connections.close(self.context.counted)
        await super().shutdown()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if self.connection_acknowledged and message["id"] not in self.operations:
            payload = message["payload"]
            size = len(payload.get("query", ""))
            if payload.get("extensions"):  # one may name a stored document
                size = max(size, self._held.documents.bytes)
            try:
                async with self.context.admission.parsing(self._executor.client, size):
                    self._resolve_document(message)
                    self._held.begin(message, self.operations)
            except RequestRejected as refusal:
                await self._refuse(message, str(refusal), {"code": refusal.code})
                return
            except ClientBudgetExhausted as refusal:
                await self._refuse(message, str(refusal), refusal.extensions)
                return
        await super().handle_subscribe(message)

    async def cleanup_operation(self, operation_id: str) -> None:
        operation = self.operations.get(operation_id)
        if (
            operation is not None and operation in self._executor.mutations
        ):  # it ends, but its result is not sent
            operation.completed = True
            del self.operations[operation_id]
            return
        await super().cleanup_operation(operation_id)

    async def run_operation(self, operation: Operation[SocketConnection, None]) -> None:
        try:
            await self._executor.run(operation)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except OperationError as refusal:
            await operation.send_initial_errors(
                [GraphQLError(str(refusal), extensions=refusal.extensions)]
            )
        except GraphQLError as error:  # the document exceeds the schema's limits
            await operation.send_initial_errors([error])
        except Exception as error:  # noqa: BLE001  # errors are logged and masked at this edge
            bug = GraphQLError(str(error), original_error=error)
            await operation.send_initial_errors(mask_errors([bug]))
        finally:
            self._held.idle_since = asyncio.get_running_loop().time()
            if self.operations.get(operation.id) is operation:
                del self.operations[operation.id]
            operation.variables = operation.task = None  # so that no cycle keeps them

    def _close_if_idle(self) -> None:
        """Close a socket that has had no operation for too long, or check again later."""
        loop, seconds = asyncio.get_running_loop(), self.context.limits.idle_seconds
        remaining = seconds
        if not self.operations:
            remaining = self._held.idle_since + seconds - loop.time()
        if remaining <= 0:
            self._close(NORMAL_CLOSURE, IDLE)
        else:
            self._timer = loop.call_later(remaining, self._close_if_idle)

    async def _refuse(
        self, message: SubscribeMessage, reason: str, extensions: dict[str, Any]
    ) -> None:
        error = GraphQLError(reason, extensions=extensions)
        await self.send_message(
            {"id": message["id"], "type": "error", "payload": [error.formatted]}
        )

    def _resolve_document(self, message: SubscribeMessage) -> None:
        payload = message["payload"]
        request = GraphQLRequest(payload.get("query", ""), extensions=payload.get("extensions"))
        role, queries = self._executor.viewer.role, self.context.persisted_queries
        payload["query"] = resolve_persisted_query(request, role, queries).query

    def _create_executor(self, viewer: Viewer) -> SocketExecutor:
        return SocketExecutor(self.schema, self.context, viewer, self._held, self._protocol)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _protocol(self) -> FrameProtocol | None:
        """The server's protocol; None with another server, where subscriptions are not shared."""
        adapter = self.websocket
        assert isinstance(adapter, SocketAdapter)
        protocol: FrameProtocol | None = adapter.ws.scope.get("extensions", {}).get(FRAME_EXTENSION)
        return protocol

    def _close(self, code: int, reason: str) -> None:
        self._closing_task = asyncio.create_task(self.websocket.close(code, reason))
