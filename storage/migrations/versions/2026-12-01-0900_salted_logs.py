"""Logs whose entries are salted, and rows that know in whose log they are.

The hashes of an entry are others than before, so no log of an earlier version can be kept. Only a
database without any entry is migrated; nothing was released before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migration_steps import EarlierLogForm

revision = "salted_logs"
down_revision = "write_probe"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM entry LIMIT 1")).first() is not None:
        raise EarlierLogForm
    for table in ("level", "assessment", "arrival", "entry", "head", "source"):
        op.drop_table(table)
    _create_log_tables()
    _create_assessment_tables()
    if op.get_bind().dialect.name != "sqlite":  # which stores no length
        # The id of a proposal begins with a code of up to 89 characters.
        op.alter_column("decision", "proposal", type_=sa.String(255))


def _create_log_tables() -> None:
    op.create_table(
        "head",
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_head")),
    )
    op.create_table(
        "source",
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("as_of", sa.String(32), nullable=True),
        sa.Column("problem", sa.String(32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("clock", sa.String(16), nullable=True),
        sa.Column("diverged", sa.Boolean(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=True),
        sa.Column("parent", sa.String(128), nullable=True),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_source")),
    )
    op.create_table(
        "entry",
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=True),
        sa.Column("applied_at", sa.String(32), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=True),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("visibility", sa.String(16), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("salt", sa.String(32), nullable=True),
        sa.Column("header_hash", sa.String(64), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("region", "sequence", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_subject", "entry", ["subject"])
    op.create_table(
        "refused_entry",
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("region", "sequence", name=op.f("pk_refused_entry")),
    )
    op.create_table(
        "arrival",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("log", sa.String(128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(320), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("derived", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_arrival")),
    )
    op.create_index(
        "ix_arrival_newest", "arrival", ["kind", "region", "topic", "number", "visibility"]
    )


def _create_assessment_tables() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("region", sa.String(128), nullable=False),
        sa.Column("log", sa.String(128), nullable=False),
        sa.Column("instrument", sa.String(32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("published", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("score", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_log", "assessment", ["log"])
    op.create_index("ix_assessment_region", "assessment", ["region", "kind", "year"])
    op.create_index("ix_assessment_edition", "assessment", ["instrument", "year", "kind", "state"])
    op.create_table(
        "level",
        sa.Column("assessment", sa.String(255), nullable=False),
        sa.Column("indicator", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment"], ["assessment.id"], name=op.f("fk_level_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment", "indicator", name=op.f("pk_level")),
    )
