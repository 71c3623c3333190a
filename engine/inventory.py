"""What the rules read about a region: its graph, its services, its documents, its word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from engine.graph import NOT_IN_USE, IntegrationGraph, Node
from engine.model import Application, CommonApplication


class DocumentKind(Enum):
    """What a document shows beyond the exchange itself."""

    REVIEW = "REVIEW"  # the practice was reviewed
    FOLLOW_UP = "FOLLOW_UP"  # and improved by what the review found


@dataclass(frozen=True, slots=True)
class Document:
    """A document handed in for an indicator."""

    id: str
    indicator: int
    kind: DocumentKind
    dated: date | None


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
    documents: tuple[Document, ...] = ()
    documents_closed: bool = False  # handing in is over: a document not here does not exist
    development: Development | None = None
    functions_ticked: frozenset[int] = frozenset()  # indicators whose levels 1 to 3 a person saw

    @property
    def in_scope(self) -> list[str]:
        return sorted(set(self.opds) - self.exempt.keys())

    def in_use(self) -> list[Node]:
        """The region's applications that are not known to be out of use, by id."""
        return [each for each in self.graph.applications if each.status not in NOT_IN_USE]


def services(
    applications: Iterable[Application],
    common: Iterable[CommonApplication],
    tags: Mapping[str, Iterable[int]],
) -> dict[str, frozenset[int]]:
    """The indicators of spbe-2020 that each application serves.

    By its tag, and by the common application that it is an instance of. An application with
    neither is left out: what it serves is unknown, which is not the same as nothing.
    """
    of_common = {each.id: frozenset(each.indicators) for each in common}
    found = {}
    for each in applications:
        national = of_common.get(each.common_application or "")
        if each.id in tags or national is not None:
            found[each.id] = frozenset(tags.get(each.id, ())) | (national or frozenset())
    return found


def development(
    applications: Iterable[Application],
    *,
    policy_year: int,
    consulted: Mapping[str, bool],
    duplicates: Iterable[tuple[str, str]] = (),
) -> Development:
    """What is known of the applications built since the year of the policy."""
    built, unknown = [], []
    for each in sorted(applications, key=lambda application: application.id):
        if each.year is None:
            unknown.append(each.id)
        elif each.year >= policy_year:
            built.append(each.id)
    return Development(tuple(built), tuple(unknown), consulted, tuple(sorted(duplicates)))
