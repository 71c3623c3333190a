"""Sharing of identical subscriptions, so that each event is executed once for all of them.

Two subscriptions are identical if their document, their operation, their variables (except the
cursor) and the rows that their viewers may read are the same.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Hashable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, get_operation_ast
from strawberry import Schema

from engine.model import Viewer
from hub.admission.admission import Admission
from hub.transport.subscription_budget import (
    SubscriptionBudget,
    SubscriptionLimits,
)
from realtime.fanout import Fanout, OpenSource, SubscriberGroup
from realtime.message import Message, Sink, SourceClosed
from resolvers.cpu_meter import CpuMeter, run_metered
from schema.limits import DocumentLimits, parse_within_limits
from schema.masking import mask_errors
from schema.resumable import find_resume_point
from schema.subscription import SubscriptionRejected, execute_events

INTERNAL_ERROR_PAYLOAD = orjson.dumps(
    [{"message": "internal error", "extensions": {"code": "INTERNAL"}}]
)


@dataclass(frozen=True, slots=True)
class SharedSubscription:
    """A group of subscribers, the position to join at, and a function that opens the source."""

    group: SubscriberGroup
    start: Hashable
    open: OpenSource


@dataclass(frozen=True, slots=True)
class SubscriptionSharing:
    """Finds the group of subscribers that shares an operation."""

    schema: Schema
    fanout: Fanout
    context_factory: Callable[[Viewer], Any]
    read_scope: Callable[[Viewer], Hashable]  # identifies what a viewer may read
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    admission: Admission = field(default_factory=Admission)
    subscription_limits: SubscriptionLimits = field(default_factory=SubscriptionLimits)

    def find_shared(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        resume: str | None = None,
    ) -> SharedSubscription | None:
        """Return the group for an operation, or None if it cannot be shared.

        The caller executes such an operation separately, which reports its errors.

        Args:
            resume: the cursor after which the subscription begins; it overrides the cursor in the
                document or the variables.
        """
        try:
            resume_point = find_resume_point(
                parse_within_limits(query, self.limits), operation_name
            )
        except GraphQLError:
            return None
        if resume_point is None:
            return None
        other_variables = dict(variables or {})
        start = (
            resume_point.literal
            if resume_point.variable is None
            else other_variables.pop(resume_point.variable, None)
        )
        start = resume or start
        if not (start is None or isinstance(start, str)):
            return None
        try:
            variables_key = orjson.dumps(other_variables, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a number of more than 64 bits, which no type of the schema accepts
            return None
        key = (query, operation_name, variables_key, self.read_scope(viewer))
        source = partial(self._open_source, viewer, query, variables, operation_name)
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
        source = partial(self._open_source, viewer, query, variables, operation_name)
        return SharedSubscription(self.fanout.group(object()), resume, source)

    def is_subscription(self, query: str, operation_name: str | None) -> bool:
        """Whether the operation is a subscription; False if the document is invalid."""
        try:
            operation = get_operation_ast(parse_within_limits(query, self.limits), operation_name)
        except GraphQLError:
            return False
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def _open_source(
        self,
        viewer: Viewer,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        start: Hashable,
        subscribers: Collection[Sink],
    ) -> AsyncGenerator[Message, None]:
        assert start is None or isinstance(start, str)
        budget = SubscriptionBudget(self.admission.budgets, subscribers, self.subscription_limits)
        meter = CpuMeter(budget.payer)
        events = execute_events(
            self.schema,
            query,
            variables=variables,
            operation_name=operation_name,
            context=self.context_factory(viewer),
            resume=start,
            limits=self.limits,
            execution=budget.execution,
        )
        try:
            async with aclosing(events):
                while True:
                    next_event = cast("Coroutine[Any, Any, Any]", anext(events))
                    event, result = await run_metered(next_event, meter)
                    payload = _payload(result)
                    budget.charge(meter.seconds, event)
                    meter.seconds = 0.0
                    yield Message(
                        payload, event.cursor, event.subject, event.more_available, event.snapshot
                    )
        except StopAsyncIteration:
            return
        except SubscriptionRejected as refusal:
            raise SourceClosed(
                orjson.dumps([error.formatted for error in mask_errors(refusal.errors)])
            ) from None
        finally:
            budget.close(meter.seconds)


def _payload(result: ExecutionResult) -> bytes:
    """Return the end of a message from its payload on, which is the same for all subscribers."""
    payload: dict[str, Any] = {"data": result.data}
    errors = mask_errors(result.errors)
    if errors:
        payload["errors"] = [error.formatted for error in errors]
    return orjson.dumps(payload) + b"}"
