"""Estimates the levels behind published domain values, with the range of each level.

Where only domain values are published, many sets of whole levels give the same values. The
estimate is the set closest to the national means by aspect: it minimises the sum of
weight * (level - mean)^2 among all sets that print the same domains (and the same index, where it
is printed). Indicators with the same aspect and weight are interchangeable, so only the sum of
their levels matters. The search enumerates all sums, which is exact and needs no solver. For a
given sum, equal levels have the least squares. Where they cannot be equal, the first indicators
get the higher levels; this choice has no meaning.

An estimate is not an assessment. It has its own type, which no ranking or score accepts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal

from engine.assessment.instrument import Instrument
from engine.decimals import format_rounded
from engine.model import PublishedFigures


@dataclass(frozen=True, slots=True)
class LevelRange:
    """An indicator's estimated level, with its lowest and highest level over all solutions."""

    indicator: int
    level: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class AspectRange:
    """An aspect's estimated value, with its lowest and highest value over all solutions."""

    aspect: int
    value: Fraction
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True, slots=True)
class EstimatedProfile:
    """Levels that reproduce the printed figures. They are estimated, not claimed or assessed."""

    instrument: str
    figures: PublishedFigures
    indicators: tuple[LevelRange, ...]
    aspects: tuple[AspectRange, ...]
    solutions: int  # how many sets of levels print the same figures, this one included
    distance: Fraction  # sum of the weighted squared differences from the means; 0 is a full match
    pulled_by: Mapping[int, Fraction]  # mean by aspect; without one, the domain value is used
    index_met: bool  # False: no levels print both the index and the domains; only the domains match
    basis: Literal["ESTIMATED"] = "ESTIMATED"

    @property
    def levels(self) -> Mapping[int, int]:
        """The estimated level by indicator."""
        return {each.indicator: each.level for each in self.indicators}


@dataclass(frozen=True, slots=True)
class NoProfile:
    """No whole levels print these values, because the values are incomplete or misprinted."""

    instrument: str
    figures: PublishedFigures
    missing: tuple[int, ...]  # domains that are not printed
    impossible: tuple[int, ...]  # domains whose printed value no set of levels gives


@dataclass(frozen=True, slots=True)
class _IndicatorGroup:
    """The indicators that share an aspect and a weight."""

    aspect: int
    weight: Fraction
    numbers: tuple[int, ...]


@dataclass(slots=True)
class _DomainSum:
    """The sums of levels that give a domain the same exact value."""

    best: tuple[int, ...]  # the sums nearest to the means, one per group of the domain
    distance: Fraction
    solutions: int
    sums: list[tuple[int, ...]]


def estimated_profile(
    instrument: Instrument, figures: PublishedFigures, means: Mapping[int, Fraction]
) -> EstimatedProfile | NoProfile:
    """Return the levels nearest to `means` (by aspect) that print the same domains and index."""
    printed = dict(figures.domains)
    missing = tuple(each.number for each in instrument.domains if each.number not in printed)
    groups = {each.number: _groups(instrument, each.number) for each in instrument.domains}
    ways = {
        domain: _ways(instrument, groups[domain], value, means) for domain, value in printed.items()
    }
    impossible = tuple(domain for domain, found in sorted(ways.items()) if not found)
    if missing or impossible:
        return NoProfile(instrument.id, figures, missing, impossible)

    domains = sorted(ways)
    every = list(product(*(ways[domain] for domain in domains)))
    met = [
        total for total in every if format_rounded(sum(total, Fraction()) / 100) == figures.value
    ]
    best_total, best_distance, solutions = None, Fraction(), 0
    open_sums: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for total in met or every:
        chosen = [ways[domain][value] for domain, value in zip(domains, total, strict=True)]
        distance = sum((way.distance for way in chosen), Fraction())
        count = 1
        for domain, way in zip(domains, chosen, strict=True):
            count *= way.solutions
            open_sums[domain].update(way.sums)
        solutions += count
        if best_total is None or distance < best_distance:
            best_total, best_distance = total, distance
    assert best_total is not None  # every domain has a way
    best = {
        domain: ways[domain][value].best for domain, value in zip(domains, best_total, strict=True)
    }
    ranges = [
        each
        for domain in domains
        for each in _level_ranges(instrument, groups[domain], best[domain], open_sums[domain])
    ]
    return EstimatedProfile(
        instrument=instrument.id,
        figures=figures,
        indicators=tuple(sorted(ranges, key=lambda each: each.indicator)),
        aspects=tuple(
            each
            for domain in domains
            for each in _aspect_ranges(groups[domain], best[domain], open_sums[domain])
        ),
        solutions=solutions,
        distance=best_distance,
        pulled_by=dict(means),
        index_met=bool(met),
    )


def _groups(instrument: Instrument, domain: int) -> tuple[_IndicatorGroup, ...]:
    numbers_by_key: dict[tuple[int, Fraction], list[int]] = defaultdict(list)
    for aspect in instrument.aspects_of(domain):
        for each in instrument.indicators_of(aspect.number):
            numbers_by_key[each.aspect, each.weight].append(each.number)
    return tuple(
        _IndicatorGroup(*key, tuple(numbers)) for key, numbers in sorted(numbers_by_key.items())
    )


def _ways(
    instrument: Instrument,
    groups: tuple[_IndicatorGroup, ...],
    printed: str,
    means: Mapping[int, Fraction],
) -> dict[Fraction, _DomainSum]:
    """Group the sums of levels that print the domain value, by their exact weighted sum."""
    lowest, highest = instrument.level_min, instrument.level_max
    counts = [_counts(len(group.numbers), lowest, highest) for group in groups]
    weight = sum((group.weight * len(group.numbers) for group in groups), Fraction())
    distances = [
        {
            total: _distance(group, total, means.get(group.aspect, Fraction(printed)))
            for total in range(lowest * len(group.numbers), highest * len(group.numbers) + 1)
        }
        for group in groups
    ]
    ways: dict[Fraction, _DomainSum] = {}
    for sums in product(*distances):
        value = sum((g.weight * total for g, total in zip(groups, sums, strict=True)), Fraction())
        if format_rounded(value / weight) != printed:
            continue
        distance = sum((d[total] for d, total in zip(distances, sums, strict=True)), Fraction())
        solutions = 1
        for count, total in zip(counts, sums, strict=True):
            solutions *= count[total]
        way = ways.setdefault(value, _DomainSum(sums, distance, 0, []))
        way.solutions += solutions
        way.sums.append(sums)
        if distance < way.distance:
            way.best, way.distance = sums, distance
    return ways


def _counts(size: int, lowest: int, highest: int) -> dict[int, int]:
    """Count the sets of `size` levels, by their sum."""
    counts = {0: 1}
    for _ in range(size):
        longer: dict[int, int] = defaultdict(int)
        for total, count in counts.items():
            for level in range(lowest, highest + 1):
                longer[total + level] += count
        counts = longer
    return counts


def _even(total: int, size: int) -> list[int]:
    """Return `size` whole levels that add up to `total` and differ by at most one, descending."""
    low, above = divmod(total, size)
    return [low + (at < above) for at in range(size)]


def _distance(group: _IndicatorGroup, total: int, mean: Fraction) -> Fraction:
    levels = _even(total, len(group.numbers))
    return group.weight * sum(((level - mean) ** 2 for level in levels), Fraction())


def _level_ranges(
    instrument: Instrument,
    groups: tuple[_IndicatorGroup, ...],
    best: tuple[int, ...],
    open_sums: set[tuple[int, ...]],
) -> list[LevelRange]:
    """Return each level's range: the rest of its group must be able to complete the sum."""
    lowest, highest = instrument.level_min, instrument.level_max
    found = []
    for at, group in enumerate(groups):
        totals = {sums[at] for sums in open_sums}
        others = len(group.numbers) - 1
        low = max(lowest, min(totals) - others * highest)
        high = min(highest, max(totals) - others * lowest)
        levels = _even(best[at], len(group.numbers))
        found += [
            LevelRange(number, level, low, high)
            for number, level in zip(group.numbers, levels, strict=True)
        ]
    return found


def _aspect_ranges(
    groups: tuple[_IndicatorGroup, ...], best: tuple[int, ...], open_sums: set[tuple[int, ...]]
) -> list[AspectRange]:
    found = []
    for aspect in dict.fromkeys(group.aspect for group in groups):
        within = [at for at, group in enumerate(groups) if group.aspect == aspect]
        weight = sum((groups[at].weight * len(groups[at].numbers) for at in within), Fraction())

        def value(
            sums: tuple[int, ...], within: list[int] = within, weight: Fraction = weight
        ) -> Fraction:
            return sum((groups[at].weight * sums[at] for at in within), Fraction()) / weight

        values = [value(sums) for sums in open_sums]
        found.append(AspectRange(aspect, value(best), min(values), max(values)))
    return found
