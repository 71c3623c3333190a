"""GraphQL over HTTP, as its specification defines it; WebSockets are served on the same path.

The server offers two JSON media types. With `application/graphql-response+json` the status code
states whether the request was executed. With `application/json`, for older clients, the status is
200 for every well-formed GraphQL request. In both, `data` is present only if execution began.

The response to a subscription is a stream if the client accepts one (`hub.transport.event_stream`).
A client that accepts only streams gets a query's result as a stream of one event.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from engine.model import PUBLIC_VIEWER, Role, Viewer
from hub.admission.admission import Admission
from hub.admission.client import client_host, client_key
from hub.auth.authentication import Authenticator
from hub.auth.credentials import Credentials
from hub.auth.open_connections import OpenConnection, OpenConnections
from hub.transport import connection_limits, responses
from hub.transport.client_watch import cancel_when_client_leaves
from hub.transport.compression import CompressibleResponse
from hub.transport.connection_limits import CONNECTION_SCOPE, ConnectionLimiter
from hub.transport.event_stream import EventStream
from hub.transport.graphql_request import (
    check_method_and_type,
    receive_request,
    requests_explorer,
)
from hub.transport.graphql_websocket import GraphQLSocketHandler
from hub.transport.http_operations import (
    COST_HEADER,
    TRACE_HEADER,
    HttpOperations,
    ParsedRequest,
    RequestCost,
    queue_place,
)
from hub.transport.http_protocol import STREAM_EXTENSION
from hub.transport.json_request import GraphQLRequest
from hub.transport.media_types import (
    LEGACY_JSON,
    AcceptedMediaTypes,
    negotiate_media_types,
)
from hub.transport.persisted_queries import PersistedQueries, resolve_persisted_query
from hub.transport.request_limits import RequestLimits, RequestRejected
from hub.transport.response_cache import ResponseCache
from hub.transport.shared_subscription import SubscriptionSharing
from hub.transport.socket_adapter import SocketAdapter
from hub.transport.socket_connection import SocketConnection
from hub.transport.socket_origin import may_open_socket
from hub.transport.stream_formats import STREAM_FORMATS
from hub.transport.subscriber import SubscriberAccount

HTML_TYPE = "text/html; charset=utf-8"
# Responses to requests with one of these are not compressed.
IDENTIFYING_HEADERS = {"authorization", "cookie"}


class GraphQLApp(GraphQL[Any, None]):
    """The ASGI application of `/graphql`: queries and mutations, subscriptions, the explorer.

    The schema itself must limit documents (`schema.limits.document_extensions`), because its limits
    apply to both HTTP and WebSocket.
    """

    graphql_transport_ws_handler_class = GraphQLSocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(
        self,
        schema: Schema,
        *,
        context_factory: Callable[[Viewer], object],
        authenticator: Authenticator,
        admission: Admission | None = None,
        open_connections: OpenConnections | None = None,
        limits: RequestLimits | None = None,
        explorer_html: bytes | None = None,
        allowed_origins: tuple[str, ...] = (),
        sharing: SubscriptionSharing | None = None,
        response_cache: ResponseCache | None = None,
        persisted_queries: PersistedQueries | None = None,
        executing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.limits = limits or RequestLimits()
        self.connections = ConnectionLimiter(self.limits)
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=self.limits.initialisation_seconds),
            max_subscriptions_per_connection=self.limits.subscriptions,
            allowed_origins=allowed_origins,
        )
        self.context_factory = context_factory
        self.sharing = sharing
        self.response_cache = response_cache
        self.persisted_queries = persisted_queries  # None: each request has its document
        self.authenticator = authenticator
        self.admission = admission or Admission()
        self.operations = HttpOperations(schema, context_factory, self.admission, executing)
        self.open_connections = open_connections or OpenConnections(authenticator)
        self.explorer_html = explorer_html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            try:
                connection = self.connections.open_socket(client_host(HTTPConnection(scope)))
            except RequestRejected:
                await WebSocket(scope, receive, send).send_denial_response(
                    connection_limits.too_many_connections_response()
                )
                return
            scope[CONNECTION_SCOPE] = connection
            try:
                await super().__call__(scope, receive, send)
            finally:
                self.connections.close(connection)
            return
        request = Request(scope, receive)
        cost = RequestCost("")
        try:
            response = await self._create_response(request, cost)
        except ClientDisconnect:
            return
        place = queue_place(request)
        if place is not None:
            place.leave()  # a stream would wait as long as it lives
        if isinstance(response, CompressibleResponse) and not IDENTIFYING_HEADERS & {
            *request.headers
        }:
            response = response.compressed_for(request.headers)
        if cost.client and request.headers.get(COST_HEADER) == "report":
            send = self.operations.report_cost(cost, send)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: object) -> SocketConnection:
        """Return the dependencies of the handler of a WebSocket; HTTP requests do not use them."""
        return SocketConnection(
            self.context_factory,
            self.authenticator,
            self.open_connections,
            self.limits,
            self.sharing,
            self.connections,
            self.authenticator.cookie().credentials(request),
            self.admission,
            client_host(request),
            self.persisted_queries,
            request.scope[CONNECTION_SCOPE],
        )

    def _check_websocket_origin(self, request: WebSocket) -> bool:
        return may_open_socket(request.headers, self.allowed_origins)

    def encode_json(self, data: object) -> str:
        """Return JSON as text, because a WebSocket would send bytes as a binary message."""
        return orjson.dumps(data).decode()

    async def _create_response(self, request: Request, cost: RequestCost) -> ASGIApp:
        if self.explorer_html is not None and requests_explorer(request):
            return CompressibleResponse(
                self.explorer_html, media_type=HTML_TYPE, headers=responses.response_headers()
            )
        media_type = LEGACY_JSON
        try:
            # Streams need our own server protocol; another server does not set the extension.
            streams = self.sharing is not None and STREAM_EXTENSION in request.scope.get(
                "extensions", {}
            )
            accepted = negotiate_media_types(request.headers.get("accept"), streams=streams)
            media_type = accepted.json or LEGACY_JSON
            check_method_and_type(request)
            credentials = self.authenticator.cookie().credentials(request)
            viewer = await self.authenticator.viewer(credentials)
            read_request, size = await receive_request(request, self.limits)
            if viewer is not PUBLIC_VIEWER:  # the body may have taken long enough to be withdrawn
                viewer = await self.authenticator.viewer(credentials)
            cost.client = client_key(viewer, client_host(request))
            role = viewer.role
            parsed = await self.operations.parse(
                lambda: resolve_persisted_query(read_request(), role, self.persisted_queries),
                size,
                cost,
            )
            stream = self._create_stream(request, parsed.request, viewer, credentials, accepted)
            if stream is not None:
                self.admission.budgets.check(cost.client)
                return self.connections.count_stream(stream, viewer, client_host(request))
            if parsed.is_mutation:  # it is not cancelled when its client leaves
                result = await self.operations.execute(request, parsed, viewer, cost)
            else:
                async with cancel_when_client_leaves(request.receive):
                    response = await self._cached_response(request, parsed, viewer, cost, accepted)
                    if response is not None:
                        return response
                    result = await self.operations.execute(request, parsed, viewer, cost)
        except responses.REFUSALS as refusal:
            return responses.refusal_response(media_type, refusal)
        if accepted.json is None and accepted.stream is not None:
            return responses.single_result_stream(STREAM_FORMATS[accepted.stream], result)
        return responses.result_response(media_type, result)

    async def _cached_response(
        self,
        request: Request,
        parsed: ParsedRequest,
        viewer: Viewer,
        cost: RequestCost,
        accepted: AcceptedMediaTypes,
    ) -> Response | None:
        """Return the response to all identical requests, or None if none is shared."""
        cache = self.response_cache
        if cache is None or TRACE_HEADER in request.headers or accepted.json is None:
            return None
        key = cache.cache_key(parsed.request, viewer)
        if key is None:
            return None
        # Other clients do not wait for the turn of this one.
        basis = parsed.price_basis
        is_own = self.admission.is_expensive(basis) or self.admission.must_wait(cost.client, basis)
        execute = partial(self._execute_for_cache, request, parsed, viewer, cost, accepted.json)
        return await cache.respond((accepted.json, key), execute, cost.client if is_own else None)

    async def _execute_for_cache(
        self,
        request: Request,
        parsed: ParsedRequest,
        viewer: Viewer,
        cost: RequestCost,
        media_type: str,
    ) -> tuple[Response, bool]:
        """Execute the request; return the response and whether it may be cached."""
        result = await self.operations.execute(request, parsed, viewer, cost)
        return responses.result_response(media_type, result), not result.errors

    def _create_stream(
        self,
        request: Request,
        graphql_request: GraphQLRequest,
        viewer: Viewer,
        credentials: Credentials,
        accepted: AcceptedMediaTypes,
    ) -> EventStream | None:
        """Return the stream of a subscription, or None if the response is not a stream."""
        if accepted.stream is None or self.sharing is None:
            return None
        if not self.sharing.is_subscription(graphql_request.query, graphql_request.operation_name):
            return None
        last_event_id = request.headers.get("last-event-id")
        arguments = (
            viewer,
            graphql_request.query,
            graphql_request.variables,
            graphql_request.operation_name,
            last_event_id,
        )
        stream = EventStream(
            partial(self.sharing.find_or_create_shared, *arguments),
            STREAM_FORMATS[accepted.stream],
            responses.stream_headers(),
            SubscriberAccount(client_key(viewer, client_host(request)), viewer.role is Role.PUBLIC),
            keepalive_seconds=self.limits.keepalive_seconds,
        )
        if viewer.role is not Role.PUBLIC:
            connection = OpenConnection(
                viewer, credentials, lambda _reason: stream.disconnect(), stream.disconnect
            )
            stream.watch(self.open_connections, connection)
        return stream
