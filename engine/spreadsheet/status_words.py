"""Maps the words in a sheet for the status of an application to that status."""

from __future__ import annotations

from engine.model import ApplicationStatus

_WORDS_BY_STATUS: dict[ApplicationStatus, tuple[str, ...]] = {
    ApplicationStatus.ACTIVE: (
        *("aktif", "active", "masih aktif", "digunakan", "masih digunakan", "dipakai"),
        *("beroperasi", "operasional", "berjalan", "ya"),
    ),
    ApplicationStatus.INACTIVE: (
        *("tidak aktif", "nonaktif", "non aktif", "naktif", "inactive", "tidak digunakan"),
        *("tidak digunakan lagi", "sudah tidak digunakan", "tidak dipakai", "tidak dipakai lagi"),
        *("sudah tidak dipakai", "sudah tidak aktif", "tidak beroperasi", "tidak"),
    ),
    ApplicationStatus.RETIRED: (
        *("pensiun", "dipensiunkan", "dihentikan", "dihapus", "retired", "decommissioned"),
    ),
    ApplicationStatus.PLANNED: ("planned",),
    ApplicationStatus.UNKNOWN: ("unknown", "tidak diketahui"),
}
_STATUS_BY_WORD = {word: status for status, words in _WORDS_BY_STATUS.items() for word in words}


def parse_status(printed: str) -> ApplicationStatus | None:
    """Return the status in a cell, or None if it is empty or not understood."""
    return _STATUS_BY_WORD.get(" ".join(printed.casefold().replace("-", " ").split()))
