"""The types of the bodies of log entries. A body is the state of a subject after a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.consolidation.decision import ProposalDecision
from engine.document import to_document
from engine.log.inventory_import import InventoryImport
from engine.log.source import RegionHandover
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    Assessment,
    EventKind,
    Integration,
    LevelClaim,
    Opd,
    Region,
)
from engine.path.effort import RegionEffort
from engine.verification.attestation import Attestation
from engine.verification.inventory import DevelopmentPolicy, Exemption


@dataclass(frozen=True, slots=True)
class ClaimedLevel:
    """A claimed level, and the version of the assessment after the claim."""

    assessment: str
    version: int
    claim: LevelClaim


# A hand-over changes the owner of the log and adds no row to the region.
ENTRY_BODY_TYPES: dict[EventKind, type] = {
    EventKind.REGION_RECORDED: Region,
    EventKind.OPD_RECORDED: Opd,
    EventKind.OPD_UPDATED: Opd,
    EventKind.OPD_DISSOLVED: Opd,
    EventKind.APPLICATION_REGISTERED: Application,
    EventKind.APPLICATION_UPDATED: Application,
    EventKind.APPLICATION_RETIRED: Application,
    EventKind.INTEGRATION_CONNECTED: Integration,
    EventKind.INTEGRATION_DOCUMENTED: Integration,
    EventKind.INTEGRATION_CONFIRMED: Integration,
    EventKind.INTEGRATION_WITHDRAWN: Integration,
    EventKind.INVENTORY_ATTESTED: Attestation,
    EventKind.PROPOSAL_DECIDED: ProposalDecision,
    EventKind.FUNCTION_CORRECTED: FunctionCorrection,
    EventKind.OPD_EXEMPTED: Exemption,
    EventKind.DEVELOPMENT_POLICY_RECORDED: DevelopmentPolicy,
    EventKind.EFFORT_EDITED: RegionEffort,
    EventKind.HANDOVER_OFFERED: RegionHandover,
    EventKind.HANDOVER_WITHDRAWN: RegionHandover,
    EventKind.REGION_HANDED_OVER: RegionHandover,
    EventKind.INVENTORY_IMPORTED: InventoryImport,
    EventKind.IMPORT_UNDONE: InventoryImport,
    EventKind.ASSESSMENT_STARTED: Assessment,
    EventKind.ASSESSMENT_SUBMITTED: Assessment,
    EventKind.ASSESSMENT_RETURNED: Assessment,
    EventKind.ASSESSMENT_PUBLISHED: Assessment,
    EventKind.RESULT_RECORDED: Assessment,
    EventKind.LEVEL_CLAIMED: ClaimedLevel,
}


def claim_body(assessment_id: str, version: int, claim: LevelClaim) -> dict[str, Any]:
    """Return the body of a LEVEL_CLAIMED entry."""
    return to_document(ClaimedLevel(assessment_id, version, claim))
