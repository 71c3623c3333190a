"""Answers to queries, kept for as long as nothing arrives: a hundred walls that read the same ask once.

What a query is answered follows from the document, its variables, what the viewer may read, and how far
the arrival order goes, which is read from the database each time; and a little from the time, which is why
an answer is kept for a second only.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
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

from hub.transport.json_request import GraphQLRequest
from schema.limits import CACHED_DOCUMENTS, DocumentLimits, admitted
from schema.schema import schema

KEPT_SECONDS = 1.0
KEPT_BYTES = 33_554_432
# A field of these types says how things are at this moment, and this argument waits until they are so.
MOMENTARY_TYPES = frozenset({"Source", "FreshResult"})
MOMENTARY_ARGUMENT = "maxAge"


@dataclass(frozen=True, slots=True)
class _Kept:
    response: Response
    until: float


@dataclass
class KeptAnswers:
    """The newest answers; `position` reads how far the arrival order goes."""

    position: Callable[[], Awaitable[Hashable]]
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _asked: dict[Hashable, asyncio.Task[tuple[Response, bool]]] = field(default_factory=dict)

    def alike(self, asked: GraphQLRequest) -> Hashable:
        """What those have in common who may be given one answer to this; None: nobody may."""
        if asked.extensions:
            return None
        try:
            document = admitted(asked.query, self.limits)
            operation = get_operation_ast(document, asked.operation_name)
            variables = orjson.dumps(asked.variables, option=orjson.OPT_SORT_KEYS)
        except (GraphQLError, TypeError):  # TypeError: a number of more than 64 bits
            return None
        if operation is None or operation.operation is not OperationType.QUERY:
            return None
        if _is_momentary(document):
            return None
        return (asked.query, asked.operation_name, variables)

    async def of(
        self, alike: Hashable, work: Callable[[], Awaitable[tuple[Response, bool]]]
    ) -> Response:
        """Return the answer to those who ask alike.

        Args:
            work: makes it, and says whether it may be kept.
        """
        try:
            key = (alike, await self.position())
        except Exception:  # noqa: BLE001  # the database does not answer: executing it says so
            return (await work())[0]
        kept = self._kept.get(key)
        if kept is not None and kept.until > time.monotonic():
            return kept.response
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(work())
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        response, keep = await asyncio.shield(task)  # who leaves does not take it from the others
        if keep:
            self._keep(key, response)
        return response

    def _keep(self, key: Hashable, response: Response) -> None:
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= len(before.response.body)
        if len(response.body) > KEPT_BYTES // 4:
            return
        self._kept[key] = _Kept(response, time.monotonic() + KEPT_SECONDS)
        self._bytes += len(response.body)
        while self._bytes > KEPT_BYTES or self._outdated():
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.response.body)

    def _outdated(self) -> bool:
        oldest = next(iter(self._kept.values()), None)
        return oldest is not None and oldest.until <= time.monotonic()


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _is_momentary(document: DocumentNode) -> bool:
    """Whether a document asks for what is so at this moment only, by the types of its fields."""
    types = TypeInfo(schema._schema)
    found = _Momentary(types)
    visit(document, TypeInfoVisitor(types, found))
    return found.is_momentary


class _Momentary(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.is_momentary = False
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        field = self._types.get_field_def()
        of_type = None if field is None else get_named_type(field.type).name
        waits = any(each.name.value == MOMENTARY_ARGUMENT for each in node.arguments or ())
        if waits or of_type in MOMENTARY_TYPES:
            self.is_momentary = True
            return BREAK
        return None
