"""Traces the duration of each field of an operation, in the format `ftv1` that gateways request.

The format is the message `Trace` of Apollo's `reports.proto`. Strawberry's own extension for it reports
errors as they were raised, so that a client could read what is masked elsewhere. It also makes every
field of every operation wait for a task of its own, even if no trace is requested.
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
    other = copy(schema)
    other.extensions = (*schema.extensions, Tracing)
    return other


class Tracing(SchemaExtension):
    """Traces one operation from before parsing; an operation that is not executed has no trace."""

    def __init__(self) -> None:
        self._at = time.time_ns()
        self._began = time.perf_counter_ns()
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
                self._root.at(error.path or ()).errors.append(error)
        took = self._elapsed()
        self._trace = (
            _message(3, _timestamp(self._at + took))
            + _message(4, _timestamp(self._at))
            + _number(11, took)
            + _message(14, self._root.encoded())
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
        node = self._root.at(info.path.as_list())
        node.field = info.field_name
        node.type = str(info.return_type)
        node.parent_type = info.parent_type.name
        node.start = node.end = self._elapsed()
        value = _next(root, info, *args, **kwargs)
        if info.is_awaitable(value):
            return self._awaited(node, value)
        node.end = self._elapsed()
        return value

    def get_results(self) -> dict[str, Any]:
        """Return the extension `ftv1` with the trace in base64; empty without a trace."""
        return {} if self._trace is None else {"ftv1": b64encode(self._trace).decode()}

    async def _awaited(self, node: _Node, value: Awaitable[Any]) -> Any:
        try:
            return await value
        finally:
            node.end = self._elapsed()

    def _elapsed(self) -> int:
        """Return the nanoseconds since the operation began."""
        return time.perf_counter_ns() - self._began


class _Node:
    """A field or list item at its path in the result."""

    __slots__ = ("children", "end", "errors", "field", "key", "parent_type", "start", "type")

    def __init__(self, key: str | int | None = None) -> None:
        self.key = key  # in the result; None for the root
        self.field = ""  # its name in the schema; empty for a list item
        self.type = ""
        self.parent_type = ""
        self.start = 0
        self.end = 0
        self.errors: list[GraphQLError] = []
        self.children: dict[str | int, _Node] = {}

    def at(self, path: Sequence[str | int]) -> _Node:
        """Return the node at a path from this one, and create missing nodes."""
        node = self
        for key in path:
            found = node.children.get(key)
            if found is None:
                found = node.children[key] = _Node(key)
            node = found
        return node

    def encoded(self) -> bytes:
        """Return the node and its children as a protocol buffer message."""
        parts = [_error(each) for each in self.errors]
        if isinstance(self.key, int):
            parts.append(_number(2, self.key))
        elif self.key is not None:
            parts.append(_message(1, self.key.encode()))
        if self.field:
            parts += [
                _message(3, self.type.encode()),
                _message(13, self.parent_type.encode()),
                _number(8, self.start),
                _number(9, self.end),
            ]
            if self.field != self.key:
                parts.append(_message(14, self.field.encode()))
        parts += [_message(12, child.encoded()) for child in self.children.values()]
        return b"".join(parts)


def _error(error: GraphQLError) -> bytes:
    places = [_number(1, each.line) + _number(2, each.column) for each in error.locations or ()]
    return _message(
        11,
        _message(1, error.message.encode())
        + b"".join(_message(2, place) for place in places)
        + _message(4, orjson.dumps(error.formatted)),
    )


def _timestamp(nanoseconds: int) -> bytes:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return _number(1, seconds) + _number(2, rest)


def _number(field: int, value: int) -> bytes:
    """Encode a protocol buffer field that holds a number."""
    return _varint(field << 3) + _varint(value)


def _message(field: int, value: bytes) -> bytes:
    """Encode a protocol buffer field that holds a message, or text in UTF-8."""
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
