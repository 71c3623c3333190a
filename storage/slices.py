"""Iterates over many rows without keeping the event loop from its other tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

Row = TypeVar("Row")

ROWS_PER_SLICE = 25  # an assessment with all its levels takes about 1 ms


async def in_slices(rows: Iterable[Row]) -> AsyncIterator[Row]:
    """Yield the rows, and let other tasks run after each ROWS_PER_SLICE of them."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % ROWS_PER_SLICE == 0:
            await asyncio.sleep(0)
