"""The corrections that the classifier has learned. Adds a column with a default, and a table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "lessons"
down_revision = "follow_up"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lessons", sa.String(length=64), nullable=False, server_default="")
        )
    op.create_table(
        "lesson",
        sa.Column("application", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opd", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("function", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_lesson")),
    )
