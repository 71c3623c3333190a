"""Lists the requirements of a level, and the levels that a plan must maintain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from engine.assessment.instrument import Indicator, Instrument


class LevelRequirement(Enum):
    """A requirement of a level in addition to its criterion."""

    ALL_OPDS = "ALL_OPDS"  # every OPD takes part
    REVIEW = "REVIEW"  # a dated, periodic review
    IMPROVEMENT = "IMPROVEMENT"  # a new improvement from the review each year
    LINK = "LINK"  # a link between applications with valid evidence
    DOCUMENT = "DOCUMENT"  # a document that shows the integration


@dataclass(frozen=True, slots=True)
class MaintainedLevel:
    """A level that a plan relies on without raising it. Such a level falls without maintenance."""

    indicator: int
    level: int
    criterion: str  # empty if unknown
    requirements: tuple[LevelRequirement, ...]


def level_requirements(
    instrument: Instrument, indicator: Indicator, level: int
) -> tuple[LevelRequirement, ...]:
    """Return the requirements of a level. The result is empty if the instrument states none."""
    need = indicator.integration
    requirements = []
    if indicator.all_opds_from is not None and level >= indicator.all_opds_from:
        requirements.append(LevelRequirement.ALL_OPDS)
    if indicator.review_from is not None and level >= indicator.review_from:
        requirements.append(LevelRequirement.REVIEW)
        if level == instrument.level_max:
            requirements.append(LevelRequirement.IMPROVEMENT)
    if need is not None and level >= need.from_level:
        requirements.append(LevelRequirement.LINK if need.needs_link else LevelRequirement.DOCUMENT)
    return tuple(requirements)


def added_requirements(
    instrument: Instrument, indicator: Indicator, level: int
) -> tuple[LevelRequirement, ...]:
    """Return the requirements of a level that the level below it does not have."""
    below = level_requirements(instrument, indicator, level - 1)
    return tuple(
        requirement
        for requirement in level_requirements(instrument, indicator, level)
        if requirement not in below
    )


def level_criterion(instrument: Instrument, indicator: Indicator, level: int) -> str:
    """Return the criterion of a level, or an empty text if it is unknown."""
    return indicator.criteria[level - instrument.level_min] if indicator.criteria else ""


def list_maintained_levels(
    instrument: Instrument, levels: Mapping[int, int], raised: Collection[int]
) -> tuple[MaintainedLevel, ...]:
    """Return the levels above the lowest that a plan does not raise, the highest first.

    `raised` holds the numbers of the indicators that the plan raises.
    """
    maintained = [
        MaintainedLevel(
            indicator.number,
            levels[indicator.number],
            level_criterion(instrument, indicator, levels[indicator.number]),
            level_requirements(instrument, indicator, levels[indicator.number]),
        )
        for indicator in instrument.indicators
        if indicator.number not in raised and levels.get(indicator.number, 0) > instrument.level_min
    ]
    return tuple(sorted(maintained, key=lambda entry: (-entry.level, entry.indicator)))
