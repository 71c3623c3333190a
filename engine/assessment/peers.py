"""The regions most like one, and what those of them that moved changed.

Neighbours explain, they do not predict: with the published results they predict no better than
base rates. How far apart two regions are is a declared measure of ours, given part by part.
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

POPULATION_CLASSES = (250_000, 500_000, 1_000_000, 2_500_000)  # people; each is where one starts
OTHER_KIND = 0.25  # index points: a regency against a city
CLASS_APART = 0.10  # index points per class of population
MOVED = Fraction(1, 10)  # index points up from one year to the next
_LOCAL = frozenset({RegionKind.REGENCY, RegionKind.CITY})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a region looks like in one edition of the results."""

    region: str
    kind: RegionKind
    population: int | None
    index: Fraction
    domains: Mapping[int, Fraction]


@dataclass(frozen=True, slots=True)
class Peer:
    """A region like the one asked about, why it counts as one, and what it did next."""

    region: str
    distance: float  # index points
    by_domains: float  # of the distance
    by_kind: float
    by_population: float | None  # None: a population is not known, so it does not count
    differences: Mapping[int, Fraction]  # by domain: the peer's value less the region's
    next_index: Fraction | None  # in the edition after; None: not known
    change: Fraction | None
    domain_changes: Mapping[int, Fraction]  # empty: not known

    @property
    def moved(self) -> bool:
        """Whether it rose by a tenth or more."""
        return self.change is not None and self.change >= MOVED


@dataclass(frozen=True, slots=True)
class Peers:
    """The nearest regions, nearest first."""

    region: str
    nearest: tuple[Peer, ...]
    of: int  # how many could have been
    moved: int
    sufficiency: Sufficiency  # of those that moved, as examples to learn from


@dataclass(frozen=True, slots=True)
class YearEndSnapshot:
    """What is known of a region at the end of a year. None: not known, which is not nothing."""

    year: int
    levels: Mapping[int, int] | None = None
    integrations: Collection[Integration] | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """One indicator that rose or fell."""

    indicator: int
    before: int
    after: int
    gain: Fraction  # index points; negative where it fell


@dataclass(frozen=True, slots=True)
class History:
    """What changed between two snapshots of one region."""

    year_before: int
    year_after: int
    levels: tuple[LevelChange, ...] | None  # largest gain first; None: levels are not known
    integrations_added: tuple[str, ...] | None  # ids; None: not known
    integrations_gone: tuple[str, ...] | None
    added_by_mode: Mapping[IntegrationMode, int]


def nearest_peers(
    instrument: Instrument,
    profiles: Iterable[Profile],
    region: str,
    later: Iterable[Profile] = (),
    first: int = 5,
) -> Peers:
    """The `first` regions nearest to `region` among `profiles`, which hold it too.

    Provinces are peers of provinces and central agencies of their like; regencies and cities of
    each other. `later` is the edition after: it tells what became of them.

    Raises:
        KeyError: `profiles` do not hold the region.
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
    """What a region changed between two years, as far as both are known."""
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
    """The class of a population: 0 for the smallest regions, 4 for those from 2.5 million."""
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
