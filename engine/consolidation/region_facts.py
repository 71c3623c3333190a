"""The facts about a region from which its consolidation proposals are computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.consolidation.reuse import ReuseCandidate
from engine.matching.function_classifier import FunctionTag
from engine.matching.overlap import Cluster
from engine.model import CommonApplication


@dataclass(frozen=True, slots=True)
class MissingExchange:
    """A required exchange that the inventory lacks; one application on each side suffices."""

    sources: frozenset[str]
    targets: frozenset[str]
    data_object: str  # empty if the rule names services only
    rule: str  # table, version and exchange


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """The facts about a region other than its applications and integrations."""

    tags: Mapping[str, FunctionTag]  # by application id
    completeness: float | None  # 0 to 1, of the region's inventory
    mandates: Mapping[str, CommonApplication]  # by function
    national_systems: Mapping[str, str] = field(
        default_factory=dict
    )  # listing id -> national system
    listing_groups: Sequence[Sequence[str]] = ()  # the ids of each system with several listings
    clusters: Sequence[Cluster] = ()
    reuse_candidates: Sequence[ReuseCandidate] = ()
    missing_exchanges: Sequence[MissingExchange] = ()
