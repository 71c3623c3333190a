"""Secrets of sessions, tokens and one-time codes: random texts, of which only digests are stored."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32
TOKEN_PREFIX = "simpul_"  # of the tokens of programs


def new_secret(prefix: str = "") -> str:
    """Return a new secret of 256 random bits; scanners of leaked secrets find its prefix."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def new_id(prefix: str) -> str:
    """Return a new opaque id of 64 random bits."""
    return prefix + secrets.token_hex(8)


def secret_digest(secret: str) -> str:
    """Return the digest by which a secret is found. Random secrets need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
