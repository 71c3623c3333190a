"""Splits a cell that names several systems: "SIMPEG, SIPD dan Srikandi"."""

from __future__ import annotations

import re

from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.yes_no import parse_yes_no

_NUMBERING = re.compile(r"(?:^|\s)(?:\(?[0-9]{1,2}[.)]|[-–•·▪*])\s+(?=\S)")
_SURE_SEPARATORS = re.compile(r"[;|\n]")
_OPENING, _CLOSING = "([{", ")]}"
_JOINING_WORD = re.compile(r"\s+(?:dan|serta|and|&)\s+", re.IGNORECASE)
_ACRONYM = re.compile(r"(?=\S*[A-Z]\S*[A-Z]|[a-z]-)\S{2,20}")  # SIMPEG, e-Office
# A short name next to a slash: one word with a letter.
_SHORT_NAME = re.compile(r"(?=[^/]*[^\W\d_])[\w.!-]{2,20}")
_BEFORE_NAME = re.compile(r"(?:(?:terintegrasi|terhubung|integrasi)\s+)?dengan\s+", re.IGNORECASE)
_NOT_NAMES = frozenset(
    (
        *("tidak", "belum", "tidak terintegrasi", "belum terintegrasi", "tidak ada integrasi"),
        *("belum ada integrasi", "no", "tdk", "stand alone", "standalone", "berdiri sendiri"),
        "tidak terintegrasi dengan aplikasi lain",
    )
)


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a cell, without repetition and without those that mean "none".

    If the cell has a semicolon or a line break, only these separate names. Otherwise a numbering
    and a comma outside brackets do; "dan" separates the last of several names, and two acronyms; a
    slash separates names of one word. In a longer name they are parts of the name.
    """
    names: list[str] = []
    if _SURE_SEPARATORS.search(text):
        names += (_NUMBERING.sub("", part, count=1) for part in _SURE_SEPARATORS.split(text))
    else:
        parts: list[str] = []
        for numbered in _NUMBERING.split(text):
            parts += _split_outside_brackets(numbered)
        for number, part in enumerate(parts, start=1):
            is_last_of_several = number == len(parts) > 1
            names += _split_joined(part, is_last_of_several=is_last_of_several)
    cleaned = [_BEFORE_NAME.sub("", name.strip(" .;,"), count=1) for name in names]
    if len(cleaned) > 1:  # "Ya, dengan SIMPEG"
        cleaned = [name for name in cleaned if not parse_yes_no(name)]
    return tuple(
        dict.fromkeys(
            name
            for name in cleaned
            if not is_blank_cell(name) and " ".join(name.casefold().split()) not in _NOT_NAMES
        )
    )


def _split_outside_brackets(text: str) -> list[str]:
    depth, start, parts = 0, 0, []
    is_balanced = sum(map(text.count, _OPENING)) == sum(map(text.count, _CLOSING))
    for index, character in enumerate(text):
        if character in _OPENING:
            depth += is_balanced
        elif character in _CLOSING:
            depth -= is_balanced
        elif character == "," and depth <= 0:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _split_joined(part: str, *, is_last_of_several: bool) -> list[str]:
    """Split at "dan" and at a slash where both sides are names for certain."""
    if is_last_of_several:
        part = re.sub(r"^(?:dan|serta|and|&)\s+", "", part, flags=re.IGNORECASE)
    words = _JOINING_WORD.split(part)
    if len(words) > 1 and "(" not in part:
        if all(_ACRONYM.fullmatch(word) for word in words):
            return words
        if is_last_of_several and len(words) == 2 and len(words[1].split()) == 1:
            return words
    sides = [side.strip() for side in part.split("/")]
    if len(sides) > 1 and all(_SHORT_NAME.fullmatch(side) for side in sides):
        return sides
    return [part]
