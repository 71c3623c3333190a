"""Issues the tokens of an instance that verifies its own (`hub.auth.authentication`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from joserfc import jwt

from engine.model import Role
from hub.auth.signing_keys import EMBEDDED_KEY_ID, embedded_key


def issue_token(
    key: bytes,
    issuer: str,
    audience: str,
    subject: str,
    role: Role,
    regions: Iterable[str],
    opds: Iterable[str],
    lifetime: timedelta,
    now: datetime,
) -> str:
    """Return a bearer token for a person or program.

    Raises:
        ValueError: the key is too short.
    """
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "role": role.value,
        "regions": sorted(regions),
        "opds": sorted(opds),
    }
    header = {"alg": "HS256", "kid": EMBEDDED_KEY_ID}
    return jwt.encode(header, claims, embedded_key(key))
