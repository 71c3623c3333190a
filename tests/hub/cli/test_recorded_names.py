"""Commands that print names which a log of an older version may have recorded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.cli import overlap_pairs
from hub.cli.overlap_pairs import ScoredPair
from tests.hub.cli.commands import Commands

CONTROLS = "\x1b[2J\x07"
SHOWN = "\ufffd[2J\ufffd"


@pytest.fixture(scope="module")
def older_names(filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Return commands with data in which the names of Sumedang begin with control characters."""
    folder = tmp_path_factory.mktemp("older-names")
    with sqlite3.connect(filled_template) as template:
        database = sqlite3.connect(folder / "simpul.db")
        template.backup(database)
    for table, column in (("application", "region"), ("opd", "region"), ("region", "code")):
        database.execute(
            f"UPDATE {table} SET name = ? || name WHERE {column} = '32.11'", (CONTROLS,)
        )
    database.commit()
    database.close()
    return Commands(folder)


@pytest.mark.parametrize(
    "arguments",
    [("overlap", "32.11"), ("proposals", "32.11"), ("opd", "list", "--region", "32.11")],
)
def test_a_recorded_name_does_not_control_the_terminal(
    older_names: Commands, arguments: tuple[str, ...]
) -> None:
    result = older_names(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert SHOWN in result.stdout
    assert {character for character in result.stdout if not character.isprintable()} == {"\n"}


@pytest.mark.parametrize(
    "print_pairs", [overlap_pairs.show_scored_pairs, overlap_pairs.write_scored_pairs]
)
def test_a_name_in_a_file_of_pairs_does_not_control_the_terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    print_pairs: Callable[[list[str], list[ScoredPair]], None],
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b\nSIMPEG,Simpeg\n")
    header, [pair] = overlap_pairs.score_pair_file(path)
    print_pairs(header, [replace(pair, cells=(f"{CONTROLS}SIMPEG", f"{CONTROLS}Simpeg"))])
    printed = capsys.readouterr().out
    assert printed.count(SHOWN) == 2
    assert {character for character in printed if not character.isprintable()} == {"\n"}
