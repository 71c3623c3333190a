"""Executes operations as graphql-core does, without what it leaves in memory."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfoHelpers
from graphql.execution.executor import Executor
from graphql.pyutils import gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.event_envelope import EventEnvelope


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Executes the payload of an envelope, with a new cache of subfields for each event.

    graphql-core 3.3.1 and 3.3.2 share one cache among all events and never use its keys again. It
    grows by some 3 kB per event while the subscription lives.

    An executor of graphql-core also holds two of its own methods. That cycle would keep the
    variables of each operation until a full collection of garbage, which is rare.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        reference = weakref.ref(self)

        def track(values: Sequence[Any]) -> None:
            execution = reference()
            if execution is not None:
                execution.track_async_work(values)

        self.async_helpers = GraphQLResolveInfoHelpers(
            gather=lambda values: gather_with_cancel(*values), track=track
        )

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """Return the executor for one event, whose root value is the envelope's payload."""
        root = payload.payload if isinstance(payload, EventEnvelope) else payload
        event = super().build_per_event_executor(root)
        event._relevant_sub_fields = {}
        return event
