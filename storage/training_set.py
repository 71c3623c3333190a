"""The corrections that the classifier has learned: people's words as they stood at one time.

They are learned when an operator says so, not with each correction: what is proposed to a region
shall not move by the hour with what others correct.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph.graph import hash_texts as hashed
from engine.matching.function_classifier import TrainingExample
from engine.matching.inventory_line import Listing
from storage import correction
from storage.tables import InstanceRow, TrainingExampleRow


async def training_set_digest(session: AsyncSession) -> str:
    """Return the digest of what was learned; empty for nothing."""
    return (await session.execute(select(InstanceRow.lessons))).scalar_one()


async def load_training_set(session: AsyncSession) -> tuple[str, tuple[TrainingExample, ...]]:
    """Return the digest of what was learned, and what that is, by application."""
    rows = await session.scalars(
        select(TrainingExampleRow).order_by(TrainingExampleRow.application)
    )
    learned = tuple(
        TrainingExample(
            Listing(each.name, each.opd, each.url, each.application, each.region), each.function
        )
        for each in rows
    )
    return await training_set_digest(session), learned


async def refresh_training_set(session: AsyncSession) -> int:
    """Take up the corrections as they are now; return their number."""
    examples = await correction.list_corrected_listings(session)
    await session.execute(delete(TrainingExampleRow))
    session.add_all(
        TrainingExampleRow(
            application=listing.id,
            region=listing.region,
            name=listing.name,
            opd=listing.opd,
            url=listing.url,
            function=function,
        )
        for listing, function in examples
    )
    lessons = hashed(map(repr, examples)) if examples else ""
    await session.execute(update(InstanceRow).values(lessons=lessons))
    return len(examples)
