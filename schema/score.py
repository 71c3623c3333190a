"""Scores as a client sees them."""

from __future__ import annotations

import strawberry

from engine import model
from engine import score as engine
from engine.instruments import catalogue
from schema.enums import AssessmentKind, Basis
from schema.instrument import Instrument, shown
from schema.node import Provenance
from storage.assessment import Scored


@strawberry.type(description="The value of one domain or aspect.")
class PartScore:
    number: int
    name: str
    value: str = strawberry.field(description="Exact decimal; 12 places where it never ends.")
    display: str = strawberry.field(description="Rounded once, half up, two places.")

    @classmethod
    def of(cls, value: engine.Part) -> PartScore:
        return cls(number=value.number, name=value.name, value=value.value, display=value.display)


@strawberry.type(description="The next better predicate and how much is missing.")
class PredicateGap:
    label: str
    threshold: str
    gap: str


@strawberry.type(description="Raising one indicator by one level, and the index it would give.")
class Step:
    indicator: int
    from_level: int
    to_level: int
    gain: str = strawberry.field(description="What the index gains: weight / 100, exact.")
    index: str
    display: str
    predicate: str


@strawberry.type(description="An index value with its parts.")
class IndexScore:
    instrument: Instrument
    year: int
    kind: AssessmentKind
    value: str = strawberry.field(
        description="Exact decimal from the levels; as printed where only that is known."
    )
    display: str = strawberry.field(description="Rounded once, half up, two places.")
    predicate: str = strawberry.field(description="From the exact value, not the rounded one.")
    domains: list[PartScore]
    aspects: list[PartScore] = strawberry.field(description="Empty where not published.")
    basis: Basis
    claimed: int = strawberry.field(description="Indicators with a level of their own.")
    complete: bool = strawberry.field(
        description="False while indicators without a level count at the lowest one."
    )
    next_predicate: PredicateGap | None = strawberry.field(description="Null at the top.")
    provenance: Provenance

    @classmethod
    def of(cls, assessment: model.Assessment, value: engine.Score) -> IndexScore:
        instrument = catalogue()[assessment.instrument]
        gap = engine.next_predicate(instrument, value.exact, value.predicate)
        return cls(
            instrument=shown(assessment.instrument),
            year=assessment.year,
            kind=assessment.kind,
            value=value.value,
            display=value.display,
            predicate=value.predicate,
            domains=[PartScore.of(each) for each in value.domains],
            aspects=[PartScore.of(each) for each in value.aspects],
            basis=value.basis,
            claimed=value.claimed,
            complete=value.complete,
            next_predicate=(
                None
                if gap is None
                else PredicateGap(label=gap.label, threshold=gap.threshold, gap=gap.gap)
            ),
            provenance=Provenance.of(assessment.provenance),
        )

    @classmethod
    def of_scored(cls, value: Scored) -> IndexScore:
        return cls.of(value.assessment, value.score)
