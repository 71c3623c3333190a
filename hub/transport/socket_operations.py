"""The operations of one socket: how much they hold, how many run at once, and since when none do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from graphql import GraphQLError, OperationType, get_operation_ast
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

from hub.transport.request_limits import RequestLimits, RequestRejected
from schema.limits import DocumentLimits, parse_within_limits
from schema.variables import declared_variables


class SocketOperations:
    """Bounds the operations of one socket; its executions wait for their turn in order."""

    def __init__(self, limits: RequestLimits, documents: DocumentLimits | None = None) -> None:
        self._limits = limits
        self.documents = documents or DocumentLimits()
        self._sizes: dict[str, int] = {}  # bytes by the id of the operation
        self.slots = asyncio.Semaphore(limits.executions)  # it grants them in order
        self.idle_since = asyncio.get_running_loop().time()

    def operation_type(self, query: str, operation_name: str | None) -> OperationType | None:
        """Return the type of an operation; None if the document is invalid."""
        try:
            document = parse_within_limits(query, self.documents)
        except GraphQLError:
            return None
        operation = get_operation_ast(document, operation_name)
        return None if operation is None else operation.operation

    def begin(self, message: SubscribeMessage, in_progress: Collection[str]) -> None:
        """Remove what an operation does not use from its message, and count what remains.

        Args:
            in_progress: the ids of the operations in progress.

        Raises:
            RequestRejected: the operation, or all those of the socket, would hold too much.
        """
        payload = message["payload"]
        query, name = payload["query"], payload.get("operationName")
        try:
            document = parse_within_limits(query, self.documents)
        except GraphQLError:  # its execution states the reason
            payload["variables"] = None
        else:
            payload["variables"] = declared_variables(document, name, payload.get("variables"))
        variables_size = _size(payload.get("variables"))
        subscribes = self.operation_type(query, name) is OperationType.SUBSCRIPTION
        if subscribes and variables_size > self._limits.subscription_variables_bytes:
            raise _invalid(
                f"expected at most {self._limits.subscription_variables_bytes} bytes of variables "
                f"for a subscription, got {variables_size}"
            )
        self._sizes = {id: self._sizes[id] for id in in_progress if id in self._sizes}
        size = len(payload["query"].encode()) + variables_size
        held = sum(self._sizes.values())
        if held + size > self._limits.socket_bytes:
            raise _invalid(
                f"expected at most {self._limits.socket_bytes} bytes of documents and variables "
                f"in progress on one socket, got {held} and {size} more: "
                "wait for the results, or complete subscriptions"
            )
        self._sizes[message["id"]] = size


def _invalid(message: str) -> RequestRejected:
    return RequestRejected(HTTPStatus.BAD_REQUEST, "INVALID", message)


def _size(variables: Mapping[str, Any] | None) -> int:
    if not variables:
        return 0
    try:
        return len(orjson.dumps(variables))
    except TypeError:  # a number of more than 64 bits
        return len(json.dumps(variables))
