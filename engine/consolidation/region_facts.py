"""What is known about a region when its consolidation is weighed, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.consolidation.reuse import ReuseCandidate
from engine.matching.function_classifier import FunctionTag
from engine.matching.overlap import Cluster
from engine.model import CommonApplication


@dataclass(frozen=True, slots=True)
class MissingExchange:
    """A required exchange that the inventory does not show; one application a side will do."""

    sources: frozenset[str]
    targets: frozenset[str]
    data_object: str  # empty where the rule names services only
    rule: str  # table, version and exchange


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What is known about the region besides its applications and integrations."""

    tags: Mapping[str, FunctionTag]  # by application id
    completeness: float | None  # 0 to 1, of the region's inventory
    mandates: Mapping[str, CommonApplication]  # by function
    national: Mapping[str, str] = field(default_factory=dict)  # listing id -> national system
    relisted: Sequence[Sequence[str]] = ()  # ids that are one system
    clusters: Sequence[Cluster] = ()
    candidates: Sequence[ReuseCandidate] = ()
    gaps: Sequence[MissingExchange] = ()
