"""Recognises the signed tokens that this software issued before it kept tokens on record.

They are not valid any more, and an error says so, because the instance did issue them.
"""

from __future__ import annotations

import base64
import binascii
import json

FORMER_KEY_FILE = "token.key"  # in the data folder; it signed them
_FORMER_HEADER = {"alg": "HS256", "kid": "embedded"}


def is_former_token(token: str) -> bool:
    """Return whether a token has the header of those that were signed with the former key."""
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and _FORMER_HEADER.items() <= header.items()
