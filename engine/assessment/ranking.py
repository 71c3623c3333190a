"""Ranks the values of one edition, with the movement since an earlier edition."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

# The least share of the regions ranked in either year that must be ranked in both. A position among
# 9 regions cannot be compared with one among 27.
COMMON_SHARE_LEAST = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Rank:
    """A region's position in a ranking, and its position in the earlier one."""

    region: str
    value: Fraction
    position: int
    previous_position: (
        int | None
    )  # None if it was not ranked, or the sets of regions differ too much
    movement: int | None  # positions gained (positive) or lost
    change: Fraction | None  # change of the value


def rank_regions(
    values: Mapping[str, Fraction], earlier: Mapping[str, Fraction] | None = None
) -> tuple[Rank, ...]:
    """Rank values by region code, best first.

    Equal values share a position, and the next position is skipped (1, 2, 2, 4). Regions with
    equal values are ordered by code. Values are compared exactly, so pass published values, not
    rounded ones. Positions are compared with earlier ones only if nine of ten regions are in both
    sets.
    """
    earlier = earlier or {}
    positions, earlier_positions = _positions(values), _positions(earlier)
    if not _are_comparable(values, earlier):
        earlier_positions = {}
    ranks = []
    for region, value in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        previous = earlier_positions.get(region)
        ranks.append(
            Rank(
                region=region,
                value=value,
                position=positions[region],
                previous_position=previous,
                movement=None if previous is None else previous - positions[region],
                change=value - earlier[region] if region in earlier else None,
            )
        )
    return tuple(ranks)


def _are_comparable(values: Mapping[str, Fraction], earlier: Mapping[str, Fraction]) -> bool:
    all_regions = values.keys() | earlier.keys()
    return len(values.keys() & earlier.keys()) >= COMMON_SHARE_LEAST * len(all_regions)


def _positions(values: Mapping[str, Fraction]) -> dict[str, int]:
    best_first = sorted(-value for value in values.values())
    return {region: bisect_left(best_first, -value) + 1 for region, value in values.items()}
