"""Sharing of identical subscriptions, so that each event is executed once for all of them.

Two subscriptions are identical if their document, their operation, their variables (except the
cursor) and the rows that their viewers may read are the same.
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
    """A group of subscribers, the position to join at, and how to open a source at a position."""

    group: SubscriberGroup
    start: Hashable
    open: Open


@dataclass(frozen=True, slots=True)
class SubscriptionSharing:
    """Finds the group of subscribers that shares an operation."""

    schema: Schema
    fanout: Fanout
    context_factory: Callable[[Viewer], Any]
    scope_of: Callable[[Viewer], Hashable]  # identifies what a viewer may read
    limits: DocumentLimits = field(default_factory=DocumentLimits)

    def find_shared(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        resume: str | None = None,
    ) -> SharedSubscription | None:
        """Return the group for an operation, or None if it cannot be shared.

        The caller executes such an operation on its own, which reports its errors. With `resume` the
        subscription begins after that cursor, and any cursor in the document or variables is ignored.
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
        except TypeError:  # a number of more than 64 bits, which no type of the schema accepts
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
        """Return the group for an operation; a new group if the operation cannot be shared."""
        shared = self.find_shared(viewer, query, variables, operation_name, resume)
        if shared is not None:
            return shared
        source = partial(self._source, viewer, query, variables, operation_name)
        return SharedSubscription(self.fanout.group(object()), resume, source)

    def is_subscription(self, query: str, operation_name: str | None) -> bool:
        """Whether the operation is a subscription; False if the document is invalid."""
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
    """Return the end of a message, from its payload on; only the part before it differs."""
    payload: dict[str, Any] = {"data": result.data}
    errors = mask_errors(result.errors)
    if errors:
        payload["errors"] = [each.formatted for each in errors]
    return orjson.dumps(payload) + b"}"
