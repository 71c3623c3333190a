"""GraphQL query and subscriptions for events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any

import strawberry

from engine import model
from engine.assessment.score import Score
from engine.decimals import format_rounded
from engine.document import from_document
from resolvers import event as resolved
from resolvers.event import VisibleEvent
from schema.connection import checked_page_size
from schema.descriptions import CONFLATE, PREVIOUS_CURSOR, SNAPSHOT
from schema.enums import AssessmentKind, AssessmentState, EventKind
from schema.event_envelope import EventEnvelope, start_cursor
from schema.info import Info
from schema.region import Region
from schema.scalars import Cursor
from schema.score import PartScore

EVENTS_MOST = 500


@strawberry.type(description="One thing that happened.")
class Event:
    cursor: Cursor
    previous_cursor: Cursor = strawberry.field(description=PREVIOUS_CURSOR)
    snapshot: bool = strawberry.field(description=SNAPSHOT)
    at: datetime
    kind: EventKind
    sequence: int = strawberry.field(description="In the region's log.")
    subject: strawberry.ID = strawberry.field(description="Id of what it happened to.")
    replay: bool
    _code: strawberry.Private[str]

    @strawberry.field
    async def region(self, info: Info) -> Region | None:
        region = await info.context.loaders.regions.load(self._code)
        return None if region is None else Region.from_model(region)

    @classmethod
    def from_event(cls, event: VisibleEvent) -> Event:
        """Return the GraphQL type of an event."""
        arrival = event.arrival
        return cls(
            cursor=Cursor(event.cursor),
            previous_cursor=Cursor(event.previous_cursor),
            snapshot=event.snapshot,
            at=arrival.at,
            kind=arrival.kind,
            sequence=arrival.sequence,
            subject=strawberry.ID(arrival.subject),
            replay=arrival.actor == resolved.REPLAY_ACTOR,
            _code=arrival.region,
        )


@strawberry.type(description="Events in the order in which this instance committed them.")
class EventPage:
    events: list[Event]
    cursor: Cursor = strawberry.field(description="Give it as `after` to go on from here.")
    has_next_page: bool


@strawberry.type(description="An index that moved, or was published.")
class IndexChanged:
    cursor: Cursor
    previous_cursor: Cursor = strawberry.field(description=PREVIOUS_CURSOR)
    snapshot: bool = strawberry.field(description=SNAPSHOT)
    at: datetime
    instrument: strawberry.ID
    year: int
    kind: AssessmentKind
    state: AssessmentState = strawberry.field(description="Of the assessment it belongs to.")
    before: str | None = strawberry.field(description="Two places; null: there was none.")
    after: str = strawberry.field(description="Two places.")
    predicate_before: str | None
    predicate_after: str
    replay: bool = strawberry.field(
        description="True: a result of an earlier year, played again; not something that "
        "happens now."
    )
    _code: strawberry.Private[str]
    _after: strawberry.Private[Mapping[str, Any]]

    @strawberry.field
    def domains(self) -> list[PartScore]:
        return [
            PartScore.from_model(domain) for domain in from_document(Score, self._after).domains
        ]

    @strawberry.field
    async def region(self, info: Info) -> Region:
        return Region.from_required_model(await info.context.loaders.regions.load(self._code))

    @classmethod
    def from_event(cls, event: VisibleEvent) -> IndexChanged:
        """Return the GraphQL type of an event of kind INDEX_CHANGED."""
        arrival = event.arrival
        body = arrival.derived or {}
        before, after = body["before"], body["after"]  # scores, mostly queried in part
        return cls(
            cursor=Cursor(event.cursor),
            previous_cursor=Cursor(event.previous_cursor),
            snapshot=event.snapshot,
            at=arrival.at,
            instrument=strawberry.ID(body["instrument"]),
            year=body["year"],
            kind=model.AssessmentKind(body["kind"]),
            state=model.AssessmentState(body["state"]),
            before=None if before is None else format_rounded(Fraction(before["exact"])),
            after=format_rounded(Fraction(after["exact"])),
            predicate_before=None if before is None else before["predicate"],
            predicate_after=after["predicate"],
            replay=arrival.actor == resolved.REPLAY_ACTOR,
            _code=arrival.region,
            _after=after,
        )


@strawberry.type
class EventQuery:
    @strawberry.field(
        description="What the viewer may see, in order; `first` is at most 500. Without `after` "
        "it begins with the first event since which all are kept."
    )
    async def events(self, info: Info, after: Cursor | None = None, first: int = 100) -> EventPage:
        events, cursor, has_next = await resolved.page_of_events(
            info.context, after, checked_page_size(first, EVENTS_MOST)
        )
        return EventPage(
            events=[Event.from_event(event) for event in events],
            cursor=Cursor(cursor),
            has_next_page=has_next,
        )


@strawberry.type
class EventSubscription:
    @strawberry.subscription(
        graphql_type=IndexChanged,
        description="Every index that moves and that the viewer may see, after a cursor. Without "
        "one it begins with a snapshot: where each index stands. An error with code "
        "SNAPSHOT_REQUIRED says that the cursor is of no use any more.",
    )
    async def index_changed(
        self,
        info: Info,
        regions: list[strawberry.ID] | None = None,
        after: Cursor | None = None,
        conflate: Annotated[bool, strawberry.argument(description=CONFLATE)] = False,
    ) -> AsyncGenerator[EventEnvelope[IndexChanged], None]:
        kinds = (model.EventKind.INDEX_CHANGED,)
        stream = resolved.stream_events(
            info.context,
            after=start_cursor(info, after),
            regions=regions,
            kinds=kinds,
            conflate=conflate,
        )
        async with aclosing(stream):
            async for event in stream:
                yield EventEnvelope.from_event(IndexChanged.from_event(event), event)

    @strawberry.subscription(
        graphql_type=Event,
        description="Everything that happens and that the viewer may see, after a cursor. Without "
        "one it begins with the newest event of each kind about each subject.",
    )
    async def events(
        self,
        info: Info,
        regions: list[strawberry.ID] | None = None,
        kinds: list[EventKind] | None = None,
        after: Cursor | None = None,
        conflate: Annotated[bool, strawberry.argument(description=CONFLATE)] = False,
    ) -> AsyncGenerator[EventEnvelope[Event], None]:
        stream = resolved.stream_events(
            info.context,
            after=start_cursor(info, after),
            regions=regions,
            kinds=kinds,
            conflate=conflate,
        )
        async with aclosing(stream):
            async for event in stream:
                yield EventEnvelope.from_event(Event.from_event(event), event)
