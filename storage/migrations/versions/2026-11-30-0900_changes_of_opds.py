"""The affairs, version and successor of an OPD, and why it was dissolved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "changes_of_opds"
down_revision = "owner_of_a_copy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("opd", sa.Column("affairs", json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column(
        "opd", sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.add_column("opd", sa.Column("successor", sa.String(255), nullable=True))
    op.add_column("opd", sa.Column("dissolved_reason", sa.Text(), nullable=True))
