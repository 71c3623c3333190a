"""The kind of an OPD, and the OPD that it is a part of. Adds columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "kinds_of_opds"
down_revision = "longer_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("opd", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("parent", sa.String(length=255), nullable=True))
