"""Reads what decides whether an application may be written, with one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, or_, select

from engine.model import Application, ApplicationStatus, Opd
from engine.plain_text import name_key
from engine.verification.attestation import AttestationRecord
from storage import application, attestation, opd
from storage.combined_query import CombinedQuery
from storage.log import LogTransaction
from storage.projected_rows import count_query
from storage.projection_batch import ProjectionBatch
from storage.tables import ApplicationRow, AttestationRow, OpdRow

_ID: BindParameter[str] = bindparam("id")
_CURRENT_OPD = select(ApplicationRow.opd).where(ApplicationRow.id == _ID).scalar_subquery()
_CURRENT_NAME = select(ApplicationRow.name_key).where(ApplicationRow.id == _ID).scalar_subquery()
_BASIS = CombinedQuery(
    applications=select(ApplicationRow).where(ApplicationRow.id == _ID),
    opds=select(OpdRow).where(or_(OpdRow.id == bindparam("opd"), OpdRow.id == _CURRENT_OPD)),
    attestations=select(AttestationRow).where(
        or_(AttestationRow.opd == bindparam("opd"), AttestationRow.opd == _CURRENT_OPD)
    ),
    namesakes=select(ApplicationRow.id, ApplicationRow.opd).where(
        ApplicationRow.region == bindparam("region"),
        ApplicationRow.name_key == func.coalesce(bindparam("name_key"), _CURRENT_NAME),
        ApplicationRow.id != _ID,
        ApplicationRow.status != ApplicationStatus.RETIRED.value,
    ),
    counts=count_query(ApplicationRow),
)


@dataclass(frozen=True, slots=True)
class ApplicationBasis:
    """An application before a change, and the rows that the change refers to."""

    current: Application | None  # None: there is none with this id yet
    opds: Mapping[str, Opd]  # the current OPD and the requested one, by id
    attestations: tuple[AttestationRecord, ...]  # of these OPDs
    namesakes: Mapping[str | None, str]  # ids of applications in use with its name, by OPD
    application_count: int  # in the log

    def projection_batch(self) -> ProjectionBatch:
        """Return the rows with which the projection applies an entry of the application."""
        batch = ProjectionBatch(row_counts={ApplicationRow: self.application_count})
        for owner in self.opds.values():
            batch.existing.add((OpdRow, owner.id))
        if self.current is not None:
            batch.existing.add((ApplicationRow, self.current.id))
            batch.opds[self.current.id] = self.current.opd
        for attested in self.attestations:
            batch.attested[attested.attestation.opd] = attested
        return batch


async def read_application_basis(
    transaction: LogTransaction, id: str, *, opd_id: str | None, name: str | None
) -> ApplicationBasis:
    """Return the basis for a change of an application, which may be a new one.

    Args:
        opd_id: the OPD that the change states; None: the application keeps its OPD.
        name: the name that the change states; None: the application keeps its name.
    """
    rows = await _BASIS.read(
        transaction.session,
        {
            "id": id,
            "region": transaction.region,
            "opd": opd_id,
            "name_key": None if name is None else name_key(name),
        },
    )
    return ApplicationBasis(
        current=next(map(application.application_from_row, rows["applications"]), None),
        opds={row.id: opd.opd_from_row(row) for row in rows["opds"]},
        attestations=tuple(map(attestation.attestation_from_row, rows["attestations"])),
        namesakes={row.opd: row.id for row in sorted(rows["namesakes"], key=lambda row: row.id)},
        application_count=next(row.count for row in rows["counts"]),
    )
