"""The tables of accounts, their rights, their credentials and the audit.

They belong to this instance only: nothing of them is replicated or projected from the log.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table


class AccountRow(Table):
    """A person or a program with at most one right (engine.account.Account)."""

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(Text)
    login: Mapped[str | None] = mapped_column(String(255), unique=True)
    issuer: Mapped[str | None] = mapped_column(String(255))
    external_subject: Mapped[str | None] = mapped_column(String(255))
    password_hash: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(String(16), index=True)  # null: without a right
    regions: Mapped[list[Any]]
    opds: Mapped[list[Any]]
    drafts: Mapped[bool]
    given_by: Mapped[str | None] = mapped_column(String(64))
    given_at: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[str] = mapped_column(String(32))
    last_sign_in_at: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int]
    __table_args__ = (UniqueConstraint("issuer", "external_subject"),)


class ErasedSubjectRow(Table):
    """A subject of an identity provider whose account was erased; claims give it no right."""

    __tablename__ = "erased_subject"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # HMAC-SHA-256
    erased_at: Mapped[str] = mapped_column(String(32))


class SessionRow(Table):
    """A session of a signed-in person (engine.account.SessionRecord); it is deleted at its end."""

    __tablename__ = "session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the cookie
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    method: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[str] = mapped_column(String(32))
    idle_until: Mapped[str] = mapped_column(String(32))
    ends_at: Mapped[str] = mapped_column(String(32), index=True)
    user_agent: Mapped[str] = mapped_column(Text)


class AccessTokenRow(Table):
    """A token of a program (engine.account.AccessToken); it is deleted when it is withdrawn."""

    __tablename__ = "access_token"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the token
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[str] = mapped_column(String(32))
    last_used_at: Mapped[str | None] = mapped_column(String(32))  # to some minutes


class OneTimeCodeRow(Table):
    """A code that can be exchanged once: an invitation or a sign-in link."""

    __tablename__ = "one_time_code"
    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[str] = mapped_column(String(32), index=True)


class PasskeyRow(Table):
    """A passkey of an account (WebAuthn)."""

    __tablename__ = "passkey"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))
    last_used_at: Mapped[str | None] = mapped_column(String(32))


class ChallengeRow(Table):
    """A challenge of a passkey ceremony; it is used once."""

    __tablename__ = "challenge"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    account: Mapped[str | None] = mapped_column(String(64))  # null: to sign in
    expires_at: Mapped[str] = mapped_column(String(32), index=True)


class ThrottleRow(Table):
    """Failed attempts to sign in, by login name or by address of the client."""

    __tablename__ = "throttle"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest
    failures: Mapped[int]
    last_failure_at: Mapped[str] = mapped_column(String(32), index=True)
    blocked_until: Mapped[str | None] = mapped_column(String(32))


class AuditRow(Table):
    """One act that concerns accounts, sessions or tokens (engine.account.AuditEntry)."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(64), index=True)
    credential: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
