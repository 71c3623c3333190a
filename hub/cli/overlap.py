"""What the names of an inventory say, be it a file or a region of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.consolidation.reuse import ReuseCandidate, ReuseCatalogue
from engine.matching.duplicates import SortedInventory
from engine.matching.function_classifier import FunctionTag
from engine.matching.inventory_line import Listing
from engine.matching.overlap import Cluster
from engine.spreadsheet import inventory_sheet
from engine.spreadsheet.inventory_sheet import ListingSheet
from engine.spreadsheet.sheet import SheetInvalid
from hub.cli import sheet_file
from resolvers import inventory_analysis, shipped_functions
from resolvers.inventory_analysis import AnalysisModels

CLUSTER_MOST = 200  # systems of one function in one region that are compared pair by pair
_TAGGED_AT_ONCE = 10_000  # a tag is chosen among all functions, which takes memory

Crowd = tuple[str, str, int]  # region, function, systems


@dataclass(frozen=True, slots=True)
class OverlapFindings:
    """Which listings are one system, what each is for, and which systems do the same."""

    title: str
    listings: Mapping[str, Listing]
    inventory: SortedInventory
    tags: Mapping[str, FunctionTag]
    clusters: tuple[Cluster, ...]
    crowds: tuple[Crowd, ...]  # too many systems for one cluster: not compared
    candidates: tuple[ReuseCandidate, ...]  # to take over from another region
    names: Mapping[str, str]  # of the listings of other regions that are candidates
    sheet: ListingSheet | None  # None: it is of the database


def of_file(path: Path) -> OverlapFindings:
    """Read the inventory in a file, or end with what is wrong in which row and column."""
    names = {each.id: each.name for each in shipped_functions.functions_by_id().values()}
    try:
        sheet = inventory_sheet.parse_listing_sheet(sheet_file.read_sheet_rows(path), names)
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, "nothing was compared")
    models, listings = inventory_analysis.shipped_models(), sheet.listings
    inventory = models.sort_out(listings)
    tags = _tags(models, sheet)
    systems = inventory_analysis.distinct_systems(listings, inventory)
    clusters, crowds = _clusters(models, systems, tags)
    regions = sorted({each.region for each in listings})
    candidates: tuple[ReuseCandidate, ...] = ()
    if len(regions) > 1:
        national = models.recognised(systems)
        sisters = ReuseCatalogue(systems, tags, shipped_functions.functions_by_id(), {}, national)
        candidates = tuple(each for region in regions for each in sisters.candidates(region))
    by_id = {each.id: each for each in listings}
    return OverlapFindings(
        title=str(path),
        listings=by_id,
        inventory=inventory,
        tags=tags,
        clusters=clusters,
        crowds=crowds,
        candidates=candidates,
        names={each.system: by_id[each.system].name for each in candidates},
        sheet=sheet,
    )


def _tags(models: AnalysisModels, sheet: ListingSheet) -> dict[str, FunctionTag]:
    tags: dict[str, FunctionTag] = {}
    for start in range(0, len(sheet.listings), _TAGGED_AT_ONCE):
        tags |= models.tags(sheet.listings[start : start + _TAGGED_AT_ONCE], sheet.said)
    return tags


def _clusters(
    models: AnalysisModels, systems: Sequence[Listing], tags: Mapping[str, FunctionTag]
) -> tuple[tuple[Cluster, ...], tuple[Crowd, ...]]:
    told = [(each, tags[each.id].function) for each in systems]
    counts = Counter((each.region, function) for each, function in told if function is not None)
    crowds = {key: count for key, count in counts.items() if count > CLUSTER_MOST}
    compared = [each for each, function in told if (each.region, function) not in crowds]
    return (
        models.comparer.clusters(compared, tags),
        tuple((region, function, count) for (region, function), count in sorted(crowds.items())),
    )
