"""Runs the matching models on an inventory and caches what they find: systems and functions.

The models are built once per process from the shipped facts, and again for each set of learned
corrections; a build takes a second. An analysis depends only on the models and the inventory, and
is cached by their hashes. A person's correction overrides the classifier at once, learned or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Condition

from cachetools import LRUCache, cached

from engine.matching.duplicates import DuplicateFinder, GroupedInventory
from engine.matching.function_classifier import (
    FunctionClassifier,
    FunctionTag,
    TrainingExample,
    tag_by_person,
)
from engine.matching.listing import LineClassifier, Listing, to_listing
from engine.matching.names import NameNormaliser
from engine.matching.national_systems import NationalCatalogue, NationalSystem
from engine.matching.overlap import Cluster, OverlapScorer
from engine.model import Application, ApplicationStatus
from facts.function import function_lexicon, name_words, national_systems
from facts.tables import opd_reference
from resolvers.context import Context
from resolvers.garbage_collection import paused_garbage_collection
from resolvers.shipped_functions import filter_shipped_functions, functions_by_id
from storage import training_set
from storage.region_inventory import RegionInventoryRecord


@dataclass(frozen=True, slots=True)
class AnalysisModels:
    """The models that compare and tag listings."""

    training_digest: str  # digest of the corrections that were learned
    national: NationalCatalogue
    duplicate_finder: DuplicateFinder
    classifier: FunctionClassifier
    overlap_scorer: OverlapScorer

    def group_listings(self, listings: Iterable[Listing]) -> GroupedInventory:
        """Group listings by the system that they list. Their ids must differ."""
        # The collector took a third of the time for 270,000 listings.
        with paused_garbage_collection():
            return self.duplicate_finder.group_listings(listings)

    def tag_listings(
        self, listings: Sequence[Listing], corrections: Mapping[str, str]
    ) -> dict[str, FunctionTag]:
        """Return the tag of each listing, by id: a person's correction, else the classifier's."""
        ids = [listing.id for listing in listings]
        tags_by_id = dict(zip(ids, self.classifier.tag_listings(listings), strict=True))
        return tags_by_id | {id: tag_by_person(corrections[id]) for id in ids if id in corrections}

    def national_system_ids(self, listings: Iterable[Listing]) -> dict[str, str]:
        """Return the national system of each listing that is, or probably is, one."""
        matches = {
            listing.id: self.national.recognise_system(listing.name, listing.url)
            for listing in listings
        }
        return {id: match.system.id for id, match in matches.items() if match is not None}


@dataclass(frozen=True, slots=True)
class InventoryAnalysis:
    """The analysis of a region's inventory by names and addresses."""

    training_digest: str  # digest of the corrections that the models had learned
    listings: Mapping[str, Listing]  # of applications in use, by application id
    inventory: GroupedInventory
    tags: Mapping[str, FunctionTag]
    national: Mapping[str, str]  # application -> national system
    clusters: tuple[Cluster, ...]

    @property
    def duplicate_groups(self) -> tuple[tuple[str, ...], ...]:
        """Groups of listings that are certainly the same system, each once."""
        parts = (part for group in self.inventory.groups for part in group.sure_parts)
        # A cell that names several systems is a part of the group of each.
        return tuple(dict.fromkeys(part for part in parts if len(part) > 1))


async def analyse_region_inventory(context: Context, region: str) -> InventoryAnalysis:
    """Return the analysis of a region's inventory."""
    models = await load_analysis_models(context)
    return await analyse_inventory(context, await context.loaders.inventories.load(region), models)


async def analyse_inventory(
    context: Context, record: RegionInventoryRecord, models: AnalysisModels
) -> InventoryAnalysis:
    """Return the analysis of this state of an inventory."""
    key = ("reading", record.digest, models.training_digest)
    return await context.instance.result_cache.find_or_compute(
        key, lambda: _analyse_names(record, models)
    )


async def tag_application(context: Context, application: Application) -> FunctionTag | None:
    """Return the function tag of an application; None if it is retired."""
    return (await analyse_region_inventory(context, application.region)).tags.get(application.id)


async def load_analysis_models(context: Context) -> AnalysisModels:
    """Return the models trained with the corrections that this instance has learned."""
    training_digest = await context.loaders.training_set_digest.load(None)
    with _MODELS_LOCK:
        models = _MODELS.get(training_digest)
    if models is not None:
        return models
    async with context.read() as session:
        training_digest, examples = await training_set.load_training_set(session)
    return await asyncio.to_thread(_build_models, training_digest, examples)


def shipped_models() -> AnalysisModels:
    """Return the models without corrections. The build blocks: do not call it in the event loop."""
    return _build_models("", ())


def distinct_systems(listings: Sequence[Listing], inventory: GroupedInventory) -> list[Listing]:
    """Return one listing of each system that can be consolidated.

    Websites are omitted, since they have nothing to merge.
    """
    parts = (part for group in inventory.groups for part in group.sure_parts)
    excluded_ids = {*inventory.websites, *(id for part in parts for id in part[1:])}
    return [listing for listing in listings if listing.id not in excluded_ids]


def find_national_system(id: str) -> NationalSystem | None:
    """Return the national system with this id, if there is one."""
    return next((system for system in national_systems() if system.id == id), None)


def national_system_by_id(id: str) -> NationalSystem:
    """Return the national system with this id, which must exist."""
    system = find_national_system(id)
    assert system is not None
    return system


# The shipped models and those with the newest corrections. They are built in threads: cachetools
# makes threads that need the same models wait for the first one, without holding the lock.
_MODELS: LRUCache[str, AnalysisModels] = LRUCache(2)
_MODELS_LOCK = Condition()


@cached(_MODELS, key=lambda training_digest, _examples: training_digest, condition=_MODELS_LOCK)
def _build_models(training_digest: str, examples: Sequence[TrainingExample]) -> AnalysisModels:
    normaliser = NameNormaliser(name_words())
    national = NationalCatalogue(national_systems(), normaliser)
    line_classifier = LineClassifier([opd.acronym for opd in opd_reference()], national)
    usable_examples = [example for example in examples if example.function in functions_by_id()]
    classifier = FunctionClassifier(function_lexicon(), usable_examples)
    return AnalysisModels(
        training_digest,
        national,
        DuplicateFinder(normaliser, national, line_classifier),
        classifier,
        OverlapScorer(classifier, normaliser),
    )


def _analyse_names(record: RegionInventoryRecord, models: AnalysisModels) -> InventoryAnalysis:
    opds = {opd.id: opd.name for opd in record.opds}
    listings = [
        to_listing(application, opds.get(application.opd or "", ""))
        for application in record.applications
        if application.status is not ApplicationStatus.RETIRED
    ]
    inventory = models.group_listings(listings)
    tags = models.tag_listings(listings, filter_shipped_functions(record.functions))
    return InventoryAnalysis(
        training_digest=models.training_digest,
        listings={listing.id: listing for listing in listings},
        inventory=inventory,
        tags=tags,
        national=models.national_system_ids(listings),
        clusters=models.overlap_scorer.find_clusters(distinct_systems(listings, inventory), tags),
    )
