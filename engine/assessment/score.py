"""Computes the index of an assessment exactly from its levels, with its predicate.

index = sum(level * weight) / 100 over all indicators. The value of an aspect or domain is the
same weighted mean over its own indicators. Every step is a `Fraction`, so only the printed value
is rounded. The predicate follows the exact value: 3.4951 is printed as 3.50 but is below 3.5. The
regulation does not state which value decides; published predicates follow the exact one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import lcm

from engine.assessment.instrument import Indicator, Instrument
from engine.decimals import format_exact, format_rounded, parse_fraction
from engine.model import Assessment, PublishedFigures


class LevelInvalid(ValueError):
    """The instrument lacks the indicator, or the level is out of its range."""

    def __init__(self, indicator: int, expected: str, found: object) -> None:
        super().__init__(f"indicator {indicator}: expected {expected}, got {found!r}")
        self.indicator = indicator
        self.expected = expected
        self.found = found


class ScoreBasis(Enum):
    """The origin of a score."""

    LEVELS = "LEVELS"
    PUBLISHED = "PUBLISHED"


@dataclass(frozen=True, slots=True)
class PartScore:
    """The value of one domain or aspect."""

    number: int
    name: str
    exact: Fraction

    @property
    def value(self) -> str:
        """The exact decimal; 12 places if it does not terminate (see `decimals.format_exact`)."""
        return format_exact(self.exact)

    @property
    def display(self) -> str:
        """The value with two decimal places, rounded half up."""
        return format_rounded(self.exact)


@dataclass(frozen=True, slots=True)
class Score:
    """An index value with its parts."""

    exact: Fraction
    predicate: str
    domains: tuple[PartScore, ...]
    aspects: tuple[PartScore, ...]  # empty if a publication does not print them
    basis: ScoreBasis
    claimed: int  # indicators with a claimed level; 0 for a published figure
    of: int  # indicators of the instrument

    @property
    def value(self) -> str:
        """The exact decimal; 12 places if it does not terminate (see `decimals.format_exact`)."""
        return format_exact(self.exact)

    @property
    def display(self) -> str:
        """The value with two decimal places, rounded half up."""
        return format_rounded(self.exact)

    @property
    def is_complete(self) -> bool:
        """Whether every indicator has a level; one without a level counts at the lowest."""
        return self.basis is ScoreBasis.PUBLISHED or self.claimed == self.of


@dataclass(frozen=True, slots=True)
class ScoredAssessment:
    """An assessment without its levels, and its score."""

    assessment: Assessment
    score: Score


@dataclass(frozen=True, slots=True)
class PredicateGap:
    """The next better predicate, and the index points missing to reach it."""

    label: str
    threshold: Fraction
    gap: Fraction


@dataclass(frozen=True, slots=True)
class NextStep:
    """One indicator raised by one level, and the index that follows."""

    indicator: int
    from_level: int
    to_level: int
    gain: Fraction
    index: Fraction
    predicate: str


def score_assessment(instrument: Instrument, assessment: Assessment) -> Score:
    """Score an assessment by its published figures, or else by its claimed levels."""
    if assessment.published is not None:
        return score_published_figures(instrument, assessment.published)
    return score_levels(instrument, {claim.indicator: claim.level for claim in assessment.levels})


def score_levels(instrument: Instrument, levels: Mapping[int, int]) -> Score:
    """Score a set of levels. An indicator without a level counts at the lowest level."""
    _check_levels(instrument, levels)
    all_levels = _fill_levels(instrument, levels)
    index = _weighted_mean(instrument.indicators, all_levels)
    aspects = tuple(
        PartScore(
            aspect.number,
            aspect.name,
            _weighted_mean(instrument.indicators_of(aspect.number), all_levels),
        )
        for aspect in instrument.aspects
    )
    domains = []
    for domain in instrument.domains:
        aspect_numbers = {aspect.number for aspect in instrument.aspects_of(domain.number)}
        indicators = [
            indicator for indicator in instrument.indicators if indicator.aspect in aspect_numbers
        ]
        domains.append(
            PartScore(domain.number, domain.name, _weighted_mean(indicators, all_levels))
        )
    return Score(
        exact=index,
        predicate=instrument.predicate(index).label,
        domains=tuple(domains),
        aspects=aspects,
        basis=ScoreBasis.LEVELS,
        claimed=len(levels),
        of=len(instrument.indicators),
    )


def score_published_figures(instrument: Instrument, figures: PublishedFigures) -> Score:
    """Return the score that a publication prints: its value, predicate and domain values."""
    names = {domain.number: domain.name for domain in instrument.domains}
    return Score(
        exact=parse_fraction(figures.value),
        predicate=figures.predicate,
        domains=tuple(
            PartScore(number, names[number], parse_fraction(value))
            for number, value in figures.domains
        ),
        aspects=(),
        basis=ScoreBasis.PUBLISHED,
        claimed=0,
        of=len(instrument.indicators),
    )


def index_from_domains(instrument: Instrument, domains: Mapping[int, Fraction]) -> Fraction:
    """Compute the index from the values of all domains; it is exact if they are."""
    return (
        sum((domains[domain.number] * domain.weight for domain in instrument.domains), Fraction())
        / 100
    )


def next_predicate(
    instrument: Instrument, value: Fraction, predicate: str | None = None
) -> PredicateGap | None:
    """Return the predicate above that of `value`, or None for the highest predicate.

    For a published figure, pass its printed `predicate`. It follows the exact value, which may be
    just below a threshold that the printed value reaches. In that case the gap is 0.00.
    """
    labels = [candidate.label for candidate in instrument.predicates]
    position = labels.index(predicate or instrument.predicate(value).label)
    if position == 0:
        return None
    better = instrument.predicates[position - 1]
    threshold = better.minimum
    assert threshold is not None  # only the lowest predicate has no minimum
    return PredicateGap(better.label, threshold, max(threshold - value, Fraction()))


def list_next_steps(
    instrument: Instrument, levels: Mapping[int, int], limit: int | None = None
) -> tuple[NextStep, ...]:
    """Return the gain of each next level, largest first; equal gains by level, lowest first.

    The gain is what a step adds to the index. The effort of a step is not part of the instrument.
    """
    _check_levels(instrument, levels)
    all_levels = _fill_levels(instrument, levels)
    index = _weighted_mean(instrument.indicators, all_levels)
    open_indicators = [
        indicator
        for indicator in instrument.indicators
        if all_levels[indicator.number] < instrument.level_max
    ]
    open_indicators.sort(
        key=lambda indicator: (-indicator.weight, all_levels[indicator.number], indicator.number)
    )
    steps = []
    for indicator in open_indicators[:limit]:
        gain = indicator.weight / 100
        steps.append(
            NextStep(
                indicator=indicator.number,
                from_level=all_levels[indicator.number],
                to_level=all_levels[indicator.number] + 1,
                gain=gain,
                index=index + gain,
                predicate=instrument.predicate(index + gain).label,
            )
        )
    return tuple(steps)


def _check_levels(instrument: Instrument, levels: Mapping[int, int]) -> None:
    indicator_numbers = {indicator.number for indicator in instrument.indicators}
    lowest, highest = instrument.level_min, instrument.level_max
    for number, level in levels.items():
        if number not in indicator_numbers:
            raise LevelInvalid(number, f"an indicator of {instrument.id}", number)
        if not lowest <= level <= highest:
            raise LevelInvalid(number, f"a level from {lowest} to {highest}", level)


def _fill_levels(instrument: Instrument, levels: Mapping[int, int]) -> dict[int, int]:
    return {
        indicator.number: levels.get(indicator.number, instrument.level_min)
        for indicator in instrument.indicators
    }


def _weighted_mean(indicators: Collection[Indicator], levels: Mapping[int, int]) -> Fraction:
    # Whole weights over one denominator are as exact as sums of fractions, and much faster.
    denominator = lcm(*(indicator.weight.denominator for indicator in indicators))
    total = total_weight = 0
    for indicator in indicators:
        weight = indicator.weight.numerator * (denominator // indicator.weight.denominator)
        total += levels[indicator.number] * weight
        total_weight += weight
    return Fraction(total, total_weight)
