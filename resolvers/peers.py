"""Finds the regions most similar to one in an edition, and their results in the next edition."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from engine.assessment import peers as engine
from engine.assessment.score import Score
from engine.model import AssessmentKind, Region
from resolvers import published
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.problems import InvalidArgument

MOST = 20


@dataclass(frozen=True, slots=True)
class RegionPeer:
    """A peer with its region, and its changed levels if those of both years are published."""

    peer: engine.Peer
    region: Region
    history: engine.History


@dataclass(frozen=True, slots=True)
class RegionPeers:
    """Peers in one edition, nearest first."""

    instrument: str
    year: int
    peers: tuple[RegionPeer, ...]
    found: engine.Peers


async def find_region_peers(context: Context, region: Region, first: int) -> RegionPeers | None:
    """Return the nearest regions in the edition with the most results a year later.

    Return None if the region's domain values are not published.

    Raises:
        InvalidArgument: `first` is out of bounds.
    """
    if not 1 <= first <= MOST:
        raise InvalidArgument("first", f"1 to {MOST}", str(first))
    own = [
        each.assessment
        for each in await context.loaders.published.load((region.code, AssessmentKind.OFFICIAL))
        if each.score.domains and each.score.complete
    ]
    if not own:
        return None
    instrument = known_instrument(own[-1].instrument)
    context.budget.count_searches()
    editions = await published.load_published_scores(
        context, instrument.id, AssessmentKind.OFFICIAL
    )
    known = await published.recorded_or_shipped_regions(
        context, {code for each in editions.values() for code in each}
    )
    years = [each.year for each in own if each.instrument == instrument.id]
    year = max(
        years, key=lambda year: (len(editions[year].keys() & editions.get(year + 1, {})), year)
    )
    found = await asyncio.to_thread(
        lambda: engine.nearest_peers(
            instrument,
            _profiles(editions[year], known),
            region.code,
            later=_profiles(editions.get(year + 1, {}), known),
            first=first,
        )
    )
    codes = [each.region for each in found.nearest]
    levels = await published.published_levels(context, instrument.id, (year, year + 1), codes)

    def history(code: str) -> engine.History:
        before = engine.YearEndSnapshot(year, levels.get((code, year)))
        after = engine.YearEndSnapshot(year + 1, levels.get((code, year + 1)))
        return engine.compare_year_ends(instrument, before, after)

    nearest = tuple(
        RegionPeer(each, known[each.region], history(each.region)) for each in found.nearest
    )
    return RegionPeers(instrument.id, year, nearest, found)


def _profiles(
    scores: Mapping[str, Score], regions: Mapping[str, Region]
) -> tuple[engine.Profile, ...]:
    return tuple(
        engine.Profile(
            code,
            regions[code].kind,
            regions[code].population,
            score.exact,
            {each.number: each.exact for each in score.domains},
        )
        for code, score in scores.items()
        if code in regions
    )
