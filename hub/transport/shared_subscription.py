"""Subscriptions that ask alike, executed once: who shares with whom, and what all of them get.

Two share where the document, the operation, the variables (but for the cursor) and the rows that they
may read are the same.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, get_operation_ast
from strawberry import Schema

from engine.model import Viewer
from realtime.fanout import Fanout, Open, SubscriberGroup
from realtime.message import Message, SourceClosed
from schema.limits import DocumentLimits, parse_within_limits
from schema.masking import mask_errors
from schema.resumable import find_resume_point
from schema.subscription import SubscriptionRejected, execute_events

FAILURE = orjson.dumps([{"message": "internal error", "extensions": {"code": "INTERNAL"}}])


@dataclass(frozen=True, slots=True)
class SharedSubscription:
    """A group, the place at which to join it, and how to begin where nobody stands."""

    group: SubscriberGroup
    start: Hashable
    open: Open


@dataclass(frozen=True, slots=True)
class SubscriptionSharing:
    """Tells of each operation with whom it is shared."""

    schema: Schema
    fanout: Fanout
    context_factory: Callable[[Viewer], Any]
    scope_of: Callable[[Viewer], Hashable]  # what a viewer may read
    limits: DocumentLimits = field(default_factory=DocumentLimits)

    def find_shared(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        resume: str | None = None,
    ) -> SharedSubscription | None:
        """Whom to share with; None: it is executed for itself, and what is wrong with it is told so.

        With `resume` it begins after that cursor, whatever the document and its variables say.
        """
        try:
            how = find_resume_point(parse_within_limits(query, self.limits), operation_name)
        except GraphQLError:
            return None
        if how is None:
            return None
        given = dict(variables or {})
        start = how.literal if how.variable is None else given.pop(how.variable, None)
        start = resume or start
        if not (start is None or isinstance(start, str)):
            return None
        try:
            same = orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a number of more than 64 bits, which fits no type of ours
            return None
        key = (query, operation_name, same, self.scope_of(viewer))
        source = partial(self._source, viewer, query, variables, operation_name)
        return SharedSubscription(self.fanout.group(key), start, source)

    def find_or_create_shared(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        resume: str | None = None,
    ) -> SharedSubscription:
        """Whom to share with; a group of its own where `of` tells of none."""
        shared = self.find_shared(viewer, query, variables, operation_name, resume)
        if shared is not None:
            return shared
        source = partial(self._source, viewer, query, variables, operation_name)
        return SharedSubscription(self.fanout.group(object()), resume, source)

    def is_subscription(self, query: str, operation_name: str | None) -> bool:
        """Whether it surely is one; False also of a document that cannot be executed."""
        try:
            operation = get_operation_ast(parse_within_limits(query, self.limits), operation_name)
        except GraphQLError:
            return False
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def _source(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        start: Hashable,
    ) -> AsyncGenerator[Message, None]:
        assert start is None or isinstance(start, str)
        events = execute_events(
            self.schema,
            query,
            variables=variables,
            operation_name=operation_name,
            context=self.context_factory(viewer),
            resume=start,
            limits=self.limits,
        )
        try:
            async with aclosing(events):
                async for event, result in events:
                    payload = _payload(result)
                    yield Message(payload, event.cursor, event.subject, event.more, event.snapshot)
        except SubscriptionRejected as refusal:
            raise SourceClosed(
                orjson.dumps([e.formatted for e in mask_errors(refusal.errors)])
            ) from None


def _payload(result: ExecutionResult) -> bytes:
    """The end of a message, which is the same for all: only what comes before it has an id."""
    payload: dict[str, Any] = {"data": result.data}
    errors = mask_errors(result.errors)
    if errors:
        payload["errors"] = [each.formatted for each in errors]
    return orjson.dumps(payload) + b"}"
