"""`simpul verify` and `simpul graph` on the real data of West Java."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from hub import cli

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture(scope="module")
def data_dir(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "simpul.db").write_bytes(sqlite_template.read_bytes())
    assert _simpul(folder, "load").exit_code == 0
    return folder


def _simpul(data_dir: Path, *arguments: str) -> Result:
    own = {"SIMPUL_DATA_DIR": str(data_dir), "DATABASE_URL": "", "COLUMNS": "200"}
    return CliRunner().invoke(cli.app, arguments, env=own)


def test_verify_tells_the_bounds_of_a_region_without_claims(data_dir: Path) -> None:
    found = json.loads(_simpul(data_dir, "verify", "32.11", "--json").stdout)["verification"]
    assert (found["assessment"], found["claimed"], len(found["verdicts"])) == (None, None, 18)
    told = _simpul(data_dir, "verify", "32.11")
    assert "No assessment with levels: bounds only\n" in told.stdout


def test_a_full_pass_tells_what_it_recomputed_and_finds_nothing_new(data_dir: Path) -> None:
    first = json.loads(_simpul(data_dir, "recompute", "--json").stdout)
    assert first == {"regions": 28, "changed": 0, "learned": None}  # first standings are silent
    told = _simpul(data_dir, "recompute", "--learn").stdout
    assert told == "28 regions are recomputed; 0 had news. 0 corrections are learned.\n"


def test_graph_tells_each_exchange_and_why_it_is_no_evidence(data_dir: Path) -> None:
    found = json.loads(_simpul(data_dir, "graph", "32", "--json").stdout)["integrationGraph"]
    assert (len(found["nodes"]), len(found["edges"])) == (47, 9)
    told = _simpul(data_dir, "graph", "32").stdout
    assert told.startswith("Jawa Barat · 47 nodes, 9 exchanges, as of ")
    assert told.count("DATE_UNKNOWN") == 9


def test_graph_is_written_as_dot_with_exchanges_that_do_not_count_dashed(data_dir: Path) -> None:
    lines = _simpul(data_dir, "graph", "32.11", "--format", "dot").stdout.splitlines()
    assert next(line for line in lines if "->" in line) == (
        '  "application-32.11-01" -> "application-32.11-02" '
        '[label="perkantoran kabupaten-desa", style=dashed];'
    )


def test_graph_is_written_as_graphml(data_dir: Path) -> None:
    root = ElementTree.fromstring(_simpul(data_dir, "graph", "32.11", "--format", "graphml").stdout)
    assert len(list(root.iter(f"{GRAPHML}node"))) == 20
    assert [each.get("id") for each in root.iter(f"{GRAPHML}edge")] == [
        "integration-E-042",
        "integration-E-043",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("graph", "99"), "expected the code of a region, as 32.11, got '99'\n"),
        (("graph", "32", "--around", "x"), "argument around: expected the id of a node"),
        (("graph", "32", "--format", "png"), "--format: expected one of json, dot, graphml"),
        (("verify", "32", "--instrument", "spbe-2018"), "argument instrument: expected one of"),
    ],
)
def test_what_cannot_be_answered_ends_with_what_was_expected(
    data_dir: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = _simpul(data_dir, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(told)
