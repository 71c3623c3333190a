"""Executes a subscription and yields each envelope of its source with the result.

It is the pipeline of the GraphQL specification, built from the parts of graphql-core. Strawberry's
`stream` yields only results, but the transport also needs the envelopes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from inspect import isawaitable
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, create_source_event_stream
from graphql.execution.execute import execute_subscription_event
from graphql.execution.executor import Executor
from strawberry import Schema

from schema.event_envelope import EventEnvelope, ResumeAfter
from schema.execution import Execution
from schema.limits import DocumentLimits, check_operation, parse_within_limits, validation_errors

EventExecution = Callable[[EventEnvelope[Any]], AbstractAsyncContextManager[None]]


class SubscriptionRejected(Exception):
    """Raised when a subscription cannot begin; `errors` holds the reasons."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("the subscription cannot begin")
        self.errors = errors


async def execute_events(
    schema: Schema,
    query: str,
    *,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context: object,
    resume: str | None,
    limits: DocumentLimits,
    execution: EventExecution = lambda _event: nullcontext(),
) -> AsyncGenerator[tuple[EventEnvelope[Any], ExecutionResult], None]:
    """Yield each event with its result, until the source ends; close it when done.

    An exception of the source becomes the result of a last event at the previous event's position.

    Args:
        execution: surrounds the execution of each event, but not the wait for it.

    Raises:
        SubscriptionRejected: the document, its variables or the resolver do not allow it.
    """
    executor = _build_executor(schema, query, variables, operation_name, context, resume, limits)
    source = create_source_event_stream(executor)
    if isawaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        raise SubscriptionRejected(source.errors or [])
    events = cast("AsyncGenerator[Any, None]", aiter(source))
    envelope: EventEnvelope[Any] = EventEnvelope(None)
    async with aclosing(events):
        try:
            async for event in events:
                envelope = event if isinstance(event, EventEnvelope) else EventEnvelope(event)
                async with execution(envelope):
                    result = execute_subscription_event(executor.build_per_event_executor(envelope))
                    if isawaitable(result):
                        result = await result
                yield envelope, result
        except Exception as error:  # noqa: BLE001  # the transport masks it for the client
            graphql_error = error if isinstance(error, GraphQLError) else None
            graphql_error = graphql_error or GraphQLError(str(error), original_error=error)
            yield envelope, ExecutionResult(None, [graphql_error])


def _build_executor(
    schema: Schema,
    query: str,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context: object,
    resume: str | None,
    limits: DocumentLimits,
) -> Executor[Any]:
    core = schema._schema
    try:
        document = parse_within_limits(query, limits)
        check_operation(document, operation_name)
    except GraphQLError as error:
        raise SubscriptionRejected([error]) from None
    errors = validation_errors(core, document, limits.validation_errors)
    if errors:
        raise SubscriptionRejected(errors)
    executor = Execution.build(
        core,
        document,
        None if resume is None else ResumeAfter(resume),
        context,
        None if variables is None else dict(variables),
        operation_name,
    )
    if isinstance(executor, list):
        raise SubscriptionRejected(executor)
    return executor
