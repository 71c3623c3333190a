"""Parsing of inventory sheets, which list the applications of a region by name."""

from __future__ import annotations

import pytest

from engine.matching.listing import Listing
from engine.spreadsheet.column_choices import choose_columns
from engine.spreadsheet.listing_sheet import (
    ROWS_MOST,
    ROWS_OF_A_REGION_MOST,
    ListingWorkbook,
    parse_listing_workbook,
)
from engine.spreadsheet.sheet import SheetInvalid
from facts.region import region_names
from tests.engine.spreadsheet.sheets import csv_workbook, to_sheet, to_workbook

FUNCTIONS = {"attendance": "Presensi pegawai", "records": "Naskah dinas"}


def parse(text: str) -> ListingWorkbook:
    return parse_listing_workbook(csv_workbook(text), FUNCTIONS)


def problems_of(text: str) -> list[str]:
    with pytest.raises(SheetInvalid) as raised:
        parse(text)
    return [str(problem) for problem in raised.value.problems]


def test_columns_are_recognised_by_their_usual_names() -> None:
    parsed = parse(
        "No;Kode_Wilayah;Nama Aplikasi;Perangkat Daerah;Alamat;Keterangan\n"
        "1;32.1;SIMPEG;BKPSDM;https://simpeg.x.go.id;lama\n"
        "\n"
        "2;32.73;Presensi;;;\n"
    )
    assert parsed.listings == (
        Listing("SIMPEG", "BKPSDM", "https://simpeg.x.go.id", "2", "32.10"),
        Listing("Presensi", "", None, "4", "32.73"),
    )
    assert parsed.columns == {
        "name": "Nama Aplikasi",
        "opd": "Perangkat Daerah",
        "region": "Kode_Wilayah",
        "url": "Alamat",
    }
    assert parsed.ignored_headers == ("No", "Keterangan")


def test_columns_that_only_an_import_reads_are_not_needed() -> None:
    parsed = parse("nama,id_app,thn_pembuatan,petugas\nSi Uji,7,bukan tahun,Ani\n")
    assert parsed.columns == {"name": "nama", "id": "id_app"}
    assert parsed.unneeded_columns == ("thn_pembuatan",)
    assert parsed.ignored_headers == ("petugas",)
    assert (parsed.ids, parsed.problems) == ({"2": "7"}, ())


def test_a_region_code_takes_precedence_over_a_region_name() -> None:
    parsed = parse("name,region,region_code\nSIMPEG,Kota Bandung,32.73\n")
    assert parsed.listings[0].region == "32.73"
    assert parsed.ignored_headers == ("region",)


def test_a_sheet_gives_functions_by_id_or_name_and_retires_systems() -> None:
    parsed = parse(
        "name,id,function,status\n"
        "Sadasbor,A-1,attendance,ACTIVE\nE-Office,A-2,naskah dinas,\nLama,A-3,,Retired\n"
    )
    assert parsed.stated_functions == {"2": "attendance", "3": "records"}
    assert parsed.ids == {"2": "A-1", "3": "A-2"}
    assert (len(parsed.listings), parsed.retired_count) == (2, 1)


def test_retired_and_nameless_rows_are_left_out_and_counted() -> None:
    parsed = parse("nama,status\nA B,Tidak Aktif\nC D,aktif\ntidak ada,\n-,\nE F,Pensiun\n")
    assert [listing.name for listing in parsed.listings] == ["C D"]
    assert (parsed.retired_count, parsed.nameless_count) == (2, 2)


def test_a_status_that_is_not_understood_is_reported() -> None:
    parsed = parse("nama,status\nA B,Entah\nC D,Aktif\nE F,Entah\n")
    assert [listing.name for listing in parsed.listings] == ["A B", "C D", "E F"]
    assert parsed.unknown_statuses == {"Entah": (2, 4)}


def test_rows_are_numbered_as_a_spreadsheet_does_where_cells_hold_line_breaks() -> None:
    parsed = parse('nama,alamat\n"A\nB",\n\nC D,\n')
    assert [listing.id for listing in parsed.listings] == ["2", "4"]


def test_each_sheet_with_applications_is_compared() -> None:
    rows = [["No", "Nama Aplikasi", "URL"], ["1", "Antrean", "antrean.uji.id"]]
    parsed = parse_listing_workbook(
        to_workbook(to_sheet(rows, "Dinas Kesehatan"), to_sheet(rows, "Dinas Sosial")), FUNCTIONS
    )
    assert parsed.listings == (
        Listing("Antrean", "Dinas Kesehatan", "https://antrean.uji.id", "Dinas Kesehatan!2", ""),
        Listing("Antrean", "Dinas Sosial", "https://antrean.uji.id", "Dinas Sosial!2", ""),
    )
    assert not parsed.is_one_sheet


def test_a_region_is_known_by_its_code_and_its_name() -> None:
    text = "nama,kabupaten\n" + "".join(
        f"Antrean,{region}\n"
        for region in ("Kabupaten Cianjur", "KAB. CIANJUR", "32.03", "3203", "32.3", "Cianjurr", "")
    )
    parsed = parse_listing_workbook(csv_workbook(text), FUNCTIONS, regions=region_names())
    regions = [listing.region for listing in parsed.listings]
    assert regions == ["32.03"] * 5 + ["Cianjurr", ""]
    (problem,) = parsed.problems
    assert str(problem).startswith(
        "B7 kabupaten: expected the code or the name of one region, got 'Cianjurr'; the nearest"
    )


def test_a_cell_that_is_no_address_is_reported_and_not_compared() -> None:
    parsed = parse("nama,url\nA,-\nB,Aplikasi desktop\nC,b.uji.id\n")
    assert [listing.url for listing in parsed.listings] == [None, None, "https://b.uji.id"]
    assert [problem.cell for problem in parsed.problems] == ["B3"]


def test_columns_are_taken_by_the_headers_that_a_person_names() -> None:
    workbook = csv_workbook("id_app,judul,unit\n1,Antrean,Dinkes\n")
    header_by_field = {"name": "JUDUL", "opd": "unit"}
    parsed = parse_listing_workbook(
        workbook,
        FUNCTIONS,
        columns=choose_columns(workbook, header_by_field),
        known_headers=("judul", "unit"),
    )
    assert parsed.listings == (Listing("Antrean", "Dinkes", None, "2", ""),)
    with pytest.raises(SheetInvalid) as raised:
        choose_columns(workbook, {"name": "nama"})
    assert str(raised.value) == (
        "column nama: expected a header with this column, got 'id_app, judul, unit'"
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "nomor,judul\n1,SIMPEG\n",
            [
                (
                    "row 1, column name: expected a header with one of name, nama, nama aplikasi, "
                    "aplikasi, application, nama sistem, nama sistem aplikasi, "
                    "nama aplikasi sistem, nama sistem informasi, got 'nomor,judul'; a column with "
                    "another header can be chosen: --column name=HEADER"
                )
            ],
        ),
        (
            "nama,function\nSIMPEG,kepegawaian\n,records\n",
            [
                (
                    "B2 function: expected the id or name of a function that ships "
                    "(facts/functions.csv), got 'kepegawaian'"
                ),
                "A3 nama: expected the name of an application, got nothing",
            ],
        ),
        (
            "nama,status\nUji KIR,Parkir,aktif\n",
            ["row 2: expected 2 cells as in the header, got 3"],
        ),
        (
            "nama\n" + "SIMPEG\n" * (ROWS_OF_A_REGION_MOST + 1),
            ["column region: expected at most 20000 rows of one region, got 20001 that name none"],
        ),
        (
            "nama\n" + "SIMPEG\n" * (ROWS_MOST + 1),
            ["row 300002: expected at most 300000 rows, got more"],
        ),
    ],
    ids=["no name", "cells", "shifted", "one region", "rows"],
)
def test_invalid_cells_are_reported_by_row_and_column(text: str, problems: list[str]) -> None:
    assert problems_of(text) == problems
