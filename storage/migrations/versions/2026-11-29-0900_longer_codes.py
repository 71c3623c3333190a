"""Longer codes of regions, ids and topics: the code of a ministry has up to 89 characters.

SQLite stores no length, so nothing changes there. PostgreSQL changes the type without
rewriting a table or an index, because the length only grows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "longer_codes"
down_revision = "sources"
branch_labels = None
depends_on = None

CODES = (
    *(("head", "region"), ("source", "region"), ("entry", "region"), ("arrival", "region")),
    *(("idempotency", "region"), ("region", "code"), ("region", "parent"), ("opd", "region")),
    *(("application", "region"), ("correction", "region"), ("lesson", "region")),
    *(("outcome", "region"), ("exemption", "region"), ("development_policy", "region")),
    *(("effort", "region"), ("attestation", "region"), ("decision", "region")),
    *(("integration", "region"), ("assessment", "region")),
)
IDS = (
    *(("entry", "subject"), ("opd", "id"), ("application", "id"), ("application", "opd")),
    *(("application", "common_application"), ("correction", "application")),
    *(("lesson", "application"), ("exemption", "opd"), ("attestation", "opd")),
    *(("attestation", "broken_subject"), ("integration", "id")),
    *(("integration", "source_application"), ("integration", "target_application")),
    *(("assessment", "id"), ("level", "assessment")),
)
TOPICS = (("arrival", "topic"), ("outcome", "subject"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for columns, length in ((CODES, 128), (IDS, 255), (TOPICS, 320)):
        for table, column in columns:
            op.alter_column(table, column, type_=sa.String(length))
