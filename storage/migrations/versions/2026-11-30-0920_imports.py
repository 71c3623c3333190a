"""Imports into inventories, the files that wait to be imported, and remembered columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "imports"
down_revision = "more_of_applications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "inventory_import",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("applications", json, nullable=False),
        sa.Column("integrations", json, nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["region"], ["region.code"], name="fk_inventory_import_region_region"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_import"),
    )
    op.create_index("ix_inventory_import_region", "inventory_import", ["region", "at"])
    op.create_table(
        "import_draft",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("edits", json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_draft"),
    )
    op.create_index("ix_import_draft_actor", "import_draft", ["actor"])
    op.create_index("ix_import_draft_expires_at", "import_draft", ["expires_at"])
    op.create_table(
        "column_mapping",
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("fields", json, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("region", "header", name="pk_column_mapping"),
    )
