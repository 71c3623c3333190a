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

import orjson
from graphql import GraphQLError, OperationType, get_operation_ast
from starlette.responses import Response

from hub.json_gate import GraphQLRequest
from schema.limits import DocumentLimits, admitted

KEPT_SECONDS = 1.0
KEPT_BYTES = 33_554_432
# In a document: it asks how things are at this moment, or waits until they are.
MOMENTARY = ("fresh", "maxAge", "source")


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
        if asked.extensions or any(word in asked.query for word in MOMENTARY):
            return None
        try:
            operation = get_operation_ast(admitted(asked.query, self.limits), asked.operation_name)
            variables = orjson.dumps(asked.variables, option=orjson.OPT_SORT_KEYS)
        except (GraphQLError, TypeError):  # TypeError: a number of more than 64 bits
            return None
        if operation is None or operation.operation is not OperationType.QUERY:
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
