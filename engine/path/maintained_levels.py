"""What a level asks, when it is reached and to keep it, as far as the instrument says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from engine.assessment.instrument import Indicator, Instrument


class LevelRequirement(Enum):
    """Something that a level asks besides its criterion."""

    ALL_OPDS = "ALL_OPDS"  # every OPD takes part
    REVIEW = "REVIEW"  # a periodic review, dated
    IMPROVEMENT = "IMPROVEMENT"  # a new improvement from the review, each year
    LINK = "LINK"  # a link between applications whose evidence still counts
    DOCUMENT = "DOCUMENT"  # a document that shows the integration


@dataclass(frozen=True, slots=True)
class MaintainedLevel:
    """A level that a plan builds on without raising it: levels fall where nothing is done."""

    indicator: int
    level: int
    criterion: str  # empty: not known
    asks: tuple[LevelRequirement, ...]


def level_requirements(
    instrument: Instrument, indicator: Indicator, level: int
) -> tuple[LevelRequirement, ...]:
    """What is in force at a level. An instrument that is silent asks nothing that we know of."""
    need = indicator.integration
    found = []
    if indicator.all_opds_from is not None and level >= indicator.all_opds_from:
        found.append(LevelRequirement.ALL_OPDS)
    if indicator.review_from is not None and level >= indicator.review_from:
        found.append(LevelRequirement.REVIEW)
        if level == instrument.level_max:
            found.append(LevelRequirement.IMPROVEMENT)
    if need is not None and level >= need.from_level:
        found.append(LevelRequirement.LINK if need.needs_link else LevelRequirement.DOCUMENT)
    return tuple(found)


def newly_asked(
    instrument: Instrument, indicator: Indicator, level: int
) -> tuple[LevelRequirement, ...]:
    """What a level asks that the one below it does not."""
    below = level_requirements(instrument, indicator, level - 1)
    return tuple(
        each for each in level_requirements(instrument, indicator, level) if each not in below
    )


def level_criterion(instrument: Instrument, indicator: Indicator, level: int) -> str:
    """The criterion of a level; empty where it is not known."""
    return indicator.criteria[level - instrument.level_min] if indicator.criteria else ""


def list_maintained_levels(
    instrument: Instrument, levels: Mapping[int, int], raised: Collection[int]
) -> tuple[MaintainedLevel, ...]:
    """The levels above the lowest that are not raised, highest first: the hardest to keep."""
    holds = [
        MaintainedLevel(
            each.number,
            levels[each.number],
            level_criterion(instrument, each, levels[each.number]),
            level_requirements(instrument, each, levels[each.number]),
        )
        for each in instrument.indicators
        if each.number not in raised and levels.get(each.number, 0) > instrument.level_min
    ]
    return tuple(sorted(holds, key=lambda hold: (-hold.level, hold.indicator)))
