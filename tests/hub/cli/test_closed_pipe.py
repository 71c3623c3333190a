"""Commands whose reader closes the pipe end quietly, like programs that SIGPIPE ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.fixtures.processes import SIMPUL

pytestmark = pytest.mark.integration

SHEET = str(Path(__file__).resolve().parents[3] / "docs/examples/bandar-lampung-2024.csv")
PATH_OPTIONS = ("--instrument", "spbe-2020", "--target", "3.5")
ANSWERS = [  # one for each way in which a command writes to its output
    ("--help",),  # typer
    ("overlap", "--pairs", "pairs.csv"),  # the csv module
    ("verify", "32.11", "--json"),  # bytes
    ("score", SHEET, "--instrument", "spbe-2020"),  # rich
    ("path", SHEET, *PATH_OPTIONS, "--years", "2"),  # redirected from the solver's
]
FAILURES = [
    (("score", "none.csv", "--instrument", "spbe-2020"), 2),  # of the command
    (("serve", "--prot", "80"), 2),  # of the parser of options
]


@pytest.fixture
def folder(filled_data_dir: Path) -> Path:
    (filled_data_dir / "pairs.csv").write_text("a,b\nSIMPEG,Simpeg Kota\n")
    return filled_data_dir


@pytest.mark.parametrize("arguments", ANSWERS, ids=" ".join)
def test_an_answer_that_is_not_read_ends_the_command_quietly(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    completed = run_with_closed_stream(folder, arguments, closed="stdout")
    assert (completed.returncode, completed.stderr) == (141, b"")


@pytest.mark.parametrize(("arguments", "code"), FAILURES)
def test_a_failure_keeps_its_exit_code_where_its_message_is_not_read(
    folder: Path, arguments: tuple[str, ...], code: int
) -> None:
    completed = run_with_closed_stream(folder, arguments, closed="stderr")
    assert (completed.returncode, completed.stdout) == (code, b"")


def test_an_answer_that_is_read_to_its_end_is_whole(folder: Path) -> None:
    command = (SIMPUL, "overlap", "32.11", "--json")
    completed = subprocess.run(
        command, cwd=folder, env=clean_environment(folder), capture_output=True, check=True
    )
    assert orjson.loads(completed.stdout)["listed"] > 0


def run_with_closed_stream(
    folder: Path, arguments: tuple[str, ...], *, closed: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command where one of its streams is a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, closed: writer}
    try:
        return subprocess.run(
            (SIMPUL, *arguments), cwd=folder, env=clean_environment(folder), check=False, **streams
        )
    finally:
        os.close(writer)


def clean_environment(folder: Path) -> dict[str, str]:
    """Remove the machine's own settings from the environment."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SIMPUL_") and name not in ("DATABASE_URL", "REDIS_URL")
    }
    return {**inherited, "SIMPUL_DATA_DIR": str(folder)}
