"""A plan to reach an index: what is asked for, what comes out, and what that rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.path.effort import Effort, StepId
from engine.path.maintained_levels import LevelRequirement, MaintainedLevel
from engine.path.precedence import Precedence, PrecedenceRule

DEFAULT_BUFFER = Fraction(
    1, 10
)  # index points: a declared margin for levels that fall or do not pass
YEARS = range(1, 4)


class PlanRequestInvalid(ValueError):
    """A wish that contradicts itself or the instrument: about what, expected, found."""

    def __init__(self, about: str, expected: str, found: object) -> None:
        super().__init__(f"{about}: expected {expected}, got {found}")
        self.about = about
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a region stands and what steps cost it."""

    instrument: Instrument
    levels: Mapping[int, int]  # an indicator without one counts at the lowest level
    effort: Effort
    precedence: Precedence
    estimated: bool = False  # the levels are an estimated profile, not claimed ones


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The index to reach, with what margin, by when, and what is settled already."""

    target: Fraction
    buffer: Fraction = DEFAULT_BUFFER
    years: int = 1
    locked: frozenset[StepId] = frozenset()  # taken in any case
    refused: frozenset[StepId] = frozenset()  # not taken, nor any level above

    @property
    def goal(self) -> Fraction:
        """The index that the plan must give."""
        return self.target + self.buffer


def next_levels(
    instrument: Instrument, levels: Mapping[int, int], numbers: Collection[int]
) -> frozenset[StepId]:
    """The step to the next level of each indicator that has one.

    Raises:
        RequestInvalid: the instrument lacks an indicator.
    """
    lowest = instrument.level_min
    known = {each.number: levels.get(each.number, lowest) for each in instrument.indicators}
    for number in numbers:
        if number not in known:
            raise PlanRequestInvalid("indicator", f"1 to {len(known)} of {instrument.id}", number)
    return frozenset(
        StepId(number, known[number] + 1)
        for number in numbers
        if known[number] < instrument.level_max
    )


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One level of one indicator."""

    id: StepId
    year: int  # 1: the next one
    gain: Fraction  # index points
    effort: Fraction
    effort_edited: bool  # the region's own figure
    locked: bool
    criterion: str  # the missing one; empty: not known
    asks: tuple[LevelRequirement, ...]
    evidence: str  # to gather for the integration it asks; empty: not known


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """What a year takes and where it ends."""

    year: int
    effort: Fraction
    index: Fraction
    predicate: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest steps to the goal, penalties included, and what they rest on."""

    instrument: str
    request: PlanRequest
    index_before: Fraction
    index_after: Fraction
    predicate_before: str
    predicate_after: str
    steps: tuple[PlannedStep, ...]  # by year, indicator, level
    years: tuple[PlannedYear, ...]
    effort: Fraction
    penalty: Fraction  # of the broken precedences
    broken: tuple[PrecedenceRule, ...]  # steps of the plan that come before what they build on
    hold: tuple[MaintainedLevel, ...]
    estimated: bool
    unclaimed: tuple[int, ...]  # counted at the lowest level because none is claimed
    effort_scale: tuple[str, str]  # id, version
    effort_assumed: bool  # at least one effort of the plan is the declared default
    precedence_rules: tuple[str, str]  # id, version
    inputs: str  # hash of everything that the plan was computed from


@dataclass(frozen=True, slots=True)
class UnreachableTarget:
    """No steps reach the goal; how far all steps that are not refused go."""

    request: PlanRequest
    index_before: Fraction
    maximum: Fraction
    levels: Mapping[int, int]  # that give the maximum
    inputs: str

    @property
    def reaches_target(self) -> bool:
        """Whether the target would be reached without the buffer."""
        return self.maximum >= self.request.target


@dataclass(frozen=True, slots=True)
class CostPoint:
    """What a target takes; None where it cannot be reached."""

    target: Fraction
    effort: Fraction | None
    penalty: Fraction | None
    steps: int | None


@dataclass(frozen=True, slots=True)
class StepRefusal:
    """What refusing one step of a plan costs, and which steps come instead."""

    step: StepId
    extra_effort: Fraction | None  # None: the goal cannot be reached then
    extra_penalty: Fraction | None
    instead: tuple[StepId, ...]
    maximum: Fraction | None  # where the goal cannot be reached
