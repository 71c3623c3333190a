"""Whether two spellings of a name, with their addresses, are one system: rule `duplicates/1`.

AUTO is what was right on every pair it was measured on: the same national system; one address
and names half alike, unless the address is another government's; one name in one OPD. REVIEW is
a question for a person. Near names at addresses of their own are two systems.
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

_ALIKE = 50.0  # percent of letters that names at one address share, to be sure without a person
_ALIKE_AT_HOST = 60.0
NEAR = 85.0  # percent; misspellings
SHORTEST_NEAR = 5  # letters


class DuplicatePolicy(Enum):
    """Whether a person has to look."""

    AUTO = "AUTO"
    REVIEW = "REVIEW"


@dataclass(frozen=True, slots=True)
class MatchSignal:
    """One thing that speaks for or against a pair, with its value."""

    name: str
    value: str


Finding = tuple[DuplicatePolicy, tuple[MatchSignal, ...]]


@dataclass(slots=True)
class Spelling:
    """Listings of a region that are equal in all that is compared."""

    name: ParsedName
    address: str
    host: str
    opd: str  # empty where the rest says enough
    system: NationalSystem | None
    sure: bool  # that it is that national system
    several: tuple[str, ...] = ()  # ids of the national systems that the cell names
    ids: list[str] = field(default_factory=list)


def by_catalogue(a: Spelling, b: Spelling) -> Finding:
    """The decision about two spellings that were recognised as one national system."""
    decision = DuplicatePolicy.AUTO if a.sure and b.sure else DuplicatePolicy.REVIEW
    return decision, _national(a.system.id if a.system else "")


@lru_cache(maxsize=1 << 10)
def _national(system: str) -> tuple[MatchSignal, ...]:
    return (MatchSignal("national system", system),)


@lru_cache(maxsize=1 << 7)
def _likeness(percent: int) -> MatchSignal:
    return MatchSignal("letters alike", f"{percent} %")


def compare_spellings(a: Spelling, b: Spelling, own: str | None) -> Finding | None:
    """The decision about two spellings in one region, with what it rests on."""
    if a.system is not None and a.system == b.system:
        return by_catalogue(a, b)
    if a.system is not None and b.system is not None:
        return None
    shared = shared_forms(a.name, b.name)
    alike = 100.0 if shared else letters_alike(a.name, b.name)
    likeness = _likeness(round(alike))
    if a.address and a.address == b.address:
        if a.system is not b.system and alike < _ALIKE:
            return None  # a national name, listed with the address of something else
        signals: tuple[MatchSignal, ...] = (MatchSignal("same address", a.address), likeness)
        sure = alike >= _ALIKE and a.system is b.system and _speaks(a.address, own)
        return (DuplicatePolicy.AUTO if sure else DuplicatePolicy.REVIEW), signals
    if shared:
        signals = (MatchSignal("same name", min(shared)),)
        elsewhere = a.host and b.host and a.host != b.host
        if a.opd and a.opd == b.opd and a.system is b.system and not elsewhere:
            return DuplicatePolicy.AUTO, (*signals, MatchSignal("same OPD", a.opd))
        return DuplicatePolicy.REVIEW, signals
    if a.host and a.host == b.host and alike >= _ALIKE_AT_HOST and a.host not in PUBLIC_HOSTS:
        return DuplicatePolicy.REVIEW, (MatchSignal("same host", a.host), likeness)
    if a.host and b.host and a.host != b.host:
        return None  # near names at addresses of their own are two systems
    if alike >= NEAR and min(len(a.name.key), len(b.name.key)) >= SHORTEST_NEAR:
        return DuplicatePolicy.REVIEW, (likeness,)
    if _begins(a.name, b.name) or _begins(b.name, a.name):
        return DuplicatePolicy.REVIEW, (MatchSignal("one name begins the other", a.name.core[0]),)
    return None


def shared_forms(a: ParsedName, b: ParsedName) -> set[str]:
    """The forms in which two names are one.

    What one of them has in brackets may be what the other is called: "SIAK" and "Administrasi
    Kependudukan (SIAK)". Equal brackets behind two names say nothing: "(Desktop)", "(pihak ke3)".
    """
    return ({a.key} & b.forms) | ({b.key} & a.forms)


def letters_alike(a: ParsedName, b: ParsedName) -> float:
    """The percentage of letters that two names share, or that one shares with the other's brackets.

    It is 0 where a name has no form that can be compared, such as "-", "A" or "!!!".
    """
    if not (a.forms and b.forms):
        return 0.0
    if len(a.forms) == len(b.forms) == 1:
        return fuzz.ratio(a.key, b.key)
    pairs = (*((a.key, form) for form in b.forms), *((b.key, form) for form in a.forms))
    return max(fuzz.ratio(one, other) for one, other in pairs)


def _begins(short: ParsedName, long: ParsedName) -> bool:
    """Whether a name of one telling word is the first of another's."""
    return (
        len(short.core) == 1
        and len(short.key) >= SHORTEST_NEAR
        and len(long.core) > 1
        and long.core[0] == short.key
    )


def _speaks(at: str, own: str | None) -> bool:
    """Whether an address tells systems apart: not that of another government's portal.

    What another government runs for many regions, and the catalogue does not know, may be one
    system or several behind one page.
    """
    registered = registered_domain(at.partition("/")[0])
    return not registered.endswith(".go.id") or own is None or registered == own


def own_domain(spellings: Iterable[Spelling]) -> str | None:
    """The domain that a region publishes under: the most frequent one that is not national."""
    domains = Counter(
        registered_domain(each.host)
        for each in spellings
        if each.host.endswith(".go.id") and each.system is None
    )
    return min(domains, key=lambda each: (-domains[each], each), default=None)
