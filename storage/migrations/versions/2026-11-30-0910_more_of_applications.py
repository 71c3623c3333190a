"""The developer, hosting, database, legal basis and public service of an application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "more_of_applications"
down_revision = "changes_of_opds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("developer", "hosting", "database", "legal_basis"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        op.add_column("application", column)
    op.add_column("application", sa.Column("public_service", sa.Boolean(), nullable=True))
