"""The URL of the owner of a replicated region, if the replica is read from another instance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "owner_of_a_copy"
down_revision = "kinds_of_opds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("owner", sa.Text(), nullable=True))
