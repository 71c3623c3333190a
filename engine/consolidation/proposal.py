"""A consolidation proposal: its kind, reasons, impact, saving and confidence.

A proposal is advice to people. It names its rule, its evidence and the missing information. If a
cost is unknown, the saving is unknown. `inputs` is a hash of the facts that the proposal is based
on: a rejected proposal does not return until they change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import rfc8785

from engine.identifier import entity_id
from engine.model import Application

MIGRATION_YEARS = 3  # a migration is written off over this period


class ProposalKind(Enum):
    """The action that is proposed."""

    RETIRE = "RETIRE"
    REPLACE = "REPLACE"  # by a common application
    MERGE = "MERGE"
    SHARE = "SHARE"  # take over a system of another region
    INTEGRATE = "INTEGRATE"
    KEEP = "KEEP"


class ProposalReasonCode(Enum):
    """Why an action is proposed, or why one application was chosen to remain."""

    REPORTED_INACTIVE = "REPORTED_INACTIVE"
    NO_USERS = "NO_USERS"
    AFTER_REPOINTING = "AFTER_REPOINTING"
    NO_ACTIVE_EXCHANGE_KNOWN = "NO_ACTIVE_EXCHANGE_KNOWN"
    SAME_FUNCTION_AS_COMMON_APPLICATION = "SAME_FUNCTION_AS_COMMON_APPLICATION"
    EXCEPTION_POSSIBLE = "EXCEPTION_POSSIBLE"
    MANDATED = "MANDATED"
    MANDATE_NOT_CONFIRMED = "MANDATE_NOT_CONFIRMED"
    SAME_FUNCTION = "SAME_FUNCTION"
    FUNCTION_NOT_IN_INVENTORY = "FUNCTION_NOT_IN_INVENTORY"
    ANOTHER_REGION_SERVES_IT = "ANOTHER_REGION_SERVES_IT"
    BYPASSES_HUB = "BYPASSES_HUB"
    REQUIRED_EXCHANGE_MISSING = "REQUIRED_EXCHANGE_MISSING"
    NOTHING_BETTER_KNOWN = "NOTHING_BETTER_KNOWN"
    ON_HUB = "ON_HUB"
    MORE_EVIDENCED_EXCHANGES = "MORE_EVIDENCED_EXCHANGES"
    MORE_USERS = "MORE_USERS"
    BETTER_FIT = "BETTER_FIT"
    EQUAL_IN_ALL_KNOWN = "EQUAL_IN_ALL_KNOWN"


class ReasonValueName(Enum):
    """What a value in the text of a reason is."""

    INTEGRATION_COUNT = "INTEGRATION_COUNT"
    FUNCTION_ID = "FUNCTION_ID"
    LEGAL_BASIS = "LEGAL_BASIS"
    REGION_CODE = "REGION_CODE"
    LEVEL = "LEVEL"
    INTEGRATION_MODE = "INTEGRATION_MODE"
    DATA_OBJECT = "DATA_OBJECT"
    RULE = "RULE"
    SURVIVOR_VALUE = "SURVIVOR_VALUE"
    RUNNER_UP_VALUE = "RUNNER_UP_VALUE"


class MissingInputKind(Enum):
    """What has to be known to judge a proposal, but is not."""

    YEARLY_COST = "YEARLY_COST"
    MIGRATION_COST = "MIGRATION_COST"
    ADDED_YEARLY_COST = "ADDED_YEARLY_COST"
    ALTERNATIVE_COST = "ALTERNATIVE_COST"
    MANDATE = "MANDATE"
    NEED_FOR_FUNCTION = "NEED_FOR_FUNCTION"
    NEED_FOR_EXCHANGE = "NEED_FOR_EXCHANGE"
    SOURCE_CODE_PERMISSION = "SOURCE_CODE_PERMISSION"
    CHOICE_OF_APPLICATION = "CHOICE_OF_APPLICATION"
    INVENTORY_COMPLETENESS = "INVENTORY_COMPLETENESS"


class ConfidenceFactor(Enum):
    """What the confidence in a proposal depends on."""

    FUNCTION = "FUNCTION"
    INVENTORY_COMPLETENESS = "INVENTORY_COMPLETENESS"
    EVIDENCE_GRADE = "EVIDENCE_GRADE"


@dataclass(frozen=True, slots=True)
class Costs:
    """The known costs of applications in whole rupiah, by application id."""

    yearly: Mapping[str, int]
    migration: Mapping[str, int]  # one-time cost of leaving the application
    added: Mapping[str, int]  # yearly cost added to a survivor that takes over others


@dataclass(frozen=True, slots=True)
class MissingInput:
    """An input that is not known, and the application that it is about."""

    kind: MissingInputKind
    application: str | None = None  # application id, or id of a common application
    candidate_count: int | None = None  # of CHOICE_OF_APPLICATION, including the chosen one


@dataclass(frozen=True, slots=True)
class Saving:
    """The saving in rupiah a year, or the costs that must be known to compute it."""

    yearly: int | None
    missing_inputs: tuple[MissingInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Confidence:
    """The confidence in a proposal: the lowest of its parts, or None if a part is unknown."""

    parts: tuple[tuple[ConfidenceFactor, float | None], ...]

    @property
    def value(self) -> float | None:
        """The lowest part, from 0 to 1; None if a part is unknown or there is none."""
        known_values = [value for _, value in self.parts if value is not None]
        return min(known_values) if known_values and len(known_values) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class ProposalReason:
    """One reason: a code for which clients have a text, and the known values in that text."""

    code: ProposalReasonCode
    values: tuple[tuple[ReasonValueName, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalImpact:
    """The integrations and applications that must be repointed when applications leave."""

    integrations: tuple[str, ...]  # ids
    applications: tuple[str, ...]  # at the other end
    outside: tuple[str, ...]  # names of other ends that are not in the inventory


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed action on some applications of a region."""

    id: str  # the same for the same kind, region and applications
    kind: ProposalKind
    rule: str
    region: str
    applications: tuple[str, ...]  # ids
    survivor: str | None  # application id, or id of a common application (REPLACE)
    survivor_reasons: tuple[ProposalReason, ...]
    reasons: tuple[ProposalReason, ...]
    evidence: tuple[str, ...]  # ids of integrations
    impact: ProposalImpact
    missing_inputs: tuple[MissingInput, ...]
    saving: Saving
    confidence: Confidence
    legal_basis: str
    inputs: str  # hash of the inputs


def compute_proposal_id(kind: ProposalKind, region: str, subjects: Iterable[str]) -> str:
    """Return the id of a proposal. It depends on the kind, the region and the subjects only."""
    digest = _digest({"kind": kind.value, "subjects": sorted(subjects)})
    return entity_id(region, "proposal", digest[:32])


def inputs_hash(inputs: Mapping[str, object]) -> str:
    """Return the hash of a proposal's inputs, which are JSON values."""
    return _digest(inputs)


def application_costs(applications: Iterable[Application]) -> Costs:
    """Return the costs that the inventory records."""
    listed = list(applications)
    return Costs(
        yearly={
            application.id: application.yearly_cost
            for application in listed
            if application.yearly_cost is not None
        },
        migration={
            application.id: application.migration_cost
            for application in listed
            if application.migration_cost is not None
        },
        added={
            application.id: application.added_cost
            for application in listed
            if application.added_cost is not None
        },
    )


def yearly_saving(leaving: Iterable[str], survivor: str | None, costs: Costs) -> Saving:
    """Return the yearly costs that end, minus the survivor's added cost and the migration."""
    missing = []
    total = 0
    migration = 0
    for id in leaving:
        if id not in costs.yearly:
            missing.append(MissingInput(MissingInputKind.YEARLY_COST, id))
        if id not in costs.migration:
            missing.append(MissingInput(MissingInputKind.MIGRATION_COST, id))
        total += costs.yearly.get(id, 0)
        migration += costs.migration.get(id, 0)
    if survivor is not None:
        if survivor not in costs.added:
            missing.append(MissingInput(MissingInputKind.ADDED_YEARLY_COST, survivor))
        total -= costs.added.get(survivor, 0)
    return Saving(None if missing else total - round(migration / MIGRATION_YEARS), tuple(missing))


def drop_rejected_proposals(
    proposals: Iterable[Proposal], rejected: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """Drop the proposals rejected on the same inputs. `rejected` maps ids to inputs hashes."""
    return tuple(proposal for proposal in proposals if rejected.get(proposal.id) != proposal.inputs)


def _digest(document: Mapping[str, object]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()  # type: ignore[arg-type]
