"""Attestations of inventories by OPDs. Adds a table; nothing else changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "attestations"
down_revision = "first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestation",
        sa.Column("opd", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("broken_subject", sa.String(length=128), nullable=True),
        sa.Column("broken_by", sa.Text(), nullable=True),
        sa.Column("broken_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["opd"], ["opd.id"], name=op.f("fk_attestation_opd")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_attestation_region")),
        sa.PrimaryKeyConstraint("opd", name=op.f("pk_attestation")),
    )
    with op.batch_alter_table("attestation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attestation_region"), ["region"], unique=False)
