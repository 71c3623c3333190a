"""How operations are executed: graphql-core's way, without what it leaks."""

from __future__ import annotations

from typing import Any

from graphql.execution.executor import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.event_envelope import EventEnvelope


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Executes the payload of an envelope, and forgets with each event what it cached for it.

    graphql-core 3.3.1 and 3.3.2 share one cache among all events, whose keys are never met again:
    some 3 kB an event, for as long as the subscription lives.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        root = payload.payload if isinstance(payload, EventEnvelope) else payload
        event = super().build_per_event_executor(root)
        event._relevant_sub_fields = {}
        return event
