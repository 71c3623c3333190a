"""The training set of the classifier: a copy of the corrections at one time.

The copy is refreshed when an operator requests it, and not with each correction. So the proposals
to a region do not change by the hour with the corrections of other regions.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.graph.graph import hash_texts as hashed
from engine.matching.function_classifier import TrainingExample
from engine.matching.listing import Listing
from storage import function_correction
from storage.tables import InstanceRow, TrainingExampleRow


async def training_set_digest(session: AsyncSession) -> str:
    """Return the digest of the training set; it is empty for an empty set."""
    return (await session.execute(select(InstanceRow.lessons))).scalar_one()


async def load_training_set(session: AsyncSession) -> tuple[str, tuple[TrainingExample, ...]]:
    """Return the digest and the examples of the training set, ordered by application."""
    rows = await session.scalars(
        select(TrainingExampleRow).order_by(TrainingExampleRow.application)
    )
    examples = tuple(
        TrainingExample(
            Listing(row.name, row.opd, row.url, row.application, row.region), row.function
        )
        for row in rows
    )
    return await training_set_digest(session), examples


async def refresh_training_set(session: AsyncSession) -> int:
    """Replace the training set by the current corrections; return their number."""
    examples = await function_correction.list_corrected_listings(session)
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
