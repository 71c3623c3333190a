"""Checks the names of accounts, and the logins with which people sign in."""

from __future__ import annotations

from resolvers.problems import InvalidInput
from resolvers.region_change import checked_text

NAME_LENGTH = 200
LOGIN_LENGTH = 255


def checked_account_name(field: str, name: str) -> str:
    """Return the name of a person or a program without outer white space, or raise InvalidInput."""
    return checked_text(field, name, least=1, most=NAME_LENGTH)


def checked_login(field: str, login: str) -> str:
    """Return a user name or an e-mail address as it is stored: in lower case.

    Raises:
        InvalidInput: it is empty or too long, or has characters that are not visible.
    """
    stored = checked_text(field, login, least=1, most=LOGIN_LENGTH).lower()
    if any(character.isspace() or not character.isprintable() for character in stored):
        expected = "a user name or an e-mail address without white space"
        raise InvalidInput(field, expected, repr(login))
    return stored
