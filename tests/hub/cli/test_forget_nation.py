"""`simpul forget ID`: an instance gives up the log of the nation once it follows another one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app

NATION = "[[endpoint]]\nurl = 'wss://nation.example.go.id/graphql'\nregions = ['ID']\n"
SUMEDANG = NATION.replace("ID", "32.11")


def simpul(folder: Path, *arguments: str, listed: str = "") -> Result:
    """Run a command with a file of endpoints, which may be empty."""
    file = folder / "regions.toml"
    file.write_text(listed)
    environment = {
        "SIMPUL_DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "COLUMNS": "200",
        "SIMPUL_FOLLOWS": str(file),
    }
    return CliRunner().invoke(app, arguments, env=environment)


def read_nation(folder: Path) -> tuple[list[tuple[str, str, str]], int, int]:
    """Return the sources, and the numbers of entries and assessments in the nation's log."""
    with sqlite3.connect(folder / "simpul.db") as database:
        sources = database.execute("SELECT region, state, problem FROM source").fetchall()
        [entries] = database.execute("SELECT count(*) FROM entry WHERE region = 'ID'").fetchone()
        [results] = database.execute("SELECT count(*) FROM assessment WHERE log = 'ID'").fetchone()
    database.close()
    return sources, entries, results


def test_an_instance_gives_the_nation_up_once_it_follows_another(filled_data_dir: Path) -> None:
    _, entries, results = read_nation(filled_data_dir)
    assert entries == results + 1 > 1
    refused = simpul(filled_data_dir, "forget", "ID", listed=SUMEDANG)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert refused.stderr == (
        "region ID is owned here: first list an endpoint for it in the file that SIMPUL_FOLLOWS "
        "names\n"
    )
    assert read_nation(filled_data_dir) == ([], entries, results)
    given_up = simpul(filled_data_dir, "forget", "ID", listed=NATION)
    assert (given_up.exit_code, given_up.stdout) == (0, "The copy of region ID is dropped.\n")
    followed = ([("ID", "STALE", "COPYING")], 0, 0)
    assert read_nation(filled_data_dir) == followed
    assert simpul(filled_data_dir, "load", listed=NATION).exit_code == 0
    assert read_nation(filled_data_dir) == followed


def test_no_other_owned_region_is_given_up(filled_data_dir: Path) -> None:
    refused = simpul(filled_data_dir, "forget", "32.11", listed=SUMEDANG)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert refused.stderr == "region 32.11 is not a replica of another instance's region\n"


@pytest.mark.parametrize(("listed", "sources"), [("", []), (NATION, [("ID", "UNREACHABLE")])])
def test_a_load_makes_the_nation_owned_unless_it_is_followed(
    tmp_path: Path, sqlite_template: Path, listed: str, sources: list[tuple[str, str]]
) -> None:
    (tmp_path / "simpul.db").write_bytes(sqlite_template.read_bytes())
    assert (
        simpul(tmp_path, "load", "--region", "32", "--region", "ID", listed=listed).exit_code == 0
    )
    held, entries, _ = read_nation(tmp_path)
    assert ([row[:2] for row in held], entries > 0) == (sources, not sources)
