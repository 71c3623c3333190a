"""Decides whether two spellings of names, with their addresses, are one system (`duplicates/1`).

The decision AUTO was right on every labelled pair. It requires the same national system, or the
same address with half of the letters in common (unless another government owns the address), or
the same name in the same OPD. The decision REVIEW asks a person. Near names at different hosts
are two systems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from rapidfuzz import fuzz

from engine.matching.names import PUBLIC_HOSTS, ParsedName, registered_domain
from engine.matching.national_systems import NationalSystem

_SIMILAR_AT_ADDRESS = 50.0  # percent of shared letters, for AUTO
_SIMILAR_AT_HOST = 60.0  # percent of shared letters, for REVIEW
NEAR_NAME_SIMILARITY = 85.0  # percent of shared letters in misspellings
SHORTEST_NEAR_NAME = 5  # letters


class DuplicatePolicy(Enum):
    """Whether a person has to review a pair."""

    AUTO = "AUTO"
    REVIEW = "REVIEW"


class MatchSignalKind(Enum):
    """What indicates that two listings are one system."""

    NATIONAL_SYSTEM = "NATIONAL_SYSTEM"  # value: the id of the national system
    SAME_NAME = "SAME_NAME"  # value: the form that both names share
    SIMILAR_NAME = "SIMILAR_NAME"  # value: the percentage of letters that the names share
    NAME_PREFIX = "NAME_PREFIX"  # value: the word with which both names begin
    SAME_ADDRESS = "SAME_ADDRESS"  # value: the address
    SAME_HOST = "SAME_HOST"  # value: the host
    SAME_OPD = "SAME_OPD"  # value: the name of the OPD as printed


@dataclass(frozen=True, slots=True)
class MatchSignal:
    """One signal that two listings are one system, with its value."""

    kind: MatchSignalKind
    value: str


PairDecision = tuple[DuplicatePolicy, tuple[MatchSignal, ...]]


@dataclass(slots=True)
class Spelling:
    """The listings of a region that are equal in all compared values."""

    name: ParsedName
    address: str
    host: str
    opd: str  # empty if the other values decide
    system: NationalSystem | None
    sure: bool  # whether it certainly is that national system
    several: tuple[str, ...] = ()  # ids of the national systems that the cell names
    ids: list[str] = field(default_factory=list)


def decide_by_catalogue(a: Spelling, b: Spelling) -> PairDecision:
    """Return the decision on two spellings that were recognised as one national system."""
    decision = DuplicatePolicy.AUTO if a.sure and b.sure else DuplicatePolicy.REVIEW
    return decision, _national_signal(a.system.id if a.system else "")


@lru_cache(maxsize=1 << 10)
def _national_signal(system: str) -> tuple[MatchSignal, ...]:
    return (MatchSignal(MatchSignalKind.NATIONAL_SYSTEM, system),)


@lru_cache(maxsize=1 << 7)
def _letter_signal(percent: int) -> MatchSignal:
    return MatchSignal(MatchSignalKind.SIMILAR_NAME, f"{percent} %")


def compare_spellings(a: Spelling, b: Spelling, region_domain: str | None) -> PairDecision | None:
    """Return the decision on two spellings of a region, with its signals.

    The result is None if they are two systems. `region_domain` is the domain under which the
    region publishes.
    """
    if a.system is not None and a.system == b.system:
        return decide_by_catalogue(a, b)
    if a.system is not None and b.system is not None:
        return None
    shared = shared_forms(a.name, b.name)
    similarity = 100.0 if shared else letter_similarity(a.name, b.name)
    letters = _letter_signal(round(similarity))
    if a.address and a.address == b.address:
        if a.system is not b.system and similarity < _SIMILAR_AT_ADDRESS:
            return None  # a national name with the address of another system
        signals: tuple[MatchSignal, ...] = (
            MatchSignal(MatchSignalKind.SAME_ADDRESS, a.address),
            letters,
        )
        similar = similarity >= _SIMILAR_AT_ADDRESS
        sure = similar and a.system is b.system and _identifies_system(a.address, region_domain)
        return (DuplicatePolicy.AUTO if sure else DuplicatePolicy.REVIEW), signals
    if shared:
        signals = (MatchSignal(MatchSignalKind.SAME_NAME, min(shared)),)
        at_different_hosts = a.host and b.host and a.host != b.host
        if a.opd and a.opd == b.opd and a.system is b.system and not at_different_hosts:
            return DuplicatePolicy.AUTO, (*signals, MatchSignal(MatchSignalKind.SAME_OPD, a.opd))
        return DuplicatePolicy.REVIEW, signals
    at_one_host = a.host and a.host == b.host and a.host not in PUBLIC_HOSTS
    if at_one_host and similarity >= _SIMILAR_AT_HOST:
        return DuplicatePolicy.REVIEW, (MatchSignal(MatchSignalKind.SAME_HOST, a.host), letters)
    if a.host and b.host and a.host != b.host:
        return None  # near names at different hosts are two systems
    if (
        similarity >= NEAR_NAME_SIMILARITY
        and min(len(a.name.key), len(b.name.key)) >= SHORTEST_NEAR_NAME
    ):
        return DuplicatePolicy.REVIEW, (letters,)
    if _is_first_word_of(a.name, b.name) or _is_first_word_of(b.name, a.name):
        return DuplicatePolicy.REVIEW, (MatchSignal(MatchSignalKind.NAME_PREFIX, a.name.core[0]),)
    return None


def shared_forms(a: ParsedName, b: ParsedName) -> set[str]:
    """Return the forms that two names share.

    The text in one name's brackets may be the other name: "SIAK" and "Administrasi Kependudukan
    (SIAK)". Equal brackets after both names do not count: "(Desktop)", "(pihak ke3)".
    """
    return ({a.key} & b.forms) | ({b.key} & a.forms)


def letter_similarity(a: ParsedName, b: ParsedName) -> float:
    """Return the percentage of letters that two names share.

    A name is also compared with the text in the other's brackets. The result is 0 if a name has no
    comparable form, such as "-", "A" or "!!!".
    """
    if not (a.forms and b.forms):
        return 0.0
    if len(a.forms) == len(b.forms) == 1:
        return fuzz.ratio(a.key, b.key)
    pairs = (*((a.key, form) for form in b.forms), *((b.key, form) for form in a.forms))
    return max(fuzz.ratio(first, second) for first, second in pairs)


def _is_first_word_of(short: ParsedName, long: ParsedName) -> bool:
    """Whether `short` is one distinctive word, and `long` begins with it."""
    return (
        len(short.core) == 1
        and len(short.key) >= SHORTEST_NEAR_NAME
        and len(long.core) > 1
        and long.core[0] == short.key
    )


def _identifies_system(address: str, region_domain: str | None) -> bool:
    """Whether an address identifies a system. The portal of another government does not.

    A portal that another government runs for many regions, and that the catalogue lacks, may be
    one system or several systems behind one page.
    """
    registered = registered_domain(address.partition("/")[0])
    return not registered.endswith(".go.id") or region_domain is None or registered == region_domain


def find_region_domain(spellings: Iterable[Spelling]) -> str | None:
    """Return the domain of a region: the most frequent one that is not of a national system."""
    domains = Counter(
        registered_domain(spelling.host)
        for spelling in spellings
        if spelling.host.endswith(".go.id") and spelling.system is None
    )
    return min(domains, key=lambda domain: (-domains[domain], domain), default=None)
