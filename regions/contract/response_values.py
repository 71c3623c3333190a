"""Checks the values of a response of another instance, and returns them with their types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.log.entry import SALT_BYTES, format_timestamp, parse_timestamp

HASH_DIGITS = 64
TIME_CHARACTERS = 27  # 2026-01-31T23:59:59.000000Z
_HEXADECIMAL_DIGITS = "0123456789abcdef"


class ContractViolation(Exception):
    """A response that violates the contract; the message states what was expected and received."""

    def __init__(self, expected: str, received: object) -> None:
        super().__init__(f"expected {expected}, got {_quote(received)}")


def require_object(name: str, value: object) -> Mapping[str, Any]:
    """Return an object of JSON."""
    if not isinstance(value, dict):
        raise ContractViolation(f"{name} as an object", value)
    return value


def require_sequence(value: object) -> int:
    """Return the sequence of an entry, or 0."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ContractViolation("a sequence from 0 to 2147483647", value)
    return value


def require_hash(value: object) -> str:
    """Return a SHA-256 as hexadecimal digits."""
    return _require_digits("a hash", value, HASH_DIGITS)


def require_salt(value: object) -> str:
    """Return the salt of an entry as hexadecimal digits."""
    return _require_digits("a salt", value, 2 * SALT_BYTES)


def require_time(value: object) -> datetime:
    """Return a time in the form in which it is hashed, which names UTC."""
    text = require_text("a time", value, TIME_CHARACTERS)
    try:
        at = parse_timestamp(text)
        if at.tzinfo is not None and format_timestamp(at) == text:
            return at
    except (ValueError, OverflowError):
        pass
    raise ContractViolation("a time such as 2026-01-31T23:59:59.000000Z", value)


def _require_digits(name: str, value: object, count: int) -> str:
    if isinstance(value, str) and len(value) == count and not value.strip(_HEXADECIMAL_DIGITS):
        return value
    raise ContractViolation(f"{name} of {count} lower-case hexadecimal digits", value)


def require_text(name: str, value: object, limit: int) -> str:
    """Return a text of at most `limit` characters."""
    if not isinstance(value, str) or len(value) > limit:
        raise ContractViolation(f"{name} of at most {limit} characters", value)
    return value


def _quote(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
