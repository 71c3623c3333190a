"""`simpul score` over a published sheet and over invalid sheets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from facts import tables
from facts.tables import SheetScope
from hub.cli.main import app
from tests.fixtures.processes import SIMPUL

LEVELS = {
    line.number: line.value
    for line in tables.sheet_lines()
    if (line.region, line.year, line.scope) == ("18.71", 2024, SheetScope.INDICATOR)
}
PRINTED = {
    (line.scope, line.number): line.value
    for line in tables.sheet_lines()
    if (line.region, line.year) == ("18.71", 2024)
}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Return the sheet of Bandar Lampung for 2024, as the ministry's report prints it."""
    return write_sheet(tmp_path, sheet_text(LEVELS))


def test_prints_what_the_report_prints_and_the_best_steps(sheet: Path) -> None:
    result = subprocess.run(
        [SIMPUL, "score", sheet, "--instrument", "spbe-2020", "--steps", "2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.rstrip() for line in result.stdout.splitlines()] == [
        "Indeks SPBE (47 indikator) (spbe-2020)",
        "Index 2.98 · Baik (exact 2.9795)",
        "Sangat Baik begins at 3.50: 0.5205 is missing",
        " Domain                     Value",
        " 1 Kebijakan Internal SPBE  2.90",
        " 2 Tata Kelola SPBE         2.40",
        " 3 Manajemen SPBE           2.55",
        " 4 Layanan SPBE             3.48",
        " Next step                   Level  Gain   Index then",
        " 45 Layanan Publik Sektor 1  2 → 3  +0.03  3.01 Baik",
        " 46 Layanan Publik Sektor 2  2 → 3  +0.03  3.01 Baik",
    ]
    assert result.stderr == ""
    assert PRINTED[SheetScope.INDEX, 0] == "2.98"
    assert [PRINTED[SheetScope.DOMAIN, number] for number in range(1, 5)] == [
        "2.90",
        "2.40",
        "2.55",
        "3.48",
    ]


def test_prints_the_same_for_a_program(sheet: Path) -> None:
    result = run_score(sheet, "--steps", "1", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "instrument": "spbe-2020",
        "index": "2.9795",
        "display": "2.98",
        "predicate": "Baik",
        "nextPredicate": {"label": "Sangat Baik", "threshold": "3.50", "gap": "0.5205"},
        "domains": [
            {"number": 1, "name": "Kebijakan Internal SPBE", "value": "2.90", "display": "2.90"},
            {"number": 2, "name": "Tata Kelola SPBE", "value": "2.40", "display": "2.40"},
            {"number": 3, "name": "Manajemen SPBE", "value": "2.545454545455", "display": "2.55"},
            {"number": 4, "name": "Layanan SPBE", "value": "3.478021978022", "display": "3.48"},
        ],
        "nextSteps": [
            {
                "indicator": 45,
                "from": 2,
                "to": 3,
                "gain": "0.03",
                "index": "3.0095",
                "predicate": "Baik",
            }
        ],
    }


def test_at_the_top_no_predicate_and_no_step_is_left(tmp_path: Path) -> None:
    highest = write_sheet(tmp_path, sheet_text(dict.fromkeys(LEVELS, "5")))
    answer = json.loads(run_score(highest, "--json").stdout)
    assert (answer["index"], answer["predicate"]) == ("5.00", "Memuaskan")
    assert (answer["nextPredicate"], answer["nextSteps"]) == (None, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + "{sheet}", id="byte-order mark"),
        pytest.param("{semicolons}", id="semicolons"),
        pytest.param("\ufeff" + "{semicolons}\r\n\r\n", id="as a spreadsheet saves it"),
    ],
)
def test_reads_what_spreadsheets_write(tmp_path: Path, text: str) -> None:
    plain = sheet_text(LEVELS)
    content = text.format(sheet=plain, semicolons=plain.replace(",", ";"))
    result = run_score(write_sheet(tmp_path, content), "--json")
    assert json.loads(result.stdout)["index"] == "2.9795"


@pytest.mark.parametrize(
    ("changed", "complaints"),
    [
        (
            {"1": "6"},
            ["row 2, column level: expected a whole level from 1 to 5, got '6'"],
        ),
        (
            {"2": "2.5", "47": ""},
            [
                "row 3, column level: expected a whole level from 1 to 5, got '2.5'",
                "row 48, column level: expected a whole level from 1 to 5, got nothing",
            ],
        ),
        (
            {"48": "3"},
            ["row 49, column number: expected an indicator of spbe-2020 (1 to 47), got '48'"],
        ),
        (
            {"3": None, "20": None},
            ["column number: expected all 47 indicators of spbe-2020, got none for 3, 20"],
        ),
    ],
)
def test_names_the_row_and_column_of_each_mistake(
    tmp_path: Path, changed: dict[str, str | None], complaints: list[str]
) -> None:
    cells = {str(number): level for number, level in LEVELS.items()} | changed
    sheet = write_sheet(
        tmp_path,
        sheet_text({number: level for number, level in cells.items() if level is not None}),
    )
    result = run_score(sheet)
    assert result.stderr.splitlines() == [
        *(f"{sheet}: {complaint}" for complaint in complaints),
        f"{sheet}: nothing was scored",
    ]
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_unreadable_file_is_named_with_the_reason(tmp_path: Path, sheet: Path) -> None:
    binary = tmp_path / "levels.xlsx"
    binary.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x93")
    large = write_sheet(tmp_path, "number,level\n" + "1,1\n" * 300_000, "large.csv")
    missing = tmp_path / "missing.csv"
    for path, complaint in [
        (
            binary,
            (
                "expected a complete workbook, got: File is not a zip file; "
                "open it in a spreadsheet program and save it again as .xlsx"
            ),
        ),
        (large, "expected at most 1000000 bytes, got more"),
        (missing, "expected a file that can be read, got: No such file or directory"),
        (tmp_path, "expected a file that can be read, got: Is a directory"),
    ]:
        result = run_score(path, "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"{path}: {complaint}\n"
    unknown = run_score(sheet, instrument="spbe-2019")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert unknown.stderr == (
        "--instrument: expected one of spbe-2018, spbe-2020, pemdi-2026, got 'spbe-2019'\n"
    )


def test_loads_neither_the_server_nor_the_database() -> None:
    program = (
        "import sys; from hub.cli import main, score_report; "
        "print(sorted({'strawberry', 'sqlalchemy', 'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def run_score(sheet: Path, *options: str, instrument: str = "spbe-2020") -> Any:
    return CliRunner().invoke(app, ["score", str(sheet), "--instrument", instrument, *options])


def sheet_text(levels: dict[Any, str]) -> str:
    return "number,level\n" + "".join(f"{number},{level}\n" for number, level in levels.items())


def write_sheet(folder: Path, text: str, name: str = "levels.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path
