"""The topic of each arrival, and the number up to which only the newest of each topic are stored.

A derived event contains its topic. The topic of any other arrival is the subject of its entry.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "newest_of_each"
down_revision = "lessons"
branch_labels = None
depends_on = None

PAGE = 5000


def upgrade() -> None:
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("arrival_floor", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.add_column("arrival", sa.Column("topic", sa.String(length=160), nullable=True))
    _fill_topics(op.get_bind())
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.alter_column("topic", existing_type=sa.String(length=160), nullable=False)
    op.create_index(
        "ix_arrival_newest", "arrival", ["kind", "region", "topic", "number", "visibility"]
    )


def _fill_topics(connection: sa.Connection) -> None:
    arrival = sa.table(
        "arrival",
        sa.column("number", sa.BigInteger()),
        sa.column("region", sa.String()),
        sa.column("sequence", sa.BigInteger()),
        sa.column("topic", sa.String()),
        sa.column("derived", sa.JSON()),
    )
    entry = sa.table(
        "entry",
        sa.column("region", sa.String()),
        sa.column("sequence", sa.BigInteger()),
        sa.column("subject", sa.String()),
    )
    entry_subject = (
        sa.select(entry.c.subject)
        .where(entry.c.region == arrival.c.region, entry.c.sequence == arrival.c.sequence)
        .scalar_subquery()
    )
    connection.execute(sa.update(arrival).values(topic=entry_subject))
    update_topic = (
        sa.update(arrival)
        .where(arrival.c.number == sa.bindparam("arrival_number"))
        .values(topic=sa.bindparam("derived_topic"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(arrival.c.number, arrival.c.derived)
        .where(arrival.c.number > last, arrival.c.derived.is_not(sa.null()))
        .order_by(arrival.c.number)
        .limit(PAGE)
    ).all():
        last = rows[-1].number
        topics = [
            {"arrival_number": number, "derived_topic": _derived_topic(derived)}
            for number, derived in rows
            if derived and "subject" in derived
        ]
        if topics:
            connection.execute(update_topic, topics)


def _derived_topic(derived: dict[str, Any]) -> str:
    """Return the topic of a derived event; only changes of verifications name an instrument."""
    instrument = derived.get("instrument")
    return derived["subject"] if instrument is None else f"{derived['subject']} {instrument}"
