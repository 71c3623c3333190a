"""Tests for the regions that a person names in commands."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.secret import secret_digest
from tests.hub.cli.commands import Commands

SIMILAR = "expected the code or the name of one region, got {}, which may mean {}\n"


@pytest.mark.parametrize("region", ["3211", "Sumedang", "KAB. SUMEDANG", "Pemkab  Sumedang"])
@pytest.mark.parametrize(
    "command", [("opd", "list", "--region"), ("graph",), ("diagnose",), ("proposals",), ("verify",)]
)
def test_a_region_is_named_by_its_code_or_its_name(
    west_java: Commands, command: tuple[str, ...], region: str
) -> None:
    by_code = west_java(*command, "32.11", "--json")
    assert by_code.exit_code == 0
    assert west_java(*command, region, "--json").stdout == by_code.stdout


def test_an_inventory_and_a_start_are_named_by_the_name_of_their_region(
    west_java: Commands,
) -> None:
    by_code = west_java("overlap", "32.11", "--json").stdout
    assert west_java("overlap", "Kab. Sumedang", "--json").stdout == by_code
    path = ("--instrument", "spbe-2020", "--target", "4.6", "--json")
    by_code = west_java("path", "32.11", *path).stdout
    assert json.loads(by_code)
    assert west_java("path", "Sumedang", *path).stdout == by_code


def test_a_token_has_the_code_of_the_region(west_java: Commands) -> None:
    result = west_java("token", "--role", "REGION", "--subject", "a", "--region", "Kota Bandung")
    assert result.exit_code == 0
    digest = secret_digest(result.stdout.strip())
    with closing(sqlite3.connect(west_java.data_dir / "simpul.db")) as connection:
        query = (
            "SELECT regions FROM account JOIN access_token ON account.id = account "
            "WHERE secret_hash = ?"
        )
        assert connection.execute(query, [digest]).fetchall() == [('["32.73"]',)]


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (
            "Bandung",
            SIMILAR.format("'Bandung'", "32.04 (Kabupaten Bandung), 32.73 (Kota Bandung)"),
        ),
        ("Kab. Sumedan", SIMILAR.format("'Kab. Sumedan'", "32.11 (Kabupaten Sumedang)")),
        (
            "91.01",
            "'91.01' is a former code: the region is now 93.01 (Kabupaten Merauke)\n",
        ),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("overlap",),
        ("graph",),
        ("path", "--instrument", "spbe-2020", "--target", "4"),
        ("opd", "list", "--region"),
        ("token", "--role", "REGION", "--subject", "a", "--region"),
        ("load", "--region"),
    ],
)
def test_a_text_that_means_no_single_region_is_refused_with_the_nearest(
    west_java: Commands, command: tuple[str, ...], region: str, message: str
) -> None:
    result = west_java(*command, region)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


def test_an_import_is_into_the_region_of_that_name(west_java: Commands, tmp_path: Path) -> None:
    sheet = tmp_path / "daftar.csv"
    sheet.write_text("nama,opd\nSimpus,Dinas Yang Tidak Ada\n")
    by_code = west_java("import", sheet, "--region", "32.11", "--yes")
    assert west_java("import", sheet, "--region", "sumedang", "--yes").stderr == by_code.stderr
