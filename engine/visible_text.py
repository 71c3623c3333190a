"""Shows recorded text safely: what a terminal or a reader could mistake is replaced.

What is recorded now has no control or format characters in names. Rows of before and followed logs
may have them: they would rewrite the terminal of an operator, forge a line, or show one name as
another one.
"""

from __future__ import annotations

from typing import Any
from unicodedata import category

from engine.plain_text import REFUSED_CATEGORIES

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_NON_CHARACTERS = "\ufffe\uffff"  # no XML may have them


def to_visible_text(text: str) -> str:
    """Return a text with REPLACEMENT for each unsafe character, except for line breaks and tabs."""
    return _replace_unsafe(text, kept="\n\t")


def to_visible_cell(text: str) -> str:
    """Return the text of a CSV cell, in which line breaks may be those of any system."""
    return _replace_unsafe(text, kept="\n\t\r")


def to_visible_line(text: str) -> str:
    """Return a text as one line, with REPLACEMENT for each unsafe character."""
    if text.isprintable():
        return text
    return _replace_unsafe(" ".join(text.split()), kept="")


def to_visible_values(value: Any) -> Any:
    """Return JSON values in which each text is one line without unsafe characters."""
    match value:
        case str():
            return to_visible_line(value)
        case dict():
            return {key: to_visible_values(item) for key, item in value.items()}
        case list():
            return [to_visible_values(item) for item in value]
        case _:
            return value


def escape_json_text(document: str) -> str:
    r"""Return a JSON document that means the same, with each unsafe character as \u and its code."""
    if document.isascii():
        return document
    escapes = {
        ord(character): _json_escape(character)
        for character in _unsafe_characters(document, kept="\n\t")
    }
    return document.translate(escapes) if escapes else document


def _replace_unsafe(text: str, kept: str) -> str:
    if text.isprintable():
        return text
    return text.translate(
        {ord(character): REPLACEMENT for character in _unsafe_characters(text, kept)}
    )


def _unsafe_characters(text: str, kept: str) -> set[str]:
    return {
        character
        for character in set(text)
        if (category(character) in REFUSED_CATEGORIES or character in _NON_CHARACTERS)
        and character not in kept
    }


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
