"""`simpul opd`: changing, merging and dissolving OPDs, and recording the usual ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.cli.commands import Commands

REGION = ("--region", "32.11")
REASON = ("--reason", "Perbup 7/2026")


def test_an_opd_is_renamed_and_merged_by_its_names(filled_data_dir: Path) -> None:
    commands = Commands(filled_data_dir)
    renamed = commands(
        "opd", "rename", "Dishub", "Dinas Perhubungan dan Jalan", *REGION, "--acronym", "Dishubja"
    )
    assert renamed.stdout == "Dinas Perhubungan dan Jalan is changed (32.11:opd-dishub).\n"
    changed = commands(
        "opd", "update", "Dishubja", *REGION, "--affair", "O", "--affair", "C", "--json"
    )
    assert json.loads(changed.stdout)["affairs"] == ["C", "O"]
    added = commands("opd", "add", "Dinas Jalan", *REGION, "--parent", "dishubja", "--json")
    assert json.loads(added.stdout)["parent"] == "32.11:opd-dishub"
    merged = commands(
        "opd", "merge", "dishubja", "--into", "Dinas Jalan Kab. Sumedang", *REGION, *REASON
    )
    assert "Dinas Perhubungan dan Jalan: dissolved into Dinas Jalan. Applications moved:" in (
        merged.stdout
    )
    assert "Dishubja" not in commands("opd", "list", *REGION).stdout
    assert "Dishubja" in commands("opd", "list", *REGION, "--dissolved").stdout


def test_an_opd_that_has_no_application_is_dissolved_without_a_successor(
    filled_data_dir: Path,
) -> None:
    commands = Commands(filled_data_dir)
    refused = commands("opd", "dissolve", "Dishub", *REGION, *REASON)
    assert refused.exit_code == 2
    assert refused.stderr == (
        "--into: expected an OPD that takes over its applications in use, got nothing\n"
    )
    commands("opd", "add", "Dinas Pasar", *REGION)
    dissolved = commands("opd", "dissolve", "Dinas Pasar", *REGION, *REASON)
    assert dissolved.stdout == "Dinas Pasar is dissolved.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("rename", "Dinas Perhubungn", "Dinas X"),
            "an OPD, got 'Dinas Perhubungn'; near are 'Dinas Perhubungan'",
        ),
        (
            ("update", "Dishub"),
            "expected --name, --acronym, --kind, --parent or --affair, got none of them",
        ),
        (
            ("update", "Dishub", "--affair", "XX"),
            "--affair: expected the id of a government affair, got XX",
        ),
        (
            ("update", "Dishub", "--parent", "Dishub"),
            "--parent: expected an OPD that is not a part of this one, got 32.11:opd-dishub",
        ),
        (("defaults", "--register", "OPD-00"), "--register: expected the id of a usual OPD"),
    ],
)
def test_a_change_that_is_not_possible_says_what_was_expected(
    filled_data_dir: Path, arguments: tuple[str, ...], message: str
) -> None:
    refused = Commands(filled_data_dir)("opd", *arguments, *REGION)
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_the_usual_opds_are_listed_and_all_recorded(filled_data_dir: Path) -> None:
    commands = Commands(filled_data_dir)
    region = ("--region", "32.77")
    listed = commands("opd", "defaults", *region)
    assert "Bagian Hukum" in listed.stdout
    assert "simpul opd defaults --region 32.77 --register all" in listed.stdout
    document = json.loads(commands("opd", "defaults", *region, "--json").stdout)
    count = len(document["defaults"])
    recorded = commands("opd", "defaults", *region, "--register", "all")
    assert recorded.stdout == f"OPDs recorded in region 32.77: {count}.\n"
    assert commands("opd", "defaults", *region).stdout == ("Region 32.77 has all the usual OPDs.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Dinas A", *REGION, "--acronym", "dinas perhubungan"), "there is already an OPD"),
        (("Satpol PP", *REGION), "expected --kind with one of SECRETARIAT"),
        (("Dinas A", "--region", "77"), "there is no region '77'"),
        (("Dinas A", *REGION, "--parent", "Tata"), "--parent: expected the name, acronym or id of"),
    ],
)
def test_an_opd_that_cannot_be_recorded_is_refused(
    filled_data_dir: Path, arguments: tuple[str, ...], message: str
) -> None:
    refused = Commands(filled_data_dir)("opd", "add", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(message)
