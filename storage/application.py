"""Reads applications, and converts them to and from rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.model import Application, ApplicationStatus, Capability, Provenance
from engine.page import Page
from engine.plain_text import name_key
from storage.database import batch_ids
from storage.pagination import paginate_by_keyset
from storage.tables import ApplicationRow

_BY_REGION = (
    select(ApplicationRow)
    .where(ApplicationRow.region == bindparam("region"))
    .order_by(ApplicationRow.id)
)


def application_columns(application: Application) -> dict[str, Any]:
    """Return the columns of the row of an application."""
    return {
        "id": application.id,
        "region": application.region,
        "opd": application.opd,
        "name": application.name,
        "name_key": name_key(application.name),
        "status": application.status.value,
        "version": application.version,
        "function": application.function,
        "url": application.url,
        "platform": application.platform,
        "year": application.year,
        "common_application": application.common_application,
        "retired_reason": application.retired_reason,
        "capabilities": [capability.value for capability in application.capabilities],
        "consulted": application.consulted,
        "users": application.users,
        "fit": application.fit,
        "yearly_cost": application.yearly_cost,
        "migration_cost": application.migration_cost,
        "added_cost": application.added_cost,
        "developer": application.developer,
        "hosting": application.hosting,
        "database": application.database,
        "legal_basis": application.legal_basis,
        "public_service": application.public_service,
        "source": application.provenance.source,
        "confirmed": application.provenance.confirmed,
        "note": application.provenance.note,
    }


def application_from_row(row: ApplicationRow) -> Application:
    """Return the application that a row holds."""
    return Application(
        id=row.id,
        region=row.region,
        opd=row.opd,
        name=row.name,
        status=ApplicationStatus(row.status),
        version=row.version,
        function=row.function,
        url=row.url,
        platform=row.platform,
        year=row.year,
        common_application=row.common_application,
        retired_reason=row.retired_reason,
        capabilities=tuple(Capability(capability) for capability in row.capabilities),
        consulted=row.consulted,
        users=row.users,
        fit=row.fit,
        yearly_cost=row.yearly_cost,
        migration_cost=row.migration_cost,
        added_cost=row.added_cost,
        developer=row.developer,
        hosting=row.hosting,
        database=row.database,
        legal_basis=row.legal_basis,
        public_service=row.public_service,
        provenance=Provenance(row.source, row.confirmed, row.note),
    )


async def applications_by_id(session: AsyncSession, ids: Collection[str]) -> dict[str, Application]:
    """Return the applications with these ids; unknown ids are left out."""
    applications: dict[str, Application] = {}
    for batch in batch_ids(ids):
        rows = await session.scalars(select(ApplicationRow).where(ApplicationRow.id.in_(batch)))
        applications |= {row.id: application_from_row(row) for row in rows}
    return applications


async def list_applications_by_opds(
    session: AsyncSession, region: str, opds: Collection[str]
) -> list[Application]:
    """Return the applications of some OPDs of a region, in use or retired, by id."""
    rows = await session.scalars(
        select(ApplicationRow)
        .where(ApplicationRow.region == region, ApplicationRow.opd.in_(opds))
        .order_by(ApplicationRow.id)
    )
    return [application_from_row(row) for row in rows]


async def paginate_applications(
    session: AsyncSession,
    *,
    region: str | None,
    opd: str | None,
    statuses: Sequence[ApplicationStatus],
    common_application: str | None,
    search: str,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Application]:
    """Return one page of the applications that match all filters, by name.

    A filter that is None or empty matches all applications.
    """
    query = select(ApplicationRow)
    if region is not None:
        query = query.where(ApplicationRow.region == region)
    if opd is not None:
        query = query.where(ApplicationRow.opd == opd)
    if statuses:
        query = query.where(ApplicationRow.status.in_([status.value for status in statuses]))
    if common_application is not None:
        query = query.where(ApplicationRow.common_application == common_application)
    if search:
        query = query.where(ApplicationRow.name_key.contains(name_key(search), autoescape=True))
    columns = (ApplicationRow.name_key, ApplicationRow.id)
    page = await paginate_by_keyset(session, query, columns, first=first, after=after)
    return page.with_values([application_from_row(row) for row in page.values])


async def list_applications_by_region(session: AsyncSession, region: str) -> list[Application]:
    """Return all applications of a region, including retired ones, by id."""
    rows = await session.scalars(_BY_REGION, {"region": region})
    return [application_from_row(row) for row in rows]
