"""What the names of an inventory say: which listings are one system, and what each is for.

The models are built once per process from the facts that ship, and once more for each set of
people's corrections that was learned, which takes a second; what they say of a region follows from
them and its inventory alone and is cached by its hash. A person's word for an application stands above
the classifier at once, learned or not.
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
    """Compares and tags listings."""

    lessons: str  # digest of the corrections that were learned
    national: NationalCatalogue
    comparison: DuplicateFinder
    classifier: FunctionClassifier
    comparer: OverlapScorer

    def sort_out(self, listings: Iterable[Listing]) -> SortedInventory:
        """The systems behind listings. Ids must differ."""
        with paused_garbage_collection():  # it took a third of the time of 270,000 listings
            return self.comparison.sort_out(listings)

    def tags(self, listings: Sequence[Listing], said: Mapping[str, str]) -> dict[str, FunctionTag]:
        """The tag of each listing, by id: what a person said, else what it seems to be for."""
        ids = [each.id for each in listings]
        found = dict(zip(ids, self.classifier.tags(listings), strict=True))
        return found | {id: by_person(said[id]) for id in ids if id in said}

    def recognised(self, listings: Iterable[Listing]) -> dict[str, str]:
        """The national system of each listing that is, or is likely, one."""
        found = {each.id: self.national.recognise(each.name, each.url) for each in listings}
        return {id: each.system.id for id, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class InventoryAnalysis:
    """What names and addresses say of a region's inventory."""

    lessons: str  # digest of the corrections that the models had learned
    listings: Mapping[str, Listing]  # that are not retired, by application
    inventory: SortedInventory
    tags: Mapping[str, FunctionTag]
    national: Mapping[str, str]  # application -> national system
    clusters: tuple[Cluster, ...]

    @property
    def relisted(self) -> tuple[tuple[str, ...], ...]:
        """Listings that are surely one system, system by system."""
        parts = (part for group in self.inventory.groups for part in group.sure)
        return tuple(part for part in parts if len(part) > 1)


async def analyse_region_inventory(context: Context, region: str) -> InventoryAnalysis:
    """Return what the names in a region's inventory say."""
    built = await load_analysis_models(context)
    return await analyse_inventory(context, await context.loaders.inventories.load(region), built)


async def analyse_inventory(
    context: Context, recorded: RegionInventoryRecord, built: AnalysisModels
) -> InventoryAnalysis:
    """Return what the names in this state of an inventory say."""
    key = ("reading", recorded.inputs, built.lessons)
    return await context.instance.computed.find_or_compute(key, lambda: _read(recorded, built))


async def tag_application(context: Context, application: Application) -> FunctionTag | None:
    """Return what an application seems to be for; None of one that is retired."""
    return (await analyse_region_inventory(context, application.region)).tags.get(application.id)


async def load_analysis_models(context: Context) -> AnalysisModels:
    """Return the models that know the corrections which this instance has learned."""
    lessons = await context.loaders.lessons.load(None)
    with _MODELS_LOCK:
        known = _MODELS.get(lessons)
    if known is not None:
        return known
    async with context.read() as session:
        lessons, learned = await training_set.load_training_set(session)
    return await asyncio.to_thread(_build_models, lessons, learned)


def shipped_models() -> AnalysisModels:
    """Return the models that have learned nothing beside what ships. Not for the event loop."""
    return _build_models("", ())


def distinct_systems(listings: Sequence[Listing], inventory: SortedInventory) -> list[Listing]:
    """What may be consolidated of an inventory that was sorted out.

    Websites have nothing to merge, and of a system that is listed twice one listing is enough.
    """
    parts = (part for group in inventory.groups for part in group.sure)
    left_out = {*inventory.websites, *(id for part in parts for id in part[1:])}
    return [each for each in listings if each.id not in left_out]


def national_system_by_id(id: str) -> NationalSystem:
    """Return the national system with this id, which is one that was recognised."""
    return next(each for each in national_systems() if each.id == id)


# The models that ship, and those with the newest corrections. They are built in threads: cachetools
# lets threads that want the same models wait for the first, without holding the lock meanwhile.
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
