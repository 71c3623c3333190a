"""Finds the regions most similar to one in an edition, and their results in the next edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.assessment import peers as engine
from engine.assessment.score import Score
from engine.model import AssessmentKind, Region
from resolvers import published_results
from resolvers.context import Context
from resolvers.instrument import known_instrument
from resolvers.problems import InvalidArgument

PEERS_MOST = 20


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
    search_result: engine.Peers


async def find_region_peers(
    context: Context, region: Region, peer_count: int
) -> RegionPeers | None:
    """Return the nearest regions in the edition with the most results a year later.

    Return None if the region's domain values are not published.

    Raises:
        InvalidArgument: `peer_count` is out of bounds.
    """
    if not 1 <= peer_count <= PEERS_MOST:
        raise InvalidArgument("peerCount", f"1 to {PEERS_MOST}", str(peer_count))
    own_results = [
        scored.assessment
        for scored in await context.loaders.published.load((region.code, AssessmentKind.OFFICIAL))
        if scored.score.domains and scored.score.is_complete
    ]
    if not own_results:
        return None
    instrument = known_instrument(own_results[-1].instrument)
    context.budget.count_searches()
    editions = await published_results.load_published_scores(
        context, instrument.id, AssessmentKind.OFFICIAL
    )
    regions = await published_results.recorded_or_shipped_regions(
        context, {code for scores in editions.values() for code in scores}
    )
    years = [result.year for result in own_results if result.instrument == instrument.id]

    def find_peers() -> tuple[int, engine.Peers]:
        year = max(
            years, key=lambda year: (len(editions[year].keys() & editions.get(year + 1, {})), year)
        )
        return year, engine.nearest_peers(
            instrument,
            _to_profiles(editions[year], regions),
            region.code,
            later=_to_profiles(editions.get(year + 1, {}), regions),
            first=peer_count,
        )

    year, peers = await context.instance.result_cache.compute_in_turn(find_peers)
    codes = [peer.region for peer in peers.nearest]
    levels = await published_results.published_levels(
        context, instrument.id, (year, year + 1), codes
    )

    def history(code: str) -> engine.History:
        before = engine.YearEndSnapshot(year, levels.get((code, year)))
        after = engine.YearEndSnapshot(year + 1, levels.get((code, year + 1)))
        return engine.compare_year_ends(instrument, before, after)

    region_peers = tuple(
        RegionPeer(peer, regions[peer.region], history(peer.region)) for peer in peers.nearest
    )
    return RegionPeers(instrument.id, year, region_peers, peers)


def _to_profiles(
    scores: Mapping[str, Score], regions: Mapping[str, Region]
) -> tuple[engine.Profile, ...]:
    return tuple(
        engine.Profile(
            code,
            regions[code].kind,
            regions[code].population,
            score.exact,
            {domain.number: domain.exact for domain in score.domains},
        )
        for code, score in scores.items()
        if code in regions
    )
