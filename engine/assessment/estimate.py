"""Levels that could lie behind published domain values: an estimate, and how open it is.

Where only domain values are printed, many sets of whole levels give them. The estimate is the one
closest to the national means by aspect: the least sum of weight * (level - mean)^2 among all sets
that print the same domains (and the same index, where it is printed). Indicators of one aspect
and one weight cannot be told apart, so what counts is the sum of their levels: all sums are gone
through, which is exact and needs no solver. The least squares of a given sum are equal levels, so
within an aspect the higher ones go to the first indicators, which means nothing.

An estimate is not an assessment: it has a type of its own that no rank or score takes.
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
    """An indicator's estimated level, and the lowest and highest that any solution gives it."""

    indicator: int
    level: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class AspectRange:
    """An aspect's estimated value, and the lowest and highest over all solutions."""

    aspect: int
    value: Fraction
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True, slots=True)
class EstimatedProfile:
    """Levels that reproduce the printed figures. ESTIMATED: nobody claimed or assessed them."""

    instrument: str
    figures: PublishedFigures
    indicators: tuple[LevelRange, ...]
    aspects: tuple[AspectRange, ...]
    solutions: int  # how many sets of levels print the same figures, this one included
    distance: Fraction  # of the weighted squares from the means: 0 is all means met
    pulled_by: Mapping[int, Fraction]  # mean by aspect; an aspect not in it follows its domain
    index_met: bool  # false: no levels print this index with these domains; only they are met
    basis: Literal["ESTIMATED"] = "ESTIMATED"

    @property
    def levels(self) -> Mapping[int, int]:
        """The estimated level by indicator."""
        return {each.indicator: each.level for each in self.indicators}


@dataclass(frozen=True, slots=True)
class NoProfile:
    """No whole levels print these values: they are incomplete, or misprinted."""

    instrument: str
    figures: PublishedFigures
    missing: tuple[int, ...]  # domains that are not printed
    impossible: tuple[int, ...]  # domains whose printed value no levels give


@dataclass(frozen=True, slots=True)
class _IndicatorGroup:
    """Indicators of one aspect and one weight."""

    aspect: int
    weight: Fraction
    numbers: tuple[int, ...]


@dataclass(slots=True)
class _DomainSum:
    """All sums of levels of a domain that give it the same exact value."""

    best: tuple[int, ...]  # the sums nearest to the means, one per group of the domain
    distance: Fraction
    solutions: int
    sums: list[tuple[int, ...]]


def estimated_profile(
    instrument: Instrument, figures: PublishedFigures, means: Mapping[int, Fraction]
) -> EstimatedProfile | NoProfile:
    """The levels nearest to `means` (by aspect) that print the same domains and index."""
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
    alike: dict[tuple[int, Fraction], list[int]] = defaultdict(list)
    for aspect in instrument.aspects_of(domain):
        for each in instrument.indicators_of(aspect.number):
            alike[each.aspect, each.weight].append(each.number)
    return tuple(_IndicatorGroup(*key, tuple(numbers)) for key, numbers in sorted(alike.items()))


def _ways(
    instrument: Instrument,
    groups: tuple[_IndicatorGroup, ...],
    printed: str,
    means: Mapping[int, Fraction],
) -> dict[Fraction, _DomainSum]:
    """By exact weighted sum: the ways to levels whose domain value is printed like this."""
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
    """In how many ways `size` levels add up, by their sum."""
    counts = {0: 1}
    for _ in range(size):
        longer: dict[int, int] = defaultdict(int)
        for total, count in counts.items():
            for level in range(lowest, highest + 1):
                longer[total + level] += count
        counts = longer
    return counts


def _even(total: int, size: int) -> list[int]:
    """`size` whole levels that add up to `total` and differ by one at most, higher ones first."""
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
    """A level is possible where the others of its group can make up the rest of the sum."""
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
