"""The capabilities, consultation, users, fit and costs of applications. Adds columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "facts_of_applications"
down_revision = "decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        # The default lets the previous version continue to add applications.
        batch_op.add_column(
            sa.Column(
                "capabilities",
                sa.JSON(none_as_null=True),
                nullable=False,
                server_default=sa.text("'[]'"),
            )
        )
        batch_op.add_column(sa.Column("consulted", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("users", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("fit", sa.Integer(), nullable=True))
        for name in ("yearly_cost", "migration_cost", "added_cost"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
