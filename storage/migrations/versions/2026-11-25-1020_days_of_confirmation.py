"""The day on which a counterpart confirmed an exchange, separate from the day of evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "days_of_confirmation"
down_revision = "what_was_decided_about"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("integration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_on", sa.String(length=10), nullable=True))
