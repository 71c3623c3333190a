"""The inventory that rules read: the graph, services, documents and attestations of a region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.graph.graph import NOT_IN_USE, GraphNode, IntegrationGraph
from engine.model import (
    Application,
    ApplicationStatus,
    Capability,
    CommonApplication,
    EvidenceKind,
    LevelClaim,
)


@dataclass(frozen=True, slots=True)
class ReviewDocument:
    """A submitted document for an indicator, of kind REVIEW or FOLLOW_UP."""

    id: str
    indicator: int
    kind: EvidenceKind
    dated: date | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """The reason why an OPD need not be on the bus. An empty reason ends the exemption."""

    opd: str
    reason: str


@dataclass(frozen=True, slots=True)
class DevelopmentPolicy:
    """The region's policy on building applications, and the year in which it takes effect."""

    region: str
    year: int | None  # None if the policy was withdrawn
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Development:
    """The applications that were built since the policy on building them took effect."""

    built: tuple[str, ...]  # ids of applications built since then
    year_unknown: tuple[str, ...]  # ids of applications that may have been built since then
    consulted: Mapping[str, bool]  # whether a consultation is recorded; absent if unknown
    duplicates: tuple[tuple[str, str], ...]  # unresolved pairs


@dataclass(frozen=True, slots=True)
class Inventory:
    """The known facts about a region, and the OPDs for which a missing fact is an absence."""

    graph: IntegrationGraph
    year: int  # year of the assessment
    opds: tuple[str, ...] = ()  # in scope
    exemptions: Mapping[str, str] = field(
        default_factory=dict
    )  # OPDs out of scope, with the reason
    indicators_by_application: Mapping[str, frozenset[int]] = field(
        default_factory=dict
    )  # indicators by application
    attesting_opds: frozenset[str] = frozenset()  # OPDs; see `completeness.attesting_opds`
    documents: tuple[ReviewDocument, ...] = ()
    documents_closed: bool = False  # submission has ended: other documents do not exist
    development: Development | None = None
    functions_ticked: frozenset[int] = frozenset()  # indicators with all functions of levels 1 to 3

    @property
    def in_scope(self) -> list[str]:
        """The OPDs in scope without an exemption, by id."""
        return sorted(set(self.opds) - self.exemptions.keys())

    def in_use(self) -> list[GraphNode]:
        """Return the region's applications that are not known to be out of use, by id."""
        return [
            application
            for application in self.graph.applications
            if application.status not in NOT_IN_USE
        ]


def indicators_by_application(
    applications: Iterable[Application],
    common: Iterable[CommonApplication],
    tags: Mapping[str, Iterable[int]],
) -> dict[str, frozenset[int]]:
    """Return the indicators of spbe-2020 that each application serves.

    They come from the tag of the application, and from the common application of which it is an
    instance. An application with neither is left out, because it is unknown what it
    serves. A retired application is left out, because it serves nothing and is in no graph.
    """
    common_indicators = {
        application.id: frozenset(application.indicators) for application in common
    }
    indicators = {}
    for application in applications:
        if application.status is ApplicationStatus.RETIRED:
            continue
        national = common_indicators.get(application.common_application or "")
        if application.id in tags or national is not None:
            indicators[application.id] = frozenset(tags.get(application.id, ())) | (
                national or frozenset()
            )
    return indicators


def development_since_policy(
    applications: Iterable[Application],
    *,
    policy_year: int,
    duplicates: Iterable[tuple[str, str]] = (),
) -> Development:
    """Return the region's own applications that were built since the year of the policy.

    Instances of common applications are left out, because others built them. Applications out of
    use are left out as well.
    """
    built, unknown, consulted = [], [], {}
    for application in sorted(applications, key=lambda application: application.id):
        if application.common_application is not None or application.status in NOT_IN_USE:
            continue
        if application.year is None:
            unknown.append(application.id)
        elif application.year >= policy_year:
            built.append(application.id)
        if application.consulted is not None:
            consulted[application.id] = application.consulted
    return Development(tuple(built), tuple(unknown), consulted, tuple(sorted(duplicates)))


def review_documents(levels: Iterable[LevelClaim]) -> tuple[ReviewDocument, ...]:
    """Return the reviews and follow-ups in the evidence of claimed levels. The id is the URL."""
    return tuple(
        ReviewDocument(evidence.url, claim.indicator, evidence.kind, evidence.dated)
        for claim in levels
        for evidence in claim.evidence
        if evidence.kind in (EvidenceKind.REVIEW, EvidenceKind.FOLLOW_UP)
    )


def functions_ticked(
    applications: Iterable[Application], serves: Mapping[str, frozenset[int]]
) -> frozenset[int]:
    """Return the indicators that an application in use serves with all functions."""
    return frozenset(
        indicator
        for application in applications
        if application.status not in NOT_IN_USE and set(application.capabilities) == set(Capability)
        for indicator in serves.get(application.id, ())
    )
