"""Caches query responses until the next commit, so that identical queries execute once.

The response to a query depends on its document, its variables, what the viewer may read, and the
position of the arrival order, which is read from the database for each request. It also depends
slightly on the time, so an entry lives for one second only.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache, partial
from sys import getsizeof

import orjson
from cachetools import TTLCache
from graphql import (
    BREAK,
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    VisitorAction,
    get_named_type,
    get_operation_ast,
    visit,
)
from starlette.responses import Response

from engine.model import PUBLIC_VIEWER, Viewer
from hub.transport.json_request import GraphQLRequest
from resolvers.problems import ClientBudgetExhausted
from resolvers.single_flight import SingleFlight
from schema.limits import CACHED_DOCUMENTS, DocumentLimits, parse_within_limits
from schema.schema import schema

ENTRY_SECONDS = 1.0
BYTES_MOST = 33_554_432  # the size of all entries; a single one may take a quarter
ENTRY_BYTES = 1_024  # approximate size of an entry without its body and the texts in its key
# A field of these types states the present condition of a replica, an uploaded file or an account,
# which changes without an arrival, and this argument waits for a fresh replica. Responses with
# either of them are not cached.
MOMENTARY_TYPES = frozenset(
    {
        "Account",
        "AccountConnection",
        "AuditEntryConnection",
        "FreshnessCoverage",
        "ImportDraft",
        "Source",
        "WaitingFile",
    }
)
MOMENTARY_ARGUMENT = "freshness"
# The name of an actor can be erased without an arrival. The public never sees the names of accounts.
NAMING_TYPES = frozenset({"Actor"})

Execute = Callable[[], Awaitable[tuple[Response, bool]]]  # the response, and whether to cache it


@dataclass(frozen=True, slots=True)
class _Entry:
    response: Response
    size: int  # bytes, with the key


class _OwnExecution:
    """An execution, and whether it was this one that began."""

    def __init__(self, execute: Callable[[], Awaitable[Response]]) -> None:
        self.has_begun = False
        self._execute = execute

    def __call__(self) -> Awaitable[Response]:
        self.has_begun = True
        return self._execute()


class ResponseCache:
    """The newest responses; `position` reads the position of the arrival order."""

    def __init__(
        self,
        position: Callable[[], Awaitable[Hashable]],
        limits: DocumentLimits | None = None,
        *,
        seconds: float = ENTRY_SECONDS,
        bytes_most: int = BYTES_MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.read_position = position
        self._limits = limits or DocumentLimits()
        self._largest = bytes_most // 4
        self._entries: TTLCache[Hashable, _Entry, float] = TTLCache(
            bytes_most, seconds, clock, lambda entry: entry.size
        )
        self._executions = SingleFlight()

    def cache_key(self, request: GraphQLRequest, viewer: Viewer) -> Hashable:
        """Return the key of a viewer's identical requests, or None if the response is not shared."""
        if request.extensions:
            return None
        try:
            document = parse_within_limits(request.query, self._limits)
            operation = get_operation_ast(document, request.operation_name)
            variables = orjson.dumps(request.variables, option=orjson.OPT_SORT_KEYS)
        except (GraphQLError, TypeError):  # TypeError: a number of more than 64 bits
            return None
        if operation is None or operation.operation is not OperationType.QUERY:
            return None
        if _is_momentary(document, is_public=viewer is PUBLIC_VIEWER):
            return None
        return (viewer, request.query, request.operation_name, variables)

    async def respond(
        self, request_key: Hashable, execute: Execute, sharing: Hashable = None
    ) -> Response:
        """Return the response to all requests with this key, which is executed at most once.

        Args:
            sharing: requests that execute at the same time share an execution if this is equal.

        Raises:
            ClientBudgetExhausted: the client has no CPU time left to execute the request.
        """
        try:
            key = (request_key, await self.read_position())
        except Exception:  # noqa: BLE001  # the database is unavailable, and the execution reports it
            return (await execute())[0]
        entry = self._entries.get(key)
        if entry is not None:
            return entry.response
        while True:
            own = _OwnExecution(partial(self._execute, key, execute))
            try:
                return await self._executions.run((key, sharing), own)
            except ClientBudgetExhausted:
                if own.has_begun:
                    raise
                # The client that executed it for both has no CPU time left; this one may have some.

    async def _execute(self, key: Hashable, execute: Execute) -> Response:
        response, is_cacheable = await execute()
        size = ENTRY_BYTES + _text_bytes(key) + len(response.body)
        if is_cacheable and size <= self._largest:
            self._entries[key] = _Entry(response, size)
        return response


def _text_bytes(key: object) -> int:
    """Return the bytes of memory for the texts of a key, whose length a client chooses."""
    if isinstance(key, tuple):
        return sum(_text_bytes(part) for part in key)
    return getsizeof(key)


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _is_momentary(document: DocumentNode, *, is_public: bool) -> bool:
    """Whether a document selects fields whose values hold only at this moment."""
    types = TypeInfo(schema._schema)
    momentary = MOMENTARY_TYPES if is_public else MOMENTARY_TYPES | NAMING_TYPES
    visitor = _MomentaryVisitor(types, momentary)
    visit(document, TypeInfoVisitor(types, visitor))
    return visitor.is_momentary


class _MomentaryVisitor(Visitor):
    def __init__(self, types: TypeInfo, momentary: frozenset[str]) -> None:
        super().__init__()
        self.is_momentary = False
        self._types = types
        self._momentary = momentary

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        field = self._types.get_field_def()
        type_name = None if field is None else get_named_type(field.type).name
        has_momentary_argument = any(
            argument.name.value == MOMENTARY_ARGUMENT for argument in node.arguments or ()
        )
        if has_momentary_argument or type_name in self._momentary:
            self.is_momentary = True
            return BREAK
        return None
