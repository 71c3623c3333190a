"""Groups the spellings of one region: AUTO links join listings, REVIEW links ask a person."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from rapidfuzz import fuzz, process

from engine.matching.name_matching import (
    NEAR_NAME_SIMILARITY,
    SHORTEST_NEAR_NAME,
    DuplicatePolicy,
    MatchSignal,
    PairDecision,
    Spelling,
    compare_spellings,
    find_region_domain,
)
from engine.matching.names import PUBLIC_HOSTS

_WINDOW = 64  # names that are compared in one batch
_LONGEST_NEAR = 2 * 100 / NEAR_NAME_SIMILARITY - 1  # greatest ratio of lengths of near names


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
    sure_parts: tuple[tuple[str, ...], ...]
    linked_pairs: tuple[ListingPair, ...]  # one pair for each two linked spellings
    national: str | None  # id of the national system, if the group is one

    @property
    def decision(self) -> DuplicatePolicy:
        """AUTO if the group has a single part, or else REVIEW."""
        return DuplicatePolicy.AUTO if len(self.sure_parts) == 1 else DuplicatePolicy.REVIEW

    def pairs(self) -> Iterator[tuple[str, str, DuplicatePolicy]]:
        """Yield all n(n - 1)/2 pairs of the group. They are too many to store."""
        part = {
            listing: number for number, members in enumerate(self.sure_parts) for listing in members
        }
        for a, b in combinations(self.listings, 2):
            yield a, b, DuplicatePolicy.AUTO if part[a] == part[b] else DuplicatePolicy.REVIEW


def to_listing_pair(a: Spelling, b: Spelling, decision: PairDecision | None) -> ListingPair | None:
    """Return the first listings of two spellings as a pair with the decision, if there is one."""
    return None if decision is None else ListingPair(a.ids[0], b.ids[0], *decision)


def _candidate_pairs(spellings: Sequence[Spelling]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share a system, form, host or first word, or have near names."""
    forms: dict[str, tuple[int, ...]] = {}  # tuples, because most hold one number
    addresses: dict[str, tuple[int, ...]] = {}
    systems: dict[str, tuple[int, ...]] = {}
    first_words: dict[str, tuple[int, ...]] = {}
    keys: dict[str, tuple[int, ...]] = {}
    for number, spelling in enumerate(spellings):
        if spelling.several:
            continue
        name = spelling.name
        keys[name.key] = (*keys.get(name.key, ()), number)
        # Sorted, because the order of a set differs between processes.
        for form in sorted(name.forms) if len(name.forms) > 1 else name.forms:
            forms[form] = (*forms.get(form, ()), number)
        if spelling.system is not None:
            systems[spelling.system.id] = (*systems.get(spelling.system.id, ()), number)
        if spelling.address:
            address = spelling.address if spelling.host in PUBLIC_HOSTS else spelling.host
            addresses[address] = (*addresses.get(address, ()), number)
        if len(name.core) > 1:
            first_words[name.core[0]] = (*first_words.get(name.core[0], ()), number)
    for buckets in (systems, addresses, forms):
        for members in buckets.values():
            yield from combinations(members, 2)
    for word, longer in first_words.items():  # "SIMPEG" and "SIMPEG Super App"
        yield from product(keys.get(word, ()), longer)
    for first, second in _near_name_pairs([key for key in keys if len(key) >= SHORTEST_NEAR_NAME]):
        yield from product(keys[first], keys[second])


def _near_name_pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names that differ by a misspelling; their lengths are similar."""
    names.sort(key=len)
    lengths = [len(name) for name in names]
    for start in range(0, len(names), _WINDOW):
        rows = names[start : start + _WINDOW]
        end = bisect_right(lengths, len(rows[-1]) * _LONGEST_NEAR)
        columns = names[start:end]
        scores = process.cdist(
            rows, columns, scorer=fuzz.ratio, score_cutoff=NEAR_NAME_SIMILARITY, dtype=np.uint8
        )
        for row, column in zip(*map(np.ndarray.tolist, np.nonzero(scores)), strict=True):
            if row < column:
                yield rows[row], columns[column]


def group_spellings(
    region: str, spellings: Sequence[Spelling], alone: list[str]
) -> Iterator[DuplicateGroup]:
    """Yield the groups of a region, and append the listings in no group to `alone`."""
    region_domain = find_region_domain(spellings)
    sure, linked = _UnionFind(len(spellings)), _UnionFind(len(spellings))
    links: dict[int, list[ListingPair]] = defaultdict(list)
    for a, b in dict.fromkeys((min(pair), max(pair)) for pair in _candidate_pairs(spellings)):
        pair = to_listing_pair(
            spellings[a], spellings[b], compare_spellings(spellings[a], spellings[b], region_domain)
        )
        if pair is None:
            continue
        linked.join(a, b)
        if pair.decision is DuplicatePolicy.AUTO:
            sure.join(a, b)
        links[a].append(pair)
    parts: dict[int, list[int]] = defaultdict(list)
    cells = []
    for number, spelling in enumerate(spellings):
        if spelling.several:
            cells.append(spelling)
        else:
            parts[linked.root(number)].append(number)
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
        sure_parts.extend(
            tuple(spelling.ids) for spelling in cells if systems.intersection(spelling.several)
        )
        if len(sure_parts) == 1 and len(sure_parts[0]) == 1:
            alone.append(sure_parts[0][0])
            continue
        yield DuplicateGroup(
            region=region,
            listings=tuple(id for part in sure_parts for id in part),
            sure_parts=tuple(sure_parts),
            linked_pairs=tuple(pair for member in members for pair in links.get(member, ())),
            national=min(systems) if len(systems) == 1 else None,
        )


class _UnionFind:
    """A union-find structure over the numbers from 0."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def root(self, member: int) -> int:
        parents = self._parents
        while parents[member] != member:
            parents[member] = parents[parents[member]]
            member = parents[member]
        return member

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self._parents[max(a, b)] = min(a, b)
