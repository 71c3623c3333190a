"""Executes operations as graphql-core does, without its memory leak in subscriptions."""

from __future__ import annotations

from typing import Any

from graphql.execution.executor import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.event_envelope import EventEnvelope


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Executes the payload of an envelope, with a new cache of subfields for each event.

    graphql-core 3.3.1 and 3.3.2 share one cache among all events and never use its keys again. It
    grows by some 3 kB per event while the subscription lives.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """Return the executor for one event, whose root value is the envelope's payload."""
        root = payload.payload if isinstance(payload, EventEnvelope) else payload
        event = super().build_per_event_executor(root)
        event._relevant_sub_fields = {}
        return event
