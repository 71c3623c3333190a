"""The usual headers of the fields of an application, in Indonesian and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from engine.spreadsheet.text_cache import cache_short_texts

# The headers of each field, as `normalize_header` returns them. The first header that occurs in a
# sheet is used: headers for the owning OPD precede those for a unit or a manager inside it.
HEADERS_BY_FIELD: Mapping[str, tuple[str, ...]] = {
    "name": (
        *("name", "nama", "nama aplikasi", "aplikasi", "application", "nama sistem"),
        *("nama sistem aplikasi", "nama aplikasi sistem", "nama sistem informasi"),
        *("nama aplikasi sistem informasi", "nama sistem elektronik", "nama layanan aplikasi"),
        *("nama aplikasi layanan", "nama aplikasi website", "nama aplikasi dan website"),
        *("nama website aplikasi", "application name", "sistem informasi", "sistem elektronik"),
        *("nama inovasi", "nama inovasi aplikasi", "nama produk", "nama perangkat lunak"),
        *("nama app", "nama apps", "nama layanan spbe", "nama layanan"),
    ),
    "opd": (
        *("opd", "nama opd", "perangkat daerah", "nama perangkat daerah", "skpd", "nama skpd"),
        *("perangkat daerah opd", "opd skpd", "perangkat daerah pemilik", "opd pemilik"),
        *("pemilik opd", "opd pengelola", "opd penanggung jawab", "instansi pemilik", "dinas"),
        *("dinas pengampu", "opd pengampu", "perangkat daerah pengampu", "pengampu", "instansi"),
        *("nama instansi", "dinas instansi", "dinas badan", "nama dinas", "organisasi"),
        *("perangkat daerah penanggung jawab", "perangkat daerah pengelola", "opd pengguna"),
        *("satuan kerja", "nama satuan kerja", "satker", "unit organisasi", "unit kerja"),
        *("nama unit kerja", "unit kerja operasional", "pd pengampu", "pd pemilik", "nama pd"),
        *("pengelola", "nama pengelola", "pengelola aplikasi", "pemilik", "pemilik aplikasi"),
        *("pemilik sistem", "penanggung jawab aplikasi", "lembaga", "agency", "owner"),
    ),
    "region": (
        *("region code", "kode wilayah", "kode daerah", "region", "wilayah", "daerah"),
        *("pemda", "pemerintah daerah", "kabupaten kota", "kab kota", "kabupaten", "kota"),
        *("nama daerah", "nama wilayah", "nama kabupaten kota"),
    ),
    "url": (
        *("url", "alamat url", "alamat", "alamat web", "alamat website", "alamat domain"),
        *("alamat domain link aplikasi", "alamat aplikasi", "link aplikasi", "tautan"),
        *("tautan aplikasi", "link", "domain", "url aplikasi", "url link", "link url"),
        *("url domain", "domain url", "nama domain", "subdomain", "nama subdomain", "sub domain"),
        *("alamat situs", "situs", "laman", "website", "alamat akses", "link akses", "url akses"),
        *("alamat domain subdomain", "domain subdomain", "domain sub domain", "alamat link"),
        *("link website", "tautan url", "alamat tautan", "address", "web address", "link domain"),
    ),
    "id": ("id", "app id", "id aplikasi", "kode aplikasi", "id app", "id simpul"),
    "status": (
        *("status", "status aplikasi", "status keaktifan", "status penggunaan", "keaktifan"),
        *("status operasional", "status aktif", "kondisi", "kondisi aplikasi", "keadaan"),
        *("status saat ini", "kondisi saat ini", "status pemanfaatan", "status layanan"),
        *("aktif tidak aktif", "status sistem", "status pengoperasian", "sts aktif"),
    ),
    "function": (
        *("function", "fungsi katalog", "fungsi baku", "fungsi menurut katalog", "kode fungsi"),
        *("id fungsi", "fungsi simpul", "kategori fungsi"),
    ),
    "use": (
        *("fungsi", "fungsi aplikasi", "fungsi kegunaan", "fungsi dan kegunaan", "kegunaan"),
        *("kegunaan aplikasi", "uraian fungsi", "deskripsi", "deskripsi aplikasi", "use"),
        *("deskripsi singkat", "deskripsi singkat aplikasi", "uraian", "uraian aplikasi"),
        *("uraian singkat", "fungsi utama", "tujuan", "tujuan aplikasi", "manfaat", "description"),
        *("keterangan fungsi", "penjelasan", "penjelasan singkat", "peruntukan"),
    ),
    "year": (
        *("year", "tahun", "tahun mulai", "tahun pembuatan", "tahun pembangunan"),
        *("tahun pengembangan", "tahun operasional", "tahun dibuat"),
        *("tahun pengadaan", "tahun mulai digunakan", "mulai beroperasi", "mulai digunakan"),
        *("tahun mulai operasional", "tahun penerapan", "tahun implementasi", "tahun dibangun"),
        *("tahun beroperasi", "tahun digunakan", "tahun peluncuran", "tanggal mulai"),
        *("tahun perolehan", "tanggal peluncuran", "tahun anggaran"),
    ),
    "platform": (
        *("platform", "platform aplikasi", "jenis platform", "basis aplikasi", "basis"),
        *("berbasis", "basis platform", "basis sistem"),
    ),
    "developer": (
        *("developer", "pengembang", "pengembang vendor", "vendor", "vendor pengembang"),
        *("pembuat", "nama pengembang", "pengembang aplikasi", "nama vendor", "penyedia"),
        *("pihak pengembang", "pihak ketiga", "pembangun", "dikembangkan oleh", "dibuat oleh"),
        *("pembuat pengembang", "pembuat aplikasi", "penyedia pengembang"),
    ),
    "hosting": (
        *("hosting", "lokasi server", "server", "lokasi hosting", "penempatan server"),
        *("tempat server", "lokasi penyimpanan", "letak server", "pusat data", "data center"),
        *("lokasi pusat data", "lokasi server hosting", "hosting server", "server hosting"),
        *("penempatan", "infrastruktur server", "lokasi data center"),
    ),
    "database": (
        *("database", "basis data", "db", "dbms", "jenis database", "sistem basis data"),
        *("jenis basis data", "database yang digunakan", "basis data yang digunakan"),
        *("perangkat lunak basis data", "database engine"),
    ),
    "users": (
        *("users", "jumlah pengguna", "banyak pengguna", "jumlah user", "jumlah pengguna aktif"),
        *("jumlah pengguna per tahun", "pengguna per tahun", "jumlah users", "total pengguna"),
        *("jumlah pemakai", "banyak pemakai"),
    ),
    "yearly_cost": (
        *("yearly cost", "biaya tahunan", "anggaran per tahun", "biaya per tahun"),
        *("anggaran tahunan", "biaya operasional per tahun", "biaya operasional tahunan"),
        *("biaya pemeliharaan per tahun", "biaya pemeliharaan tahunan", "biaya pemeliharaan"),
        *("biaya tahunan anggaran per tahun", "anggaran pemeliharaan per tahun", "biaya tahun"),
        *("anggaran biaya per tahun", "biaya anggaran per tahun", "anggaran pemeliharaan"),
    ),
    "migration_cost": (*("migration cost", "biaya migrasi", "biaya pindah", "biaya perpindahan"),),
    "added_cost": (
        *("added cost", "biaya tambahan", "biaya tambahan per tahun", "tambahan biaya"),
    ),
    "legal_basis": (
        *("legal basis", "dasar hukum", "landasan hukum", "dasar hukum aplikasi", "regulasi"),
        *("dasar hukum penetapan", "sk penetapan", "peraturan", "dasar hukum regulasi"),
        *("dasar pelaksanaan", "regulasi dasar hukum", "landasan hukum aplikasi"),
    ),
    "public_service": (
        *("public service", "layanan publik", "pelayanan publik", "jenis layanan"),
        *("layanan publik bukan", "apakah layanan publik", "layanan untuk publik"),
        *("kategori layanan", "jenis layanan spbe"),
    ),
    "integrated_with": (
        *("integrated with", "terintegrasi dengan", "integrasi dengan", "terhubung dengan"),
        *("aplikasi terintegrasi", "aplikasi yang terintegrasi", "terintegrasi dengan aplikasi"),
        *("integrasi dengan aplikasi", "integrasi aplikasi", "interoperabilitas dengan"),
        *("terintegrasi dengan aplikasi lain", "integrasi dengan aplikasi lain", "terintegrasi"),
        *("terintegrasi dengan sistem lain", "integrasi", "integrasi sistem", "terkoneksi dengan"),
        *("aplikasi terkait", "nama aplikasi terintegrasi", "nama aplikasi yang terintegrasi"),
    ),
    "fit": ("fit", "kecocokan", "kesesuaian", "nilai kecocokan", "nilai kesesuaian"),
    "consulted": (
        *("consulted", "dikonsultasikan", "konsultasi", "konsultasi dengan dinas kominfo"),
        *("sudah dikonsultasikan", "dikonsultasikan ke dinas kominfo"),
    ),
    "common_application": (
        *("common application", "aplikasi umum", "aplikasi umum berbagi pakai"),
        *("instansi dari aplikasi umum",),
    ),
    "capabilities": ("capabilities", "kemampuan", "kemampuan layanan"),
}
FIELDS = tuple(HEADERS_BY_FIELD)
# Headers that are longer than the usual ones begin so.
_BEGINNINGS: tuple[tuple[str, str], ...] = (
    *((start, "name") for start in ("nama aplikasi ", "nama sistem ")),
    *((start, "opd") for start in ("nama perangkat daerah ", "perangkat daerah ", "nama opd ")),
    *((start, "opd") for start in ("opd pemilik ", "opd pengelola ", "opd pengampu ")),
    *((start, "url") for start in ("alamat url ", "alamat website ", "alamat domain ", "url ")),
    *((start, "url") for start in ("link aplikasi ", "alamat web ", "tautan aplikasi ")),
    *((start, "status") for start in ("status keaktifan ", "status aktif ", "status aplikasi ")),
    *((start, "year") for start in ("tahun pembuatan ", "tahun pembangunan ", "tahun mulai ")),
    *((start, "users") for start in ("jumlah pengguna ",)),
    *((start, "legal_basis") for start in ("dasar hukum ", "landasan hukum ")),
    *((start, "hosting") for start in ("lokasi server ", "lokasi hosting ")),
    *((start, "integrated_with") for start in ("terintegrasi dengan ", "integrasi dengan ")),
    *((start, "public_service") for start in ("layanan publik ",)),
)
# Words that a header may end with.
_NOISE_ENDINGS = (" aplikasi", " sistem", " sistem informasi", " aplikasi sistem")
# A group over several columns that is about a person or a company, not about the application.
_PERSON_GROUP = re.compile(
    r"\b(pengelola|pengembang|vendor|pic|penanggung|kontak|narahubung|admin|operator|pejabat"
    r"|server|integrasi|pemilik|penyedia)\b"
)
_SEPARATORS = re.compile(r"[\W_]+")
_ABBREVIATED_WORDS = {
    **dict.fromkeys(("thn", "th"), "tahun"),
    "tgl": "tanggal",
    "jml": "jumlah",
    "jlh": "jumlah",
    "ket": "keterangan",
    "apl": "aplikasi",
}
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_FIELD_BY_HEADER = {
    header: (field, rank)
    for field, headers in reversed(tuple(HEADERS_BY_FIELD.items()))
    for rank, header in enumerate(headers)
}
_INEXACT = 1000  # added to the rank of a header that is not listed itself


def normalize_header(text: str) -> str:
    """Return a header in lower case and whole words, with single spaces for punctuation."""
    words = _SEPARATORS.sub(" ", text.casefold()).split()
    return " ".join(_ABBREVIATED_WORDS.get(word, word) for word in words)


@cache_short_texts
def match_header(text: str) -> tuple[str, int] | None:
    """Return the field of a header and its rank, the lower the better; None if it is unknown."""
    header = normalize_header(text)
    if header in _FIELD_BY_HEADER:
        return _FIELD_BY_HEADER[header]
    bare = normalize_header(_BRACKETS.sub(" ", text))
    if bare in _FIELD_BY_HEADER:
        field, rank = _FIELD_BY_HEADER[bare]
        return field, rank + _INEXACT
    for ending in _NOISE_ENDINGS:
        stem = bare.removesuffix(ending)
        if stem != bare and stem in _FIELD_BY_HEADER and stem not in ("nama", "jenis", "kode"):
            field, rank = _FIELD_BY_HEADER[stem]
            return field, rank + 2 * _INEXACT
    for beginning, field in _BEGINNINGS:
        if bare.startswith(beginning):
            return field, 3 * _INEXACT
    return None


@cache_short_texts
def match_grouped_header(group: str, text: str) -> tuple[str, int] | None:
    """Return the field and the rank of a header below the header of a group of columns."""
    if not text or not group:
        return match_header(group or text)
    match = match_header(f"{group} {text}")
    if match is not None and match[1] < 3 * _INEXACT:
        return match
    if _PERSON_GROUP.search(normalize_header(group)) and match_header(text) is not None:
        group_match = match_header(group)
        text_match = match_header(text)
        if text_match is not None and text_match[0] == "opd":
            return text_match[0], text_match[1] + 2 * _INEXACT
        is_name = normalize_header(text) in ("nama", "name", "nama lengkap")
        if is_name and group_match is not None and group_match[0] in ("developer", "opd"):
            return group_match[0], group_match[1] + 2 * _INEXACT
        return None
    match = match_header(text)
    return None if match is None else (match[0], match[1] + 2 * _INEXACT)


def header_key(headers: Sequence[str]) -> str:
    """Return the digest of a header, by which the choice of its columns is remembered."""
    return sha256("\n".join(map(normalize_header, headers)).encode()).hexdigest()[:32]
