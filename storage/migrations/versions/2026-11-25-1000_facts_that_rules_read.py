"""Facts that rules and proposals read: of applications, of what people said, of a region's scope.

Adds columns with a default and tables, so that the version before goes on working.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "facts_that_rules_read"
down_revision = "decisions"
branch_labels = None
depends_on = None

NOTHING = sa.text("'[]'")


def upgrade() -> None:
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "capabilities", sa.JSON(none_as_null=True), nullable=False, server_default=NOTHING
            )
        )
        batch_op.add_column(sa.Column("consulted", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("users", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("fit", sa.Integer(), nullable=True))
        for name in ("yearly_cost", "migration_cost", "added_cost"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column(
                "applications", sa.JSON(none_as_null=True), nullable=False, server_default=NOTHING
            )
        )
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
        sa.Column("year", sa.Integer(), nullable=False),
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
