"""`simpul overlap` for files and for a region of the database."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from facts import tables
from tests.hub.cli.commands import Commands

HEADER = ["No", "Nama Aplikasi", "OPD", "Kode Wilayah", "URL", "Catatan"]
ROWS: list[list[Any]] = [
    [1, "SIMPEG", "BKPSDM", 32.10, "https://simpeg.x.go.id", ""],
    [2, "Aplikasi Simpeg", "Bappeda", 32.10, "https://simpeg.x.go.id/login", ""],
    [3, "Website Dinas Kesehatan", "Dinas Kesehatan", 32.10, "https://dinkes.x.go.id", ""],
    [4, "E-Kinerja", "BKPSDM", 32.73, "", "baru"],
    [5, "Zyx", "", 32.73, "", ""],
]


def parse_output(result: Any) -> dict[str, Any]:
    assert (result.exit_code, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def write_csv(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture(params=["csv", "xlsx"])
def inventory(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "csv":
        return write_csv(tmp_path / "inventory.csv", [HEADER, *ROWS])
    path = tmp_path / "inventory.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([HEADER, *ROWS]):
            sheet.write_row(number, 0, row)
    return path


def test_a_file_is_sorted_out_with_reasons(west_java: Commands, inventory: Path) -> None:
    report = parse_output(west_java("overlap", inventory, "--json"))
    assert report["columns"] == {
        "name": "Nama Aplikasi",
        "opd": "OPD",
        "region": "Kode Wilayah",
        "url": "URL",
    }
    assert report["passedOver"] == ["No", "Catatan"]
    (group,) = report["groups"]
    assert (group["policy"], group["region"], group["parts"]) == ("AUTO", "32.10", [[2, 3]])
    assert group["listings"][1] == {
        "listing": 3,
        "id": None,
        "name": "Aplikasi Simpeg",
        "opd": "Bappeda",
        "region": "32.10",
    }
    assert group["links"][0]["signals"] == [
        {"kind": "SAME_ADDRESS", "value": "simpeg.x.go.id"},
        {"kind": "SIMILAR_NAME", "value": "100 %"},
    ]
    assert [website["name"] for website in report["websites"]] == ["Website Dinas Kesehatan"]
    functions_by_row = {function["listing"]: function for function in report["functions"]}
    assert (functions_by_row[2]["function"], functions_by_row[2]["byPerson"]) == (
        "personnel",
        False,
    )
    assert functions_by_row[2]["because"] == ["name: simpeg", "OPD: bkpsdm"]
    assert functions_by_row[6]["function"] is None  # the name gives no evidence for a tag
    (share,) = report["shareCandidates"]
    assert [share[name] for name in ("region", "function", "system", "owner", "listing")] == [
        "32.73",
        "personnel",
        "SIMPEG",
        "32.10",
        2,
    ]


def test_a_file_is_sorted_out_for_a_person(west_java: Commands, inventory: Path) -> None:
    lines = [line.rstrip() for line in west_java("overlap", inventory).stdout.splitlines()]
    assert lines[1:6] == [
        (
            "Columns found: name in 'Nama Aplikasi', opd in 'OPD', region in 'Kode Wilayah', "
            "url in 'URL'"
        ),
        "Columns passed over: No, Catatan",
        (
            "1 systems are listed more than once, 0 groups ask a person, 1 listings are websites, "
            "0 name several"
        ),
        "4 listings have a function, 1 are left without: their names do not say enough",
        " Policy  Listings                          Why",
    ]


def test_the_reading_of_a_file_is_reported(west_java: Commands, tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    path.write_text(
        "DAFTAR APLIKASI UJI;;\n;;\nJudul;OPD;URL\nAntrean Uji;Dinkes;Play Store\n"
        "Parkir Uji;Dishub;a.uji.id b.uji.id\ntidak ada;Dinsos;-\nSumber: survei;;\n"
    )
    assert west_java("overlap", path).exit_code == 2
    lines = west_java("overlap", path, "--column", "name=judul").stdout.splitlines()
    assert lines[:9] == [
        f"{path} · 2 listings",
        "Columns found: name in 'Judul', opd in 'OPD', url in 'URL'",
        "Rows set apart as title: 1",
        "Rows set apart as note: 7",
        "1 rows say that there is no application and are left out",
        "C4 URL: expected an address such as https://simpeg.example.go.id, got 'Play Store'",
        "C5 URL: expected one address, got 'a.uji.id b.uji.id'; the first one is taken",
        "0 systems are listed more than once, 0 groups ask a person, 0 listings are websites, 0 name several",
        "2 listings have a function, 0 are left without: their names do not say enough",
    ]
    report = parse_output(west_java("overlap", path, "--column", "name=judul", "--json"))
    (sheet,) = report["sheets"]
    assert [row["row"] for row in sheet["setApart"]] == [1, 6, 7]
    assert [problem["code"] for problem in report["problems"]] == [
        "NOT_AN_ADDRESS",
        "SECOND_ADDRESS",
    ]
    wrong = west_java("overlap", path, "--column", "nama=judul")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        (
            "--column: expected FIELD=HEADER once for one of name, opd, region, url, id, status, "
            "function, got 'nama=judul'\n"
        ),
    )


def test_websites_of_two_opds_are_not_one_system(west_java: Commands, tmp_path: Path) -> None:
    rows = [
        ["nama", "opd", "url"],
        ["Website", "Dinsos", "https://dinsos.uji.id"],
        ["Website", "Dishub", "https://dishub.uji.id"],
    ]
    report = parse_output(west_java("overlap", write_csv(tmp_path / "web.csv", rows), "--json"))
    assert (len(report["groups"]), len(report["websites"])) == (0, 2)


def test_a_function_that_a_person_sets_makes_a_cluster(west_java: Commands, tmp_path: Path) -> None:
    rows = [
        ["name", "opd", "function"],
        ["Sadasbor", "Setda", "attendance"],
        ["Presensi", "Bappeda", ""],
    ]
    report = parse_output(west_java("overlap", write_csv(tmp_path / "own.csv", rows), "--json"))
    assert [function["byPerson"] for function in report["functions"]] == [True, False]
    assert report["functions"][0]["confidence"] == 1.0


def test_a_region_of_the_database_is_sorted_out_as_the_api_does(west_java: Commands) -> None:
    report = parse_output(west_java("overlap", "32.11", "--json"))
    assert (report["source"], report["listed"], report["columns"]) == (
        "Kabupaten Sumedang",
        20,
        None,
    )
    assert [group["policy"] for group in report["groups"]] == ["REVIEW", "REVIEW"]
    assert len(report["clusters"]) == 2
    assert {candidate["region"] for candidate in report["shareCandidates"]} == {"32.11"}
    text = west_java("overlap", "32.11").stdout
    assert text.startswith("Kabupaten Sumedang · 20 listings\n")
    assert "same name: eoffice" in text


@pytest.mark.parametrize(
    ("name", "content", "complaints"),
    [
        (
            "a.csv",
            b"judul\nSIMPEG\n",
            ["row 1, column name: expected a header with one of name, nama, "],
        ),
        (
            "a.csv",
            b"nama,function\nSIMPEG,hr\n",
            ["B2 function: expected the id or name of a function that ships "],
        ),
        (
            "a.csv",
            b"nama\nSIMPEG\x81\n",  # neither UTF-8 nor Windows-1252
            ["expected .xlsx, .xls, .ods, CSV or HTML, got a file of an unknown kind; "],
        ),
        (
            "a.xlsx",
            b"PK\x03\x04 of a workbook",
            ["expected a complete workbook, got: File is not a zip file; open it "],
        ),
        (
            "a.csv",
            b"nama,opd\n" + b",x\n" * 30,
            ["A2 nama: expected the name of an app"] * 1,
        ),
    ],
    ids=["header", "function", "encoding", "workbook", "many"],
)
def test_a_wrong_file_is_reported_by_row_and_column(
    west_java: Commands, tmp_path: Path, name: str, content: bytes, complaints: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = west_java("overlap", path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"{path}: {complaints[0]}")
    assert len(lines) <= 22


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["99"], "expected a .csv or .xlsx file, or the code of a region, such as 32.11, got '99'"),
        (
            ["none.csv"],
            "none.csv: expected a file that can be read, got: No such file or directory",
        ),
        ([], "expected either an inventory or --pairs, got none"),
        (["32", "--pairs", "pairs.csv"], "expected either an inventory or --pairs, got both"),
        (["32", "--csv"], "--csv: expected --pairs with it; an inventory has --json"),
    ],
)
def test_what_is_no_inventory_is_refused(
    west_java: Commands, arguments: list[str], complaint: str
) -> None:
    result = west_java("overlap", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{complaint}\n")


def test_the_tables_that_ship_are_read_as_they_are(west_java: Commands) -> None:
    path = Path(tables.__file__).parent / "applications.csv"
    report = parse_output(west_java("overlap", path, "--json"))
    assert report["listed"] == len(tables.west_java_applications())
    assert report["columns"] == {
        column: column for column in ("name", "opd", "region", "url", "id", "status")
    }
