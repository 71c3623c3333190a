"""Maps the words in a sheet for the status of an application to that status."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.model import ApplicationStatus

_WORDS_BY_STATUS: dict[ApplicationStatus, tuple[str, ...]] = {
    ApplicationStatus.ACTIVE: (
        *("aktif", "active", "masih aktif", "digunakan", "masih digunakan", "dipakai", "masih"),
        *("beroperasi", "operasional", "berjalan", "ya", "masih dipakai", "masih beroperasi"),
        *("masih berjalan", "sudah aktif", "sudah digunakan", "sudah beroperasi", "online"),
        *("sudah berjalan", "telah beroperasi", "telah digunakan", "live", "go live", "berfungsi"),
        *("aktif digunakan", "berjalan baik", "baik", "running", "implementasi", "produksi"),
        *("sudah implementasi", "sudah diimplementasikan", "sudah dimanfaatkan", "dimanfaatkan"),
        *("sedang digunakan", "aktif dan digunakan", "jalan", "on"),
    ),
    ApplicationStatus.INACTIVE: (
        *("tidak aktif", "nonaktif", "non aktif", "naktif", "inactive", "tidak digunakan"),
        *("tidak digunakan lagi", "sudah tidak digunakan", "tidak dipakai", "tidak dipakai lagi"),
        *("sudah tidak dipakai", "sudah tidak aktif", "tidak beroperasi", "tidak", "tdk aktif"),
        *("tidak berfungsi", "tidak berjalan", "tidak dimanfaatkan", "sudah tidak berfungsi"),
        *("sudah tidak digunakan lagi", "tidak aktif lagi", "belum digunakan kembali", "mati"),
        *("sudah tidak beroperasi", "sudah tidak berjalan", "offline", "off", "rusak", "error"),
        *("tidak bisa diakses", "tidak dapat diakses", "suspend", "vakum", "tidak operasional"),
        *("nonoperasional", "non operasional", "sementara tidak aktif", "deactivated"),
    ),
    ApplicationStatus.RETIRED: (
        *("pensiun", "dipensiunkan", "dihentikan", "dihapus", "retired", "decommissioned"),
        *("sudah dihentikan", "sudah dihapus", "ditutup", "sudah ditutup", "dimatikan"),
        *("dinonaktifkan permanen", "ditiadakan", "digantikan", "sudah digantikan"),
    ),
    ApplicationStatus.PLANNED: (
        *("planned", "rencana", "direncanakan", "perencanaan", "dalam perencanaan", "usulan"),
        *("masih dikembangkan", "dalam pengembangan", "sedang dikembangkan", "pengembangan"),
        *("tahap pengembangan", "masih dalam pengembangan", "sedang dalam pengembangan"),
        *("dalam proses pengembangan", "proses pengembangan", "masih dalam proses pengembangan"),
        *(
            "dalam pembangunan",
            "sedang dibangun",
            "pembangunan",
            "tahap pembangunan",
            "development",
        ),
        *("masih dibangun", "dalam proses pembangunan", "proses pembangunan", "tahap perencanaan"),
        *("belum aktif", "belum digunakan", "belum beroperasi", "belum berjalan", "akan dibangun"),
        *("uji coba", "tahap uji coba", "dalam uji coba", "masih uji coba", "belum dibangun"),
        *("akan dikembangkan", "in development", "ujicoba", "trial", "testing", "masih rencana"),
    ),
    ApplicationStatus.UNKNOWN: ("unknown", "tidak diketahui", "belum diketahui"),
}
_STATUS_BY_WORD = {word: status for status, words in _WORDS_BY_STATUS.items() for word in words}
_SEPARATORS = re.compile(r"[\s\-_.!]+")
_BRACKETS = re.compile(r"\([^()]*\)")


@lru_cache(maxsize=4096)
def parse_status(printed: str) -> ApplicationStatus | None:
    """Return the status in a cell, or None if it is empty or not understood."""
    status = _STATUS_BY_WORD.get(_normalize(printed))
    return status or _STATUS_BY_WORD.get(_normalize(_BRACKETS.sub(" ", printed)))


def _normalize(printed: str) -> str:
    return _SEPARATORS.sub(" ", printed.casefold()).strip()
