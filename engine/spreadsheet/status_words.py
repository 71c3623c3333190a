"""The words by which people say whether an application is in use."""

from __future__ import annotations

from engine.model import ApplicationStatus

_WORDS: dict[ApplicationStatus, tuple[str, ...]] = {
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
_STATUS = {word: status for status, words in _WORDS.items() for word in words}


def status_of(printed: str) -> ApplicationStatus | None:
    """The status that a cell says; None where its words are not understood, or there are none."""
    return _STATUS.get(" ".join(printed.casefold().replace("-", " ").split()))
