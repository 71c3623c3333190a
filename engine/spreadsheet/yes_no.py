"""Reads yes and no as people write them."""

from __future__ import annotations

_YES = frozenset(
    (
        *("ya", "iya", "y", "yes", "true", "benar", "ada", "sudah", "1", "v", "✓", "✔", "√", "☑"),
        *("publik", "layanan publik", "pelayanan publik", "untuk publik", "masyarakat", "umum"),
        *("layanan publik berbasis elektronik", "eksternal", "sudah ada"),
    )
)
_NO = frozenset(
    (
        *("tidak", "tdk", "t", "n", "no", "false", "belum", "0", "bukan", "✗", "✘"),
        *("bukan layanan publik", "internal", "non publik", "administrasi pemerintahan"),
        *("layanan administrasi pemerintahan", "administrasi", "internal pemerintah"),
        *("bukan publik", "layanan administrasi pemerintahan berbasis elektronik"),
    )
)


def parse_yes_no(text: str) -> bool | None:
    """Return whether a cell says yes; None if it says neither yes nor no."""
    word = " ".join(text.casefold().replace("-", " ").strip(" .!").split())
    if word in _YES:
        return True
    return False if word in _NO else None
