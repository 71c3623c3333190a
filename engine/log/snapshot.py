"""The snapshot of a region at one entry of its log: the rows that result from the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from engine.consolidation.decision import ProposalDecision
from engine.log.entry import LogEntry
from engine.log.inventory_import import InventoryImport
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, Assessment, Integration, Opd, Region
from engine.path.effort import RegionEffort
from engine.verification.attestation import AttestationRecord
from engine.verification.inventory import DevelopmentPolicy, Exemption


class RegionSnapshotRowKind(Enum):
    """The kind of a row. Rows are sent in this order, so that no row refers to a later one."""

    REGION = "REGION"
    OPD = "OPD"
    APPLICATION = "APPLICATION"
    INTEGRATION = "INTEGRATION"
    EXEMPTION = "EXEMPTION"
    EFFORT = "EFFORT"
    DEVELOPMENT_POLICY = "DEVELOPMENT_POLICY"
    DECISION = "DECISION"
    CORRECTION = "CORRECTION"
    ATTESTATION = "ATTESTATION"
    ASSESSMENT = "ASSESSMENT"
    IMPORT = "IMPORT"


ROW_BODY_TYPES: dict[RegionSnapshotRowKind, type] = {
    RegionSnapshotRowKind.REGION: Region,
    RegionSnapshotRowKind.OPD: Opd,
    RegionSnapshotRowKind.APPLICATION: Application,
    RegionSnapshotRowKind.INTEGRATION: Integration,
    RegionSnapshotRowKind.EXEMPTION: Exemption,
    RegionSnapshotRowKind.EFFORT: RegionEffort,
    RegionSnapshotRowKind.DEVELOPMENT_POLICY: DevelopmentPolicy,
    RegionSnapshotRowKind.DECISION: ProposalDecision,
    RegionSnapshotRowKind.CORRECTION: FunctionCorrection,
    RegionSnapshotRowKind.ATTESTATION: AttestationRecord,
    RegionSnapshotRowKind.ASSESSMENT: Assessment,
    RegionSnapshotRowKind.IMPORT: InventoryImport,
}


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One row of a snapshot, as JSON values."""

    kind: RegionSnapshotRowKind
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rows of a region as of the newest entry."""

    newest: LogEntry
    rows: Sequence[SnapshotRow]
