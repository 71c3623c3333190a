"""Estimates how often regions with a similar index reached a target index one year later.

The figures are base rates of observed transitions. No model is fitted: on the published results,
base rates predict as well as every model that was tried. They give no reasons and cover no more
than one year. They describe what regions did, not the effect of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from statistics import stdev

from scipy.special import betaincinv

EXAMPLES_LEAST = 3  # with fewer, no rate is computed
INTERVAL_COVERAGE = 0.8  # probability of the interval
# Index points on either side of the start, tried in this order.
WINDOW_WIDTHS = tuple(Fraction(hundredths, 100) for hundredths in (10, 20, 30, 40))
_EXAMPLES_ENOUGH = 30  # the window stops growing at this number of examples


@dataclass(frozen=True, slots=True)
class Transition:
    """One region's value in two consecutive years, by one instrument."""

    region: str
    before: Fraction
    after: Fraction

    @property
    def change(self) -> Fraction:
        """The change in index points, negative for a fall."""
        return self.after - self.before


class SampleSufficiency(Enum):
    """Whether there are enough examples for a rate."""

    ENOUGH = "ENOUGH"
    TOO_FEW = "TOO_FEW"


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The share `success_count` / `sample_size` with its 80 % Jeffreys interval."""

    success_count: int
    sample_size: int
    lowest: float
    highest: float

    @property
    def share(self) -> Fraction:
        """The observed share, from 0 to 1."""
        return Fraction(self.success_count, self.sample_size)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The results, one year later, of the regions that started near this region's index."""

    start: Fraction
    target: Fraction
    window: Fraction  # the greatest distance of an example's start from `start`
    sample_size: int
    sufficiency: SampleSufficiency
    reached: BaseRate | None  # at least the target; None with too few examples
    declined: BaseRate | None  # below its own start
    mean_change: Fraction | None
    standard_deviation: float | None  # of the change
    examples: tuple[str, ...]  # region codes, the nearest start first


def transitions_between_years(
    before: Mapping[str, Fraction], after: Mapping[str, Fraction]
) -> tuple[Transition, ...]:
    """Return the transitions of the regions in both years.

    Pass results of one instrument, one kind and one group only.
    """
    both = sorted(before.keys() & after.keys())
    return tuple(Transition(region, before[region], after[region]) for region in both)


def outlook_from_transitions(
    transitions: Iterable[Transition], start: Fraction, target: Fraction
) -> Outlook:
    """Return the base rates of the transitions that started nearest to `start`.

    The window grows from 0.10 to at most 0.40 index points on either side, until it holds 30
    examples. Regions beyond 0.40 points are too different to serve as examples.
    """
    nearest = sorted(
        transitions, key=lambda transition: (abs(transition.before - start), transition.region)
    )
    examples: list[Transition] = []
    window = WINDOW_WIDTHS[0]
    for window in WINDOW_WIDTHS:
        examples = [
            transition for transition in nearest if abs(transition.before - start) <= window
        ]
        if len(examples) >= _EXAMPLES_ENOUGH:
            break
    is_sufficient = len(examples) >= EXAMPLES_LEAST
    changes = [transition.change for transition in examples]
    return Outlook(
        start=start,
        target=target,
        window=window,
        sample_size=len(examples),
        sufficiency=SampleSufficiency.ENOUGH if is_sufficient else SampleSufficiency.TOO_FEW,
        reached=base_rate(
            sum(transition.after >= target for transition in examples), len(examples)
        ),
        declined=base_rate(sum(change < 0 for change in changes), len(examples)),
        mean_change=sum(changes, Fraction()) / len(changes) if is_sufficient else None,
        standard_deviation=stdev(map(float, changes)) if is_sufficient else None,
        examples=tuple(transition.region for transition in examples),
    )


def base_rate(success_count: int, sample_size: int) -> BaseRate | None:
    """Return a share with its 80 % interval, or None with fewer than three examples.

    The interval is that of Jeffreys: the central part of Beta(successes + 1/2, failures + 1/2).
    It starts at 0 if there are no successes, and ends at 1 if there are no failures.
    """
    if sample_size < EXAMPLES_LEAST:
        return None
    tail = (1 - INTERVAL_COVERAGE) / 2
    a, b = success_count + 0.5, sample_size - success_count + 0.5
    lowest = 0.0 if success_count == 0 else float(betaincinv(a, b, tail))
    highest = 1.0 if success_count == sample_size else float(betaincinv(a, b, 1 - tail))
    return BaseRate(success_count, sample_size, lowest, highest)
