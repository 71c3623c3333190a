"""Finds the listings of one system by rule `duplicates/1`, and groups doubtful ones for review.

Within a region, listings are compared by national catalogue, address and name. Across regions
only the catalogue counts, because the same name is seldom the same system. The decision AUTO was
right on every labelled pair. The decision REVIEW asks a person, with one answer per group.
Several listings of one system are re-listings, and joining them saves nothing. The module
`overlap` finds the systems whose joining may save costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.matching.grouping import DuplicateGroup, ListingPair, group_spellings, to_listing_pair
from engine.matching.listing import LineClassifier, LineKind, Listing
from engine.matching.name_matching import (
    Spelling,
    compare_spellings,
    decide_by_catalogue,
    find_region_domain,
)
from engine.matching.names import PUBLIC_HOSTS, NameNormaliser, ParsedName, normalise_url
from engine.matching.national_systems import NationalCatalogue, NationalSystem, Recognition

RULE = "duplicates/1"


@dataclass(frozen=True, slots=True)
class GroupedInventory:
    """An inventory grouped by system, with separate websites and cells of several names."""

    groups: tuple[DuplicateGroup, ...]  # each with two or more listings
    alone: tuple[str, ...]  # listings in no group
    websites: tuple[str, ...]
    several: tuple[str, ...]  # cells that name several systems; also in a group of each


class DuplicateFinder:
    """Compares listings by names, addresses and the national catalogue."""

    def __init__(
        self, normaliser: NameNormaliser, national: NationalCatalogue, classifier: LineClassifier
    ) -> None:
        self._normaliser = normaliser
        self._national = national
        self._classifier = classifier
        self._parse = lru_cache(maxsize=1 << 18)(self._parse_listing)

    def compare_listings(self, a: Listing, b: Listing) -> ListingPair | None:
        """Return the decision on two listings, or None if they are not one system."""
        first, second = (
            self._parse(listing.name, listing.url).spelling(listing.opd) for listing in (a, b)
        )
        first.ids, second.ids = [a.id], [b.id]
        if a.region != b.region:
            # The same name in another region is usually another system.
            is_same_system = first.system is not None and first.system == second.system
            return (
                to_listing_pair(first, second, decide_by_catalogue(first, second))
                if is_same_system
                else None
            )
        return to_listing_pair(
            first, second, compare_spellings(first, second, find_region_domain((first, second)))
        )

    def group_listings(self, listings: Iterable[Listing]) -> GroupedInventory:
        """Group listings by system, region by region. Their ids must be unique."""
        regions: dict[str, list[Listing]] = defaultdict(list)
        for listing in listings:
            regions[listing.region].append(listing)
        groups: list[DuplicateGroup] = []
        alone: list[str] = []
        ids_by_kind: dict[LineKind, list[str]] = {LineKind.WEBSITE: [], LineKind.SEVERAL: []}
        for region, lines in regions.items():
            groups.extend(group_spellings(region, self._merge_spellings(lines, ids_by_kind), alone))
        return GroupedInventory(
            groups=tuple(groups),
            alone=tuple(alone),
            websites=tuple(ids_by_kind[LineKind.WEBSITE]),
            several=tuple(ids_by_kind[LineKind.SEVERAL]),
        )

    def _merge_spellings(
        self, lines: Iterable[Listing], ids_by_kind: dict[LineKind, list[str]]
    ) -> list[Spelling]:
        merged: dict[tuple[str, str], Spelling] = {}
        for line in lines:
            parsed = self._parse(line.name, line.url)
            if parsed.kind is not LineKind.APPLICATION:
                ids_by_kind[parsed.kind].append(line.id)
                if parsed.kind is LineKind.WEBSITE:
                    continue
            # Equal names without an address or an OPD prove nothing, so they are not merged.
            owner_key = "" if parsed.identifies_alone else line.opd or line.id
            if not parsed.comparable:
                owner_key = line.id  # a name without letters or digits proves nothing
            spelling = merged.get((parsed.equality_key, owner_key))
            if spelling is None:
                spelling = merged[parsed.equality_key, owner_key] = parsed.spelling(line.opd)
            spelling.ids.append(line.id)
        return list(merged.values())

    def _parse_listing(self, printed: str, url: str | None) -> _ParsedListing:
        name, address = self._normaliser.name(printed), normalise_url(url)
        address = "" if address in PUBLIC_HOSTS else address
        kind = self._classifier.classify_line(printed, url)
        several = self._national.systems_in_cell(printed) if kind is LineKind.SEVERAL else ()
        recognised = None if several else self._national.recognise_system(printed, url)
        system = None if recognised is None else recognised.system
        sure = recognised is not None and recognised.recognition is Recognition.SURE
        return _ParsedListing(
            kind, name, address, system, sure, tuple(named.id for named in several)
        )


class _ParsedListing:
    """A parsed name and address. It is computed once for all listings that share them."""

    # The country has a hundred thousand of these, which the garbage collector traverses. So each
    # is one object, and its key is one string, which caches its hash.
    __slots__ = (
        "_address",
        "_host",
        "_name",
        "_several",
        "_sure",
        "_system",
        "comparable",
        "equality_key",
        "identifies_alone",
        "kind",
    )

    def __init__(
        self,
        kind: LineKind,
        name: ParsedName,
        address: str,
        system: NationalSystem | None,
        sure: bool,
        several: tuple[str, ...],
    ) -> None:
        self.kind = kind
        self.comparable = bool(name.forms) or system is not None
        self.identifies_alone = bool(address) or sure  # whether equality does not need the OPD
        forms = name.key if len(name.forms) == 1 else " ".join(sorted(name.forms))
        national = "" if system is None else f"{system.id} {sure}"
        # Only `address` may contain a newline.
        self.equality_key = "\n".join((forms, national, " ".join(several), address))
        self._name = name
        self._address = address
        self._host = address.partition("/")[0]
        self._system = system
        self._sure = sure
        self._several = several

    def spelling(self, opd: str) -> Spelling:
        """Return the spelling of a listing of an OPD."""
        owner_key = "" if self.identifies_alone else opd
        return Spelling(
            self._name,
            self._address,
            self._host,
            owner_key,
            self._system,
            self._sure,
            self._several,
        )
