"""Reading of workbooks that list applications with every column about them."""

from __future__ import annotations

import pytest

from engine.model import ApplicationStatus
from engine.spreadsheet.headers import HEADERS_BY_FIELD
from engine.spreadsheet.import_edits import CellCorrection, ColumnChoice, ImportEdits
from engine.spreadsheet.import_sheet import (
    ApplicationRow,
    ApplicationWorkbook,
    NoTableReason,
    OpdOrigin,
    SetApartReason,
    parse_application_workbook,
)
from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.sheet import SheetInvalid
from engine.spreadsheet.status_words import parse_status
from tests.engine.spreadsheet.sheets import csv_workbook, to_sheet, to_workbook

FUNCTIONS = {"attendance": "Presensi pegawai"}


def parse(text: str, edits: ImportEdits = ImportEdits()) -> ApplicationWorkbook:  # noqa: B008
    return parse_application_workbook(csv_workbook(text), edits, functions=FUNCTIONS)


def problems_of(row: ApplicationRow) -> list[tuple[str, bool]]:
    return [(str(problem), problem.is_blocking) for problem in row.problems]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Aktif", ApplicationStatus.ACTIVE),
        ("ya", ApplicationStatus.ACTIVE),
        ("Tidak  Aktif", ApplicationStatus.INACTIVE),
        ("Nonaktif", ApplicationStatus.INACTIVE),
        ("Non-Aktif", ApplicationStatus.INACTIVE),
        ("naktif", ApplicationStatus.INACTIVE),
        ("Sudah tidak dipakai", ApplicationStatus.INACTIVE),
        ("Pensiun", ApplicationStatus.RETIRED),
        ("Decommissioned", ApplicationStatus.RETIRED),
        ("SUDAH TIDAK DIGUNAKAN", ApplicationStatus.INACTIVE),
        ("Aktif (uji)", ApplicationStatus.ACTIVE),
        ("Masih dikembangkan", ApplicationStatus.PLANNED),
        ("Dalam Pengembangan", ApplicationStatus.PLANNED),
        ("Rencana", ApplicationStatus.PLANNED),
        ("Entah", None),
        ("", None),
    ],
)
def test_a_status_has_many_spellings(word: str, status: ApplicationStatus | None) -> None:
    assert parse_status(word) is status


@pytest.mark.parametrize(
    ("cell", "is_empty"),
    [
        *((cell, True) for cell in ("", "-", "–", "--", "n/a", "#N/A", "Tidak ada", "nihil", "0")),
        *((cell, True) for cell in ("https://-", "http://", "Belum ada aplikasi", "!!!")),
        *((cell, False) for cell in ("112", "A", "LAPOR!", "https://a.id", "tidak ada apa", "x")),
    ],
)
def test_cells_with_a_placeholder_count_as_empty(cell: str, is_empty: bool) -> None:
    assert is_blank_cell(cell) is is_empty


@pytest.mark.parametrize(
    ("field", "spelling"),
    [(field, spelling) for field, spellings in HEADERS_BY_FIELD.items() for spelling in spellings],
)
def test_every_spelling_of_a_column_is_found(field: str, spelling: str) -> None:
    text = spelling if field == "name" else f"nama aplikasi,{spelling.title()}"
    (reading,) = parse(f"{text}\nA,-\n" if field != "name" else f"{text}\nA\n").sheets
    assert {use.field for use in reading.columns} == {"name", field}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Alamat (URL)", "url"),
        ("Alamat Domain /\nLink Aplikasi", "url"),
        ("NAMA APLIKASI *", "name"),
        ("Nama Aplikasi / Sistem Elektronik", "name"),
        ("Layanan Publik (Ya/Tidak)", "public_service"),
        ("Pengembang/Vendor", "developer"),
        ("Biaya Tahunan/Anggaran per tahun", "yearly_cost"),
        ("Platform Aplikasi", "platform"),
        ("Basis Data Aplikasi", "database"),
        ("Jumlah Pengguna (orang)", "users"),
        ("Jml. Pemakai", "users"),
        ("Th. Pembuatan", "year"),
        ("Tgl Mulai", "year"),
        ("Jenis Aplikasi", None),
        ("Keterangan", None),
        ("Alamat IP", None),
        ("Penyebab Aplikasi Tidak Aktif", None),
        ("Nama Pengguna", None),
    ],
)
def test_a_header_is_known_whatever_its_punctuation(header: str, field: str | None) -> None:
    other_header = "Catatan" if field == "name" else "Nama"
    sheet = to_sheet([["No", header, other_header], ["1", "A", "B"]])
    (reading,) = parse_application_workbook(to_workbook(sheet)).sheets
    assert reading.columns[1].field == field


@pytest.mark.parametrize(
    ("header", "cell", "field", "value"),
    [
        ("URL", "kir.dishub.uji.go.id", "url", "https://kir.dishub.uji.go.id"),
        ("URL", "HTTP://a.uji.id/x", "url", "http://a.uji.id/x"),
        ("URL", "https:/a.uji.id", "url", "https://a.uji.id"),
        ("URL", "https://a.uji.id/?x=1,2", "url", "https://a.uji.id/?x=1,2"),
        ("URL", "https://-", "url", None),
        ("Tahun", "sejak 2016", "year", 2016),
        ("Tahun", "Maret 2019", "year", 2019),
        ("Tahun", "12/03/2019", "year", 2019),
        ("Tahun", "2021-05-03", "year", 2021),
        ("Tahun", "TA 2020", "year", 2020),
        ("Jumlah Pengguna", "1.200", "users", 1200),
        ("Jumlah Pengguna", "1,200 pengguna", "users", 1200),
        ("Jumlah Pengguna", "± 3 ribu orang", "users", 3000),
        ("Jumlah Pengguna", "5 org", "users", 5),
        ("Jumlah Pengguna", "0", "users", 0),
        ("Biaya Tahunan", "Rp 1.500.000", "yearly_cost", 1_500_000),
        ("Biaya Tahunan", "1,5 juta", "yearly_cost", 1_500_000),
        ("Biaya Tahunan", "Rp1.500.000,00", "yearly_cost", 1_500_000),
        ("Biaya Tahunan", "Rp. 25.000.000,- per tahun", "yearly_cost", 25_000_000),
        ("Layanan Publik", "Ya", "public_service", True),
        ("Layanan Publik", "tidak", "public_service", False),
        ("Layanan Publik", "-", "public_service", None),
        ("Fungsi katalog", "PRESENSI PEGAWAI", "function", "attendance"),
        ("Fungsi katalog", "Absen", "use", "Absen"),
        ("Fungsi", "Presensi pegawai", "use", "Presensi pegawai"),
        ("Lokasi Server", "Pusat data kota", "hosting", "Pusat data kota"),
        ("Dasar Hukum", "Perwal 1/2020", "legal_basis", "Perwal 1/2020"),
        (
            "Terintegrasi dengan",
            "SIMPEG, SIPD dan Srikandi",
            "integrated_with",
            "SIMPEG|SIPD|Srikandi",
        ),
        ("Terintegrasi dengan", "Pelayanan dan Aduan", "integrated_with", "Pelayanan dan Aduan"),
        ("Terintegrasi dengan", "JDIH / PPID", "integrated_with", "JDIH|PPID"),
        (
            "Terintegrasi dengan",
            "Dapodik (SD, SMP), EMIS",
            "integrated_with",
            "Dapodik (SD, SMP)|EMIS",
        ),
        ("Terintegrasi dengan", "1. SIMPEG 2. e-Kinerja", "integrated_with", "SIMPEG|e-Kinerja"),
        ("Terintegrasi dengan", "Sakip, E-Sakip; SIPD", "integrated_with", "Sakip, E-Sakip|SIPD"),
        ("Terintegrasi dengan", "belum terintegrasi", "integrated_with", ""),
    ],
)
def test_a_cell_is_read_as_people_write_it(
    header: str, cell: str, field: str, value: object
) -> None:
    sheet = to_sheet([["Nama", header], ["Uji KIR", cell]])
    (row,) = parse_application_workbook(to_workbook(sheet), functions=FUNCTIONS).rows
    read = getattr(row.values, field)
    assert ("|".join(read) if field == "integrated_with" else read) == value
    assert row.problems == ()
    has_value = value not in (None, "")
    assert (field in row.stated, bool(row.cleared)) == (has_value, not has_value)


@pytest.mark.parametrize(
    ("header", "cell", "code", "message", "is_blocking"),
    [
        (
            "Tahun",
            "21",
            "NOT_A_YEAR",
            "B2 Tahun: expected a whole number such as 2021, got '21'",
            True,
        ),
        ("Tahun", "2019-2021", "NOT_A_YEAR", "got '2019-2021'", True),
        ("Jumlah Pengguna", "banyak", "NOT_A_WHOLE_NUMBER", "such as 1200, got 'banyak'", True),
        ("Jumlah Pengguna", "1" * 5000, "NOT_A_WHOLE_NUMBER", "such as 1200, got '111", True),
        ("Biaya Tahunan", "1" * 5000, "NOT_AN_AMOUNT", "expected whole rupiah such as", True),
        ("Biaya Tahunan", "gratis", "NOT_AN_AMOUNT", "expected whole rupiah such as", True),
        ("Layanan Publik", "mungkin", "NOT_YES_OR_NO", "expected Ya or Tidak, got 'mungkin'", True),
        ("Kesesuaian", "6", "NUMBER_OUT_OF_RANGE", "a whole number from 1 to 5, got '6'", True),
        ("URL", "ftp://a.uji.id", "NOT_AN_ADDRESS", "an address such as https://", True),
        ("URL", "Aplikasi desktop", "NOT_AN_ADDRESS", "an address such as https://", False),
        ("URL", "a.uji.id b.uji.id", "SECOND_ADDRESS", "expected one address, got", False),
        ("URL", "a.uji.id (intranet)", "NOT_AN_ADDRESS", "an address without other words", False),
        ("Status", "Entah", "STATUS_UNKNOWN", "expected a status such as Aktif", False),
        ("Terintegrasi dengan", "Ya", "VALUE_REFUSED", "the names of the applications", False),
        (
            "Aplikasi umum",
            "Lain",
            "COMMON_APPLICATION_UNKNOWN",
            "the id or name of a common",
            False,
        ),
        ("Kemampuan", "Terbang", "CAPABILITY_UNKNOWN", "expected one or more of Informasi", False),
        ("Tahun", "#REF!", "FORMULA_ERROR", "a value in place of a formula", True),
    ],
)
def test_a_cell_that_is_not_understood_is_reported(
    header: str, cell: str, code: str, message: str, is_blocking: bool
) -> None:
    sheet = to_sheet([["Nama", header], ["Uji KIR", cell]])
    (row,) = parse_application_workbook(to_workbook(sheet)).rows
    (problem,) = row.problems
    assert message in str(problem)
    assert (problem.code.value, problem.cell, problem.sheet) == (code, "B2", "Sheet1")
    assert (problem.is_blocking, row.is_refused) == (is_blocking, is_blocking)


def test_a_function_that_is_not_in_the_catalogue_is_the_use_unless_that_is_stated() -> None:
    parsed = parse("Nama,Fungsi katalog,Fungsi\nA,Absen,\nB,Absen,Presensi\n")
    assert [row.values.use for row in parsed.rows] == ["Absen", "Presensi"]
    assert [row.cells["use"] for row in parsed.rows] == ["B2", "C3"]
    assert parsed.rows[0].problems == ()
    assert [(problem.code.value, problem.cell) for problem in parsed.rows[1].problems] == [
        ("FUNCTION_UNKNOWN", "B3")
    ]


def test_each_line_of_a_cell_is_the_name_of_a_system() -> None:
    (row,) = parse('Nama,Terintegrasi dengan\nUji KIR,"Sistem Uji\n- SIPD dan Aset\n"\n').rows
    assert row.values.integrated_with == ("Sistem Uji", "SIPD dan Aset")


def test_the_address_behind_a_text_is_taken() -> None:
    rows = [["Nama", "URL"], ["Uji KIR", "Buka aplikasi"], ["Uji Emisi", "Buka"]]
    linked = to_sheet(rows, links={(2, 2): "https://kir.uji.id"})
    parsed = parse_application_workbook(to_workbook(linked))
    assert [row.values.url for row in parsed.rows] == ["https://kir.uji.id", None]
    unread = parse_application_workbook(to_workbook(to_sheet(rows, are_links_read=False)))
    assert [row.problems[0].code.value for row in unread.rows] == ["LINK_NOT_READ"] * 2
    assert [row.is_refused for row in unread.rows] == [False, False]


def test_the_error_of_a_formula_is_reported_until_it_is_corrected() -> None:
    sheet = to_sheet([["Nama", "Tahun"], ["Uji KIR", ""]], error_cells={(2, 2): "#REF!"})
    (row,) = parse_application_workbook(to_workbook(sheet)).rows
    assert [problem.code.value for problem in row.problems] == ["FORMULA_ERROR"]
    edits = ImportEdits(cells=(CellCorrection("Sheet1", 2, 2, "2021"),))
    (mended,) = parse_application_workbook(to_workbook(sheet), edits).rows
    assert (mended.values.year, mended.problems) == (2021, ())


def test_a_correction_replaces_a_cell() -> None:
    edits = ImportEdits(cells=(CellCorrection("", 2, 2, "2016"),))
    (row,) = parse("Nama,Tahun\nUji KIR,dulu\n", edits).rows
    assert (row.values.year, row.problems) == (2016, ())


def test_columns_are_read_as_chosen_then_as_remembered_then_by_their_headers() -> None:
    text = "Judul,Unit,Status,Lain\nUji KIR,Dishub,Aktif,2020\n"
    assert [sheet.reason for sheet in parse(text).sheets] == [NoTableReason.NO_NAME_COLUMN]
    choices = ImportEdits(columns=(ColumnChoice("", 1, "name"), ColumnChoice("", 3, None)))
    keys: list[str] = []

    def remember(key: str) -> dict[int, str | None]:
        keys.append(key)
        return {2: "opd", 1: "opd", 4: "year"}

    parsed = parse_application_workbook(csv_workbook(text), choices, remembered=remember)
    (row,) = parsed.rows
    assert (row.values.name, row.values.opd, row.values.year) == ("Uji KIR", "Dishub", 2020)
    assert row.values.status is ApplicationStatus.UNKNOWN
    uses = [(use.letter, use.field, use.is_chosen) for use in parsed.sheets[0].columns]
    assert uses == [("A", "name", True), ("B", "opd", True), ("C", None, True), ("D", "year", True)]
    assert keys == [parsed.sheets[0].header_key]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("ID", ("1", "2"), None),
        ("ID", ("32.05:application-1", ""), "id"),
        ("Jenis Layanan", ("Kesehatan", "Pendidikan"), None),
        (
            "Jenis Layanan",
            ("Layanan publik", "Layanan administrasi pemerintahan"),
            "public_service",
        ),
        ("Aplikasi Umum", ("Ya", "Tidak"), None),
        ("Terintegrasi", ("Ya", "Tidak"), None),
        ("Terintegrasi", ("SIMPEG", "Tidak"), "integrated_with"),
    ],
)
def test_a_header_with_two_meanings_is_read_by_its_cells(
    header: str, cells: tuple[str, str], field: str | None
) -> None:
    sheet = to_sheet([["Nama", header], ["A", cells[0]], ["B", cells[1]]])
    (reading,) = parse_application_workbook(to_workbook(sheet)).sheets
    assert reading.columns[1].field == field


def test_the_second_of_two_columns_of_one_field_is_reported() -> None:
    parsed = parse("Nama,URL,Alamat,url\nUji KIR,a.uji.id,Jalan Uji 1,b.uji.id\n")
    assert parsed.rows[0].values.url == "https://a.uji.id"
    assert [use.repeats for use in parsed.sheets[0].columns] == [None, None, "url", "url"]
    assert [(problem.code.value, problem.cell) for problem in parsed.problems] == [
        ("COLUMN_TWICE", "C1"),
        ("COLUMN_TWICE", "D1"),
    ]


def test_the_same_name_of_an_opd_twice_is_refused() -> None:
    text = "ID,Nama,OPD\n,Lain,Dishub\n,LAIN,dishub\n,Lain,Dinkes\na:1,Ganda,X\na:2,Ganda,X\n"
    parsed = parse(text)
    assert [row.is_refused for row in parsed.rows] == [False, True, False, False, False]
    (problem,) = parsed.rows[1].problems
    assert str(problem) == (
        "B3: expected each application of an OPD once; B2 has the same name, got 'LAIN'"
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Uji KIR;Dishub;2020;x;y", "row 2: expected 3 cells as in the header, got 5"),
        (";Dishub;2020", "A2 Nama: expected the name of an application, got nothing"),
    ],
)
def test_a_row_that_lost_its_columns_is_refused(row: str, problem: str) -> None:
    parsed = parse(f"Nama;OPD;Tahun;;\n{row}\n")
    assert problems_of(parsed.rows[0]) == [(problem, True)]


def test_empty_cells_beyond_the_header_are_ignored() -> None:
    (row,) = parse("Nama;OPD;;\nUji KIR;Dishub;;;;\n").rows
    assert (row.values.name, row.problems) == ("Uji KIR", ())


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(SheetInvalid, match="row 5002: expected at most 5000 applications"):
        parse("Nama\n" + "".join(f"Aplikasi {number}\n" for number in range(5001)))


def test_each_sheet_is_read_or_named_with_the_reason() -> None:
    data = [["No", "Nama", "URL", "Tahun"], ["1", "Uji KIR", "kir.uji.id", "2020"]]
    parsed = parse_application_workbook(
        to_workbook(
            to_sheet(data, "Dinas Perhubungan"),
            to_sheet([["DAFTAR APLIKASI"], ["OPD : Badan Uji Coba"], *data], "Lembar 2"),
            to_sheet([["Petunjuk"], ["Isi semua kolom."]], "Petunjuk"),
            to_sheet([["ID", "Nama"], ["x", "Presensi"]], "Fungsi"),
            to_sheet(data, "Rahasia", is_hidden=True),
            to_sheet([], "Kosong"),
            to_sheet([["No", "OPD", "Jumlah Aplikasi"], ["1", "Dishub", "1"]], "Rekap"),
            to_sheet(data, "Draf"),
        ),
        ImportEdits(skipped_sheets=("Draf",)),
    )
    assert [(sheet.name, sheet.reason) for sheet in parsed.sheets] == [
        ("Dinas Perhubungan", None),
        ("Lembar 2", None),
        ("Petunjuk", NoTableReason.GUIDE),
        ("Fungsi", NoTableReason.REFERENCE),
        ("Rahasia", NoTableReason.HIDDEN),
        ("Kosong", NoTableReason.EMPTY),
        ("Rekap", NoTableReason.NO_NAME_COLUMN),
        ("Draf", NoTableReason.SKIPPED),
    ]
    assert [(row.sheet, row.values.opd, "opd" in row.stated) for row in parsed.rows] == [
        ("Dinas Perhubungan", "Dinas Perhubungan", True),
        ("Lembar 2", "Badan Uji Coba", True),
    ]
    assert [sheet.opd_origin for sheet in parsed.sheets[:2]] == [
        OpdOrigin.SHEET_NAME,
        OpdOrigin.TITLE,
    ]


def test_the_rows_of_a_heading_are_of_its_opd() -> None:
    parsed = parse_application_workbook(
        to_workbook(
            to_sheet(
                [
                    ["No", "Nama Aplikasi", "Tahun"],
                    ["A", "Dinas Kesehatan", ""],
                    ["1", "Antrean", "2020"],
                    ["Kecamatan Uji", "", ""],
                    ["2", "Surat", "2021"],
                ],
                merged=[(4, 1, 4, 3)],
            )
        )
    )
    assert [(row.values.name, row.values.opd) for row in parsed.rows] == [
        ("Antrean", "Dinas Kesehatan"),
        ("Surat", "Kecamatan Uji"),
    ]
    assert [row.reason for row in parsed.sheets[0].set_apart] == [SetApartReason.OPD_HEADING] * 2


def test_the_example_of_a_column_is_neither_its_number_nor_a_placeholder() -> None:
    sheet = to_sheet([["Nama", "URL"], ["1", "2"], ["A", "-"], ["B", "b.uji.id"]])
    (reading,) = parse_application_workbook(to_workbook(sheet)).sheets
    assert [use.example for use in reading.columns] == ["A", "b.uji.id"]
