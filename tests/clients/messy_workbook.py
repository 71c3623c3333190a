"""A messy workbook of forty applications, as an official fills it in."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook

OPDS = (
    "DINAS KESEHATAN KAB. GARUT",
    "Disdik",
    "Dinas Kependudukan  dan Pencatatan Sipil",
    "1.02 - Dinas Perhubungan",
    "Dinas Komunikasi & Informatika",
)
HEADERS = (
    "No",
    "Perangkat Daerah",
    "Nama Aplikasi",
    "Status",
    "Tahun",
    "Alamat",
    "Jumlah Pengguna",
    "Dibikin Sama",
    "Naruhnya Di",
)
STATUSES = ("Aktif", "Tidak Aktif", "-", "Masih dipakai")
FIRST_ROW = 6  # the first application; the header is in row 5
ROWS_BY_OPD = 8
BAD_CELLS = {"E8": "sejak dulu", "G17": "banyak sekali", "E30": "20I9"}


def build_messy_workbook() -> bytes:
    """Return the .xlsx: title lines, merged OPDs, placeholders, unknown headers and three bad cells."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Rekap"
    sheet["A1"] = "DAFTAR APLIKASI PEMERINTAH KABUPATEN GARUT"
    sheet.merge_cells("A1:I1")
    sheet["A2"] = "Keadaan sampai dengan Oktober 2026"
    for column, header in enumerate(HEADERS, start=1):
        sheet.cell(FIRST_ROW - 1, column, header)
    for number in range(len(OPDS) * ROWS_BY_OPD):
        row, group = FIRST_ROW + number, number // ROWS_BY_OPD
        cells = (
            number + 1,
            OPDS[group] if number % ROWS_BY_OPD == 0 else None,
            f"Layanan Contoh {number + 1}",
            STATUSES[number % len(STATUSES)],
            2010 + number % 14,
            f"layanan{number + 1}.garutkab.go.id" if number % 5 else "-",
            50 * number,
            "CV Cipta Karya" if number % 3 else "-",
            "Pusat data Diskominfo",
        )
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value)
        if number % ROWS_BY_OPD == 0:
            sheet.merge_cells(f"B{row}:B{row + ROWS_BY_OPD - 1}")
    for cell, text in BAD_CELLS.items():
        sheet[cell] = text
    end = FIRST_ROW + len(OPDS) * ROWS_BY_OPD
    sheet.cell(end + 2, 7, "Garut, 2 November 2026")
    sheet.cell(end + 3, 7, "Kepala Bidang Aplikasi Informatika")
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def build_guided_workbook() -> bytes:
    """Return an .xlsx with one application and a sheet of instructions, like that of the template."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Aplikasi"
    sheet.append(["Nama Aplikasi", "Status", "Tahun"])
    sheet.append(["Layanan Panduan", "Aktif", 2020])
    guide = workbook.create_sheet("Petunjuk")
    guide.append(["Kolom", "Cara mengisi"])
    guide.append(["Tahun", "Tahun mulai dipakai, empat angka"])
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()
