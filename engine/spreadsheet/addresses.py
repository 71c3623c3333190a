"""Reads the addresses in a cell as people write them: without a scheme, or several in one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A comma inside an address is part of it.
_SEPARATORS = re.compile(r"[\s;|<>]+|,(?=\s|$|https?:|www\.)", re.IGNORECASE)
_SPACED = re.compile(r"[\s;|<>]|,(?=$|https?:|www\.)", re.IGNORECASE)
_JOINING_WORDS = frozenset(("", "dan", "atau", "&", "and", "/", "-", "–", "url", "link"))
# `https:/host`, `http//host` and `HTTPS://host` are slips of `https://host`.
_SCHEME = re.compile(r"(?P<scheme>https?)(:/{1,3}|//|:)", re.IGNORECASE)
_HOST = re.compile(
    r"(?:(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z]{2,}|[0-9]{1,3}(?:\.[0-9]{1,3}){3})"
    r"(?::[0-9]{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_EDGES = "()[]{}\"'“”‘’.,;"


@dataclass(frozen=True, slots=True)
class AddressReading:
    """The addresses of a cell, and whether the cell has other words, too."""

    addresses: tuple[str, ...]
    has_other_words: bool


def read_addresses(text: str) -> AddressReading:
    """Return the addresses of a cell, with `https://` before those that have no scheme."""
    if text.startswith(("https://", "http://")) and _SPACED.search(text) is None:
        return AddressReading((text,), has_other_words=False)
    addresses: list[str] = []
    has_other_words = False
    parts = _SEPARATORS.split(text)[::-1]  # the next one is the last
    while parts:
        part = parts.pop()
        word = part.strip(_EDGES)
        address = _parse_address(word)
        if address is not None:
            addresses.append(address)
        elif "," in word:
            parts += reversed(word.split(","))
        elif word.casefold().rstrip(":") not in _JOINING_WORDS and not _is_numbering(word):
            has_other_words = True
    return AddressReading(tuple(dict.fromkeys(addresses)), has_other_words)


def _parse_address(word: str) -> str | None:
    scheme = _SCHEME.match(word)
    rest = word if scheme is None else word[scheme.end() :]
    if _HOST.fullmatch(rest) is None:
        return None
    return f"{'https' if scheme is None else scheme['scheme'].lower()}://{rest}"


def _is_numbering(word: str) -> bool:
    return word.isdigit() and len(word) <= 2
