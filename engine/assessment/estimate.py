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
    solutions: int  # number of sets of levels that print the same figures, including this one
    distance: Fraction  # sum of the weighted squared differences from the means; 0 is a full match
    means: Mapping[int, Fraction]  # mean by aspect; without one, the domain value is used
    is_index_reproduced: (
        bool  # False: no levels print both the index and the domains; only the domains match
    )

    @property
    def levels(self) -> Mapping[int, int]:
        """The estimated level by indicator."""
        return {estimate.indicator: estimate.level for estimate in self.indicators}


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


def estimate_profile(
    instrument: Instrument, figures: PublishedFigures, means: Mapping[int, Fraction]
) -> EstimatedProfile | NoProfile:
    """Return the levels nearest to `means` (by aspect) that print the same domains and index."""
    printed = dict(figures.domains)
    missing = tuple(domain.number for domain in instrument.domains if domain.number not in printed)
    groups = {
        domain.number: _indicator_groups(instrument, domain.number) for domain in instrument.domains
    }
    sums_by_domain = {
        domain: _domain_sums(instrument, groups[domain], value, means)
        for domain, value in printed.items()
    }
    impossible = tuple(domain for domain, sums in sorted(sums_by_domain.items()) if not sums)
    if missing or impossible:
        return NoProfile(instrument.id, figures, missing, impossible)

    domains = sorted(sums_by_domain)
    combinations = list(product(*(sums_by_domain[domain] for domain in domains)))
    matching = [
        values
        for values in combinations
        if format_rounded(sum(values, Fraction()) / 100) == figures.value
    ]
    best_values, best_distance, solutions = None, Fraction(), 0
    possible_sums: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for values in matching or combinations:
        domain_sums = [
            sums_by_domain[domain][value] for domain, value in zip(domains, values, strict=True)
        ]
        distance = sum((domain_sum.distance for domain_sum in domain_sums), Fraction())
        count = 1
        for domain, domain_sum in zip(domains, domain_sums, strict=True):
            count *= domain_sum.solutions
            possible_sums[domain].update(domain_sum.sums)
        solutions += count
        if best_values is None or distance < best_distance:
            best_values, best_distance = values, distance
    assert best_values is not None  # every domain has at least one sum
    best = {
        domain: sums_by_domain[domain][value].best
        for domain, value in zip(domains, best_values, strict=True)
    }
    level_ranges = [
        level_range
        for domain in domains
        for level_range in _level_ranges(
            instrument, groups[domain], best[domain], possible_sums[domain]
        )
    ]
    return EstimatedProfile(
        instrument=instrument.id,
        figures=figures,
        indicators=tuple(sorted(level_ranges, key=lambda level_range: level_range.indicator)),
        aspects=tuple(
            aspect_range
            for domain in domains
            for aspect_range in _aspect_ranges(groups[domain], best[domain], possible_sums[domain])
        ),
        solutions=solutions,
        distance=best_distance,
        means=dict(means),
        is_index_reproduced=bool(matching),
    )


def _indicator_groups(instrument: Instrument, domain: int) -> tuple[_IndicatorGroup, ...]:
    numbers_by_key: dict[tuple[int, Fraction], list[int]] = defaultdict(list)
    for aspect in instrument.aspects_of(domain):
        for indicator in instrument.indicators_of(aspect.number):
            numbers_by_key[indicator.aspect, indicator.weight].append(indicator.number)
    return tuple(
        _IndicatorGroup(*key, tuple(numbers)) for key, numbers in sorted(numbers_by_key.items())
    )


def _domain_sums(
    instrument: Instrument,
    groups: tuple[_IndicatorGroup, ...],
    printed: str,
    means: Mapping[int, Fraction],
) -> dict[Fraction, _DomainSum]:
    """Group the sums of levels that print the domain value, by their exact weighted sum."""
    lowest, highest = instrument.level_min, instrument.level_max
    counts = [_count_level_sets(len(group.numbers), lowest, highest) for group in groups]
    weight = sum((group.weight * len(group.numbers) for group in groups), Fraction())
    distances = [
        {
            total: _group_distance(group, total, means.get(group.aspect, Fraction(printed)))
            for total in range(lowest * len(group.numbers), highest * len(group.numbers) + 1)
        }
        for group in groups
    ]
    sums_by_value: dict[Fraction, _DomainSum] = {}
    for sums in product(*distances):
        value = sum((g.weight * total for g, total in zip(groups, sums, strict=True)), Fraction())
        if format_rounded(value / weight) != printed:
            continue
        distance = sum((d[total] for d, total in zip(distances, sums, strict=True)), Fraction())
        solutions = 1
        for count, total in zip(counts, sums, strict=True):
            solutions *= count[total]
        domain_sum = sums_by_value.setdefault(value, _DomainSum(sums, distance, 0, []))
        domain_sum.solutions += solutions
        domain_sum.sums.append(sums)
        if distance < domain_sum.distance:
            domain_sum.best, domain_sum.distance = sums, distance
    return sums_by_value


def _count_level_sets(size: int, lowest: int, highest: int) -> dict[int, int]:
    """Count the sets of `size` levels, by their sum."""
    counts = {0: 1}
    for _ in range(size):
        next_counts: dict[int, int] = defaultdict(int)
        for total, count in counts.items():
            for level in range(lowest, highest + 1):
                next_counts[total + level] += count
        counts = next_counts
    return counts


def _spread_evenly(total: int, size: int) -> list[int]:
    """Return `size` whole levels that add up to `total` and differ by at most one, descending."""
    low, remainder = divmod(total, size)
    return [low + (position < remainder) for position in range(size)]


def _group_distance(group: _IndicatorGroup, total: int, mean: Fraction) -> Fraction:
    levels = _spread_evenly(total, len(group.numbers))
    return group.weight * sum(((level - mean) ** 2 for level in levels), Fraction())


def _level_ranges(
    instrument: Instrument,
    groups: tuple[_IndicatorGroup, ...],
    best: tuple[int, ...],
    possible_sums: set[tuple[int, ...]],
) -> list[LevelRange]:
    """Return the range of each level, within which the rest of its group can complete the sum."""
    lowest, highest = instrument.level_min, instrument.level_max
    ranges = []
    for position, group in enumerate(groups):
        totals = {sums[position] for sums in possible_sums}
        other_count = len(group.numbers) - 1
        low = max(lowest, min(totals) - other_count * highest)
        high = min(highest, max(totals) - other_count * lowest)
        levels = _spread_evenly(best[position], len(group.numbers))
        ranges += [
            LevelRange(number, level, low, high)
            for number, level in zip(group.numbers, levels, strict=True)
        ]
    return ranges


def _aspect_ranges(
    groups: tuple[_IndicatorGroup, ...], best: tuple[int, ...], possible_sums: set[tuple[int, ...]]
) -> list[AspectRange]:
    ranges = []
    for aspect in dict.fromkeys(group.aspect for group in groups):
        positions = [position for position, group in enumerate(groups) if group.aspect == aspect]
        weight = sum(
            (groups[position].weight * len(groups[position].numbers) for position in positions),
            Fraction(),
        )

        def aspect_value(
            sums: tuple[int, ...], positions: list[int] = positions, weight: Fraction = weight
        ) -> Fraction:
            weighted = (groups[position].weight * sums[position] for position in positions)
            return sum(weighted, Fraction()) / weight

        values = [aspect_value(sums) for sums in possible_sums]
        ranges.append(AspectRange(aspect, aspect_value(best), min(values), max(values)))
    return ranges
