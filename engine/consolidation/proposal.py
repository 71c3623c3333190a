"""A consolidation proposal: what to do, why, whom it touches, what it saves, how sure it is.

A proposal is advice to people. It names its rule, what it rests on and what is not known; an
unknown cost leaves the saving unknown. `inputs` is a hash of what it rests on: a rejected
proposal stays away until that changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import rfc8785

from engine.model import Application

UNKNOWN = "tidak diketahui"
MIGRATION_YEARS = 3  # over which a migration is written off


class ProposalKind(Enum):
    """What is proposed."""

    RETIRE = "RETIRE"
    REPLACE = "REPLACE"  # by a common application
    MERGE = "MERGE"
    SHARE = "SHARE"  # take over a sister's system
    INTEGRATE = "INTEGRATE"
    KEEP = "KEEP"


@dataclass(frozen=True, slots=True)
class Costs:
    """What is known about the cost of applications, in whole rupiah, by application id."""

    yearly: Mapping[str, int]
    migration: Mapping[str, int]  # once, of leaving it
    added: Mapping[str, int]  # yearly, to a survivor that takes over others


@dataclass(frozen=True, slots=True)
class Saving:
    """Rupiah a year, or what has to be known first."""

    yearly: int | None
    unknown: tuple[str, ...]  # "yearly cost of 32-01"

    @property
    def display(self) -> str:
        """As printed."""
        return UNKNOWN if self.yearly is None else f"Rp{self.yearly:,}".replace(",", ".")


@dataclass(frozen=True, slots=True)
class Confidence:
    """The weakest of what a proposal rests on; None where one of it is not known."""

    parts: tuple[tuple[str, float | None], ...]

    @property
    def value(self) -> float | None:
        known = [value for _, value in self.parts if value is not None]
        return min(known) if known and len(known) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class ProposalReason:
    """One ground: a code that clients may word, and its values."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalImpact:
    """Who has to be re-pointed when an application goes."""

    integrations: tuple[str, ...]  # ids
    applications: tuple[str, ...]  # at the other end
    outside: tuple[str, ...]  # other ends that are known by name only


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be done about some applications of a region."""

    id: str  # the same for the same kind, region and applications
    kind: ProposalKind
    rule: str
    region: str
    applications: tuple[str, ...]  # that it is about
    survivor: str | None  # application id, or id of a common application (REPLACE)
    survivor_because: tuple[ProposalReason, ...]
    reasons: tuple[ProposalReason, ...]
    evidence: tuple[str, ...]  # ids of integrations
    impact: ProposalImpact
    missing: tuple[str, ...]
    saving: Saving
    confidence: Confidence
    legal_basis: str
    inputs: str  # hash


def compute_proposal_id(kind: ProposalKind, region: str, about: Iterable[str]) -> str:
    """The id of a proposal."""
    return _digest({"kind": kind.value, "region": region, "about": sorted(about)})[:32]


def inputs_hash(inputs: Mapping[str, object]) -> str:
    """A hash of what a proposal rests on."""
    return _digest(inputs)


def application_costs(applications: Iterable[Application]) -> Costs:
    """What the inventory tells about costs."""
    every = list(applications)
    return Costs(
        yearly={each.id: each.yearly_cost for each in every if each.yearly_cost is not None},
        migration={
            each.id: each.migration_cost for each in every if each.migration_cost is not None
        },
        added={each.id: each.added_cost for each in every if each.added_cost is not None},
    )


def yearly_saving(leaving: Iterable[str], survivor: str | None, costs: Costs) -> Saving:
    """What goes away each year, less what the survivor costs more and the migration."""
    unknown = []
    total = 0
    once = 0
    for each in leaving:
        if each not in costs.yearly:
            unknown.append(f"yearly cost of {each}")
        if each not in costs.migration:
            unknown.append(f"migration cost of {each}")
        total += costs.yearly.get(each, 0)
        once += costs.migration.get(each, 0)
    if survivor is not None:
        if survivor not in costs.added:
            unknown.append(f"added yearly cost of {survivor}")
        total -= costs.added.get(survivor, 0)
    return Saving(None if unknown else total - round(once / MIGRATION_YEARS), tuple(unknown))


def drop_rejected_proposals(
    proposals: Iterable[Proposal], rejected: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """Those that were not rejected on the same inputs; `rejected` is proposal id -> inputs hash."""
    return tuple(each for each in proposals if rejected.get(each.id) != each.inputs)


def _digest(document: Mapping[str, object]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()  # type: ignore[arg-type]
