"""The GraphQL interface of the events that happen to a region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

import strawberry

from resolvers.event import VisibleEvent
from schema.descriptions import PREVIOUS_CURSOR, SNAPSHOT
from schema.enums import EventKind
from schema.info import Info
from schema.region import Region
from schema.scalars import Cursor


class RegionEventFields(TypedDict):
    """The values of the fields that all events have."""

    cursor: Cursor
    previous_cursor: Cursor
    is_snapshot: bool
    at: datetime
    event_kind: EventKind
    _event: VisibleEvent


@strawberry.interface(
    description="A change that concerns a region. Three kinds are derived from other changes and "
    "have types of their own: INDEX_CHANGED, VERIFICATION_CHANGED and PROPOSALS_CHANGED. An event "
    "of any other kind is a LogEntryAppended. Events arrive in the order in which this instance "
    "stored them, which is the same for every client."
)
class RegionEvent:
    cursor: Cursor = strawberry.field(
        description="The position of the event. To resume after it, send it as `after`."
    )
    previous_cursor: Cursor = strawberry.field(description=PREVIOUS_CURSOR)
    is_snapshot: bool = strawberry.field(description=SNAPSHOT)
    at: datetime = strawberry.field(description="The time at which the change was made, in UTC.")
    event_kind: EventKind = strawberry.field(
        description="What happened. The kind determines the type of the event."
    )
    _event: strawberry.Private[VisibleEvent]

    @strawberry.field(
        description="The region that the event concerns; null if this instance does not know it "
        "yet."
    )
    async def region(self, info: Info) -> Region | None:
        region = await info.context.loaders.regions.load(self._event.arrival.region)
        return None if region is None else Region.from_model(region)


@strawberry.type
class DerivedEvent(RegionEvent):
    """An event that this instance derived, of a region that it therefore knows."""

    @property
    def _body(self) -> Mapping[str, Any]:
        derived = self._event.arrival.derived
        assert derived is not None
        return derived

    @strawberry.field(description="The region that the event concerns.")
    async def region(self, info: Info) -> Region:
        code = self._event.arrival.region
        return Region.from_required_model(await info.context.loaders.regions.load(code))


def region_event_fields(event: VisibleEvent) -> RegionEventFields:
    """Return the values of the fields that all events have."""
    return {
        "cursor": Cursor(event.cursor),
        "previous_cursor": Cursor(event.previous_cursor),
        "is_snapshot": event.snapshot,
        "at": event.arrival.at,
        "event_kind": event.arrival.kind,
        "_event": event,
    }
