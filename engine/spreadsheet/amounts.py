"""Reads whole numbers and amounts of rupiah as people write them: "1.200", "Rp 1,5 juta"."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.spreadsheet.text_cache import cache_short_texts

_CHARACTERS_MOST = 200  # a longer text is no number; `int` refuses one of 4,300 digits
_MULTIPLIERS = {
    **dict.fromkeys(("ribu", "rb"), 1_000),
    **dict.fromkeys(("juta", "jt"), 1_000_000),
    **dict.fromkeys(("miliar", "milyar", "milliar", "m"), 1_000_000_000),
    **dict.fromkeys(("triliun", "trilyun", "t"), 1_000_000_000_000),
}
_GROUPS = re.compile(r"[0-9]{1,3}(?P<mark>[., '])[0-9]{3}(?:(?P=mark)[0-9]{3})*")
_MARKS = re.compile(r"[., ']")
_BEFORE = r"(?:±|\+/-|~|(?:kurang lebih|sekitar|kl|k\.l\.|sebanyak|total)\s)?\s*"
_DIGITS = r"(?P<digits>[0-9]+(?:[., '][0-9]+)*)"
_COUNT = re.compile(
    _BEFORE + _DIGITS + r"\s*(?:(?P<unit>ribu|rb|juta|jt)\b)?\s*\+?\s*"
    r"(?P<noun>pengguna|users?|orang|org|akun|pegawai|asn|pemakai|kali)?\s*(?:aktif)?\s*"
    r"(?:(?:/|per)\s*(?:tahun|thn|th))?\.?",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    _BEFORE + r"(?:rp\b\.?|rp(?=[0-9])|idr)?\s*" + _DIGITS + r"(?:,-{1,2}|,–|\.-)?\s*"
    r"(?:(?P<unit>ribu|rb|juta|jt|miliar|milyar|milliar|m|triliun|trilyun|t)\b\.?)?\s*(?:rupiah)?\s*"
    r"(?:(?:/|per)\s*(?:tahun|thn|th)|setahun|setiap tahun)?\.?",
    re.IGNORECASE,
)


@cache_short_texts
def parse_whole_number(text: str) -> int | None:
    """Return the whole number in a cell, such as "1.200" or "1,200 pengguna"; None if none."""
    return _parse(_COUNT, text)


@cache_short_texts
def parse_amount(text: str) -> int | None:
    """Return the whole rupiah in a cell, such as "Rp1.500.000,00" or "1,5 juta"; None if none."""
    return _parse(_AMOUNT, text)


def _parse(pattern: re.Pattern[str], text: str) -> int | None:
    if len(text) > _CHARACTERS_MOST:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    match = pattern.fullmatch(text.strip())
    if match is None:
        return None
    value = _parse_digits(match["digits"])
    if value is None:
        return None
    value *= _MULTIPLIERS[match["unit"].lower()] if match["unit"] else 1
    return int(value) if value == int(value) else None


def _parse_digits(digits: str) -> Decimal | None:
    """Return the number whose groups of three have either mark. One mark may be decimal."""
    if digits.isdigit():
        return Decimal(digits)
    if _GROUPS.fullmatch(digits):
        return Decimal(_MARKS.sub("", digits))
    mark = next(character for character in reversed(digits) if not character.isdigit())
    whole, _, decimals = digits.rpartition(mark)
    if mark not in ".,":
        return None
    groups = _GROUPS.fullmatch(whole)
    if groups is not None and groups["mark"] == mark:
        return None
    if groups is None and not whole.isdigit():
        return None
    return Decimal(f"{_MARKS.sub('', whole)}.{decimals}")
