"""Plain text: the characters that texts may have, and the form in which names are compared.

Control characters would forge rows on the terminal of an operator, and format characters such as
U+202E would show a name as another one. Names are compared in the normal form NFKC, so that
full-width letters and ligatures are no other names. Letters of other scripts that merely look the
same, such as the Cyrillic ones, stay different.
"""

from __future__ import annotations

import re
from unicodedata import category, is_normalized, normalize

# Control and format characters, lone surrogates, and the separators of lines and paragraphs.
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LINE_CHARACTERS = frozenset("\n\t")
_LINE_END = re.compile(r"\r\n?")
# Characters without a width that have another category: joiners, variation selectors and fillers.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def is_plain_text(text: str) -> bool:
    """Whether a text holds visible characters and spaces only."""
    return text.isprintable() or not any(
        category(character) in REFUSED_CATEGORIES for character in text
    )


def is_plain_lines(text: str) -> bool:
    """Whether the lines of a text hold visible characters, spaces and tabs only."""
    return text.isprintable() or not any(
        category(character) in REFUSED_CATEGORIES and character not in _LINE_CHARACTERS
        for character in text
    )


def to_plain_text(text: str) -> str:
    """Return a text that no person wrote, with a space in place of each refused character."""
    return "".join(
        " " if category(character) in REFUSED_CATEGORIES else character for character in text
    )


def single_spaced(text: str) -> str:
    """Return a text in one line: white space is single spaces, and the rest is plain text."""
    if not text.isprintable():
        text = "".join(map(_visible_part, text))
    return " ".join(text.split())  # `split` knows no-break spaces


def unify_line_ends(text: str) -> str:
    """Return a text with a line feed at the end of each line, whatever a form has sent."""
    return _LINE_END.sub("\n", text)


def fold_characters(text: str) -> str:
    """Return a text in the normal form NFKC, without the characters that have no width."""
    if text.isascii() and text.isprintable():
        return text
    normal = text if is_normalized("NFKC", text) else normalize("NFKC", text)
    if not normal.isprintable():
        normal = "".join(map(_visible_part, normal))
    return _INVISIBLE.sub("", normal)


def name_key(name: str) -> str:
    """Return the key by which names are compared.

    It ignores case, extra spaces, characters without a width, and compatible forms of characters.
    """
    folded = fold_characters(name).casefold()
    if not folded.isascii():
        folded = normalize("NFKC", folded)
    return " ".join(folded.split())


def _visible_part(character: str) -> str:
    if category(character) not in REFUSED_CATEGORIES:
        return character
    return " " if character.isspace() else ""
