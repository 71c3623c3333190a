"""Finds the regions most similar to a region, and what changed in those that improved.

Peers explain; they do not predict. On the published results they predict no better than base
rates. The distance of two regions is a measure defined here, and it is reported part by part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.assessment.instrument import Instrument
from engine.assessment.outlook import FEWEST, Sufficiency
from engine.model import Integration, IntegrationMode, RegionKind

POPULATION_CLASSES = (250_000, 500_000, 1_000_000, 2_500_000)  # people; lower bounds
OTHER_KIND = 0.25  # index points between a regency and a city
CLASS_APART = 0.10  # index points per class of population
MOVED = Fraction(1, 10)  # index points gained from one year to the next
_LOCAL = frozenset({RegionKind.REGENCY, RegionKind.CITY})


@dataclass(frozen=True, slots=True)
class Profile:
    """The features of a region in one edition of the results."""

    region: str
    kind: RegionKind
    population: int | None
    index: Fraction
    domains: Mapping[int, Fraction]


@dataclass(frozen=True, slots=True)
class Peer:
    """A similar region, with the parts of its distance and its later change."""

    region: str
    distance: float  # index points
    by_domains: float  # the part of the distance that the domains add
    by_kind: float
    by_population: float | None  # None if a population is unknown; it then adds nothing
    differences: Mapping[int, Fraction]  # by domain: the peer's value minus the region's
    next_index: Fraction | None  # in the following edition; None if unknown
    change: Fraction | None
    domain_changes: Mapping[int, Fraction]  # empty if unknown

    @property
    def moved(self) -> bool:
        """Whether the index rose by 0.1 points or more."""
        return self.change is not None and self.change >= MOVED


@dataclass(frozen=True, slots=True)
class Peers:
    """The nearest regions, nearest first."""

    region: str
    nearest: tuple[Peer, ...]
    of: int  # number of candidate regions
    moved: int
    sufficiency: Sufficiency  # whether enough of the peers moved to serve as examples


@dataclass(frozen=True, slots=True)
class YearEndSnapshot:
    """What is known about a region at the end of a year. None means unknown, not empty."""

    year: int
    levels: Mapping[int, int] | None = None
    integrations: Collection[Integration] | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The change of one indicator's level."""

    indicator: int
    before: int
    after: int
    gain: Fraction  # index points, negative for a fall


@dataclass(frozen=True, slots=True)
class History:
    """What changed between two snapshots of one region."""

    year_before: int
    year_after: int
    levels: tuple[LevelChange, ...] | None  # largest gain first; None if levels are unknown
    integrations_added: tuple[str, ...] | None  # ids; None if unknown
    integrations_gone: tuple[str, ...] | None
    added_by_mode: Mapping[IntegrationMode, int]


def nearest_peers(
    instrument: Instrument,
    profiles: Iterable[Profile],
    region: str,
    later: Iterable[Profile] = (),
    first: int = 5,
) -> Peers:
    """Return the `first` regions nearest to `region` among `profiles`, which include the region.

    Provinces are compared with provinces, central agencies with central agencies, and regencies
    and cities with each other. `later` holds the profiles of the following edition, from which
    the changes of the peers are computed.

    Raises:
        KeyError: `profiles` do not include the region.
    """
    known = {each.region: each for each in profiles}
    after = {each.region: each for each in later}
    own = known.pop(region)
    like = _LOCAL if own.kind in _LOCAL else frozenset({own.kind})
    same = [
        each
        for each in known.values()
        if each.kind in like and each.domains.keys() == own.domains.keys()
    ]
    peers = [_peer(instrument, own, each, after.get(each.region)) for each in same]
    peers.sort(key=lambda peer: (peer.distance, peer.region))
    chosen = tuple(peers[:first])
    moved = sum(peer.moved for peer in chosen)
    enough = Sufficiency.ENOUGH if moved >= FEWEST else Sufficiency.TOO_FEW
    return Peers(region, chosen, len(peers), moved, enough)


def compare_year_ends(
    instrument: Instrument, before: YearEndSnapshot, after: YearEndSnapshot
) -> History:
    """Compare a region's levels and integrations at two year ends, as far as both are known."""
    levels = None
    if before.levels is not None and after.levels is not None:
        then, now = before.levels, after.levels
        moves = [
            LevelChange(
                each.number,
                then[each.number],
                now[each.number],
                (now[each.number] - then[each.number]) * each.weight / 100,
            )
            for each in instrument.indicators
            if each.number in then and each.number in now and then[each.number] != now[each.number]
        ]
        levels = tuple(sorted(moves, key=lambda move: (-move.gain, move.indicator)))
    added = gone = None
    modes: Counter[IntegrationMode] = Counter()
    if before.integrations is not None and after.integrations is not None:
        had = {each.id for each in before.integrations}
        has = {each.id: each for each in after.integrations}
        added = tuple(sorted(has.keys() - had))
        gone = tuple(sorted(had - has.keys()))
        modes.update(has[each].mode for each in added)
    return History(before.year, after.year, levels, added, gone, dict(modes))


def population_class(population: int) -> int:
    """Return the class of a population, from 0 (smallest) to 4 (2.5 million people or more)."""
    return sum(population >= start for start in POPULATION_CLASSES)


def _peer(instrument: Instrument, own: Profile, other: Profile, later: Profile | None) -> Peer:
    differences = {
        number: value - own.domains[number] for number, value in sorted(other.domains.items())
    }
    weights = {each.number: each.weight / 100 for each in instrument.domains}
    by_domains = math.sqrt(
        sum(weights[number] * difference**2 for number, difference in differences.items())
    )
    by_kind = OTHER_KIND if other.kind is not own.kind else 0.0
    by_population = None
    if own.population is not None and other.population is not None:
        apart = abs(population_class(own.population) - population_class(other.population))
        by_population = CLASS_APART * apart
    shared = later.domains.keys() & other.domains.keys() if later else ()
    return Peer(
        region=other.region,
        distance=by_domains + by_kind + (by_population or 0.0),
        by_domains=by_domains,
        by_kind=by_kind,
        by_population=by_population,
        differences=differences,
        next_index=later.index if later else None,
        change=later.index - other.index if later else None,
        domain_changes={n: later.domains[n] - other.domains[n] for n in sorted(shared)}
        if later
        else {},
    )
