"""The topic of each arrival, and up to where only the newest about each topic are kept.

The topic of a change that followed from an entry is by what the change says, else it is the entry's
subject.
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
    _fill(op.get_bind())
    with op.batch_alter_table("arrival", schema=None) as batch_op:
        batch_op.alter_column("topic", existing_type=sa.String(length=160), nullable=False)
    op.create_index(
        "ix_arrival_newest", "arrival", ["kind", "region", "topic", "number", "visibility"]
    )


def _fill(connection: sa.Connection) -> None:
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
    of_entry = (
        sa.select(entry.c.subject)
        .where(entry.c.region == arrival.c.region, entry.c.sequence == arrival.c.sequence)
        .scalar_subquery()
    )
    connection.execute(sa.update(arrival).values(topic=of_entry))
    says = (
        sa.update(arrival)
        .where(arrival.c.number == sa.bindparam("at"))
        .values(topic=sa.bindparam("says"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(arrival.c.number, arrival.c.derived)
        .where(arrival.c.number > last, arrival.c.derived.is_not(sa.null()))
        .order_by(arrival.c.number)
        .limit(PAGE)
    ).all():
        last = rows[-1].number
        found = [
            {"at": number, "says": _topic(derived)}
            for number, derived in rows
            if derived and "subject" in derived
        ]
        if found:
            connection.execute(says, found)


def _topic(derived: dict[str, Any]) -> str:
    """Only news of verifications name an instrument beside their subject."""
    instrument = derived.get("instrument")
    return derived["subject"] if instrument is None else f"{derived['subject']} {instrument}"
