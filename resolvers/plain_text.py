"""Checks the short texts that people give to each other: names, logins and reasons.

Control characters would forge rows on the terminal of an operator, and format characters such as
U+202E would show a name as another one. Both are refused, whatever way a text comes in.
"""

from __future__ import annotations

from unicodedata import category

from resolvers.problems import InvalidInput
from resolvers.region_change import checked_text

# Control and format characters, lone surrogates, and the separators of lines and paragraphs.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def is_plain_text(text: str) -> bool:
    """Whether a text holds visible characters and spaces only."""
    return not any(category(character) in _REFUSED_CATEGORIES for character in text)


def checked_plain_text(field: str, value: str, *, least: int, most: int) -> str:
    """Return a text without outer white space.

    Raises:
        InvalidInput: its length is wrong, or it has control or format characters.
    """
    checked = checked_text(field, value, least=least, most=most)
    if not is_plain_text(checked):
        expected = "a text without control or format characters"
        raise InvalidInput(field, expected, ascii(checked))
    return checked


def to_plain_text(text: str) -> str:
    """Return a text that no person wrote, with a space in place of each refused character."""
    return "".join(
        " " if category(character) in _REFUSED_CATEGORIES else character for character in text
    )
