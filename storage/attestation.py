"""The attestations of inventories by OPDs, and the edits that invalidated them.

The log records the author of an entry, but not the OPD of the author. So an edit of an OPD's
application counts as foreign if its author is not the person who attested, even if both belong to
the OPD. The OPD must then attest again. A row holds the latest attestation and the first
foreign edit after it, which is all that the verification needs.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from engine.log.entry import format_timestamp
from engine.verification.attestation import Attestation, AttestationRecord, ForeignEdit
from storage.tables import AttestationRow

BY_REGION = (
    select(AttestationRow)
    .where(AttestationRow.region == bindparam("region"))
    .order_by(AttestationRow.opd)
)


def attestation_to_row(region: str, attested: AttestationRecord) -> AttestationRow:
    """Return the row of an attestation."""
    attestation, broken = attested.attestation, attested.invalidated_by
    return AttestationRow(
        opd=attestation.opd,
        region=region,
        by=attestation.by,
        at=format_timestamp(attestation.at),
        broken_subject=None if broken is None else broken.subject,
        broken_by=None if broken is None else broken.by,
        broken_at=None if broken is None else format_timestamp(broken.at),
    )


def attestation_from_row(row: AttestationRow) -> AttestationRecord:
    """Return the attestation that a row holds, with the edit that invalidated it."""
    invalidated_by = None
    if row.broken_subject is not None and row.broken_by is not None and row.broken_at is not None:
        at = datetime.fromisoformat(row.broken_at)
        invalidated_by = ForeignEdit(row.opd, row.broken_subject, row.broken_by, at)
    return AttestationRecord(
        Attestation(row.opd, row.by, datetime.fromisoformat(row.at)), invalidated_by
    )
