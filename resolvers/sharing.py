"""Finds applications that a region could reuse from its sisters, the others of its province."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.consolidation.reuse import ReuseCandidate, ReuseCatalogue
from engine.model import Region, RegionKind
from engine.verification.completeness import measure_completeness
from resolvers.context import Context
from resolvers.inventory_analysis import load_analysis_models
from resolvers.shipped_functions import filter_shipped_functions, functions_by_id


@dataclass(frozen=True, slots=True)
class ReuseOffer:
    """A reuse candidate, with the data that is needed to judge it."""

    candidate: ReuseCandidate
    compared: int  # regions
    completeness: Fraction | None  # of the inventory that seems to lack the function


async def list_reuse_offers(context: Context, region: Region) -> list[ReuseOffer]:
    """Return the sisters' applications for functions that the region's inventory lacks."""
    context.budget.count_searches()
    found, compared = await _candidates(context, region)
    recorded = await context.loaders.inventories.load(region.code)
    filled = measure_completeness(region.code, recorded.applications).exact
    return [ReuseOffer(each, compared, filled) for each in found]


async def find_reuse_candidates(context: Context, region: Region) -> tuple[ReuseCandidate, ...]:
    """Return the reuse candidates for a region, without the data to judge them."""
    return (await _candidates(context, region))[0]


async def _candidates(context: Context, region: Region) -> tuple[tuple[ReuseCandidate, ...], int]:
    province = region.code if region.kind is RegionKind.PROVINCE else region.parent
    if province is None or region.kind is RegionKind.CENTRAL_AGENCY:
        return (), 0  # central agencies have no sisters
    listed, built = (
        await context.loaders.sisters.load(province),
        await load_analysis_models(context),
    )

    def read() -> ReuseCatalogue:
        websites = {*built.sort_out(listed.listings).websites}
        systems = [each for each in listed.listings if each.id not in websites]
        tags, national = (
            built.tags(systems, filter_shipped_functions(listed.functions)),
            built.recognised(systems),
        )
        return ReuseCatalogue(systems, tags, functions_by_id(), listed.levels, national)

    key = ("sisters", listed.digest, built.lessons)
    compared = await context.instance.computed.find_or_compute(key, read)  # once per province
    own = ("sharing", region.code, *key)
    found = await context.instance.computed.find_or_compute(
        own, lambda: compared.candidates(region.code)
    )
    return found, len({each.region for each in listed.listings})
