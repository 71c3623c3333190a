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

from engine.function import Function, Tag
from engine.listing import Listing

RULE = "sharing/1"
SHARED_FROM = 4  # the level from which a service has shown that it works with others


@dataclass(frozen=True, slots=True)
class Candidate:
    """A system of another region for a function that is missing here."""

    region: str  # that could take it over
    function: str
    system: str  # application id
    owner: str  # region code
    level: int | None  # of the owner's service; None: not known, or no indicator is bound to it
    shareable: bool | None  # whether its source may be given on; None: not known
    confidence: float  # of its function tag
    regions_with: int  # how many of the regions compared serve the function


def gaps(
    region: str, systems: Sequence[Listing], tags: Mapping[str, Tag]
) -> tuple[tuple[str, int], ...]:
    """Functions that other regions serve and this one's inventory does not, most served first."""
    serving: dict[str, set[str]] = defaultdict(set)
    for each in systems:
        function = tags[each.id].function
        if function is not None:
            serving[function].add(each.region)
    missing = ((function, len(in_)) for function, in_ in serving.items() if region not in in_)
    return tuple(sorted(missing, key=lambda each: (-each[1], each[0])))


def candidates(
    region: str,
    systems: Sequence[Listing],
    tags: Mapping[str, Tag],
    functions: Mapping[str, Function],
    levels: Mapping[tuple[str, int], int],
    national: Collection[str] = (),
    shareable: Mapping[str, bool] | None = None,
    first: int = 3,
) -> tuple[Candidate, ...]:
    """At most `first` candidates per gap, best first.

    `levels` are the latest (region, spbe-2020 indicator) levels, `national` the ids of listings
    of national systems, `shareable` what owners said about their source.
    """
    said = shareable or {}
    found = []
    for function, regions_with in gaps(region, systems, tags):
        bound = functions[function].indicators
        offers = []
        for each in systems:
            tag = tags[each.id]
            if tag.function != function or each.id in national:
                continue
            known = [levels[each.region, i] for i in bound if (each.region, i) in levels]
            level = max(known, default=None)
            if (level is not None and level < SHARED_FROM) or said.get(each.id) is False:
                continue
            offers.append(
                Candidate(
                    region=region,
                    function=function,
                    system=each.id,
                    owner=each.region,
                    level=level,
                    shareable=said.get(each.id),
                    confidence=tag.confidence,
                    regions_with=regions_with,
                )
            )
        offers.sort(
            key=lambda each: (
                -(each.level or 0),
                each.shareable is None,
                -each.confidence,
                each.system,
            )
        )
        found.extend(offers[:first])
    return tuple(found)
