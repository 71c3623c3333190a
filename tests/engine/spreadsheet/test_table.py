"""Finding the table in a sheet, and setting apart the rows that list nothing."""

from __future__ import annotations

import pytest

from engine.spreadsheet.import_sheet import ApplicationWorkbook, parse_application_workbook
from engine.spreadsheet.workbook import Worksheet
from tests.engine.spreadsheet.sheets import to_sheet, to_workbook

HEADER = ["No", "Nama Aplikasi", "Perangkat Daerah", "Alamat"]
ROW = ["1", "Uji KIR", "Dishub", "kir.uji.id"]


def parse(
    *rows: list[str], merged: list[tuple[int, int, int, int]] | None = None
) -> ApplicationWorkbook:
    sheet: Worksheet = to_sheet(rows, merged=merged or [])
    return parse_application_workbook(to_workbook(sheet))


def set_apart(parsed: ApplicationWorkbook) -> list[tuple[int, str]]:
    return [(row.row, row.reason.value) for row in parsed.sheets[0].set_apart]


def test_the_header_is_found_below_title_lines() -> None:
    parsed = parse(["DAFTAR APLIKASI"], ["Keadaan 2024", "", "Semua"], [], HEADER, ROW)
    assert parsed.sheets[0].header_rows == (4,)
    assert [row.values.name for row in parsed.rows] == ["Uji KIR"]
    assert set_apart(parsed) == [(1, "TITLE"), (2, "TITLE")]


def test_a_header_of_two_rows_is_read_with_its_groups() -> None:
    parsed = parse(
        ["No", "Nama", "Alamat", "", "Pengelola", ""],
        ["", "", "Domain", "IP", "Nama", "Jabatan"],
        ["1", "Uji KIR", "kir.uji.id", "10.0.0.1", "Dishub", "Kabid"],
        merged=[(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 1, 6)],
    )
    (reading,) = parsed.sheets
    assert reading.header_rows == (1, 2)
    assert [(use.header, use.field) for use in reading.columns] == [
        ("No", None),
        ("Nama", "name"),
        ("Alamat Domain", "url"),
        ("Alamat IP", None),
        ("Pengelola Nama", "opd"),
        ("Pengelola Jabatan", None),
    ]
    (row,) = parsed.rows
    assert (row.values.name, row.values.url) == ("Uji KIR", "https://kir.uji.id")


def test_a_header_of_two_rows_keeps_its_groups_in_csv() -> None:
    parsed = parse(
        ["No", "Nama", "Alamat", ""], ["", "", "Domain", "IP"], ["1", "Uji KIR", "kir.uji.id", "x"]
    )
    assert parsed.sheets[0].header_rows == (1, 2)
    assert [row.values.url for row in parsed.rows] == ["https://kir.uji.id"]


def test_merged_cells_are_filled_down() -> None:
    parsed = parse(
        HEADER,
        ROW,
        ["2", "Uji Emisi", "", ""],
        ["3", "Parkir", "", ""],
        merged=[(2, 3, 3, 3)],
    )
    assert [row.values.opd for row in parsed.rows] == ["Dishub", "Dishub", ""]
    assert [row.cells["opd"] for row in parsed.rows] == ["C2", "C2", "C4"]
    assert "opd" in parsed.rows[2].cleared


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["Sumber: survei 2024"], "NOTE"),
        (["", "Sumber : survei 2024"], "NOTE"),
        (["", "", "Keterangan: sementara"], "NOTE"),
        (["lihat lampiran"], "NOTE"),
        (["", "Jumlah", "", "12"], "TOTAL"),
        (["Total", "12"], "TOTAL"),
        (["", "Jumlah aplikasi"], "TOTAL"),
        (["1", "2", "3", "4"], "NUMBERING"),
        (["(1)", "(2)", "(3)", "(4)"], "NUMBERING"),
        (HEADER, "HEADER_REPEATED"),
        (["", "Mengetahui,"], "SIGNATURE"),
        (["", "", "", "Garut, 3 Maret 2024"], "SIGNATURE"),
        (["", "NIP. 19800101 200501 1 001"], "SIGNATURE"),
        (["2", "tidak ada", "Dinsos", ""], "NO_APPLICATION"),
        (["2", "-", "Dinsos", "-"], "NO_APPLICATION"),
        (["", "CONTOH: Uji KIR", "Dishub", "kir.uji.id"], "EXAMPLE"),
    ],
)
def test_a_row_that_lists_nothing_is_set_apart(cells: list[str], reason: str) -> None:
    parsed = parse(HEADER, ROW, cells)
    assert [row.values.name for row in parsed.rows] == ["Uji KIR"]
    assert set_apart(parsed) == [(3, reason)]


def test_a_signature_is_set_apart_to_its_end() -> None:
    parsed = parse(
        HEADER,
        ROW,
        ["", "", "", "Garut, 3 Maret 2024"],
        ["", "", "", "Kepala Dinas Uji"],
        ["", "", "", "ANI UJI, S.Kom."],
        ["", "", "", "NIP. 19800101 200501 1 001"],
    )
    assert len(parsed.rows) == 1
    assert set_apart(parsed) == [(number, "SIGNATURE") for number in (3, 4, 5, 6)]


@pytest.mark.parametrize(
    "name", ["Jumlah Penduduk", "Total Quality", "Camat Daring", "112", "LAPOR!", "Catatan Warga"]
)
def test_a_name_that_begins_like_a_note_is_an_application(name: str) -> None:
    parsed = parse(HEADER, ["1", name, "Dishub", ""], ["2", name, "Dinkes", "a.uji.id"])
    assert [row.values.name for row in parsed.rows] == [name, name]
    assert set_apart(parsed) == []


def test_a_row_with_an_opd_and_no_name_is_refused() -> None:
    parsed = parse(HEADER, ["2", "", "Dinsos", ""])
    assert [str(problem) for problem in parsed.rows[0].problems] == [
        "B2 Nama Aplikasi: expected the name of an application, got nothing"
    ]


def test_a_header_of_three_rows_is_read_with_its_groups() -> None:
    parsed = parse(
        ["No", "Nama", "Integrasi", "", ""],
        ["", "", "Internal", "", "Eksternal"],
        ["", "", "Aplikasi", "Data", "Aplikasi"],
        ["1", "Uji KIR", "SIMPEG", "pegawai", "SIPD"],
        merged=[(1, 1, 3, 1), (1, 2, 3, 2), (1, 3, 1, 5), (2, 3, 2, 4)],
    )
    assert parsed.sheets[0].header_rows == (1, 2, 3)
    assert [use.header for use in parsed.sheets[0].columns] == [
        "No",
        "Nama",
        "Integrasi Internal Aplikasi",
        "Integrasi Internal Data",
        "Integrasi Eksternal Aplikasi",
    ]
    assert [row.values.name for row in parsed.rows] == ["Uji KIR"]


def test_a_merged_cell_that_begins_above_the_header_is_no_header() -> None:
    parsed = parse(["-", "-"], ["tidak ada"], ["Nama", ""], ["Uji KIR"], merged=[(1, 2, 4, 2)])
    assert parsed.sheets[0].header_rows == (3,)
    assert [row.values.name for row in parsed.rows] == ["Uji KIR"]
