"""Checks the names of accounts, the logins with which people sign in, and reasons for the audit."""

from __future__ import annotations

from engine.bounds import TextBound
from resolvers.problems import InvalidInput
from resolvers.region_change import checked_text

NAME_LENGTH = 200
LOGIN_LENGTH_LEAST = 3
LOGIN_LENGTH_MOST = 255
REASON_LENGTH = 500


def checked_account_name(field: str, name: str) -> str:
    """Return the name of a person or a program without outer white space, or raise InvalidInput."""
    return checked_text(field, name, TextBound(1, NAME_LENGTH))


def checked_login(field: str, login: str) -> str:
    """Return a user name or an e-mail address as it is stored: in lower case.

    Raises:
        InvalidInput: it is too short or too long, or has characters that are not visible.
    """
    lower = login.strip().lower()  # which may be longer, as of "İ"
    stored = checked_text(field, lower, TextBound(LOGIN_LENGTH_LEAST, LOGIN_LENGTH_MOST))
    if any(character.isspace() or not character.isprintable() for character in stored):
        expected = "a user name or an e-mail address without white space"
        raise InvalidInput(field, expected, repr(login))
    return stored


def checked_reason(field: str, reason: str) -> str:
    """Return the reason of an act without outer white space, or raise InvalidInput."""
    return checked_text(field, reason, TextBound(0, REASON_LENGTH))
