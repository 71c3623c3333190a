"""Keyset pagination: each page continues a totally ordered list after the last key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from engine.page import Page


async def paginate_by_keyset(
    session: AsyncSession,
    query: Select[Any],
    columns: Sequence[InstrumentedAttribute[str]],
    *,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Any]:
    """Return the first rows of `query` after the key `after`, ordered by `columns`.

    The `columns` together must be unique and not null. The query reads one row more than the page
    has, which shows whether there is a next page.
    """
    following = query if after is None else query.where(tuple_(*columns) > tuple_(*after))
    rows = list(await session.scalars(following.order_by(*columns).limit(first + 1)))
    values, total = rows[:first], len(rows)
    if values != rows or after is not None:
        total = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
    names = [column.key for column in columns]
    return Page(
        values=values,
        keys=[tuple(getattr(row, name) for name in names) for row in values],
        has_next=len(rows) > first,
        has_previous=after is not None,
        total=total,
    )
