"""What the rules read about a region: its graph, its services, its documents, its word."""

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
    """A document handed in for an indicator: a REVIEW or a FOLLOW_UP."""

    id: str
    indicator: int
    kind: EvidenceKind
    dated: date | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why an OPD is not asked to be on the bus; without a reason it is asked again."""

    opd: str
    reason: str


@dataclass(frozen=True, slots=True)
class DevelopmentPolicy:
    """The region's policy on building applications, and the year from which it holds."""

    region: str
    year: int | None  # None: there is none any more
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Development:
    """How applications came about since the policy on building them is in force."""

    built: tuple[str, ...]  # applications built since
    year_unknown: tuple[str, ...]  # may have been built since
    consulted: Mapping[str, bool]  # whether a consultation is on record; unknown where not named
    duplicates: tuple[tuple[str, str], ...]  # pairs that nobody has resolved


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is known of a region, and for whom an absence is a fact (open world)."""

    graph: IntegrationGraph
    year: int  # of the assessment
    opds: tuple[str, ...] = ()  # in scope
    exempt: Mapping[str, str] = field(default_factory=dict)  # OPDs out of scope, with the reason
    serves: Mapping[str, frozenset[int]] = field(default_factory=dict)  # see `services`
    vouched_for: frozenset[str] = frozenset()  # OPDs; see `completeness.vouched_for`
    documents: tuple[ReviewDocument, ...] = ()
    documents_closed: bool = False  # handing in is over: a document not here does not exist
    development: Development | None = None
    functions_ticked: frozenset[int] = frozenset()  # indicators whose levels 1 to 3 a person saw

    @property
    def in_scope(self) -> list[str]:
        return sorted(set(self.opds) - self.exempt.keys())

    def in_use(self) -> list[GraphNode]:
        """The region's applications that are not known to be out of use, by id."""
        return [each for each in self.graph.applications if each.status not in NOT_IN_USE]


def indicators_by_application(
    applications: Iterable[Application],
    common: Iterable[CommonApplication],
    tags: Mapping[str, Iterable[int]],
) -> dict[str, frozenset[int]]:
    """The indicators of spbe-2020 that each application serves.

    By its tag, and by the common application that it is an instance of. An application with
    neither is left out: what it serves is unknown, which is not the same as nothing. A retired
    application is left out as well, since it serves nothing any more and is in no graph.
    """
    of_common = {each.id: frozenset(each.indicators) for each in common}
    found = {}
    for each in applications:
        if each.status is ApplicationStatus.RETIRED:
            continue
        national = of_common.get(each.common_application or "")
        if each.id in tags or national is not None:
            found[each.id] = frozenset(tags.get(each.id, ())) | (national or frozenset())
    return found


def development_since_policy(
    applications: Iterable[Application],
    *,
    policy_year: int,
    duplicates: Iterable[tuple[str, str]] = (),
) -> Development:
    """What is known of the region's own applications built since the year of the policy.

    An instance of a common application was built by others, and one out of use is no longer there.
    """
    built, unknown, consulted = [], [], {}
    for each in sorted(applications, key=lambda application: application.id):
        if each.common_application is not None or each.status in NOT_IN_USE:
            continue
        if each.year is None:
            unknown.append(each.id)
        elif each.year >= policy_year:
            built.append(each.id)
        if each.consulted is not None:
            consulted[each.id] = each.consulted
    return Development(tuple(built), tuple(unknown), consulted, tuple(sorted(duplicates)))


def review_documents(levels: Iterable[LevelClaim]) -> tuple[ReviewDocument, ...]:
    """The reviews and follow-ups among the evidence of claimed levels, by their web address."""
    return tuple(
        ReviewDocument(each.url, claim.indicator, each.kind, each.dated)
        for claim in levels
        for each in claim.evidence
        if each.kind in (EvidenceKind.REVIEW, EvidenceKind.FOLLOW_UP)
    )


def functions_ticked(
    applications: Iterable[Application], serves: Mapping[str, frozenset[int]]
) -> frozenset[int]:
    """The indicators that an application in use serves with all functions of levels 1 to 3."""
    return frozenset(
        indicator
        for each in applications
        if each.status not in NOT_IN_USE and set(each.capabilities) == set(Capability)
        for indicator in serves.get(each.id, ())
    )
