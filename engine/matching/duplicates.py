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

from engine.matching.grouping import DuplicateGroup, ListingPair, groups_of, pair_of
from engine.matching.inventory_line import LineClassifier, LineKind, Listing
from engine.matching.name_matching import Spelling, by_catalogue, compare_spellings, own_domain
from engine.matching.names import PUBLIC_HOSTS, Normaliser, ParsedName, normalise_url
from engine.matching.national_systems import NationalCatalogue, NationalSystem, Recognition

RULE = "duplicates/1"


@dataclass(frozen=True, slots=True)
class SortedInventory:
    """An inventory grouped by system, with websites and cells of several names apart."""

    groups: tuple[DuplicateGroup, ...]  # each with two or more listings
    alone: tuple[str, ...]  # listings in no group
    websites: tuple[str, ...]
    several: tuple[str, ...]  # cells that name several systems; also in a group of each


class DuplicateFinder:
    """Compares listings by names, addresses and the national catalogue."""

    def __init__(
        self, normaliser: Normaliser, national: NationalCatalogue, sorter: LineClassifier
    ) -> None:
        self._normaliser = normaliser
        self._national = national
        self._sorter = sorter
        self._read = lru_cache(maxsize=1 << 18)(self._reading)

    def pair(self, a: Listing, b: Listing) -> ListingPair | None:
        """Return the decision on two listings, or None if they are not one system."""
        one, other = (self._read(each.name, each.url).spelling(each.opd) for each in (a, b))
        one.ids, other.ids = [a.id], [b.id]
        if a.region != b.region:
            # The same name in another region is usually another system.
            same = one.system is not None and one.system == other.system
            return pair_of(one, other, by_catalogue(one, other)) if same else None
        return pair_of(one, other, compare_spellings(one, other, own_domain((one, other))))

    def sort_out(self, listings: Iterable[Listing]) -> SortedInventory:
        """Group listings by system, region by region. Their ids must be unique."""
        regions: dict[str, list[Listing]] = defaultdict(list)
        for each in listings:
            regions[each.region].append(each)
        groups: list[DuplicateGroup] = []
        alone: list[str] = []
        set_apart: dict[LineKind, list[str]] = {LineKind.WEBSITE: [], LineKind.SEVERAL: []}
        for region, lines in regions.items():
            groups.extend(groups_of(region, self._spellings(lines, set_apart), alone))
        return SortedInventory(
            groups=tuple(groups),
            alone=tuple(alone),
            websites=tuple(set_apart[LineKind.WEBSITE]),
            several=tuple(set_apart[LineKind.SEVERAL]),
        )

    def _spellings(
        self, lines: Iterable[Listing], set_apart: dict[LineKind, list[str]]
    ) -> list[Spelling]:
        merged: dict[tuple[str, str], Spelling] = {}
        for line in lines:
            read = self._read(line.name, line.url)
            if read.kind is not LineKind.APPLICATION:
                set_apart[read.kind].append(line.id)
                if read.kind is LineKind.WEBSITE:
                    continue
            # Equal names without an address or an OPD prove nothing, so they are not merged.
            owner_key = "" if read.decides else line.opd or line.id
            if not read.comparable:
                owner_key = line.id  # a name without letters or digits proves nothing
            spelling = merged.get((read.equal, owner_key))
            if spelling is None:
                spelling = merged[read.equal, owner_key] = read.spelling(line.opd)
            spelling.ids.append(line.id)
        return list(merged.values())

    def _reading(self, printed: str, url: str | None) -> _ParsedListing:
        name, at = self._normaliser.name(printed), normalise_url(url)
        at = "" if at in PUBLIC_HOSTS else at
        kind = self._sorter.kind(printed, url)
        several = self._national.several(printed) if kind is LineKind.SEVERAL else ()
        found = None if several else self._national.recognise(printed, url)
        system = None if found is None else found.system
        sure = found is not None and found.recognition is Recognition.SURE
        return _ParsedListing(kind, name, at, system, sure, tuple(each.id for each in several))


class _ParsedListing:
    """A parsed name and address. It is computed once for all listings that share them."""

    # The country has a hundred thousand of these, which the garbage collector traverses. So each
    # is one object, and its key is one string, which caches its hash.
    __slots__ = (
        "_at",
        "_host",
        "_name",
        "_several",
        "_sure",
        "_system",
        "comparable",
        "decides",
        "equal",
        "kind",
    )

    def __init__(
        self,
        kind: LineKind,
        name: ParsedName,
        at: str,
        system: NationalSystem | None,
        sure: bool,
        several: tuple[str, ...],
    ) -> None:
        self.kind = kind
        self.comparable = bool(name.forms) or system is not None
        self.decides = bool(at) or sure  # whether equality does not need the OPD
        forms = name.key if len(name.forms) == 1 else " ".join(sorted(name.forms))
        known = "" if system is None else f"{system.id} {sure}"
        # Only `at` may contain a newline.
        self.equal = "\n".join((forms, known, " ".join(several), at))
        self._name = name
        self._at = at
        self._host = at.partition("/")[0]
        self._system = system
        self._sure = sure
        self._several = several

    def spelling(self, opd: str) -> Spelling:
        """Return the spelling of a listing of an OPD."""
        owner_key = "" if self.decides else opd
        return Spelling(
            self._name, self._at, self._host, owner_key, self._system, self._sure, self._several
        )
