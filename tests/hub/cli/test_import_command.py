"""`simpul import` shows what it reads, asks, and imports a file as one change that can be undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.hub.cli.commands import Commands, run_on_terminal

GOOD = "Nama Aplikasi,Perangkat Daerah,URL\nSi Uji,Dinas Perhubungan,https://uji.id\nSi Coba,,\n"
FULL = """No;Nama Aplikasi;Perangkat Daerah;Fungsi/Kegunaan;Tahun Mulai;Platform;Status Aplikasi;PIC
1;Si Uji;Dinas Perhubungan;Uji KIR;2020;Web;Aktif;Ani
2;Si Lama;Dinas Perhubungan;-;2015;-;Tidak Aktif;Budi
3;Si Baru;-;;;;Entah;
4;tidak ada;Dinas Perhubungan;;;;;
"""
WRONG = f"{FULL}5;Si Salah;Dinas Sihr;;dua ribu;;;\n"
REGION = ("--region", "32.11")


@pytest.fixture
def simpul(filled_data_dir: Path) -> Commands:
    return Commands(filled_data_dir)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    return tmp_path / "daftar.csv"


def read_inventory(simpul: Commands, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Return the applications of Kabupaten Sumedang by name."""
    path = tmp_path / f"ekspor-{len(list(tmp_path.iterdir()))}.json"
    assert simpul("export", *REGION, "--all", "--output", path).exit_code == 0
    return {row["name"]: row for row in json.loads(path.read_text())["applications"]}


def import_json(simpul: Commands, *arguments: str | Path) -> dict[str, Any]:
    result = simpul("import", *arguments, *REGION, "--yes", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_it_reports_what_it_reads_before_it_writes(simpul: Commands, inventory: Path) -> None:
    inventory.write_text(FULL)
    unconfirmed = simpul("import", inventory, *REGION)
    assert (unconfirmed.exit_code, unconfirmed.stdout) == (2, "")
    assert [line.strip() for line in unconfirmed.stderr.splitlines()] == [
        "'daftar.csv': header in row 1, applications: 3",
        "B 'Nama Aplikasi' as name",
        "C 'Perangkat Daerah' as opd",
        "D 'Fungsi/Kegunaan' as function",
        "E 'Tahun Mulai' as year",
        "F 'Platform' as platform",
        "G 'Status Aplikasi' as status",
        "columns that are passed over: A 'No', H 'PIC'",
        "set apart as no application: 1 (row 5)",
        "Rows:",
        "To add: 3 (rows 2, 3, 4)",
        "To change: 0",
        "To leave, as the inventory has them already: 0",
        "Refused: 0",
        "Problems:",
        *unconfirmed_problems(unconfirmed.stderr),
        "expected --yes to write without asking, got none: nothing is imported",
    ]


def unconfirmed_problems(text: str) -> list[str]:
    """Return the lines with a problem, which must concern the status and the missing OPD."""
    lines = [line.strip() for line in text.splitlines()]
    problems = lines[lines.index("Problems:") + 1 : -1]
    assert [line.split(":")[0] for line in problems] == [
        "G4 Status Aplikasi",
        "C4 Perangkat Daerah",
    ]
    assert all(line.endswith("(the row is imported without it)") for line in problems)
    return problems


def test_a_warning_says_what_becomes_of_its_row(simpul: Commands, inventory: Path) -> None:
    inventory.write_text(
        "Nama Aplikasi,OPD,URL,Tahun,Tahun\n"
        "Si Uji,Dinas Perhubungan,https://a.id https://b.id,2020,2021\n"
        "si uji,Dishub,,,\n"
    )
    lines = simpul("import", inventory, *REGION).stderr.splitlines()
    problems = lines[lines.index("Problems:") + 1 : -1]
    assert problems == [
        "  E1 Tahun: expected one column of this content, got 'Tahun'",
        (
            "  C2 URL: expected one address, got 'https://a.id https://b.id'; the first one is "
            "taken (the row is imported)"
        ),
        (
            "  A3 Nama Aplikasi: expected each application once, got 'si uji', which row 2 has for "
            "the same OPD (the row is left)"
        ),
    ]


def test_an_import_is_written_once_and_undone(
    simpul: Commands, inventory: Path, tmp_path: Path
) -> None:
    inventory.write_text(FULL)
    result = simpul("import", inventory, *REGION, "--yes")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == (
        "Applications added: 3; changed: 0; left: 0; refused: 0; integrations connected: 0."
    )
    id = second.removeprefix("To undo the import, run: simpul import --undo ")
    assert import_json(simpul, inventory)["counts"]["leave"] == 3
    undone = simpul("import", "--undo", id, "--yes")
    assert undone.stdout == "Applications as before the import: 3; left as they are: 0\n"
    assert read_inventory(simpul, tmp_path)["Si Uji"]["status"] == "RETIRED"
    again = simpul("import", "--undo", id, "--yes")
    assert (again.exit_code, again.stderr) == (3, f"{id}: this import is undone already\n")


def test_the_changed_file_changes_and_new_only_leaves_what_differs(
    simpul: Commands, inventory: Path, tmp_path: Path
) -> None:
    inventory.write_text(FULL)
    import_json(simpul, inventory)
    inventory.write_text(FULL.replace("2020", "2021") + "5;Si Lain;Dinas Perhubungan;;;;;\n")
    preview = simpul("import", inventory, *REGION, "--new-only").stderr
    assert "  To add: 1 (row 6)\n" in preview
    assert "  To leave, although the inventory differs: 1 (row 2)\n" in preview
    added = import_json(simpul, inventory, "--new-only")
    assert (added["counts"]["add"], added["counts"]["change"]) == (1, 0)
    assert added["differentRows"] == [2]
    assert read_inventory(simpul, tmp_path)["Si Uji"]["year"] == 2020
    preview = simpul("import", inventory, *REGION).stderr
    assert "Changes:\n  row 2, Si Uji: year 2020 → 2021\n" in preview
    changed = import_json(simpul, inventory)
    assert changed["import"]["changedCount"] == 1
    assert read_inventory(simpul, tmp_path)["Si Uji"]["year"] == 2021


def test_rows_with_problems_keep_all_rows_out_unless_the_good_ones_are_requested(
    simpul: Commands, inventory: Path, tmp_path: Path
) -> None:
    inventory.write_text(WRONG)
    before = read_inventory(simpul, tmp_path)
    refused = simpul("import", inventory, *REGION, "--yes")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "  E6 Tahun Mulai: expected a whole number such as 2021, got 'dua ribu'\n" in (
        refused.stderr
    )
    assert "'Dinas Sihr' (rows: 1)" in refused.stderr
    assert "simpul opd add 'Dinas Sihr' --region 32.11" in refused.stderr
    assert refused.stderr.endswith(
        "daftar.csv: rows with problems: 1; nothing is imported: correct the file, or pass "
        "--only-good-rows\n"
    )
    assert read_inventory(simpul, tmp_path) == before
    imported = import_json(simpul, inventory, "--only-good-rows")["import"]
    assert (imported["registeredCount"], imported["refusedCount"]) == (3, 1)
    assert len(read_inventory(simpul, tmp_path)) == len(before) + 3


def test_a_file_of_refused_rows_only_is_an_error_and_promises_no_import(
    simpul: Commands, inventory: Path
) -> None:
    inventory.write_text("Nama Aplikasi,OPD,Status\nSi Salah,Dinas Sihr,Entah\n")
    refused = simpul("import", inventory, *REGION, "--yes", "--only-good-rows")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.endswith(
        "daftar.csv: all rows are refused: 1; nothing is imported: correct the file\n"
    )
    assert "  C2 Status: expected " in refused.stderr
    assert "(the row is imported" not in refused.stderr


def test_the_encoding_of_a_file_is_named_unless_it_is_utf_8(
    simpul: Commands, inventory: Path
) -> None:
    inventory.write_bytes("Nama Aplikasi,OPD\nSi Café,Dinas Perhubungan\n".encode("cp1252"))
    assert simpul("import", inventory, *REGION).stderr.startswith("The text is read as ")
    assert import_json(simpul, inventory)["encoding"] == "Windows-1252"
    inventory.write_text(GOOD)
    assert import_json(simpul, inventory)["encoding"] is None


def test_a_refused_file_is_explained_in_json(simpul: Commands, inventory: Path) -> None:
    inventory.write_text(WRONG)
    refused = simpul("import", inventory, *REGION, "--yes", "--json")
    assert refused.exit_code == 2
    document = json.loads(refused.stdout)
    assert (document["import"], document["counts"]["refuse"]) == (None, 1)
    assert [problem["cell"] for problem in document["problems"] if problem["isBlocking"]] == [
        "E6",
        "C6",
    ]
    assert [unknown["name"] for unknown in document["unknownOpds"]] == ["Dinas Sihr"]


def test_a_person_decides_columns_and_opds(
    simpul: Commands, inventory: Path, tmp_path: Path
) -> None:
    inventory.write_text(
        "Nama Aplikasi,Perangkat Daerah,PIC,Tahun\nSi Uji,Dinas Sihr,CV Karya,2020\n"
    )
    choices = ("--opd", "Dinas Sihr=Dishub", "--column", "pengembang=PIC", "--column", "-=tahun")
    document = import_json(simpul, inventory, *choices)
    assert [column["field"] for column in document["sheets"][0]["columns"]] == [
        "name",
        "opd",
        "developer",
        None,
    ]
    application = read_inventory(simpul, tmp_path)["Si Uji"]
    assert (application["developer"], application["year"]) == ("CV Karya", None)
    inventory.write_text("Nama Aplikasi,Perangkat Daerah,PIC,Tahun\nSi Dua,Dishub,CV Baru,2020\n")
    import_json(simpul, inventory)  # the columns are remembered
    assert read_inventory(simpul, tmp_path)["Si Dua"]["developer"] == "CV Baru"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--column", "PIC"), "--column: expected FIELD=HEADER, where FIELD is - for none or one"),
        (("--column", "pic=URL"), "--column: expected FIELD=HEADER"),
        (
            ("--column", "year=Thn"),
            (
                "--column: expected one of the headers 'Nama Aplikasi', 'Perangkat Daerah', 'URL', got "
                "'Thn'\n"
            ),
        ),
        (("--opd", "Dishub"), "--opd: expected NAME=OPD"),
        (
            ("--opd", "A=Dinas Perhubungn"),
            (
                "--opd: expected NAME=OPD with a name or an acronym on record, got "
                "'A=Dinas Perhubungn'; near are Dinas Perhubungan"
            ),
        ),
        (("--sheet", "Data"), "--sheet: expected one of '', got 'Data'\n"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_there_is(
    simpul: Commands, inventory: Path, arguments: tuple[str, ...], message: str
) -> None:
    inventory.write_text(GOOD)
    refused = simpul("import", inventory, *REGION, "--yes", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected a file and --region, or --undo\n"),
        (("daftar.csv",), "expected a file and --region, or --undo\n"),
        (("daftar.csv", *REGION, "--undo", "x"), "expected a file and --region, or --undo\n"),
        (("--undo", "x", "--yes"), "there is no import 'x'; --region lists the latest imports"),
        (("--undo", "x"), "expected --yes to undo without asking, got none: nothing is undone\n"),
    ],
)
def test_a_file_or_an_import_to_undo_is_expected(
    simpul: Commands, arguments: tuple[str, ...], message: str
) -> None:
    refused = simpul("import", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(message)


def test_an_unknown_id_lists_the_latest_imports(simpul: Commands, inventory: Path) -> None:
    ids = []
    for number in range(6):
        inventory.write_text(f"nama,opd\nSi {number},Dinas Perhubungan\n")
        ids.append(import_json(simpul, inventory)["import"]["id"])
    assert simpul("import", "--undo", ids[-1], "--yes").exit_code == 0
    refused = simpul("import", "--undo", "x", *REGION, "--yes")
    first, *lines = refused.stderr.splitlines()
    assert first == "there is no import 'x'; the latest imports:"
    assert [line.split()[0] for line in lines] == ids[:0:-1]
    assert [line.endswith("(undone)") for line in lines] == [True, False, False, False, False]


def test_a_person_may_decline(filled_data_dir: Path, inventory: Path) -> None:
    inventory.write_text(GOOD)
    environment = {"SIMPUL_DATA_DIR": str(filled_data_dir)}
    command = ["import", str(inventory), *REGION]
    assert "Nothing is imported." in run_on_terminal(command, environment, answer="n")
    assert "Applications added: 2" in run_on_terminal(command, environment, answer="y")
    inventory.write_text(WRONG)
    assert "refused: 1" in run_on_terminal(command, environment, answer="y")


def test_a_region_that_this_instance_does_not_have_is_named(
    simpul: Commands, inventory: Path
) -> None:
    inventory.write_text(GOOD)
    refused = simpul("import", inventory, "--region", "99.99", "--yes")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("there is no region '99.99'")


def test_a_region_without_opds_gets_them_and_its_inventory(
    simpul: Commands, inventory: Path
) -> None:
    inventory.write_text("Nama Aplikasi,OPD\nSi Tata,Dinas Uji Ruang\nSi Ruang,Disruang\n")
    refused = simpul("import", inventory, "--region", "32.77", "--yes")
    command = "simpul opd add 'Dinas Uji Ruang' --region 32.77"
    assert (refused.exit_code, command in refused.stderr) == (2, True)
    opd = ("opd", "add", "Dinas Uji Ruang", "--region", "32.77", "--acronym", "Disruang")
    assert simpul(*opd).exit_code == 0
    result = simpul("import", inventory, "--region", "32.77", "--yes")
    assert result.stdout.startswith("Applications added: 2; ")


def test_the_file_comes_back_with_its_faulty_cells_marked(
    simpul: Commands, inventory: Path, tmp_path: Path
) -> None:
    inventory.write_text(WRONG)
    marked = tmp_path / "ditandai.xlsx"
    arguments = ("import", inventory, *REGION, "--yes", "--marked", marked)
    assert f"{marked}: the file with the faulty cells marked\n" in simpul(*arguments).stderr
    sheet = load_workbook(marked).active
    assert sheet is not None
    comments = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert comments["E6"] == "expected a whole number such as 2021, got 'dua ribu'"
    assert comments.keys() == {"C4", "G4", "C6", "E6"}
    assert sheet["B6"].value == "Si Salah"
    again = simpul(*arguments)
    assert (again.exit_code, again.stderr) == (2, f"{marked}: the file exists\n")


def test_the_opds_of_a_file_are_recorded_with_it(simpul: Commands, inventory: Path) -> None:
    region = ("--region", "32.03")
    inventory.write_text(
        "Nama,OPD\nSi Uji,Disnaker\nSi Coba,Dinas Tenaga Kerja\nSi Desa,RSUD Uji\n"
    )
    refused = simpul("import", inventory, *region, "--yes")
    assert refused.exit_code == 2
    assert "--new-opds" in refused.stderr
    undecided = simpul("import", inventory, *region, "--new-opds")
    assert (undecided.exit_code, undecided.stdout) == (2, "")
    result = simpul("import", inventory, *region, "--new-opds", "--yes")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        "Applications added: 3; changed: 0; left: 0; refused: 0; integrations connected: 0.",
    )
    assert (
        "OPDs recorded in region 32.03: Dinas Tenaga Kerja, RSUD Uji"
        == result.stderr.splitlines()[0]
    )
    opds = json.loads(simpul("opd", "list", *region, "--json").stdout)["opds"]
    kinds = {opd["name"]: (opd["acronym"], opd["kind"]) for opd in opds}
    assert kinds["Dinas Tenaga Kerja"] == ("Disnaker", "DEPARTMENT")
    assert kinds["RSUD Uji"][1] == "TECHNICAL_UNIT"
