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
    compared_region_count: int
    completeness: Fraction | None  # of the inventory that seems to lack the function


async def list_reuse_offers(context: Context, region: Region) -> list[ReuseOffer]:
    """Return the sisters' applications for functions that the region's inventory lacks."""
    context.budget.count_searches()
    candidates, region_count = await _find_candidates(context, region)
    record = await context.loaders.inventories.load(region.code)
    completeness = measure_completeness(region.code, record.applications).exact
    return [ReuseOffer(candidate, region_count, completeness) for candidate in candidates]


async def find_reuse_candidates(context: Context, region: Region) -> tuple[ReuseCandidate, ...]:
    """Return the reuse candidates for a region, without the data to judge them."""
    return (await _find_candidates(context, region))[0]


async def _find_candidates(
    context: Context, region: Region
) -> tuple[tuple[ReuseCandidate, ...], int]:
    province = region.code if region.kind is RegionKind.PROVINCE else region.parent
    if province is None or region.kind is RegionKind.CENTRAL_AGENCY:
        return (), 0  # central agencies have no sisters
    province_inventory, models = (
        await context.loaders.province_inventories.load(province),
        await load_analysis_models(context),
    )

    def build_catalogue() -> ReuseCatalogue:
        websites = {*models.group_listings(province_inventory.listings).websites}
        systems = [listing for listing in province_inventory.listings if listing.id not in websites]
        tags, national = (
            models.tag_listings(systems, filter_shipped_functions(province_inventory.functions)),
            models.national_system_ids(systems),
        )
        return ReuseCatalogue(systems, tags, functions_by_id(), province_inventory.levels, national)

    key = ("sisters", province_inventory.digest, models.training_digest)
    # All regions of a province share one catalogue.
    catalogue = await context.instance.result_cache.find_or_compute(key, build_catalogue)
    own_key = ("sharing", region.code, *key)
    candidates = await context.instance.result_cache.find_or_compute(
        own_key, lambda: catalogue.candidates(region.code)
    )
    return candidates, len({listing.region for listing in province_inventory.listings})
