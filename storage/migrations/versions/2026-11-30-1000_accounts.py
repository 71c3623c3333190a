"""Accounts with their sessions, tokens, passkeys and audit; the identity of the instance."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "accounts"
down_revision = "imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    id, time, digest = sa.String(64), sa.String(32), sa.String(64)
    for name, length in (("identity", 16), ("secret", 64)):
        op.add_column(
            "instance", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    instance = sa.table("instance", sa.column("identity"), sa.column("secret"))
    op.execute(
        instance.update().values(identity=secrets.token_hex(4), secret=secrets.token_hex(32))
    )
    op.create_table(
        "account",
        sa.Column("id", id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("login", sa.String(255), nullable=True),
        sa.Column("issuer", sa.String(255), nullable=True),
        sa.Column("external_subject", sa.String(255), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role", sa.String(16), nullable=True),
        sa.Column("regions", json, nullable=False),
        sa.Column("opds", json, nullable=False),
        sa.Column("drafts", sa.Boolean(), nullable=False),
        sa.Column("given_by", id, nullable=True),
        sa.Column("given_at", time, nullable=True),
        sa.Column("created_at", time, nullable=False),
        sa.Column("last_sign_in_at", time, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login", name="uq_account_login"),
        sa.UniqueConstraint(
            "issuer", "external_subject", name="uq_account_issuer_external_subject"
        ),
    )
    op.create_index("ix_account_role", "account", ["role"])
    op.create_table(
        "erased_subject",
        sa.Column("digest", digest, nullable=False),
        sa.Column("erased_at", time, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased_subject"),
    )
    op.create_table(
        "session",
        sa.Column("id", id, nullable=False),
        sa.Column("secret_hash", digest, nullable=False),
        sa.Column("account", id, nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("idle_until", time, nullable=False),
        sa.Column("ends_at", time, nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_session_account_account"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("secret_hash", name="uq_session_secret_hash"),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_index("ix_session_ends_at", "session", ["ends_at"])
    op.create_table(
        "access_token",
        sa.Column("id", id, nullable=False),
        sa.Column("secret_hash", digest, nullable=False),
        sa.Column("account", id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.Column("last_used_at", time, nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name="fk_access_token_account_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
        sa.UniqueConstraint("secret_hash", name="uq_access_token_secret_hash"),
    )
    op.create_index("ix_access_token_account", "access_token", ["account"])
    op.create_table(
        "one_time_code",
        sa.Column("secret_hash", digest, nullable=False),
        sa.Column("account", id, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name="fk_one_time_code_account_account"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_one_time_code"),
    )
    op.create_index("ix_one_time_code_account", "one_time_code", ["account"])
    op.create_index("ix_one_time_code_expires_at", "one_time_code", ["expires_at"])
    op.create_table(
        "passkey",
        sa.Column("id", id, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("account", id, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("last_used_at", time, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_passkey_account_account"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_account", "passkey", ["account"])
    op.create_table(
        "challenge",
        sa.Column("id", id, nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("account", id, nullable=True),
        sa.Column("expires_at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"])
    op.create_table(
        "throttle",
        sa.Column("key", digest, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", time, nullable=False),
        sa.Column("blocked_until", time, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_index("ix_throttle_last_failure_at", "throttle", ["last_failure_at"])
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("actor", id, nullable=True),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("account", id, nullable=False),
        sa.Column("credential", id, nullable=True),
        sa.Column("detail", json, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_account", "audit", ["account"])
