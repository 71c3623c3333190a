"""Executes the queries and mutations of HTTP requests, within the budgets of their clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from graphql import DocumentNode, GraphQLError, get_operation_ast
from graphql import OperationType as GraphQLOperationType
from starlette.requests import Request
from starlette.types import Message, Send
from strawberry import Schema
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from engine.model import Viewer
from hub.admission.admission import LARGE_BYTES, Admission
from hub.admission.operation_prices import PricedOperation, priced_operation
from hub.admission.request_queue import QueuedRequest
from hub.transport.json_request import GraphQLRequest
from hub.transport.media_types import EVENT_STREAM, MULTIPART_SUBSCRIPTION
from hub.transport.refusing_protocol import QUEUE_EXTENSION
from hub.transport.request_limits import RequestRejected
from resolvers.cpu_meter import run_metered
from resolvers.problems import OperationTooComplex
from schema.limits import DocumentLimits, parse_within_limits, validation_errors
from schema.tracing import schema_with_tracing
from schema.variables import declared_variables

TRACE_HEADER = "apollo-federation-include-trace"  # the header with which gateways request a trace
COST_HEADER = "simpul-cost"  # the header with which clients request what their operation cost


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request with its document, and without the variables that the document does not declare."""

    request: GraphQLRequest
    document: DocumentNode | None  # None: it is invalid, which its execution reports
    price_basis: PricedOperation

    @property
    def is_mutation(self) -> bool:
        """Whether the operation is a mutation."""
        if self.document is None:
            return False
        operation = get_operation_ast(self.document, self.request.operation_name)
        return operation is not None and operation.operation is GraphQLOperationType.MUTATION


@dataclass(slots=True)
class RequestCost:
    """The client that pays for a request, and the CPU time of what was executed for it."""

    client: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HttpOperations:
    """Executes operations with one schema; `executing` counts those in progress."""

    schema: Schema
    context_factory: Callable[[Viewer], object]
    admission: Admission
    executing: Callable[[], AbstractContextManager[None]]
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    traced_schema: Schema = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "traced_schema", schema_with_tracing(self.schema))

    async def parse(
        self, read: Callable[[], GraphQLRequest], size: int, cost: RequestCost
    ) -> ParsedRequest:
        """Return the request that `read` returns from a text of this many bytes.

        Raises:
            ClientBudgetExhausted: the client has no CPU time left for so much text.
            RequestRejected: it is no valid request.
        """
        async with self.admission.parsing(cost.client, size):
            started = time.thread_time()
            try:
                return self._parse(read(), size)
            finally:
                cost.seconds += time.thread_time() - started

    def _parse(self, request: GraphQLRequest, size: int) -> ParsedRequest:
        document: DocumentNode | None = None
        try:
            document = parse_within_limits(request.query, self.limits)
        except GraphQLError:
            variables = None
        else:
            variables = declared_variables(document, request.operation_name, request.variables)
            if size >= LARGE_BYTES:  # the execution, which has no turn of its own, does it again
                validation_errors(self.schema._schema, document, self.limits.validation_errors)
        basis = priced_operation(request.query, request.operation_name, self.limits)
        return ParsedRequest(replace(request, variables=variables), document, basis)

    async def execute(
        self, request: Request, parsed: ParsedRequest, viewer: Viewer, cost: RequestCost
    ) -> ExecutionResult:
        """Return the result of a query, or of a mutation by POST.

        Raises:
            ClientBudgetExhausted: the client has no CPU time left.
            ServerBusy: the request has waited too long.
            RequestRejected: it is another operation.
        """
        allowed = {OperationType.QUERY}
        if request.method == "POST":
            allowed.add(OperationType.MUTATION)
        schema = self.traced_schema if request.headers.get(TRACE_HEADER) == "ftv1" else self.schema
        operation = parsed.request
        place = queue_place(request)
        if place is not None and self.admission.is_expensive(parsed.price_basis):
            place.begin()  # how long it waits for its turn depends on its own client
        async with self.admission.execution(cost.client, parsed.price_basis) as meter:
            if place is not None:
                place.begin()
            try:
                with self.executing():
                    return await run_metered(
                        schema.execute(
                            operation.query,
                            variable_values=operation.variables,
                            context_value=self.context_factory(viewer),
                            operation_name=operation.operation_name,
                            allowed_operation_types=allowed,
                            operation_extensions=operation.extensions,
                        ),
                        meter,
                    )
            except InvalidOperationTypeError as error:
                raise _rejection(error) from None
            except OperationTooComplex as error:
                return _result_of_error(error)
            finally:
                cost.seconds += meter.seconds

    def report_cost(self, cost: RequestCost, send: Send) -> Send:
        """Return a `send` that adds the headers with the cost of the request to its response."""

        async def send_with_cost(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {"server-timing": f"cpu;dur={cost.seconds * 1000:.3f}"}
                budgets = self.admission.budgets
                if budgets.rate.seconds_per_second:
                    remaining = max(0.0, budgets.remaining_seconds(cost.client))
                    headers["simpul-budget"] = f"{remaining:.3f}"
                encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
                message = {**message, "headers": [*message["headers"], *encoded]}
            await send(message)

        return send_with_cost


def queue_place(request: Request) -> QueuedRequest | None:
    """Return the place of a request among those that wait; another server has no queue."""
    place = request.scope.get("extensions", {}).get(QUEUE_EXTENSION)
    return place if isinstance(place, QueuedRequest) else None


def _result_of_error(error: OperationTooComplex) -> ExecutionResult:
    return ExecutionResult(
        data=None, errors=[GraphQLError(str(error), extensions=error.extensions)]
    )


def _rejection(error: InvalidOperationTypeError) -> RequestRejected:
    if error.operation_type is OperationType.SUBSCRIPTION:
        return RequestRejected(
            HTTPStatus.BAD_REQUEST,
            "SUBSCRIPTION_NEEDS_A_SOCKET",
            "expected a query or a mutation over HTTP, got a subscription:"
            f" accept {EVENT_STREAM}, or {MULTIPART_SUBSCRIPTION},"
            f" or open a WebSocket with the protocol {GRAPHQL_TRANSPORT_WS_PROTOCOL}",
        )
    return RequestRejected(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "expected a query by GET, got a mutation: send it by POST",
    )
