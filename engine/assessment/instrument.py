"""An assessment instrument: a versioned catalogue of parts, weights, levels and predicates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class InstrumentStatus(Enum):
    """Whether an instrument is in use for assessments."""

    IN_FORCE = "IN_FORCE"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale."""

    number: int
    name: str
    rule: str  # the general requirement of the level, in our words; empty if unknown


@dataclass(frozen=True, slots=True)
class Scale:
    """The named levels of an indicator, lowest first."""

    id: str
    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A label for index values of at least `minimum`, which is None for the lowest predicate."""

    label: str
    minimum: Fraction | None


@dataclass(frozen=True, slots=True)
class Domain:
    """A top-level part of the index."""

    number: int
    name: str
    weight: Fraction  # percent of the index


@dataclass(frozen=True, slots=True)
class Aspect:
    """A part of a domain."""

    number: int
    domain: int
    name: str
    weight: Fraction  # percent of the index


@dataclass(frozen=True, slots=True)
class IntegrationNeed:
    """The integration that an indicator must show from a level on."""

    kind: str
    from_level: int
    needs_link: bool  # a link between applications must show it; a document is not enough
    partners: tuple[int, ...]  # indicators whose services are the usual counterparts; examples only
    requirement: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One scored line of the instrument."""

    number: int
    code: str  # as printed: "I01", "35-2"
    name: str
    aspect: int
    weight: Fraction  # percent of the index
    scale: str
    criteria: tuple[str, ...]  # per level, lowest first; empty if unknown
    integration: IntegrationNeed | None
    all_opds_from: int | None  # the level from which every OPD must take part
    review_from: int | None  # the level from which a periodic review is required
    predecessors: tuple[str, ...]  # codes in the preceding instrument
    note: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A versioned catalogue. Weights are exact percents and add up to 100."""

    id: str
    name: str
    legal_basis: str
    status: InstrumentStatus
    status_note: str  # what the status and the data rest on
    year_from: int
    year_to: int | None  # None: still in use
    level_min: int
    level_max: int
    scales: tuple[Scale, ...]
    predicates: tuple[Predicate, ...]  # best first
    domains: tuple[Domain, ...]
    aspects: tuple[Aspect, ...]
    indicators: tuple[Indicator, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def indicator_numbers(self) -> dict[str, int]:
        """The number of each indicator, keyed by its number as text and by its code."""
        by_code = {indicator.code: indicator.number for indicator in self.indicators}
        return by_code | {str(indicator.number): indicator.number for indicator in self.indicators}

    def predicate(self, value: Fraction) -> Predicate:
        """Return the predicate of an exact index value."""
        return next(p for p in self.predicates if p.minimum is None or value >= p.minimum)

    def indicators_of(self, aspect: int) -> tuple[Indicator, ...]:
        """Return the indicators of one aspect, in order."""
        return tuple(indicator for indicator in self.indicators if indicator.aspect == aspect)

    def aspects_of(self, domain: int) -> tuple[Aspect, ...]:
        """Return the aspects of one domain, in order."""
        return tuple(aspect for aspect in self.aspects if aspect.domain == domain)
