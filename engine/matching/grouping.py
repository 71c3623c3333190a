"""Groups of spellings in one region: linked by AUTO into sure parts, by REVIEW into questions."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from rapidfuzz import fuzz, process

from engine.matching.name_matching import (
    NEAR,
    SHORTEST_NEAR,
    DuplicatePolicy,
    Finding,
    MatchSignal,
    Spelling,
    compare_spellings,
    own_domain,
)
from engine.matching.names import PUBLIC_HOSTS

_WINDOW = 64  # names compared at once
_LONGEST_NEAR = 2 * 100 / NEAR - 1  # how much longer a name may be and still be near


@dataclass(frozen=True, slots=True)
class ListingPair:
    """Two listings that are, or may be, one system."""

    a: str
    b: str
    decision: DuplicatePolicy
    signals: tuple[MatchSignal, ...]


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Listings of one system, or a question whether they are.

    `sure` are the parts that need no question; where there is one part, there is no question.
    """

    region: str
    listings: tuple[str, ...]
    sure: tuple[tuple[str, ...], ...]
    links: tuple[ListingPair, ...]  # one example for each two spellings that were linked
    national: str | None

    @property
    def decision(self) -> DuplicatePolicy:
        return DuplicatePolicy.AUTO if len(self.sure) == 1 else DuplicatePolicy.REVIEW

    def pairs(self) -> Iterator[tuple[str, str, DuplicatePolicy]]:
        """All pairs of the group; there are n(n - 1)/2, so they are not kept."""
        part = {each: number for number, members in enumerate(self.sure) for each in members}
        for a, b in combinations(self.listings, 2):
            yield a, b, DuplicatePolicy.AUTO if part[a] == part[b] else DuplicatePolicy.REVIEW


def pair_of(a: Spelling, b: Spelling, found: Finding | None) -> ListingPair | None:
    """What was found about two spellings, told of the first listing of each."""
    return None if found is None else ListingPair(a.ids[0], b.ids[0], *found)


def _candidates(spellings: Sequence[Spelling]) -> Iterator[tuple[int, int]]:
    """Pairs of spellings that share a system, a form, a host or a first word, or nearly a name."""
    forms: dict[str, tuple[int, ...]] = {}  # tuples, as most hold one number
    places: dict[str, tuple[int, ...]] = {}
    systems: dict[str, tuple[int, ...]] = {}
    begun: dict[str, tuple[int, ...]] = {}
    keys: dict[str, tuple[int, ...]] = {}
    for number, each in enumerate(spellings):
        if each.several:
            continue
        name = each.name
        keys[name.key] = (*keys.get(name.key, ()), number)
        # In an order of their own: that of a set differs from process to process.
        for form in sorted(name.forms) if len(name.forms) > 1 else name.forms:
            forms[form] = (*forms.get(form, ()), number)
        if each.system is not None:
            systems[each.system.id] = (*systems.get(each.system.id, ()), number)
        if each.address:
            at = each.address if each.host in PUBLIC_HOSTS else each.host
            places[at] = (*places.get(at, ()), number)
        if len(name.core) > 1:
            begun[name.core[0]] = (*begun.get(name.core[0], ()), number)
    for buckets in (systems, places, forms):
        for members in buckets.values():
            yield from combinations(members, 2)
    for word, longer in begun.items():  # "SIMPEG" and "SIMPEG Super App"
        yield from product(keys.get(word, ()), longer)
    for one, other in _near([key for key in keys if len(key) >= SHORTEST_NEAR]):
        yield from product(keys[one], keys[other])


def _near(names: list[str]) -> Iterator[tuple[str, str]]:
    """Names that differ by a misspelling; only those of nearly one length can."""
    names.sort(key=len)
    lengths = [len(each) for each in names]
    for start in range(0, len(names), _WINDOW):
        rows = names[start : start + _WINDOW]
        end = bisect_right(lengths, len(rows[-1]) * _LONGEST_NEAR)
        against = names[start:end]
        scores = process.cdist(rows, against, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
        for row, column in zip(*map(np.ndarray.tolist, np.nonzero(scores)), strict=True):
            if row < column:
                yield rows[row], against[column]


def groups_of(
    region: str, spellings: Sequence[Spelling], alone: list[str]
) -> Iterator[DuplicateGroup]:
    """The groups of a region; what is in no group is put into `alone`."""
    own = own_domain(spellings)
    sure, asked = _Union(len(spellings)), _Union(len(spellings))
    links: dict[int, list[ListingPair]] = defaultdict(list)
    for a, b in dict.fromkeys((min(pair), max(pair)) for pair in _candidates(spellings)):
        pair = pair_of(
            spellings[a], spellings[b], compare_spellings(spellings[a], spellings[b], own)
        )
        if pair is None:
            continue
        asked.join(a, b)
        if pair.decision is DuplicatePolicy.AUTO:
            sure.join(a, b)
        links[a].append(pair)
    parts: dict[int, list[int]] = defaultdict(list)
    cells = []
    for number, each in enumerate(spellings):
        if each.several:
            cells.append(each)
        else:
            parts[asked.root(number)].append(number)
    for members in parts.values():
        if len(members) == 1 and len(spellings[members[0]].ids) == 1 and not cells:
            alone.append(spellings[members[0]].ids[0])
            continue
        by_root: dict[int, list[str]] = defaultdict(list)
        for member in members:
            by_root[sure.root(member)].extend(spellings[member].ids)
        told = [tuple(ids) for ids in by_root.values()]
        systems = {system.id for member in members if (system := spellings[member].system)}
        # A cell that names several systems is asked about in the group of each.
        told.extend(tuple(each.ids) for each in cells if systems.intersection(each.several))
        if len(told) == 1 and len(told[0]) == 1:
            alone.append(told[0][0])
            continue
        yield DuplicateGroup(
            region=region,
            listings=tuple(i for part in told for i in part),
            sure=tuple(told),
            links=tuple(pair for member in members for pair in links.get(member, ())),
            national=min(systems) if len(systems) == 1 else None,
        )


class _Union:
    """Sets that are joined by pairs."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, member: int) -> int:
        above = self._above
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self._above[max(a, b)] = min(a, b)
