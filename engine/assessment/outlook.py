"""How often regions that stood where this one stands got where it wants to go, a year later.

Base rates of real transitions, nothing fitted: with the published results they predict as well as
any model tried. What they cannot say: why, and anything beyond one year. They describe what
regions did, not what a plan makes of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from statistics import fmean, stdev

from scipy.special import betaincinv

FEWEST = 3  # examples; below them no rate is given
COVERAGE = 0.8  # of the interval
WINDOWS = tuple(Fraction(each, 100) for each in (10, 20, 30, 40))  # index points either side
_ENOUGH = 30  # examples that stop the window from growing


@dataclass(frozen=True, slots=True)
class Transition:
    """One region's value in one year and in the next, by one instrument."""

    region: str
    before: Fraction
    after: Fraction

    @property
    def change(self) -> Fraction:
        """Negative where it fell."""
        return self.after - self.before


class Sufficiency(Enum):
    """Whether there are examples to speak from."""

    ENOUGH = "ENOUGH"
    TOO_FEW = "TOO_FEW"


@dataclass(frozen=True, slots=True)
class BaseRate:
    """`successes` of `n`, with the 80 % interval that so few or many allow (Jeffreys)."""

    successes: int
    n: int
    lowest: float
    highest: float

    @property
    def share(self) -> float:
        """The share seen."""
        return self.successes / self.n


@dataclass(frozen=True, slots=True)
class Outlook:
    """What became of the regions that started where this one stands, one year later."""

    start: Fraction
    target: Fraction
    window: Fraction  # they started at most this far from `start`
    n: int
    sufficiency: Sufficiency
    reached: BaseRate | None  # at least the target; None: too few examples
    fell: BaseRate | None  # below their own start
    mean_change: float | None
    spread: float | None  # standard deviation of the change
    examples: tuple[str, ...]  # codes of the regions, nearest start first


def transitions_between_years(
    before: Mapping[str, Fraction], after: Mapping[str, Fraction]
) -> tuple[Transition, ...]:
    """The regions that both years know. Pass results of one instrument, kind and group only."""
    both = sorted(before.keys() & after.keys())
    return tuple(Transition(region, before[region], after[region]) for region in both)


def outlook_from_transitions(
    seen: Iterable[Transition], start: Fraction, target: Fraction
) -> Outlook:
    """Base rates of the transitions that started nearest to `start`.

    The window grows from 0.10 index points either side until 30 examples are in it, at most to
    0.40; past that the examples would no longer be alike.
    """
    nearest = sorted(seen, key=lambda each: (abs(each.before - start), each.region))
    within: list[Transition] = []
    window = WINDOWS[0]
    for window in WINDOWS:
        within = [each for each in nearest if abs(each.before - start) <= window]
        if len(within) >= _ENOUGH:
            break
    enough = len(within) >= FEWEST
    changes = [float(each.change) for each in within]
    return Outlook(
        start=start,
        target=target,
        window=window,
        n=len(within),
        sufficiency=Sufficiency.ENOUGH if enough else Sufficiency.TOO_FEW,
        reached=base_rate(sum(each.after >= target for each in within), len(within)),
        fell=base_rate(sum(each.change < 0 for each in within), len(within)),
        mean_change=fmean(changes) if enough else None,
        spread=stdev(changes) if enough else None,
        examples=tuple(each.region for each in within),
    )


def base_rate(successes: int, n: int) -> BaseRate | None:
    """A share with its 80 % interval; None below three examples.

    Jeffreys: the middle of Beta(successes + 1/2, failures + 1/2), reaching 0 where nothing
    succeeded and 1 where everything did.
    """
    if n < FEWEST:
        return None
    tail = (1 - COVERAGE) / 2
    a, b = successes + 0.5, n - successes + 0.5
    lowest = 0.0 if successes == 0 else float(betaincinv(a, b, tail))
    highest = 1.0 if successes == n else float(betaincinv(a, b, 1 - tail))
    return BaseRate(successes, n, lowest, highest)
