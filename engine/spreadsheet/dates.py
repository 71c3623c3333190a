"""Reads the year in a cell as people write it: "2019", "Maret 2019", "12/03/2019", "sejak 2016"."""

from __future__ import annotations

import re

from engine.spreadsheet.text_cache import cache_short_texts

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_ZERO_DECIMALS = re.compile(r"((?:19|20)[0-9]{2})[.,]0+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[0-9]+")
_MONTHS = (
    *("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september"),
    *("oktober", "november", "desember", "january", "february", "march", "may", "june", "july"),
    *("august", "october", "december", "pebruari", "nopember"),
)
_KNOWN_WORDS = frozenset(
    (
        *_MONTHS,
        *(month[:3] for month in _MONTHS),
        *("agt", "agst", "sept", "ags"),
        *("sejak", "tahun", "thn", "th", "ta", "t", "a", "anggaran", "mulai", "dari", "awal"),
        *("akhir", "pertengahan", "bulan", "tanggal", "tgl", "pada", "di", "since", "year"),
        *("semester", "triwulan", "tw", "smt", "i", "ii", "iii", "iv", "sd", "sekarang", "s", "d"),
        *("hingga", "sampai", "dengan", "kini", "saat", "ini", "senin", "selasa", "rabu"),
        *("kamis", "jumat", "sabtu", "minggu"),
    )
)


@cache_short_texts
def parse_year(text: str) -> int | None:
    """Return the year that a cell names; None if it names none, several, or something else."""
    if len(text) == 4 and _YEAR.fullmatch(text):
        return int(text)
    decimals = _ZERO_DECIMALS.fullmatch(text)
    if decimals is not None:
        return int(decimals[1])
    years = set(_YEAR.findall(text))
    if len(years) != 1:
        return None
    rest = _YEAR.sub(" ", text)
    if any(word not in _KNOWN_WORDS for word in _WORD.findall(rest.casefold())):
        return None
    if any(len(number) > 2 for number in _NUMBER.findall(rest)):
        return None
    return int(years.pop())
