"""Finds duplicates, functions and overlaps in the inventory of a file."""

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

CLUSTER_MOST = 200  # systems with the same function and region that are compared pairwise
_TAGGED_AT_ONCE = 10_000  # bounds memory: each listing is scored against all functions

Crowd = tuple[str, str, int]  # region, function, systems


@dataclass(frozen=True, slots=True)
class OverlapFindings:
    """The duplicates of an inventory, the function of each listing, and overlapping systems."""

    title: str
    listings: Mapping[str, Listing]
    inventory: SortedInventory
    tags: Mapping[str, FunctionTag]
    clusters: tuple[Cluster, ...]
    crowds: tuple[Crowd, ...]  # not compared, because they have too many systems
    candidates: tuple[ReuseCandidate, ...]  # systems to reuse from another region
    names: Mapping[str, str]  # names of the candidates, by id
    sheet: ListingSheet | None  # None: the inventory is from the database


def of_file(path: Path) -> OverlapFindings:
    """Analyse the inventory in a file; exit with the row and column of each error in it."""
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
    functions = [(each, tags[each.id].function) for each in systems]
    counts = Counter(
        (each.region, function) for each, function in functions if function is not None
    )
    crowds = {key: count for key, count in counts.items() if count > CLUSTER_MOST}
    compared = [each for each, function in functions if (each.region, function) not in crowds]
    return (
        models.comparer.clusters(compared, tags),
        tuple((region, function, count) for (region, function), count in sorted(crowds.items())),
    )
