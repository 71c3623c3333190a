"""Stores the fields that people chose for the columns of a header, by region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from storage.tables import ColumnMappingRow, core_table

MAPPINGS_MOST = 500  # per region; the oldest are deleted


async def column_mappings_by_header(
    session: AsyncSession, region: str
) -> dict[str, dict[int, str | None]]:
    """Return the chosen fields by column, from 1, for each header of a region, by its digest."""
    rows = await session.execute(
        select(ColumnMappingRow.header, ColumnMappingRow.fields).where(
            ColumnMappingRow.region == region
        )
    )
    return {
        row.header: {int(column): field for column, field in row.fields.items()} for row in rows
    }


async def save_column_mapping(
    session: AsyncSession,
    region: str,
    header: str,
    fields: Mapping[int, str | None],
    now: datetime,
) -> None:
    """Store the chosen fields of a header, and delete the oldest headers above MAPPINGS_MOST."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "fields": {str(column): field for column, field in fields.items()},
        "at": format_timestamp(now),
    }
    await session.execute(
        dialect.insert(core_table(ColumnMappingRow))
        .values(region=region, header=header, **values)
        .on_conflict_do_update(index_elements=["region", "header"], set_=values)
    )
    oldest = (
        select(ColumnMappingRow.header)
        .where(ColumnMappingRow.region == region)
        .order_by(ColumnMappingRow.at.desc(), ColumnMappingRow.header)
        .offset(MAPPINGS_MOST)
    )
    superfluous = list(await session.scalars(oldest))
    if superfluous:
        await session.execute(
            delete(ColumnMappingRow).where(
                ColumnMappingRow.region == region, ColumnMappingRow.header.in_(superfluous)
            )
        )
