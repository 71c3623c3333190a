"""Finds the regions most similar to a region, and the changes of those that improved.

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
from engine.assessment.outlook import EXAMPLES_LEAST, SampleSufficiency
from engine.model import Integration, IntegrationMode, RegionKind

POPULATION_CLASSES = (250_000, 500_000, 1_000_000, 2_500_000)  # people; lower bounds
KIND_DISTANCE = 0.25  # index points between a regency and a city
CLASS_DISTANCE = 0.10  # index points per class of population
RISE_LEAST = Fraction(1, 10)  # index points gained in a year, from which a region has risen
_LOCAL_KINDS = frozenset({RegionKind.REGENCY, RegionKind.CITY})


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
    def has_risen(self) -> bool:
        """Whether the index rose by 0.1 points or more."""
        return self.change is not None and self.change >= RISE_LEAST


@dataclass(frozen=True, slots=True)
class Peers:
    """The nearest regions, nearest first."""

    region: str
    nearest: tuple[Peer, ...]
    candidate_count: int  # number of candidate regions
    risen_count: int
    sufficiency: SampleSufficiency  # whether enough of the peers have risen to serve as examples


@dataclass(frozen=True, slots=True)
class YearEndSnapshot:
    """The known state of a region at the end of a year. None means unknown, not empty."""

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
    """The changes between two snapshots of one region."""

    year_before: int
    year_after: int
    levels: tuple[LevelChange, ...] | None  # largest gain first; None if levels are unknown
    integrations_added: tuple[str, ...] | None  # ids; None if unknown
    integrations_removed: tuple[str, ...] | None
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
    profiles_by_region = {profile.region: profile for profile in profiles}
    later_profiles = {profile.region: profile for profile in later}
    own_profile = profiles_by_region.pop(region)
    comparable_kinds = (
        _LOCAL_KINDS if own_profile.kind in _LOCAL_KINDS else frozenset({own_profile.kind})
    )
    candidates = [
        profile
        for profile in profiles_by_region.values()
        if profile.kind in comparable_kinds and profile.domains.keys() == own_profile.domains.keys()
    ]
    peers = [
        _peer(instrument, own_profile, profile, later_profiles.get(profile.region))
        for profile in candidates
    ]
    peers.sort(key=lambda peer: (peer.distance, peer.region))
    chosen = tuple(peers[:first])
    risen_count = sum(peer.has_risen for peer in chosen)
    sufficiency = (
        SampleSufficiency.ENOUGH if risen_count >= EXAMPLES_LEAST else SampleSufficiency.TOO_FEW
    )
    return Peers(region, chosen, len(peers), risen_count, sufficiency)


def compare_year_ends(
    instrument: Instrument, before: YearEndSnapshot, after: YearEndSnapshot
) -> History:
    """Compare a region's levels and integrations at two year ends, as far as both are known."""
    levels = None
    if before.levels is not None and after.levels is not None:
        levels_before, levels_after = before.levels, after.levels
        changes = [
            LevelChange(
                indicator.number,
                levels_before[indicator.number],
                levels_after[indicator.number],
                (levels_after[indicator.number] - levels_before[indicator.number])
                * indicator.weight
                / 100,
            )
            for indicator in instrument.indicators
            if indicator.number in levels_before
            and indicator.number in levels_after
            and levels_before[indicator.number] != levels_after[indicator.number]
        ]
        levels = tuple(sorted(changes, key=lambda change: (-change.gain, change.indicator)))
    added = removed = None
    modes: Counter[IntegrationMode] = Counter()
    if before.integrations is not None and after.integrations is not None:
        ids_before = {integration.id for integration in before.integrations}
        integrations_after = {integration.id: integration for integration in after.integrations}
        added = tuple(sorted(integrations_after.keys() - ids_before))
        removed = tuple(sorted(ids_before - integrations_after.keys()))
        modes.update(integrations_after[id].mode for id in added)
    return History(before.year, after.year, levels, added, removed, dict(modes))


def population_class(population: int) -> int:
    """Return the class of a population, from 0 (smallest) to 4 (2.5 million people or more)."""
    return sum(population >= lower_bound for lower_bound in POPULATION_CLASSES)


def _peer(
    instrument: Instrument, own_profile: Profile, candidate: Profile, later: Profile | None
) -> Peer:
    differences = {
        number: value - own_profile.domains[number]
        for number, value in sorted(candidate.domains.items())
    }
    weights = {domain.number: domain.weight / 100 for domain in instrument.domains}
    by_domains = math.sqrt(
        sum(weights[number] * difference**2 for number, difference in differences.items())
    )
    by_kind = KIND_DISTANCE if candidate.kind is not own_profile.kind else 0.0
    by_population = None
    if own_profile.population is not None and candidate.population is not None:
        class_difference = abs(
            population_class(own_profile.population) - population_class(candidate.population)
        )
        by_population = CLASS_DISTANCE * class_difference
    shared = later.domains.keys() & candidate.domains.keys() if later else ()
    return Peer(
        region=candidate.region,
        distance=by_domains + by_kind + (by_population or 0.0),
        by_domains=by_domains,
        by_kind=by_kind,
        by_population=by_population,
        differences=differences,
        next_index=later.index if later else None,
        change=later.index - candidate.index if later else None,
        domain_changes={
            number: later.domains[number] - candidate.domains[number] for number in sorted(shared)
        }
        if later
        else {},
    )
