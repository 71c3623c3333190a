"""Plans to reach a target index: the request, the result and its inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.path.effort import Effort, LevelStep
from engine.path.maintained_levels import LevelRequirement, MaintainedLevel
from engine.path.precedence import Precedence, PrecedenceRule

# Index points: a declared margin for levels that fall or do not pass.
DEFAULT_BUFFER = Fraction(1, 10)
YEARS = range(1, 4)


class PlanRequestInvalid(ValueError):
    """The request contradicts itself or the instrument.

    `part` names the part of the request; `expected` and `found` give the reason.
    """

    def __init__(self, part: str, expected: str, found: object) -> None:
        super().__init__(f"{part}: expected {expected}, got {found}")
        self.part = part
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Situation:
    """The levels of a region, and the effort and order of its steps."""

    instrument: Instrument
    levels: Mapping[int, int]  # an indicator without a level counts at the lowest
    effort: Effort
    precedence: Precedence
    estimated: bool = False  # whether the levels are an estimated profile


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The target index, the buffer, the number of years, and the required and excluded steps."""

    target: Fraction
    buffer: Fraction = DEFAULT_BUFFER
    years: int = 1
    must_rise: frozenset[LevelStep] = frozenset()  # always taken
    excluded: frozenset[LevelStep] = frozenset()  # never taken, nor any level above

    @property
    def goal(self) -> Fraction:
        """The index that the plan must reach: the target plus the buffer."""
        return self.target + self.buffer


def next_levels(
    instrument: Instrument, levels: Mapping[int, int], numbers: Collection[int]
) -> frozenset[LevelStep]:
    """Return the step to the next level of each indicator below the highest level.

    Raises:
        PlanRequestInvalid: the instrument lacks an indicator.
    """
    lowest = instrument.level_min
    present_levels = {
        indicator.number: levels.get(indicator.number, lowest)
        for indicator in instrument.indicators
    }
    for number in numbers:
        if number not in present_levels:
            raise PlanRequestInvalid(
                "indicator", f"1 to {len(present_levels)} of {instrument.id}", number
            )
    return frozenset(
        LevelStep(number, present_levels[number] + 1)
        for number in numbers
        if present_levels[number] < instrument.level_max
    )


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of a plan: one indicator rises by one level."""

    id: LevelStep
    year: int  # 1 is the first year of the plan
    gain: Fraction  # index points
    effort: Fraction
    effort_edited: bool  # whether the effort is the region's own
    must_rise: bool
    criterion: str  # the criterion of the level; empty if unknown
    requirements: tuple[LevelRequirement, ...]
    evidence: str  # evidence of the required integration; empty if unknown


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """The effort of a year, and the index and predicate at its end."""

    year: int
    effort: Fraction
    index: Fraction
    predicate: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest steps to the goal, penalties included, with the inputs of the plan."""

    instrument: str
    request: PlanRequest
    index_before: Fraction
    index_after: Fraction
    predicate_before: str
    predicate_after: str
    steps: tuple[PlannedStep, ...]  # ordered by year, indicator and level
    years: tuple[PlannedYear, ...]
    effort: Fraction
    penalty: Fraction  # sum of the penalties of the broken precedence rules
    broken_rules: tuple[
        PrecedenceRule, ...
    ]  # rules whose step is in the plan without its prerequisite
    maintained_levels: tuple[MaintainedLevel, ...]
    is_estimated: bool
    unclaimed: tuple[int, ...]  # indicators without a claim, counted at the lowest level
    effort_scale: tuple[str, str]  # id, version
    effort_assumed: bool  # whether the plan uses an assumed effort
    precedence_rules: tuple[str, str]  # id, version
    inputs_hash: str  # hash of all inputs of the plan


@dataclass(frozen=True, slots=True)
class UnreachableTarget:
    """The goal cannot be reached; `maximum` is the index with all steps that are not excluded."""

    request: PlanRequest
    index_before: Fraction
    maximum: Fraction
    levels: Mapping[int, int]  # the levels of the maximum
    inputs_hash: str

    @property
    def reaches_target(self) -> bool:
        """Whether the maximum reaches the target without the buffer."""
        return self.maximum >= self.request.target


@dataclass(frozen=True, slots=True)
class CostPoint:
    """The cost of a target. The values are None if the target cannot be reached."""

    target: Fraction
    effort: Fraction | None
    penalty: Fraction | None
    steps: int | None


@dataclass(frozen=True, slots=True)
class ExcludedStep:
    """The extra cost of excluding one step of a plan, and the steps that replace it."""

    step: LevelStep
    extra_effort: Fraction | None  # None if the goal cannot be reached without the step
    extra_penalty: Fraction | None
    replacements: tuple[LevelStep, ...]
    maximum: Fraction | None  # the highest index, if the goal cannot be reached
