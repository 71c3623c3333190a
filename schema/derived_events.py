"""GraphQL types for the events that are derived from other changes, and subscriptions to each."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from fractions import Fraction
from functools import cached_property

import strawberry

from engine import model
from engine.assessment.score import Score
from engine.consolidation.proposal import ProposalKind
from engine.decimals import parse_fraction
from engine.document import from_document
from engine.verification import verification_state
from resolvers.event import VisibleEvent, is_replayed
from schema.assessment import Assessment
from schema.descriptions import CEILING, CLAIM, NOT_REFUTED, REPLAY, SNAPSHOT_REQUIRED
from schema.enums import AssessmentKind, AssessmentState
from schema.event_envelope import EventEnvelope
from schema.event_stream import (
    ConflateArgument,
    RegionCodesArgument,
    ResumeAfterArgument,
    stream_envelopes,
)
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, indicator_names, schema_instrument
from schema.region_event import DerivedEvent, region_event_fields
from schema.score import PartScore
from schema.verification_enums import VerificationFlag


@strawberry.type(
    description="The index of an assessment changed, or became visible by its publication."
)
class IndexChanged(DerivedEvent):
    instrument: Instrument = strawberry.field(
        description="The instrument of the assessment. Indices of different instruments are not "
        "comparable."
    )
    year: int = strawberry.field(description="The year that the assessment is about.")
    assessment_kind: AssessmentKind = strawberry.field(description="The kind of the assessment.")
    assessment_state: AssessmentState = strawberry.field(
        description="The state of the assessment after the change. Only a published index is final."
    )
    predicate_before: str | None = strawberry.field(
        description="The predicate of the index before the change, such as `Baik`; null if there "
        "was no index."
    )
    predicate_after: str = strawberry.field(
        description="The predicate of the index after the change."
    )

    @strawberry.field(description=REPLAY)
    async def is_replay(self, info: Info) -> bool:
        return await is_replayed(info.context, self._event.arrival)

    @strawberry.field(
        description="The index before the change. Null if there was none, or if the assessment was "
        "just published, because its earlier index was not public."
    )
    def before(self) -> Figure | None:
        before = self._body["before"]
        return None if before is None else Figure.from_fraction(Fraction(before["exact"]))

    @strawberry.field(description="The index after the change.")
    def after(self) -> Figure:
        return Figure.from_fraction(Fraction(self._body["after"]["exact"]))

    @strawberry.field(
        description="The values of the domains after the change, one for each domain of the "
        "instrument. Empty if only the index was published."
    )
    def domains(self) -> list[PartScore]:
        score = from_document(Score, self._body["after"])
        return [PartScore.from_model(domain) for domain in score.domains]

    @classmethod
    def from_event(cls, event: VisibleEvent) -> IndexChanged:
        """Return the GraphQL type of an event of kind INDEX_CHANGED."""
        body = event.arrival.derived or {}
        before, after = body["before"], body["after"]  # scores, mostly queried in part
        return cls(
            **region_event_fields(event),
            instrument=schema_instrument(body["instrument"]),
            year=body["year"],
            assessment_kind=model.AssessmentKind(body["kind"]),
            assessment_state=model.AssessmentState(body["state"]),
            predicate_before=None if before is None else before["predicate"],
            predicate_after=after["predicate"],
        )


@strawberry.type(description="The result of verifying one indicator at one moment.")
class VerdictState:
    claim: int | None = strawberry.field(description=CLAIM)
    ceiling: int = strawberry.field(description=CEILING)
    not_refuted: int = strawberry.field(description=NOT_REFUTED)
    flag: VerificationFlag | None = strawberry.field(
        description="The outcome for the claim; null without a claim."
    )

    @classmethod
    def from_model(cls, value: verification_state.VerdictState) -> VerdictState:
        return cls(
            claim=value.claim,
            ceiling=value.ceiling,
            not_refuted=value.not_refuted,
            flag=value.flag,
        )


@strawberry.type(description="An indicator whose verdict changed.")
class VerdictChange:
    indicator: int = strawberry.field(
        description="The number of the indicator in the instrument of the event."
    )
    name: str = strawberry.field(description="The name of the indicator, in Indonesian.")
    before: VerdictState | None = strawberry.field(
        description="The verdict before the change; null if there was none."
    )
    after: VerdictState = strawberry.field(description="The verdict after the change.")


@strawberry.type(
    description="The index of an assessment by three readings of its claims. All three are null if "
    "there is no assessment with levels."
)
class VerifiedValues:
    claimed: Figure | None = strawberry.field(description="The index with all levels as claimed.")
    supported: Figure | None = strawberry.field(
        description="The index with each claim capped at the level that the evidence shows. A "
        "claim for an indicator without a rule counts as claimed. Null without an assessment."
    )
    not_refuted: Figure | None = strawberry.field(
        description="The index with only those claims capped that the evidence refutes."
    )

    @classmethod
    def from_model(cls, value: verification_state.VerifiedValues) -> VerifiedValues:
        return cls(
            claimed=_optional_figure(value.claimed),
            supported=_optional_figure(value.supported),
            not_refuted=_optional_figure(value.not_refuted),
        )


@strawberry.type(
    description="The verdicts on the claims of an assessment changed; without an assessment, the "
    "levels up to which the evidence goes changed. The event directly follows the change that "
    "caused it. What changes only by the passage of time, such as evidence that becomes too old, "
    "is checked every night."
)
class VerificationChanged(DerivedEvent):
    @strawberry.field(description="The instrument whose rules were applied.")
    def instrument(self) -> Instrument:
        return schema_instrument(self._change.instrument)

    @strawberry.field(description="The year for which the claims were verified.")
    def year(self) -> int:
        return self._change.year

    @strawberry.field(
        description="The id of the assessment whose claims were verified; null if there is none "
        "with levels."
    )
    def assessment_id(self) -> strawberry.ID | None:
        assessment = self._change.assessment
        return None if assessment is None else strawberry.ID(assessment)

    @strawberry.field(
        description="The assessment in its current state. Null if there is none with levels, or if "
        "the viewer may no longer read it."
    )
    async def assessment(self, info: Info) -> Assessment | None:
        if self._change.assessment is None:
            return None
        row = await info.context.loaders.assessments.load(self._change.assessment)
        return None if row is None else Assessment.from_model(*row)

    @strawberry.field(description="The kind of the assessment; null if there is no assessment.")
    def assessment_kind(self) -> AssessmentKind | None:
        return self._change.kind

    @strawberry.field(
        description="The index by the three readings before the change. Null if all verdicts are "
        "new: they are the first, or the assessment has just been published."
    )
    def before(self) -> VerifiedValues | None:
        before = self._change.before
        return None if before is None else VerifiedValues.from_model(before)

    @strawberry.field(description="The index by the three readings after the change.")
    def after(self) -> VerifiedValues:
        return VerifiedValues.from_model(self._change.after)

    @strawberry.field(
        description="The verdicts that changed, by the number of the indicator; at most one for "
        "each indicator of the instrument."
    )
    def changed_verdicts(self) -> list[VerdictChange]:
        names = indicator_names(self._change.instrument)
        return [
            VerdictChange(
                indicator=verdict.indicator,
                name=names[verdict.indicator],
                before=None if verdict.before is None else VerdictState.from_model(verdict.before),
                after=VerdictState.from_model(verdict.after),
            )
            for verdict in self._change.changed
        ]

    @cached_property
    def _change(self) -> verification_state.VerificationChange:
        return from_document(verification_state.VerificationChange, self._body)

    @classmethod
    def from_event(cls, event: VisibleEvent) -> VerificationChanged:
        """Return the GraphQL type of an event of kind VERIFICATION_CHANGED."""
        return cls(**region_event_fields(event))


@strawberry.type(description="The number of proposals of one kind.")
class ProposalCount:
    kind: ProposalKind = strawberry.field(description="The kind of the proposals.")
    count: int = strawberry.field(
        description="The number of proposals of this kind, whether they are decided or not."
    )


@strawberry.type(
    description="The proposals for a region changed. The event follows some seconds after its "
    "cause, and combines changes that quickly follow each other. Each list has at most one id for "
    "each proposal of the region; `Region.proposals` returns the proposals themselves."
)
class ProposalsChanged(DerivedEvent):
    @strawberry.field(description="The ids of the proposals that are new.")
    def opened_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(id) for id in self._change.opened]

    @strawberry.field(
        description="The ids of the proposals whose inputs changed. An earlier decision about such "
        "a proposal no longer holds."
    )
    def changed_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(id) for id in self._change.changed]

    @strawberry.field(description="The ids of the proposals that no longer exist.")
    def closed_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(id) for id in self._change.closed]

    @strawberry.field(
        description="The number of proposals of each kind after the change. A kind without "
        "proposals is left out."
    )
    def proposal_counts(self) -> list[ProposalCount]:
        counts = self._change.counts
        return [ProposalCount(kind=kind, count=count) for kind, count in counts.items()]

    @cached_property
    def _change(self) -> verification_state.ProposalsChange:
        return from_document(verification_state.ProposalsChange, self._body)

    @classmethod
    def from_event(cls, event: VisibleEvent) -> ProposalsChanged:
        """Return the GraphQL type of an event of kind PROPOSALS_CHANGED."""
        return cls(**region_event_fields(event))


@strawberry.type
class DerivedEventSubscription:
    @strawberry.subscription(
        graphql_type=IndexChanged,
        description="Every change of an index that the viewer may read, as it happens. Without a "
        "cursor the stream begins with a snapshot: the newest change of each index. "
        + SNAPSHOT_REQUIRED,
    )
    def index_changed(
        self,
        info: Info,
        region_codes: RegionCodesArgument = None,
        after: ResumeAfterArgument = None,
        conflate: ConflateArgument = False,
    ) -> AsyncGenerator[EventEnvelope[IndexChanged], None]:
        return stream_envelopes(
            info,
            IndexChanged.from_event,
            region_codes=region_codes,
            kinds=(model.EventKind.INDEX_CHANGED,),
            after=after,
            conflate=conflate,
        )

    @strawberry.subscription(
        graphql_type=VerificationChanged,
        description="Every change of a verification that the viewer may read, as it happens. "
        "Without a cursor the stream begins with a snapshot: the newest change of each "
        "verification. " + SNAPSHOT_REQUIRED,
    )
    def verification_changed(
        self,
        info: Info,
        region_codes: RegionCodesArgument = None,
        after: ResumeAfterArgument = None,
        conflate: ConflateArgument = False,
    ) -> AsyncGenerator[EventEnvelope[VerificationChanged], None]:
        return stream_envelopes(
            info,
            VerificationChanged.from_event,
            region_codes=region_codes,
            kinds=(model.EventKind.VERIFICATION_CHANGED,),
            after=after,
            conflate=conflate,
        )

    @strawberry.subscription(
        graphql_type=ProposalsChanged,
        description="Every change of a region's proposals, as it happens. Without a cursor the "
        "stream begins with a snapshot: the newest change of each region. " + SNAPSHOT_REQUIRED,
    )
    def proposals_changed(
        self,
        info: Info,
        region_codes: RegionCodesArgument = None,
        after: ResumeAfterArgument = None,
        conflate: ConflateArgument = False,
    ) -> AsyncGenerator[EventEnvelope[ProposalsChanged], None]:
        return stream_envelopes(
            info,
            ProposalsChanged.from_event,
            region_codes=region_codes,
            kinds=(model.EventKind.PROPOSALS_CHANGED,),
            after=after,
            conflate=conflate,
        )


def _optional_figure(value: str | None) -> Figure | None:
    return None if value is None else Figure.from_fraction(parse_fraction(value))
