"""`simpul export` writes a region's applications or the template, never over a file unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from engine.spreadsheet.export_sheet import EXPORT_HEADERS
from tests.hub.cli.commands import Commands

HEADER = ";".join(EXPORT_HEADERS.values())


def test_a_region_is_written_in_the_format_of_the_files_name(
    west_java: Commands, tmp_path: Path
) -> None:
    output = tmp_path / "daftar.csv"
    result = west_java("export", "--region", "32.11", "--output", output)
    assert result.exit_code == 0
    lines = output.read_text("utf-8-sig").splitlines()
    assert lines[0] == HEADER
    assert result.stderr == f"{len(lines) - 1} applications are written to {output}.\n"
    assert result.stdout == ""
    document = west_java("export", "--region", "32.11", "--format", "json", "--output", "-")
    applications = json.loads(document.stdout)["applications"]
    assert [application["id"] for application in applications] == [
        line.partition(";")[0] for line in lines[1:]
    ]
    workbook = west_java(
        "export", "--region", "Kab. Sumedang", "--output", tmp_path / "daftar.xlsx"
    )
    assert workbook.exit_code == 0
    rows = list(load_workbook(tmp_path / "daftar.xlsx")["Aplikasi"].values)
    assert rows[0] == tuple(EXPORT_HEADERS.values())
    assert len(rows) == len(lines)


def test_a_file_is_replaced_only_with_force(west_java: Commands, tmp_path: Path) -> None:
    output = tmp_path / "daftar.csv"
    output.write_text("milik orang lain")
    arguments = ["export", "--region", "32.11", "--output", output]
    refused = west_java(*arguments)
    assert (refused.exit_code, output.read_text()) == (2, "milik orang lain")
    assert refused.stderr == f"{output}: the file exists; --force replaces it\n"
    assert west_java(*arguments, "--force").exit_code == 0
    assert output.read_text("utf-8-sig").startswith(HEADER)


def test_the_template_needs_no_region(west_java: Commands, tmp_path: Path) -> None:
    general, regional = tmp_path / "umum.xlsx", tmp_path / "sumedang.xlsx"
    result = west_java("export", "--template", "--output", general)
    assert (result.exit_code, result.stderr) == (0, f"The template is written to {general}.\n")
    assert load_workbook(general)["Daftar"]["A2"].value is None
    assert (
        west_java("export", "--template", "--region", "32.11", "--output", regional).exit_code == 0
    )
    assert load_workbook(regional)["Daftar"]["A2"].value is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "a.csv"], "expected --region or --template, got neither"),
        (
            ["--region", "32.11", "--output", "a.txt"],
            "--format: expected one of xlsx, csv, json, got 'txt'",
        ),
        (
            ["--region", "32.11", "--output", "-", "--format", "xlsx"],
            "--format: expected one of csv, json, got 'xlsx'",
        ),
        (["--template", "--output", "a.csv"], "--format: expected one of xlsx, got 'csv'"),
        (
            ["--region", "99.99", "--output", "a.csv"],
            "there is no region '99.99'",
        ),
        (
            ["--region", "32.11", "--output", "tidak/ada/a.csv"],
            "tidak/ada/a.csv: expected a file that can be written, got: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(
    west_java: Commands,
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = west_java("export", *arguments)
    assert (result.exit_code, result.stderr.strip()) == (2, message)
    assert list(tmp_path.iterdir()) == []
