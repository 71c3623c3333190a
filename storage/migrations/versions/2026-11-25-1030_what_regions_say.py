"""Corrected functions, exemptions, development policies and efforts. Adds tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "what_regions_say"
down_revision = "days_of_confirmation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("application", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("function", sa.String(length=64), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["application.id"], name=op.f("fk_correction_application")
        ),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_correction_region")),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_correction")),
    )
    op.create_table(
        "exemption",
        sa.Column("opd", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["opd"], ["opd.id"], name=op.f("fk_exemption_opd")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_exemption_region")),
        sa.PrimaryKeyConstraint("opd", name=op.f("pk_exemption")),
    )
    for table in ("correction", "exemption"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_region"), ["region"], unique=False)
    op.create_table(
        "development_policy",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region"], ["region.code"], name=op.f("fk_development_policy_region")
        ),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_development_policy")),
    )
    op.create_table(
        "effort",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("instrument", sa.String(length=32), nullable=False),
        sa.Column("steps", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_effort_region")),
        sa.PrimaryKeyConstraint("region", "instrument", name=op.f("pk_effort")),
    )
