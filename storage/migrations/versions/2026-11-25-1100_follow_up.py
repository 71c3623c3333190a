"""What the instance has learned, how far it has followed up, and what it last announced.

Adds columns with a default and tables, so that the version before goes on working. What happened
before is followed up once, by the first instance that runs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "follow_up"
down_revision = "facts_that_rules_read"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lessons", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("derived_head", sa.BigInteger(), nullable=False, server_default="0")
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
    op.create_table(
        "standing",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_standing_region")),
        sa.PrimaryKeyConstraint("region", "subject", name=op.f("pk_standing")),
    )
