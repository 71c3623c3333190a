"""The last arrival whose derived events are computed, and the last announcements.

The first instance that runs computes the derived events of earlier arrivals, once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "follow_up"
down_revision = "what_regions_say"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("derived_head", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.create_table(
        "outcome",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("region", "subject", name=op.f("pk_outcome")),
    )
