"""How operations are executed: graphql-core's way, without what it leaks."""

from __future__ import annotations

from typing import Any

from graphql.execution.executor import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Forgets with each event of a subscription what it cached for it.

    graphql-core 3.3.1 and 3.3.2 share one cache among all events, whose keys are never met again:
    some 3 kB an event, for as long as the subscription lives.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        event = super().build_per_event_executor(payload)
        event._relevant_sub_fields = {}
        return event
