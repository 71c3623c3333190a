"""Groups the spellings of one region: AUTO links make sure parts, REVIEW links make questions."""

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

_WINDOW = 64  # names that are compared in one batch
_LONGEST_NEAR = 2 * 100 / NEAR - 1  # greatest ratio of lengths of near names


@dataclass(frozen=True, slots=True)
class ListingPair:
    """Two listings that are or may be one system, with the signals for it."""

    a: str
    b: str
    decision: DuplicatePolicy
    signals: tuple[MatchSignal, ...]


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Listings of one system, or of possibly one system.

    `sure` holds the parts whose listings are one system. With a single part, no review is needed.
    """

    region: str
    listings: tuple[str, ...]
    sure: tuple[tuple[str, ...], ...]
    links: tuple[ListingPair, ...]  # one pair for each two linked spellings
    national: str | None  # id of the national system, if the group is one

    @property
    def decision(self) -> DuplicatePolicy:
        """AUTO if the group has a single part, or else REVIEW."""
        return DuplicatePolicy.AUTO if len(self.sure) == 1 else DuplicatePolicy.REVIEW

    def pairs(self) -> Iterator[tuple[str, str, DuplicatePolicy]]:
        """Yield all n(n - 1)/2 pairs of the group. They are too many to store."""
        part = {each: number for number, members in enumerate(self.sure) for each in members}
        for a, b in combinations(self.listings, 2):
            yield a, b, DuplicatePolicy.AUTO if part[a] == part[b] else DuplicatePolicy.REVIEW


def pair_of(a: Spelling, b: Spelling, found: Finding | None) -> ListingPair | None:
    """Return a finding on two spellings as a pair of the first listing of each."""
    return None if found is None else ListingPair(a.ids[0], b.ids[0], *found)


def _candidates(spellings: Sequence[Spelling]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share a system, form, host or first word, or have near names."""
    forms: dict[str, tuple[int, ...]] = {}  # tuples, because most hold one number
    places: dict[str, tuple[int, ...]] = {}
    systems: dict[str, tuple[int, ...]] = {}
    begun: dict[str, tuple[int, ...]] = {}
    keys: dict[str, tuple[int, ...]] = {}
    for number, each in enumerate(spellings):
        if each.several:
            continue
        name = each.name
        keys[name.key] = (*keys.get(name.key, ()), number)
        # Sorted, because the order of a set differs between processes.
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
    """Yield the pairs of names that differ by a misspelling; their lengths are similar."""
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
    """Yield the groups of a region, and append the listings in no group to `alone`."""
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
        sure_parts = [tuple(ids) for ids in by_root.values()]
        systems = {system.id for member in members if (system := spellings[member].system)}
        # A cell that names several systems is reviewed in the group of each.
        sure_parts.extend(tuple(each.ids) for each in cells if systems.intersection(each.several))
        if len(sure_parts) == 1 and len(sure_parts[0]) == 1:
            alone.append(sure_parts[0][0])
            continue
        yield DuplicateGroup(
            region=region,
            listings=tuple(i for part in sure_parts for i in part),
            sure=tuple(sure_parts),
            links=tuple(pair for member in members for pair in links.get(member, ())),
            national=min(systems) if len(systems) == 1 else None,
        )


class _Union:
    """A union-find structure over the numbers from 0."""

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
