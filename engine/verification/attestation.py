"""Attestations by which an OPD vouches that its inventory is complete, and their validity.

An attestation is valid for a year. An edit of the OPD's inventory by someone from outside the OPD
invalidates it at once, because the inventory is no longer the one that the OPD attested.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

ATTESTED_DAYS = 365  # validity of an attestation


@dataclass(frozen=True, slots=True)
class Attestation:
    """An OPD's attestation that its inventory is complete."""

    opd: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ForeignEdit:
    """A change of an OPD's inventory by someone from outside the OPD."""

    opd: str
    subject: str  # id of the application or integration
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttestationRecord:
    """An OPD's latest attestation and the first foreign edit after it."""

    attestation: Attestation
    invalidated_by: ForeignEdit | None


class AttestationState(Enum):
    """The validity of an OPD's attestation."""

    VALID = "VALID"
    NEVER_GIVEN = "NEVER_GIVEN"
    EXPIRED = "EXPIRED"
    INVALIDATED = "INVALIDATED"


@dataclass(frozen=True, slots=True)
class AttestationStatus:
    """The status of an OPD's attestation on a day."""

    opd: str
    state: AttestationState
    attestation: Attestation | None  # the latest attestation
    expires_on: date | None  # the last day on which it is valid
    invalidated_by: ForeignEdit | None  # the first foreign edit after it

    @property
    def holds(self) -> bool:
        """Whether the attestation is valid."""
        return self.state is AttestationState.VALID


def attestation_status(
    opd: str,
    attestations: Iterable[Attestation],
    edits: Iterable[ForeignEdit],
    *,
    today: date,
) -> AttestationStatus:
    """Return the status of an OPD's attestation on a day.

    Attestations and edits of other OPDs are ignored.
    """
    own_attestations = [attestation for attestation in attestations if attestation.opd == opd]
    if not own_attestations:
        return AttestationStatus(opd, AttestationState.NEVER_GIVEN, None, None, None)
    latest = max(own_attestations, key=lambda attestation: attestation.at)
    later_edits = [edit for edit in edits if edit.opd == opd and edit.at > latest.at]
    invalidated_by = min(later_edits, key=lambda edit: (edit.at, edit.subject), default=None)
    expires_on = latest.at.date() + timedelta(days=ATTESTED_DAYS)
    if invalidated_by is not None:
        state = AttestationState.INVALIDATED
    else:
        state = AttestationState.VALID if today <= expires_on else AttestationState.EXPIRED
    return AttestationStatus(opd, state, latest, expires_on, invalidated_by)
