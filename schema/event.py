"""GraphQL type for the entries of logs, and the query and the subscription for all events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from resolvers import event as resolved
from resolvers.event import VisibleEvent, is_replayed
from schema.connection import checked_page_size
from schema.derived_events import IndexChanged, ProposalsChanged, VerificationChanged
from schema.descriptions import REPLAY, SNAPSHOT_REQUIRED
from schema.enums import EventKind
from schema.event_envelope import EventEnvelope
from schema.event_stream import (
    ConflateArgument,
    RegionCodesArgument,
    ResumeAfterArgument,
    stream_envelopes,
)
from schema.info import Info
from schema.node import Node
from schema.node_query import find_node
from schema.region_event import RegionEvent, region_event_fields
from schema.scalars import Cursor

EVENTS_MOST = 500


@strawberry.type(
    description="An entry that was appended to a region's log, which records every change of the "
    "region's data. The event states what was changed; `subject` returns it in its current state."
)
class LogEntryAppended(RegionEvent):
    sequence: int = strawberry.field(
        description="The number of the entry in the region's log. The numbers begin with 1 and "
        "have no gaps."
    )
    subject_id: strawberry.ID = strawberry.field(
        description="The id of what was changed, such as an application or an assessment."
    )

    @strawberry.field(description=REPLAY)
    async def is_replay(self, info: Info) -> bool:
        return await is_replayed(info.context, self._event.arrival)

    @strawberry.field(
        description="What was changed, in its current state. Null if it no longer exists, if the "
        "viewer may not read it, or if `node` does not find objects of its kind."
    )
    async def subject(self, info: Info) -> Node | None:
        return await find_node(info.context, self.subject_id)

    @classmethod
    def from_event(cls, event: VisibleEvent) -> LogEntryAppended:
        """Return the GraphQL type of an entry."""
        return cls(
            **region_event_fields(event),
            sequence=event.arrival.sequence,
            subject_id=strawberry.ID(event.arrival.subject),
        )


def to_region_event(event: VisibleEvent) -> RegionEvent:
    """Return an event as the GraphQL type of its kind."""
    match event.arrival.kind:
        case EventKind.INDEX_CHANGED:
            return IndexChanged.from_event(event)
        case EventKind.VERIFICATION_CHANGED:
            return VerificationChanged.from_event(event)
        case EventKind.PROPOSALS_CHANGED:
            return ProposalsChanged.from_event(event)
        case _:
            return LogEntryAppended.from_event(event)


@strawberry.type(description="The end of a page of events.")
class RegionEventPageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more events that the viewer may read follow after this page."
    )
    end_cursor: Cursor = strawberry.field(
        description="The position up to which the viewer has now read all events. Send it as "
        "`after` for the next page, or to a subscription for the events that follow. It is given "
        "even if the page is empty."
    )


@strawberry.type(
    description="A page of events, in the order in which this instance stored them. Each event has "
    "its own cursor. The total is not counted."
)
class RegionEventConnection:
    nodes: list[RegionEvent] = strawberry.field(
        description="The events of the page, the oldest first."
    )
    page_info: RegionEventPageInfo = strawberry.field(description="The end of the page.")


@strawberry.type
class EventQuery:
    @strawberry.field(
        description="The events that the viewer may read, the oldest first. Old events are deleted "
        "after some time: if events after the cursor are already deleted, the error has the code "
        "SNAPSHOT_REQUIRED, and the client has to read the current state again."
    )
    async def events(
        self,
        info: Info,
        after: Annotated[
            Cursor | None,
            strawberry.argument(
                description="The cursor of an event, or the `endCursor` of the previous page. Null "
                "begins with the oldest event since which no event has been deleted."
            ),
        ] = None,
        first: Annotated[
            int,
            strawberry.argument(
                description=f"The number of events on the page, from 1 to {EVENTS_MOST}."
            ),
        ] = 100,
    ) -> RegionEventConnection:
        events, end_cursor, has_next = await resolved.page_of_events(
            info.context, after, checked_page_size(first, EVENTS_MOST)
        )
        return RegionEventConnection(
            nodes=[to_region_event(event) for event in events],
            page_info=RegionEventPageInfo(has_next_page=has_next, end_cursor=Cursor(end_cursor)),
        )


@strawberry.type
class EventSubscription:
    @strawberry.subscription(
        graphql_type=RegionEvent,
        description="The events that the viewer may read, as they happen, each as the type of its "
        "kind. Without a cursor the stream begins with a snapshot: the newest event of each kind "
        "about each subject. " + SNAPSHOT_REQUIRED,
    )
    def events(
        self,
        info: Info,
        region_codes: RegionCodesArgument = None,
        kinds: Annotated[
            list[EventKind] | None,
            strawberry.argument(
                description="The kinds to include. Null includes all kinds, an empty list none."
            ),
        ] = None,
        after: ResumeAfterArgument = None,
        conflate: ConflateArgument = False,
    ) -> AsyncGenerator[EventEnvelope[RegionEvent], None]:
        return stream_envelopes(
            info,
            to_region_event,
            region_codes=region_codes,
            kinds=kinds,
            after=after,
            conflate=conflate,
        )
