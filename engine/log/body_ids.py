"""The ids in the body of a log entry: of the row that it states, and of rows that it refers to."""

from __future__ import annotations

from typing import Any

from engine.consolidation.decision import ProposalDecision
from engine.log.entry_types import ClaimedLevel
from engine.log.inventory_import import InventoryImport
from engine.matching.function_classifier import FunctionCorrection
from engine.model import Application, Assessment, Integration, Opd
from engine.verification.attestation import Attestation, AttestationRecord
from engine.verification.inventory import Exemption


def stated_id(value: Any) -> str | None:
    """Return the id of the row that a body states; None if its key is that of another row."""
    match value:
        case Opd() | Application() | Integration() | Assessment() | InventoryImport():
            return value.id
        case ProposalDecision():
            return value.proposal
        case _:
            return None


def referenced_id(value: Any) -> str | None:
    """Return the id of the OPD or application of the same log that a body needs."""
    match value:
        case Application(opd=str(opd)) | Attestation(opd=opd) | Exemption(opd=opd):
            return opd
        case AttestationRecord():
            return value.attestation.opd
        case Integration():
            return value.source
        case FunctionCorrection():
            return value.application
        case _:
            return None


def own_ids(value: Any) -> list[str]:
    """Return the ids in a body that must be ids of its log."""
    ids = [stated_id(value), referenced_id(value)]
    match value:
        case Opd():
            ids += [value.parent, value.successor]
        case ClaimedLevel():
            ids.append(value.assessment)
        case InventoryImport():
            ids += [*(row.application for row in value.applications), *value.integrations]
    return [id for id in ids if id is not None]
