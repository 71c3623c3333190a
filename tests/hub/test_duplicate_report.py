"""`simpul duplicates` on the real data of West Java."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub import cli


@pytest.fixture(scope="module")
def data_dir(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "simpul.db").write_bytes(sqlite_template.read_bytes())
    assert _simpul(folder, "load").exit_code == 0
    return folder


def _simpul(data_dir: Path, *arguments: str) -> Result:
    own = {"SIMPUL_DATA_DIR": str(data_dir), "DATABASE_URL": "", "COLUMNS": "200"}
    return CliRunner().invoke(cli.app, arguments, env=own)


def test_duplicates_tells_each_group_and_why(data_dir: Path) -> None:
    found = json.loads(_simpul(data_dir, "duplicates", "32.11", "--json").stdout)["duplicates"]
    assert (found["listed"], found["groupCount"], found["reviewCount"]) == (20, 2, 2)
    told = _simpul(data_dir, "duplicates", "32.11").stdout
    assert told.startswith("Kabupaten Sumedang · 20 listings, rule duplicates/1\n")
    assert told.count("REVIEW") == 2
    assert "same name: eoffice" in told


def test_duplicates_of_no_region_is_an_error_of_the_input(data_dir: Path) -> None:
    result = _simpul(data_dir, "duplicates", "99")
    assert (result.exit_code, result.stdout) == (cli.Exit.INPUT, "")
