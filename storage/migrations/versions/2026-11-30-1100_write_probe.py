"""A row that is written to examine whether the database can write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "write_probe"
down_revision = "accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "write_probe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_probe")),
    )
