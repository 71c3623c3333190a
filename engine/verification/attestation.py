"""An OPD's word that its inventory is complete, and how long it holds.

It holds for a year. An edit of the OPD's inventory by somebody else breaks it at once: what the OPD
vouched for is no longer what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

ATTESTED_DAYS = 365


@dataclass(frozen=True, slots=True)
class Attestation:
    """An OPD vouched for its inventory."""

    opd: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ForeignEdit:
    """Somebody from outside the OPD changed its inventory."""

    opd: str
    subject: str  # the application or integration
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attested:
    """An OPD's latest attestation and the first foreign edit after it."""

    attestation: Attestation
    broken_by: ForeignEdit | None


class SealState(Enum):
    """Whether the OPD's word holds."""

    HOLDS = "HOLDS"
    NEVER_GIVEN = "NEVER_GIVEN"
    EXPIRED = "EXPIRED"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class AttestationStatus:
    """What an OPD's attestation is worth on a day."""

    opd: str
    state: SealState
    attestation: Attestation | None  # the latest
    expires_on: date | None  # the last day on which it holds
    broken_by: ForeignEdit | None  # the first foreign edit after it

    @property
    def holds(self) -> bool:
        return self.state is SealState.HOLDS


def attestation_status(
    opd: str,
    attestations: Iterable[Attestation],
    edits: Iterable[ForeignEdit],
    *,
    today: date,
) -> AttestationStatus:
    """The state of an OPD's word on a day; attestations and edits of other OPDs are passed over."""
    given = [each for each in attestations if each.opd == opd]
    if not given:
        return AttestationStatus(opd, SealState.NEVER_GIVEN, None, None, None)
    latest = max(given, key=lambda each: each.at)
    later = [each for each in edits if each.opd == opd and each.at > latest.at]
    broken_by = min(later, key=lambda each: (each.at, each.subject), default=None)
    expires_on = latest.at.date() + timedelta(days=ATTESTED_DAYS)
    if broken_by is not None:
        state = SealState.BROKEN
    else:
        state = SealState.HOLDS if today <= expires_on else SealState.EXPIRED
    return AttestationStatus(opd, state, latest, expires_on, broken_by)
