"""What a region could take over from a sister instead of building it: rule `sharing/1`.

A gap is a function that no system of the region's inventory serves. That is not yet a need: the
inventory may be incomplete, which is why its completeness goes with every candidate. A sister's
system is proposed where its service is at level 4 or above; where no level is known it is listed
after those, and said to be unknown. Names of two regions are never taken for one system here;
national systems are left out, as they are used and not copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.matching.function_classifier import Function, FunctionTag
from engine.matching.inventory_line import Listing

RULE = "sharing/1"
SHARED_FROM = 4  # the level from which a service has shown that it works with others


@dataclass(frozen=True, slots=True)
class ReuseCandidate:
    """A system of another region for a function that is missing here."""

    region: str  # that could take it over
    function: str
    system: str  # application id
    owner: str  # region code
    level: int | None  # of the owner's service; None: not known, or no indicator is bound to it
    shareable: bool | None  # whether its source may be given on; None: not known
    confidence: float  # of its function tag
    regions_with: int  # how many of the regions compared serve the function


class ReuseCatalogue:
    """The systems of regions that are compared, read once for all of them.

    `levels` are the latest (region, spbe-2020 indicator) levels, `national` the ids of listings
    of national systems, `shareable` what owners said about their source.
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
        said = shareable or {}
        self._serving: dict[str, set[str]] = defaultdict(set)
        self._offers: dict[str, list[tuple[Listing, int | None, float]]] = defaultdict(list)
        self._shareable = said
        for each in systems:
            tag = tags[each.id]
            if tag.function is None:
                continue
            self._serving[tag.function].add(each.region)
            bound = functions[tag.function].indicators
            known = [levels[each.region, i] for i in bound if (each.region, i) in levels]
            level = max(known, default=None)
            proven = level is None or level >= SHARED_FROM
            if proven and each.id not in national and said.get(each.id) is not False:
                self._offers[tag.function].append((each, level, tag.confidence))
        for offers in self._offers.values():
            offers.sort(
                key=lambda offer: (
                    -(offer[1] or 0),
                    offer[0].id not in said,
                    -offer[2],
                    offer[0].id,
                )
            )

    def gaps(self, region: str) -> tuple[tuple[str, int], ...]:
        """Functions that others serve and this one's inventory does not, most served first."""
        missing = (
            (function, len(in_)) for function, in_ in self._serving.items() if region not in in_
        )
        return tuple(sorted(missing, key=lambda each: (-each[1], each[0])))

    def candidates(self, region: str, first: int = 3) -> tuple[ReuseCandidate, ...]:
        """At most `first` candidates per gap of a region, best first."""
        return tuple(
            ReuseCandidate(
                region=region,
                function=function,
                system=system.id,
                owner=system.region,
                level=level,
                shareable=self._shareable.get(system.id),
                confidence=confidence,
                regions_with=regions_with,
            )
            for function, regions_with in self.gaps(region)
            for system, level, confidence in self._offers[function][:first]
        )
