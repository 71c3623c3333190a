"""Traces the duration of each field of an operation, in the format `ftv1` that gateways request.

The format is the message `Trace` of Apollo's `reports.proto`. Strawberry's own extension for it
reports unmasked errors to the client. It also makes every field of every operation wait for a task
of its own, even if no trace is requested.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator, Sequence
from copy import copy
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo
from strawberry import Schema
from strawberry.extensions import SchemaExtension

from schema.masking import mask_errors


def schema_with_tracing(schema: Schema) -> Schema:
    """Return a copy of the schema that traces operations; the original has no extra cost."""
    traced = copy(schema)
    traced.extensions = (*schema.extensions, Tracing)
    return traced


class Tracing(SchemaExtension):
    """Traces one operation from before parsing; an operation that is not executed has no trace."""

    def __init__(self) -> None:
        self._started_at = time.time_ns()
        self._start = time.perf_counter_ns()
        self._root = _Node()
        self._trace: bytes | None = None

    def on_execute(self) -> Iterator[None]:
        """Encode the trace after the operation is executed."""
        yield
        result = self.execution_context.result
        assert isinstance(result, ExecutionResult)
        if result.errors:
            result.errors = mask_errors(result.errors)
            for error in result.errors:
                self._root.node_at(error.path or ()).errors.append(error)
        duration = self._elapsed()
        self._trace = (
            _encode_message(3, _encode_timestamp(self._started_at + duration))
            + _encode_message(4, _encode_timestamp(self._started_at))
            + _encode_number(11, duration)
            + _encode_message(14, self._root.encode_node())
        )

    def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: GraphQLResolveInfo[Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Resolve a field and record its duration."""
        node = self._root.node_at(info.path.as_list())
        node.field = info.field_name
        node.type = str(info.return_type)
        node.parent_type = info.parent_type.name
        node.start = node.end = self._elapsed()
        value = _next(root, info, *args, **kwargs)
        if info.is_awaitable(value):
            return self._await_value(node, value)
        node.end = self._elapsed()
        return value

    def get_results(self) -> dict[str, Any]:
        """Return the extension `ftv1` with the trace in base64; empty without a trace."""
        return {} if self._trace is None else {"ftv1": b64encode(self._trace).decode()}

    async def _await_value(self, node: _Node, value: Awaitable[Any]) -> Any:
        try:
            return await value
        finally:
            node.end = self._elapsed()

    def _elapsed(self) -> int:
        """Return the nanoseconds since the operation began."""
        return time.perf_counter_ns() - self._start


class _Node:
    """A field or list item at its path in the result."""

    __slots__ = ("children", "end", "errors", "field", "key", "parent_type", "start", "type")

    def __init__(self, key: str | int | None = None) -> None:
        self.key = key  # key in the result; None for the root
        self.field = ""  # name in the schema; empty for a list item
        self.type = ""
        self.parent_type = ""
        self.start = 0
        self.end = 0
        self.errors: list[GraphQLError] = []
        self.children: dict[str | int, _Node] = {}

    def node_at(self, path: Sequence[str | int]) -> _Node:
        """Return the node at a path from this one, and create missing nodes."""
        node = self
        for key in path:
            child = node.children.get(key)
            if child is None:
                child = node.children[key] = _Node(key)
            node = child
        return node

    def encode_node(self) -> bytes:
        """Return the node and its children as a protocol buffer message."""
        parts = [_encode_error(error) for error in self.errors]
        if isinstance(self.key, int):
            parts.append(_encode_number(2, self.key))
        elif self.key is not None:
            parts.append(_encode_message(1, self.key.encode()))
        if self.field:
            parts += [
                _encode_message(3, self.type.encode()),
                _encode_message(13, self.parent_type.encode()),
                _encode_number(8, self.start),
                _encode_number(9, self.end),
            ]
            if self.field != self.key:
                parts.append(_encode_message(14, self.field.encode()))
        parts += [_encode_message(12, child.encode_node()) for child in self.children.values()]
        return b"".join(parts)


def _encode_error(error: GraphQLError) -> bytes:
    locations = [
        _encode_number(1, location.line) + _encode_number(2, location.column)
        for location in error.locations or ()
    ]
    return _encode_message(
        11,
        _encode_message(1, error.message.encode())
        + b"".join(_encode_message(2, location) for location in locations)
        + _encode_message(4, orjson.dumps(error.formatted)),
    )


def _encode_timestamp(nanoseconds: int) -> bytes:
    seconds, remainder = divmod(nanoseconds, 1_000_000_000)
    return _encode_number(1, seconds) + _encode_number(2, remainder)


def _encode_number(field: int, value: int) -> bytes:
    """Encode a protocol buffer field that holds a number."""
    return _encode_varint(field << 3) + _encode_varint(value)


def _encode_message(field: int, value: bytes) -> bytes:
    """Encode a protocol buffer field that holds a message, or text in UTF-8."""
    return _encode_varint(field << 3 | 2) + _encode_varint(len(value)) + value


def _encode_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
