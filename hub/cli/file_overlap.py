"""The findings of `simpul overlap FILE` for an inventory in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from engine.consolidation.reuse import ReuseCandidate, ReuseCatalogue
from engine.matching.duplicates import GroupedInventory
from engine.matching.function_classifier import FunctionTag
from engine.matching.listing import Listing
from engine.matching.overlap import Cluster
from engine.spreadsheet.column_choices import choose_columns
from engine.spreadsheet.headers import normalize_header
from engine.spreadsheet.listing_sheet import ListingWorkbook, parse_listing_workbook
from engine.spreadsheet.sheet import SheetInvalid
from facts.region import region_names
from hub.cli import sheet_file
from resolvers import inventory_analysis, shipped_functions
from resolvers.inventory_analysis import AnalysisModels

CLUSTER_MOST = 200  # systems with the same function and region that are compared pairwise
_LISTINGS_PER_BATCH = 10_000  # bounds memory: each listing is scored against all functions

OversizedCluster = tuple[str, str, int]  # region, function, systems


@dataclass(frozen=True, slots=True)
class OverlapFindings:
    """The duplicates of an inventory, the function of each listing, and overlapping systems."""

    title: str
    listings: Mapping[str, Listing]
    inventory: GroupedInventory
    tags: Mapping[str, FunctionTag]
    clusters: tuple[Cluster, ...]
    oversized: tuple[OversizedCluster, ...]  # not compared, because they have too many systems
    candidates: tuple[ReuseCandidate, ...]  # systems to reuse from another region
    names: Mapping[str, str]  # names of the candidates, by id
    workbook: ListingWorkbook | None  # None: the inventory is from the database


def find_file_overlaps(path: Path, header_by_field: Mapping[str, str]) -> OverlapFindings:
    """Analyse the inventory in a file; exit with the row and column of each error in it.

    Args:
        header_by_field: the headers of columns that the user chose.
    """
    names = {
        function.id: function.name for function in shipped_functions.functions_by_id().values()
    }
    try:
        content = sheet_file.read_workbook_file(path)
        workbook = parse_listing_workbook(
            content,
            names,
            columns=choose_columns(content, header_by_field) if header_by_field else (),
            known_headers=tuple(map(normalize_header, header_by_field.values())),
            regions=region_names(),
        )
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, _("nothing was compared"))
    models, listings = inventory_analysis.shipped_models(), workbook.listings
    inventory = models.group_listings(listings)
    tags = _tag_listings(models, workbook)
    systems = inventory_analysis.distinct_systems(listings, inventory)
    clusters, oversized = _find_clusters(models, systems, tags)
    regions = sorted({listing.region for listing in listings})
    candidates: tuple[ReuseCandidate, ...] = ()
    if len(regions) > 1:
        national_systems = models.national_system_ids(systems)
        catalogue = ReuseCatalogue(
            systems, tags, shipped_functions.functions_by_id(), {}, national_systems
        )
        candidates = tuple(
            candidate for region in regions for candidate in catalogue.candidates(region)
        )
    listing_by_id = {listing.id: listing for listing in listings}
    return OverlapFindings(
        title=str(path),
        listings=listing_by_id,
        inventory=inventory,
        tags=tags,
        clusters=clusters,
        oversized=oversized,
        candidates=candidates,
        names={candidate.system: listing_by_id[candidate.system].name for candidate in candidates},
        workbook=workbook,
    )


def _tag_listings(models: AnalysisModels, workbook: ListingWorkbook) -> dict[str, FunctionTag]:
    tags: dict[str, FunctionTag] = {}
    for start in range(0, len(workbook.listings), _LISTINGS_PER_BATCH):
        tags |= models.tag_listings(
            workbook.listings[start : start + _LISTINGS_PER_BATCH], workbook.stated_functions
        )
    return tags


def _find_clusters(
    models: AnalysisModels, systems: Sequence[Listing], tags: Mapping[str, FunctionTag]
) -> tuple[tuple[Cluster, ...], tuple[OversizedCluster, ...]]:
    functions = [(system, tags[system.id].function) for system in systems]
    counts = Counter(
        (system.region, function) for system, function in functions if function is not None
    )
    oversized = {key: count for key, count in counts.items() if count > CLUSTER_MOST}
    compared = [
        system for system, function in functions if (system.region, function) not in oversized
    ]
    return (
        models.overlap_scorer.find_clusters(compared, tags),
        tuple((region, function, count) for (region, function), count in sorted(oversized.items())),
    )
