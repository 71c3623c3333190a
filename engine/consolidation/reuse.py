"""Finds systems that a region could take over from another region: rule `sharing/1`.

A gap is a function that no system in the region's inventory serves. A gap is not yet a need,
because the inventory may be incomplete; its completeness therefore accompanies every candidate.
A system is proposed if its service is at level 4 or above. A system of unknown level is listed
after those, with an unknown level. Listings of two regions are never treated as one system here.
National systems are left out, because regions use them and do not copy them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.matching.function_classifier import Function, FunctionTag
from engine.matching.listing import Listing

RULE = "sharing/1"
MIN_SHARED_LEVEL = 4  # at this level, a service is known to work with others


@dataclass(frozen=True, slots=True)
class ReuseCandidate:
    """A system of another region that serves a function missing in this one."""

    region: str  # code of the region that could take over the system
    function: str
    system: str  # application id
    owner: str  # region code
    level: int | None  # of the owner's service; None if unknown, or without an indicator
    is_shareable: bool | None  # whether its source code may be shared; None if unknown
    confidence: float  # confidence of its function tag
    serving_region_count: int  # number of compared regions that serve the function


class ReuseCatalogue:
    """Indexes the systems of the compared regions once, for the queries of every region.

    `levels` holds the latest level by region and spbe-2020 indicator, `national` the ids of the
    listings of national systems, and `shareable` whether an owner permits sharing of the source.
    """

    def __init__(
        self,
        systems: Sequence[Listing],
        tags: Mapping[str, FunctionTag],
        functions: Mapping[str, Function],
        levels: Mapping[tuple[str, int], int],
        national: Collection[str] = (),
        shareable: Mapping[str, bool] | None = None,
    ) -> None:
        shareable_of = shareable or {}
        self._regions_serving: dict[str, set[str]] = defaultdict(set)
        self._offers: dict[str, list[tuple[Listing, int | None, float]]] = defaultdict(list)
        self._shareable = shareable_of
        for system in systems:
            tag = tags[system.id]
            if tag.function is None:
                continue
            self._regions_serving[tag.function].add(system.region)
            indicators = functions[tag.function].indicators
            service_levels = [
                levels[system.region, i] for i in indicators if (system.region, i) in levels
            ]
            level = max(service_levels, default=None)
            sufficient = level is None or level >= MIN_SHARED_LEVEL
            if (
                sufficient
                and system.id not in national
                and shareable_of.get(system.id) is not False
            ):
                self._offers[tag.function].append((system, level, tag.confidence))
        for offers in self._offers.values():
            offers.sort(
                key=lambda offer: (
                    -(offer[1] or 0),
                    offer[0].id not in shareable_of,
                    -offer[2],
                    offer[0].id,
                )
            )

    def missing_functions(self, region: str) -> tuple[tuple[str, int], ...]:
        """Return the functions that only other regions serve, the most widely served first."""
        missing = (
            (function, len(regions))
            for function, regions in self._regions_serving.items()
            if region not in regions
        )
        return tuple(sorted(missing, key=lambda gap: (-gap[1], gap[0])))

    def candidates(self, region: str, first: int = 3) -> tuple[ReuseCandidate, ...]:
        """Return at most `first` candidates for each gap of a region, best first."""
        return tuple(
            ReuseCandidate(
                region=region,
                function=function,
                system=system.id,
                owner=system.region,
                level=level,
                is_shareable=self._shareable.get(system.id),
                confidence=confidence,
                serving_region_count=region_count,
            )
            for function, region_count in self.missing_functions(region)
            for system, level, confidence in self._offers[function][:first]
        )
