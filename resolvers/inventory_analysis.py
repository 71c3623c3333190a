"""Analyses an inventory by names: finds listings of the same system and tags their functions.

The models are built once per process from the shipped facts, and again for each set of corrections that
was learned; a build takes a second. An analysis depends only on the models and the inventory, and is
cached by their hashes. A person's correction overrides the classifier at once, learned or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Condition

from cachetools import LRUCache, cached

from engine.matching.duplicates import DuplicateFinder, SortedInventory
from engine.matching.function_classifier import (
    FunctionClassifier,
    FunctionTag,
    TrainingExample,
    by_person,
)
from engine.matching.inventory_line import LineClassifier, Listing, to_listing
from engine.matching.names import Normaliser
from engine.matching.national_systems import NationalCatalogue, NationalSystem
from engine.matching.overlap import Cluster, OverlapScorer
from engine.model import Application, ApplicationStatus
from facts.function import function_lexicon, name_words, national_systems
from facts.tables import opd_reference
from resolvers.collector import paused_garbage_collection
from resolvers.context import Context
from resolvers.shipped_functions import filter_shipped_functions, functions_by_id
from storage import training_set
from storage.inventory import RegionInventoryRecord


@dataclass(frozen=True, slots=True)
class AnalysisModels:
    """The models that compare and tag listings."""

    lessons: str  # digest of the corrections that were learned
    national: NationalCatalogue
    comparison: DuplicateFinder
    classifier: FunctionClassifier
    comparer: OverlapScorer

    def sort_out(self, listings: Iterable[Listing]) -> SortedInventory:
        """Group listings by the system that they list. Their ids must differ."""
        with paused_garbage_collection():  # it took a third of the time for 270,000 listings
            return self.comparison.sort_out(listings)

    def tags(self, listings: Sequence[Listing], said: Mapping[str, str]) -> dict[str, FunctionTag]:
        """Return the tag of each listing, by id: a person's correction, else the classifier's."""
        ids = [each.id for each in listings]
        found = dict(zip(ids, self.classifier.tags(listings), strict=True))
        return found | {id: by_person(said[id]) for id in ids if id in said}

    def recognised(self, listings: Iterable[Listing]) -> dict[str, str]:
        """Return the national system of each listing that is, or probably is, one."""
        found = {each.id: self.national.recognise(each.name, each.url) for each in listings}
        return {id: each.system.id for id, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class InventoryAnalysis:
    """The analysis of a region's inventory by names and addresses."""

    lessons: str  # digest of the corrections that the models had learned
    listings: Mapping[str, Listing]  # of applications in use, by application id
    inventory: SortedInventory
    tags: Mapping[str, FunctionTag]
    national: Mapping[str, str]  # application -> national system
    clusters: tuple[Cluster, ...]

    @property
    def relisted(self) -> tuple[tuple[str, ...], ...]:
        """Groups of listings that are certainly the same system."""
        parts = (part for group in self.inventory.groups for part in group.sure)
        return tuple(part for part in parts if len(part) > 1)


async def analyse_region_inventory(context: Context, region: str) -> InventoryAnalysis:
    """Return the analysis of a region's inventory."""
    built = await load_analysis_models(context)
    return await analyse_inventory(context, await context.loaders.inventories.load(region), built)


async def analyse_inventory(
    context: Context, recorded: RegionInventoryRecord, built: AnalysisModels
) -> InventoryAnalysis:
    """Return the analysis of this state of an inventory."""
    key = ("reading", recorded.inputs, built.lessons)
    return await context.instance.computed.find_or_compute(key, lambda: _read(recorded, built))


async def tag_application(context: Context, application: Application) -> FunctionTag | None:
    """Return the function tag of an application; None if it is retired."""
    return (await analyse_region_inventory(context, application.region)).tags.get(application.id)


async def load_analysis_models(context: Context) -> AnalysisModels:
    """Return the models trained with the corrections that this instance has learned."""
    lessons = await context.loaders.lessons.load(None)
    with _MODELS_LOCK:
        known = _MODELS.get(lessons)
    if known is not None:
        return known
    async with context.read() as session:
        lessons, learned = await training_set.load_training_set(session)
    return await asyncio.to_thread(_build_models, lessons, learned)


def shipped_models() -> AnalysisModels:
    """Return the models without corrections. The build blocks: do not call it in the event loop."""
    return _build_models("", ())


def distinct_systems(listings: Sequence[Listing], inventory: SortedInventory) -> list[Listing]:
    """Return one listing of each system that can be consolidated.

    Websites are omitted, since they have nothing to merge.
    """
    parts = (part for group in inventory.groups for part in group.sure)
    left_out = {*inventory.websites, *(id for part in parts for id in part[1:])}
    return [each for each in listings if each.id not in left_out]


def national_system_by_id(id: str) -> NationalSystem:
    """Return the national system with this id, which must exist."""
    return next(each for each in national_systems() if each.id == id)


# The shipped models and those with the newest corrections. They are built in threads: cachetools makes
# threads that need the same models wait for the first one, without holding the lock meanwhile.
_MODELS: LRUCache[str, AnalysisModels] = LRUCache(2)
_MODELS_LOCK = Condition()


@cached(_MODELS, key=lambda lessons, _learned: lessons, condition=_MODELS_LOCK)
def _build_models(lessons: str, learned: Sequence[TrainingExample]) -> AnalysisModels:
    normaliser = Normaliser(name_words())
    national = NationalCatalogue(national_systems(), normaliser)
    sorter = LineClassifier([each.acronym for each in opd_reference()], national)
    named = [each for each in learned if each.function in functions_by_id()]
    classifier = FunctionClassifier(function_lexicon(), named)
    return AnalysisModels(
        lessons,
        national,
        DuplicateFinder(normaliser, national, sorter),
        classifier,
        OverlapScorer(classifier, normaliser),
    )


def _read(recorded: RegionInventoryRecord, built: AnalysisModels) -> InventoryAnalysis:
    opds = {each.id: each.name for each in recorded.opds}
    live = [
        to_listing(each, opds.get(each.opd or "", ""))
        for each in recorded.applications
        if each.status is not ApplicationStatus.RETIRED
    ]
    inventory = built.sort_out(live)
    tags = built.tags(live, filter_shipped_functions(recorded.functions))
    return InventoryAnalysis(
        lessons=built.lessons,
        listings={each.id: each for each in live},
        inventory=inventory,
        tags=tags,
        national=built.recognised(live),
        clusters=built.comparer.clusters(distinct_systems(live, inventory), tags),
    )
