"""The texts that people write into a cell that has no value."""

from __future__ import annotations

import re

from engine.spreadsheet.text_cache import cache_short_texts

_BLANK_WORDS = frozenset(
    (
        *("", "n a", "na", "tidak ada", "belum ada", "belum ada aplikasi", "nihil", "kosong"),
        *("tidak memiliki", "belum memiliki", "tidak memiliki aplikasi", "none", "null", "0"),
        *("belum memiliki aplikasi", "tidak ada aplikasi", "tdk ada", "blm ada", "nil"),
        *("tidak tersedia", "belum tersedia", "belum diisi", "tidak diisi", "tidak tahu"),
        *("tidak punya aplikasi", "belum punya aplikasi", "tidak mempunyai aplikasi"),
        *("belum mempunyai aplikasi", "belum ada link", "tidak ada link", "belum ada url"),
        *("tidak ada url", "belum ada domain", "tidak ada domain", "tidak ada data"),
        *("belum ada data", "data tidak ada", "tba", "tbd"),
    )
)
_BLANK_CHARACTERS_MOST = 40  # in a blank cell, including punctuation and a scheme
_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\W_]+")


@cache_short_texts
def is_blank_cell(cell: str) -> bool:
    """Whether a cell is empty or means "none": "-", "tidak ada", "https://-"."""
    if len(cell) > _BLANK_CHARACTERS_MOST:
        return False
    return " ".join(_SEPARATORS.sub(" ", _SCHEME.sub("", cell).lower()).split()) in _BLANK_WORDS
