"""The Indonesian texts of the template workbook: its example row, hints and guide."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bounds import IMPORTED_ROWS_MOST
from engine.spreadsheet.export_sheet import STATUS_WORDS

EXAMPLE_MARK = "CONTOH:"  # the import sets a row apart whose name begins with it
EXAMPLE_ROW: Mapping[str, str | int] = {
    "name": f"{EXAMPLE_MARK} Sistem Antrean Puskesmas",
    "use": "Mengatur nomor antrean pasien di puskesmas",
    "status": "Aktif",
    "year": 2021,
    "url": "https://antrean.contoh.go.id",
    "platform": "Web",
    "developer": "Tim TIK OPD",
    "hosting": "Pusat data daerah",
    "database": "PostgreSQL",
    "users": 1200,
    "yearly_cost": 15_000_000,
    "legal_basis": "Keputusan kepala dinas",
    "public_service": "Ya",
    "fit": 4,
    "consulted": "Ya",
    "capabilities": "Informasi; Transaksi",
    "integrated_with": "Nama aplikasi lain; Nama aplikasi ketiga",
}
_STATUSES = ", ".join(STATUS_WORDS.values())
FIELD_HINTS: Mapping[str, str] = {
    "id": "Kosongkan untuk aplikasi baru. Berkas hasil unduhan sudah berisi ID; jangan diubah, "
    "karena dengan ID baris dikenali kembali.",
    "opd": "OPD pemilik aplikasi. Pilih dari daftar.",
    "name": "Wajib diisi. Satu baris untuk satu aplikasi.",
    "function": "Fungsi menurut katalog. Pilih dari daftar; boleh kosong.",
    "use": "Kegunaan aplikasi dengan kata-kata sendiri.",
    "status": f"Salah satu dari: {_STATUSES}.",
    "year": "Tahun mulai digunakan, misalnya 2021.",
    "url": "Alamat aplikasi, misalnya https://antrean.contoh.go.id. Satu alamat saja.",
    "platform": "Misalnya Web, Android, iOS atau Desktop.",
    "developer": "Pihak yang membangun aplikasi.",
    "hosting": "Tempat aplikasi dijalankan, misalnya pusat data daerah.",
    "database": "Sistem basis data, misalnya PostgreSQL.",
    "users": "Jumlah pengguna dalam setahun, angka bulat.",
    "yearly_cost": "Biaya menjalankan aplikasi dalam setahun, dalam rupiah, angka bulat.",
    "migration_cost": "Biaya sekali untuk memindahkan pengguna dan datanya, dalam rupiah.",
    "added_cost": "Tambahan biaya per tahun bila aplikasi ini menggantikan aplikasi lain, dalam "
    "rupiah.",
    "legal_basis": "Peraturan atau keputusan yang menjadi dasar aplikasi.",
    "public_service": "Ya bila melayani masyarakat, Tidak bila hanya untuk pegawai.",
    "fit": "Penilaian OPD: 1 (tidak sesuai kebutuhan) sampai 5 (sangat sesuai).",
    "consulted": "Ya bila unit TIK daerah diajak bicara sebelum aplikasi dibangun.",
    "common_application": "Aplikasi umum nasional yang dipakai, bila aplikasi ini salah satunya.",
    "capabilities": "Yang dapat dilakukan pengguna: Informasi, Interaksi, Transaksi. Lebih dari "
    "satu dipisahkan dengan titik koma.",
    "integrated_with": "Nama aplikasi yang menerima data dari aplikasi ini. Lebih dari satu "
    "dipisahkan dengan titik koma.",
}


def guide_lines(region_name: str | None, *, has_opds: bool) -> list[str]:
    """Return the lines of the guide, of which the first is the title.

    Args:
        region_name: the region whose OPDs the template offers; None for a general template.
    """
    title = "Cara mengisi daftar aplikasi"
    return [
        title if region_name is None else f"{title} {region_name}",
        "1. Isi lembar Aplikasi mulai dari baris di bawah contoh. Satu baris untuk satu aplikasi.",
        (
            f"2. Baris contoh (namanya diawali {EXAMPLE_MARK}) tidak ikut diimpor. Baris itu boleh "
            "dibiarkan atau dihapus."
        ),
        (
            "3. Hanya nama aplikasi yang wajib diisi. Sel lain boleh kosong bila belum diketahui; "
            "jangan menebak."
        ),
        _opd_line(region_name, has_opds=has_opds),
        (
            "5. Petunjuk tiap kolom muncul bila penunjuk tetikus berada di atas judul kolom. Urutan "
            "kolom boleh diubah, judulnya jangan."
        ),
        (
            "6. Simpan berkas ini sebagai .xlsx, lalu impor di halaman daerah lewat tautan "
            '"Impor dari berkas". Sebelum disimpan, semua perubahan dan kesalahan ditampilkan.'
        ),
        f"7. Satu berkas memuat paling banyak {IMPORTED_ROWS_MOST:,} aplikasi.".replace(",", "."),
        (
            "8. Impor dapat dibatalkan. Berkas yang sudah diperbaiki boleh diimpor lagi: aplikasi yang "
            "sama diperbarui, tidak dicatat dua kali."
        ),
    ]


def _opd_line(region_name: str | None, *, has_opds: bool) -> str:
    if region_name is None:
        return (
            "4. Tulis nama OPD seperti tercatat di Simpul. Templat yang diunduh dari halaman "
            "daerah menyediakan daftar pilihannya."
        )
    if has_opds:
        return "4. Pilih OPD dari daftar. Hanya OPD yang sudah tercatat yang ada di daftar itu."
    return (
        "4. Daerah ini belum mempunyai OPD yang tercatat, sehingga kolom OPD tidak mempunyai "
        "daftar pilihan. Catat OPD terlebih dahulu, lalu unduh templat ini lagi."
    )
