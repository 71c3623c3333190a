"""`simpul path` over a published sheet, and over wishes that make no sense."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from facts import tables
from facts.tables import SheetScope
from tests.fixtures.processes import SIMPUL


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """The sheet of Bandar Lampung for 2024, as the ministry's report prints it."""
    rows = [
        f"{line.number},{line.value}"
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope) == ("18.71", 2024, SheetScope.INDICATOR)
    ]
    path = tmp_path / "levels.csv"
    path.write_text("\n".join(["number,level", *rows]))
    return path


def run(sheet: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [SIMPUL, "path", sheet, "--instrument", "spbe-2020", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_prints_the_plan_as_json_and_nothing_else(sheet: Path) -> None:
    done = run(sheet, "--target", "3.5", "--uniform", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    plan: dict[str, Any] = json.loads(done.stdout)
    assert plan["outcome"] == "FOUND"
    assert (plan["indexBefore"], plan["indexAfter"], plan["effort"]) == ("2.9795", "3.617", "22.00")
    assert len(plan["steps"]) == 22
    first = plan["steps"][0]
    assert [first[name] for name in ("number", "from", "to", "gain", "effort")] == [
        32,
        4,
        5,
        "0.0275",
        "1.00",
    ]


def test_prints_the_plan_for_a_person(sheet: Path) -> None:
    done = run(sheet, "--target", "3.5", "--years", "2", "--lock", "31", "--refuse", "45")
    lines = done.stdout.splitlines()
    assert lines[0] == ("2.98 Baik → 3.60 Sangat Baik, for a target of 3.50 with a buffer of 0.10")
    assert lines[-3:] == [
        "Year 1: effort 32.00, index 3.33 Baik",
        "Year 2: effort 31.00, index 3.60 Sangat Baik",
        "31 levels are to hold: they fall where nothing is done.",
    ]


def test_says_how_far_all_steps_go_where_none_reach(sheet: Path) -> None:
    done = run(sheet, "--target", "5", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["unreachable"] == {"maximum": "5.00", "reachesTarget": True}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "9"], "--target: expected an index above 1, up to 5, got 9.0"),
        (["--target", "4", "--lock", "99"], "indicator: expected 1 to 47 of spbe-2020, got 99"),
        (
            ["--target", "4", "--lock", "9", "--refuse", "9"],
            "locked and refused: expected no step in both, got (9, 4)",
        ),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    sheet: Path, options: list[str], message: str
) -> None:
    done = run(sheet, *options)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message + "\n")
