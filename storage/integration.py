"""Reads integrations between applications, and converts them to and from rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from engine.document import from_document, to_document
from engine.model import (
    Evidence,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    Provenance,
)
from engine.page import Page
from storage.database import batch_ids
from storage.pagination import paginate_by_keyset
from storage.tables import ApplicationRow, IntegrationRow

_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_SOURCE, _TARGET = aliased(ApplicationRow), aliased(ApplicationRow)
_END_REGIONS = (
    select(_SOURCE.region, _TARGET.region)
    .select_from(IntegrationRow)
    .join(_SOURCE, _SOURCE.id == IntegrationRow.source_application)
    .outerjoin(_TARGET, _TARGET.id == IntegrationRow.target_application)
    .where(
        or_(
            IntegrationRow.id.in_(_IDS),
            IntegrationRow.source_application.in_(_IDS),
            IntegrationRow.target_application.in_(_IDS),
        )
    )
    .distinct()
)


def integration_columns(integration: Integration) -> dict[str, Any]:
    """Return the columns of the row of an integration."""
    verified_on, confirmed_on = integration.verified_on, integration.confirmed_on
    return {
        "id": integration.id,
        "region": integration.region,
        "source_application": integration.source,
        "target_application": integration.target,
        "target_name": integration.target_name,
        "data_object": integration.data_object,
        "mode": integration.mode.value,
        "direction": integration.direction.value,
        "status": integration.status.value,
        "evidence_grade": integration.evidence_grade,
        "version": integration.version,
        "verified_on": None if verified_on is None else verified_on.isoformat(),
        "confirmed_on": None if confirmed_on is None else confirmed_on.isoformat(),
        "evidence": [to_document(evidence) for evidence in integration.evidence],
        "source": integration.provenance.source,
        "confirmed": integration.provenance.confirmed,
        "note": integration.provenance.note,
    }


def integration_from_row(row: IntegrationRow) -> Integration:
    """Return the integration that a row holds."""
    return Integration(
        id=row.id,
        region=row.region,
        source=row.source_application,
        target=row.target_application,
        target_name=row.target_name,
        data_object=row.data_object,
        mode=IntegrationMode(row.mode),
        direction=IntegrationDirection(row.direction),
        status=IntegrationStatus(row.status),
        evidence_grade=EvidenceGrade(row.evidence_grade),
        version=row.version,
        verified_on=None if row.verified_on is None else date.fromisoformat(row.verified_on),
        confirmed_on=None if row.confirmed_on is None else date.fromisoformat(row.confirmed_on),
        evidence=tuple(from_document(Evidence, evidence) for evidence in row.evidence),
        provenance=Provenance(row.source, row.confirmed, row.note),
    )


async def integrations_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Integration]:
    """Return the integrations with these ids; unknown ids are left out."""
    integrations: dict[str, Integration] = {}
    for batch in batch_ids(ids):
        rows = await session.scalars(select(IntegrationRow).where(IntegrationRow.id.in_(batch)))
        integrations |= {row.id: integration_from_row(row) for row in rows}
    return integrations


async def list_integrations_between(
    session: AsyncSession, source: str, target: str
) -> list[Integration]:
    """Return the integrations from `source` to `target` that are not withdrawn."""
    rows = await session.scalars(
        select(IntegrationRow).where(
            IntegrationRow.source_application == source,
            IntegrationRow.target_application == target,
            IntegrationRow.status != IntegrationStatus.WITHDRAWN.value,
        )
    )
    return [integration_from_row(row) for row in rows]


async def list_integrations_in_log(session: AsyncSession, region: str) -> list[Integration]:
    """Return the integrations in the log of a region that are not withdrawn, by id."""
    rows = await session.scalars(
        select(IntegrationRow)
        .where(
            IntegrationRow.region == region,
            IntegrationRow.status != IntegrationStatus.WITHDRAWN.value,
        )
        .order_by(IntegrationRow.id)
    )
    return [integration_from_row(row) for row in rows]


async def integration_regions(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Return the regions at both ends of integrations.

    The ids may be those of integrations or of the applications at their ends.
    """
    regions: set[str] = set()
    for batch in batch_ids(ids):
        for end_regions in await session.execute(_END_REGIONS, {"ids": batch}):
            regions.update(region for region in end_regions if region is not None)
    return regions


async def paginate_integrations(
    session: AsyncSession,
    *,
    region: str | None = None,
    application: str | None = None,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Integration]:
    """Return one page of the integrations of a region, or of those at one application."""
    query = select(IntegrationRow)
    if region is not None:
        query = query.where(IntegrationRow.region == region)
    if application is not None:
        query = query.where(
            or_(
                IntegrationRow.source_application == application,
                IntegrationRow.target_application == application,
            )
        )
    page = await paginate_by_keyset(session, query, (IntegrationRow.id,), first=first, after=after)
    return page.with_values([integration_from_row(row) for row in page.values])
