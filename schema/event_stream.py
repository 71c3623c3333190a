"""Streams events as GraphQL types, with the arguments that all subscriptions to events have."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from typing import Annotated, TypeVar

import strawberry

from resolvers import event as resolved
from resolvers.event import REGIONS_MOST, VisibleEvent
from schema.descriptions import CONFLATE, REGION_CODES, RESUME_AFTER
from schema.enums import EventKind
from schema.event_envelope import EventEnvelope, start_cursor
from schema.info import Info
from schema.region_event import RegionEvent
from schema.scalars import Cursor

EventType = TypeVar("EventType", bound=RegionEvent)

RegionCodesArgument = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description=f"{REGION_CODES} The list has at most {REGIONS_MOST:,} codes."),
]
ResumeAfterArgument = Annotated[Cursor | None, strawberry.argument(description=RESUME_AFTER)]
ConflateArgument = Annotated[bool, strawberry.argument(description=CONFLATE)]


async def stream_envelopes(
    info: Info,
    to_type: Callable[[VisibleEvent], EventType],
    *,
    region_codes: Collection[str] | None,
    kinds: Collection[EventKind] | None,
    after: str | None,
    conflate: bool,
) -> AsyncGenerator[EventEnvelope[EventType], None]:
    """Yield the events of a subscription as GraphQL types; close the generator when done.

    Raises:
        InvalidArgument: there are too many regions.
        SnapshotRequired: the cursor is no longer valid.
    """
    stream = resolved.stream_events(
        info.context,
        after=start_cursor(info, after),
        region_codes=region_codes,
        kinds=kinds,
        conflate=conflate,
    )
    async with aclosing(stream):
        async for event in stream:
            yield EventEnvelope.from_event(to_type(event), event)
