"""The kind and the applications of a decided proposal, which may no longer exist. Adds columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "what_was_decided_about"
down_revision = "facts_of_applications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=True))
        # The default lets the previous version continue to record decisions.
        batch_op.add_column(
            sa.Column(
                "applications",
                sa.JSON(none_as_null=True),
                nullable=False,
                server_default=sa.text("'[]'"),
            )
        )
