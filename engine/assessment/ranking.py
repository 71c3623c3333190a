"""Ranks of one edition's values, with the movement since an earlier one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.decimals import format_signed

# The least share of the regions ranked in either year that must be ranked in both. A position among
# 9 regions cannot be compared with one among 27.
AGREEMENT_LEAST = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a region stands, and where it stood."""

    region: str
    value: Fraction
    position: int
    previous: int | None  # None: not ranked then, or among too different regions to compare
    movement: int | None  # positions gained (positive) or lost
    change: str | None  # of the value, signed, two places


def rank_regions(
    values: Mapping[str, Fraction], earlier: Mapping[str, Fraction] | None = None
) -> tuple[Rank, ...]:
    """Rank values by region code, best first.

    Equal values share a position and the next one skips (1, 2, 2, 4); among equals the order is
    that of the codes. Values are compared as given, so pass what is published, not a rounding.
    Positions are compared with the earlier ones only where nine of ten regions are in both sets.
    """
    earlier = earlier or {}
    now, then = _positions(values), _positions(earlier)
    if not _comparable(values, earlier):
        then = {}
    ranks = []
    for region, value in sorted(values.items(), key=lambda each: (-each[1], each[0])):
        previous = then.get(region)
        ranks.append(
            Rank(
                region=region,
                value=value,
                position=now[region],
                previous=previous,
                movement=None if previous is None else previous - now[region],
                change=format_signed(value - earlier[region]) if region in earlier else None,
            )
        )
    return tuple(ranks)


def _comparable(values: Mapping[str, Fraction], earlier: Mapping[str, Fraction]) -> bool:
    either = values.keys() | earlier.keys()
    return len(values.keys() & earlier.keys()) >= AGREEMENT_LEAST * len(either)


def _positions(values: Mapping[str, Fraction]) -> dict[str, int]:
    best_first = sorted(-value for value in values.values())
    return {region: bisect_left(best_first, -value) + 1 for region, value in values.items()}
