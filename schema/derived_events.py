"""GraphQL subscriptions to changes of verifications and proposals."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import strawberry

from engine import model
from engine.consolidation.proposal import ProposalKind
from engine.document import from_document
from engine.verification import verification_state
from engine.verification.verification import VerificationFlag
from resolvers import event as resolved
from resolvers.event import VisibleEvent
from resolvers.instrument import instrument_in_catalogue
from schema.descriptions import CONFLATE, PREVIOUS_CURSOR, SNAPSHOT
from schema.enums import AssessmentKind
from schema.event_envelope import EventEnvelope, start_cursor
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.region import Region
from schema.scalars import Cursor


@strawberry.type(description="Claim, bounds and flag of one indicator.")
class VerdictState:
    claim: int | None
    ceiling: int
    not_refuted: int
    flag: VerificationFlag | None

    @classmethod
    def from_model(cls, value: verification_state.VerdictState) -> VerdictState:
        return cls(
            claim=value.claim,
            ceiling=value.ceiling,
            not_refuted=value.not_refuted,
            flag=value.flag,
        )


@strawberry.type(description="An indicator whose verdict is another one now.")
class VerdictChange:
    indicator: int
    name: str
    before: VerdictState | None = strawberry.field(description="Null: there was none.")
    after: VerdictState


@strawberry.type(
    description="The exact index by three readings of the claims; null without claims."
)
class VerifiedValues:
    claimed: str | None
    supported: str | None
    not_refuted: str | None

    @classmethod
    def from_model(cls, value: verification_state.VerifiedValues) -> VerifiedValues:
        return cls(claimed=value.claimed, supported=value.supported, not_refuted=value.not_refuted)


@strawberry.type(
    description="The verdicts on an assessment's claims, or the bounds without any, are others "
    "now. Told in the order of the log, with the change that made it so; what time alone changes "
    "is told by the nightly pass."
)
class VerificationChanged:
    cursor: Cursor
    previous_cursor: Cursor = strawberry.field(description=PREVIOUS_CURSOR)
    snapshot: bool = strawberry.field(description=SNAPSHOT)
    at: datetime
    instrument: Instrument
    year: int
    assessment: strawberry.ID | None = strawberry.field(description="Null: of the bounds alone.")
    kind: AssessmentKind | None
    before: VerifiedValues | None = strawberry.field(
        description="Null: all of it is new, as it is the first, or was just published."
    )
    after: VerifiedValues
    changed: list[VerdictChange] = strawberry.field(description="By indicator.")
    _code: strawberry.Private[str]

    @strawberry.field
    async def region(self, info: Info) -> Region:
        return Region.from_required_model(await info.context.loaders.regions.load(self._code))

    @classmethod
    def from_event(cls, event: VisibleEvent) -> VerificationChanged:
        """Return the GraphQL type of an event of kind VERIFICATION_CHANGED."""
        change = from_document(verification_state.VerificationChange, event.arrival.derived or {})
        names = {
            indicator.number: indicator.name
            for indicator in instrument_in_catalogue(change.instrument).indicators
        }
        return cls(
            cursor=Cursor(event.cursor),
            previous_cursor=Cursor(event.previous_cursor),
            snapshot=event.snapshot,
            at=event.arrival.at,
            instrument=schema_instrument(change.instrument),
            year=change.year,
            assessment=None if change.assessment is None else strawberry.ID(change.assessment),
            kind=change.kind,
            before=None if change.before is None else VerifiedValues.from_model(change.before),
            after=VerifiedValues.from_model(change.after),
            changed=[
                VerdictChange(
                    indicator=verdict.indicator,
                    name=names[verdict.indicator],
                    before=None
                    if verdict.before is None
                    else VerdictState.from_model(verdict.before),
                    after=VerdictState.from_model(verdict.after),
                )
                for verdict in change.changed
            ],
            _code=event.arrival.region,
        )


@strawberry.type(description="How many proposals of a kind there are now.")
class ProposalCount:
    kind: ProposalKind
    count: int


@strawberry.type(
    description="A region's proposals are others now. Told some seconds after the change, once for "
    "a burst of them."
)
class ProposalsChanged:
    cursor: Cursor
    previous_cursor: Cursor = strawberry.field(description=PREVIOUS_CURSOR)
    snapshot: bool = strawberry.field(description=SNAPSHOT)
    at: datetime
    opened: list[strawberry.ID] = strawberry.field(description="Proposals that are new.")
    changed: list[strawberry.ID] = strawberry.field(
        description="That rest on other inputs: an earlier decision on them is history."
    )
    closed: list[strawberry.ID] = strawberry.field(description="That are no more.")
    counts: list[ProposalCount] = strawberry.field(description="Decided ones included.")
    _code: strawberry.Private[str]

    @strawberry.field
    async def region(self, info: Info) -> Region:
        return Region.from_required_model(await info.context.loaders.regions.load(self._code))

    @classmethod
    def from_event(cls, event: VisibleEvent) -> ProposalsChanged:
        """Return the GraphQL type of an event of kind PROPOSALS_CHANGED."""
        change = from_document(verification_state.ProposalsChange, event.arrival.derived or {})
        return cls(
            cursor=Cursor(event.cursor),
            previous_cursor=Cursor(event.previous_cursor),
            snapshot=event.snapshot,
            at=event.arrival.at,
            opened=[strawberry.ID(id) for id in change.opened],
            changed=[strawberry.ID(id) for id in change.changed],
            closed=[strawberry.ID(id) for id in change.closed],
            counts=[ProposalCount(kind=kind, count=count) for kind, count in change.counts.items()],
            _code=event.arrival.region,
        )


@strawberry.type
class NewsSubscription:
    @strawberry.subscription(
        graphql_type=VerificationChanged,
        description="Every verification that changes and that the viewer may see, after a cursor; "
        "without one, after a snapshot of the newest about each.",
    )
    async def verification_changed(
        self,
        info: Info,
        regions: list[strawberry.ID] | None = None,
        after: Cursor | None = None,
        conflate: Annotated[bool, strawberry.argument(description=CONFLATE)] = False,
    ) -> AsyncGenerator[EventEnvelope[VerificationChanged], None]:
        kinds = (model.EventKind.VERIFICATION_CHANGED,)
        stream = resolved.stream_events(
            info.context,
            after=start_cursor(info, after),
            regions=regions,
            kinds=kinds,
            conflate=conflate,
        )
        async with aclosing(stream):
            async for event in stream:
                yield EventEnvelope.from_event(VerificationChanged.from_event(event), event)

    @strawberry.subscription(
        graphql_type=ProposalsChanged,
        description="Every region whose proposals change, after a cursor; without one, after a "
        "snapshot of the newest about each.",
    )
    async def proposals_changed(
        self,
        info: Info,
        regions: list[strawberry.ID] | None = None,
        after: Cursor | None = None,
        conflate: Annotated[bool, strawberry.argument(description=CONFLATE)] = False,
    ) -> AsyncGenerator[EventEnvelope[ProposalsChanged], None]:
        kinds = (model.EventKind.PROPOSALS_CHANGED,)
        stream = resolved.stream_events(
            info.context,
            after=start_cursor(info, after),
            regions=regions,
            kinds=kinds,
            conflate=conflate,
        )
        async with aclosing(stream):
            async for event in stream:
                yield EventEnvelope.from_event(ProposalsChanged.from_event(event), event)
