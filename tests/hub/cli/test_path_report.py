"""`simpul path` over a published sheet, and with targets that are not possible."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from facts import tables
from facts.tables import SheetScope
from tests.fixtures.processes import SIMPUL
from tests.hub.cli.commands import Commands


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Return the sheet of Bandar Lampung for 2024, as the ministry's report prints it."""
    rows = [
        f"{line.number},{line.value}"
        for line in tables.sheet_lines()
        if (line.region, line.year, line.scope) == ("18.71", 2024, SheetScope.INDICATOR)
    ]
    path = tmp_path / "levels.csv"
    path.write_text("\n".join(["number,level", *rows]))
    return path


def run_path(sheet: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [SIMPUL, "path", sheet, "--instrument", "spbe-2020", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_prints_the_plan_as_json_and_nothing_else(sheet: Path) -> None:
    result = run_path(sheet, "--target", "3.5", "--effort", "uniform", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    plan: dict[str, Any] = json.loads(result.stdout)
    assert (plan["outcome"], plan["origin"]) == ("FOUND", None)
    assert (plan["indexBefore"], plan["indexAfter"], plan["effort"]) == ("2.9795", "3.617", "22.00")
    assert len(plan["steps"]) == 22
    first = plan["steps"][0]
    assert [first[name] for name in ("indicator", "fromLevel", "toLevel", "gain", "effort")] == [
        32,
        4,
        5,
        "0.0275",
        "1.00",
    ]


def test_prints_the_plan_for_a_person(sheet: Path) -> None:
    options = ["--years", "2", "--must-rise", "31", "--exclude", "45"]
    result = run_path(sheet, "--target", "3.5", *options)
    lines = result.stdout.splitlines()
    assert lines[0] == ("2.98 Baik → 3.60 Sangat Baik, for a target of 3.50 with a buffer of 0.10")
    assert lines[-3:] == [
        "Year 1: effort 32.00, index 3.33 Baik",
        "Year 2: effort 31.00, index 3.60 Sangat Baik",
        "31 levels must be maintained, because levels fall without maintenance.",
    ]


def test_says_how_far_all_steps_go_where_none_reach(sheet: Path) -> None:
    result = run_path(sheet, "--target", "5", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["unreachable"] == {
        "maximumIndex": "5.00",
        "reachesTarget": True,
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "9"], "--target: expected an index above 1, up to 5, got 9.00"),
        (["--target", "nan"], "--target: expected a number, got nan"),
        (
            ["--target", "4", "--must-rise", "99"],
            "indicator: expected 1 to 47 of spbe-2020, got 99",
        ),
        (
            ["--target", "4", "--must-rise", "9", "--exclude", "9"],
            "required and excluded: expected no step in both, got (9, 4)",
        ),
    ],
)
def test_a_target_or_step_that_is_not_possible_is_refused(
    sheet: Path, options: list[str], message: str
) -> None:
    result = run_path(sheet, *options)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message + "\n")


def test_a_sheet_of_efforts_replaces_some_of_the_scale(sheet: Path, tmp_path: Path) -> None:
    efforts = tmp_path / "efforts.csv"
    efforts.write_text("number,level,effort\n45,3,0.25\n45,4,0.25\n45,5,0.5\n")
    result = run_path(sheet, "--target", "3", "--buffer", "0", "--effort", str(efforts), "--json")
    assert (result.returncode, result.stderr) == (0, "")
    plan = json.loads(result.stdout)
    assert (plan["effort"], plan["isEffortAssumed"]) == ("0.25", False)
    assert [
        (step["indicator"], step["toLevel"], step["isEffortEdited"]) for step in plan["steps"]
    ] == [(45, 3, True)]


def test_a_bad_sheet_of_efforts_is_reported_by_row_and_column(sheet: Path, tmp_path: Path) -> None:
    efforts = tmp_path / "efforts.csv"
    efforts.write_text("number,level,effort\n31,3,banyak\n")
    result = run_path(sheet, "--target", "3", "--effort", str(efforts))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        (
            f"{efforts}: row 2, column effort: expected a number above 0, up to 1000, with at most "
            "two decimals, got 'banyak'"
        ),
        f"{efforts}: nothing was planned",
    ]


def test_a_region_starts_from_what_the_api_starts_from(west_java: Commands) -> None:
    arguments = ["path", "32.05", "--instrument", "spbe-2020", "--target", "4.2"]
    result = west_java(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    plan = json.loads(result.stdout)
    assert plan["origin"] == {
        "region": "32.05",
        "assessment": "32:assessment-32.05-spbe-2020-2024-official",
        "year": 2024,
        "kind": "OFFICIAL",
        "isEstimated": True,
    }
    assert (plan["effort"], len(plan["steps"])) == ("58.00", 15)
    uniform = json.loads(west_java(*arguments, "--effort", "uniform", "--json").stdout)
    assert (uniform["effort"], len(uniform["steps"])) == ("15.00", 15)
    first = west_java(*arguments).stdout.splitlines()[0]
    assert first == "From 32.05 2024 OFFICIAL: levels ESTIMATED of its published figures"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["99", "--instrument", "spbe-2020", "--target", "4"],
            "expected the code of a region, such as 32.11, or a .csv file of levels, got '99'",
        ),
        (
            ["32.05", "--instrument", "pemdi-2026", "--target", "4"],
            "--instrument: the newest levels of 32.05 are of 2024 by spbe-2020",
        ),
        (
            ["32.05", "--instrument", "spbe-2020", "--target", "9"],
            "argument target: expected an index above 1, up to 5, got 9.00",
        ),
    ],
)
def test_a_region_that_cannot_be_planned_for_is_reported(
    west_java: Commands, arguments: list[str], complaint: str
) -> None:
    result = west_java("path", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{complaint}\n")
