"""`simpul overlap --pairs` uses the scorer that the benchmark measures."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import overlap as benchmark
from engine.matching.function_classifier import FunctionClassifier
from engine.matching.names import NameNormaliser
from engine.matching.overlap import WEIGHTS, OverlapScorer, log_odds
from facts.function import function_lexicon, name_words
from tests.hub.cli.commands import Commands


def test_the_labelled_pairs_get_the_scores_that_are_measured(west_java: Commands) -> None:
    result = west_java("overlap", "--pairs", benchmark.PAIRS)
    assert (result.exit_code, result.stderr) == (0, "")
    scored_rows = list(csv.DictReader(io.StringIO(result.stdout)))
    with benchmark.PAIRS.open(encoding="utf-8", newline="") as file:
        labelled_rows = list(csv.DictReader(file))
    assert [{name: row[name] for name in labelled_rows[0]} for row in scored_rows] == labelled_rows
    pairs = [benchmark.pair_listings(row) for row in labelled_rows]
    comparer = OverlapScorer(FunctionClassifier(function_lexicon()), NameNormaliser(name_words()))
    odds = log_odds(comparer.compute_signals(pairs), WEIGHTS)
    assert [float(row["score"]) for row in scored_rows] == pytest.approx(
        1 / (1 + np.exp(-odds)), abs=0.0005
    )
    assert scored_rows[0]["why"].startswith(
        "functions agree 0.989 (+1.158); same function 1 (+0.823)"
    )


def test_identity_follows_the_policy_and_says_why(west_java: Commands, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "a;b;a_opd;b_opd;a_region;b_region;a_url;b_url\n"
        "SMS Gateway;sms gateway;RSUD;RSUD;A;A;;\n"
        "SMS Gateway;SMS Gateway;RSUD;PTSP;A;A;;\n"
        "SMS Gateway;SMS Gateway;RSUD;RSUD;A;B\n"
    )
    report = json.loads(west_java("overlap", "--pairs", path, "--json").stdout)
    assert report["rule"] == "overlap/1"
    assert [pair["identity"] for pair in report["pairs"]] == ["AUTO", "REVIEW", "NONE"]
    assert report["pairs"][0]["signals"] == {"SAME_NAME": "smsgateway", "SAME_OPD": "RSUD"}
    assert report["pairs"][2]["b_region"] == "B"


def test_no_cell_of_the_csv_is_evaluated_by_a_spreadsheet_program(
    west_java: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,@catatan\n=1+1,SIMPEG,-5\n@dinkes,+62 21,-x\n")
    result = west_java("overlap", "--pairs", path, "--csv")
    header, *scored_rows = csv.reader(io.StringIO(result.stdout))
    assert header == ["a", "b", "'@catatan", "score", "identity", "why"]
    assert [row[:3] for row in scored_rows] == [
        ["'=1+1", "SIMPEG", "-5"],
        ["'@dinkes", "'+62 21", "'-x"],
    ]
    document = json.loads(west_java("overlap", "--pairs", path, "--json").stdout)
    assert [pair["a"] for pair in document["pairs"]] == ["=1+1", "@dinkes"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,c\nx,y\n", "row 1, column b: expected a header with this column once, got 'a,c'"),
        ("a,b\nx,\n", "row 2, column b: expected the name of an application, got nothing"),
        ("a,b\nx,y,z\n", "row 2: expected 2 cells, got 3"),
        ("a,b,score\nx,y,1\n", "row 1, column score: expected a header without it: it is added"),
    ],
)
def test_wrong_pairs_are_reported_by_row_and_column(
    west_java: Commands, tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    result = west_java("overlap", "--pairs", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{path}: {complaint}")
