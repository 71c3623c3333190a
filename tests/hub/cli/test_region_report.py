"""`simpul verify` and `simpul graph` on the real data of West Java."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.consolidation.proposal import MissingInputKind
from engine.document import to_document
from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    Provenance,
)
from hub.cli import region_report
from hub.instance import open_instance
from hub.settings import Settings
from storage import log
from tests.hub.cli.commands import Commands

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def test_verify_prints_the_bounds_of_a_region_without_claims(west_java: Commands) -> None:
    verification = json.loads(west_java("verify", "32.11", "--json").stdout)["verification"]
    assert (verification["assessment"], verification["claimed"], len(verification["verdicts"])) == (
        None,
        None,
        18,
    )


@pytest.mark.parametrize(
    ("arguments", "heading", "status_line"),
    [
        (
            ("--kind", "official"),
            "Indeks SPBE (47 indikator) 2024 OFFICIAL",
            "PUBLISHED: claimed 3.00, supported 2.93, not refuted 3.00",
        ),
        (
            ("--kind", "official", "--year", "2023"),
            "Indeks SPBE (47 indikator): no OFFICIAL assessment of 2023 with levels",
            "Bounds only, as for an assessment of 2023",
        ),
        (
            (),
            "Indeks SPBE (47 indikator): no SELF assessment with levels",
            "Bounds only, as for an assessment of 20",
        ),
        (
            ("--kind", "external", "--instrument", "pemdi-2026"),
            "Indeks Pemerintah Digital (20 indikator): no EXTERNAL assessment with levels",
            "Bounds only, as for an assessment of 20",
        ),
    ],
)
def test_the_heading_of_verify_names_the_assessment_that_was_read(
    filled_data_dir: Path, arguments: tuple[str, ...], heading: str, status_line: str
) -> None:
    publish_official_assessment(filled_data_dir)
    simpul = Commands(filled_data_dir)
    first, _, third, *_ = simpul("verify", "32.11", *arguments).stdout.splitlines()
    assert first == f"Kabupaten Sumedang · {heading}"
    assert third.startswith(status_line)  # the default year is the current one


def publish_official_assessment(data_dir: Path) -> None:
    """Publish an official assessment of 2024 with level 3 everywhere."""
    assessment = Assessment(
        id="32.11:assessment-levels",
        region="32.11",
        instrument="spbe-2020",
        year=2024,
        kind=AssessmentKind.OFFICIAL,
        state=AssessmentState.PUBLISHED,
        version=1,
        provenance=Provenance("test"),
        levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
    )

    async def append_result() -> None:
        async with (
            open_instance(Settings(data_dir=data_dir)) as instance,
            log.begin_log_transaction(instance.database, "32.11", instance.clock) as transaction,
        ):
            await transaction.append(
                actor="test",
                kind=EventKind.RESULT_RECORDED,
                subject=assessment.id,
                body=to_document(assessment),
            )

    asyncio.run(append_result())


def test_proposals_are_printed_with_kind_successor_and_reasons(west_java: Commands) -> None:
    document = json.loads(west_java("proposals", "32.11", "--json").stdout)
    proposals = document["proposals"]["nodes"]
    replacements = [proposal for proposal in proposals if proposal["kind"] == "REPLACE"]
    assert len(replacements) == 2
    assert {proposal["status"] for proposal in proposals} == {"OPEN"}
    assert {proposal["saving"]["yearly"] for proposal in replacements} == {None}
    output = west_java("proposals", "32.11").stdout
    assert output.startswith(f"Kabupaten Sumedang · {len(proposals)} proposals\n")
    assert output.count("SAME_FUNCTION_AS_COMMON_APPLICATION") == 2
    for missing in (
        "yearly cost of E-Office Sumedang",
        "cost of leaving E-Office Sumedang",
        "added yearly cost of SRIKANDI",
    ):
        assert missing in output


def test_missing_inputs_are_printed_in_indonesian(
    west_java: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "id")
    output = west_java("proposals", "32.11").stdout
    for missing in (
        "biaya tahunan E-Office Sumedang",
        "biaya migrasi E-Office Sumedang",
        "tambahan biaya tahunan SRIKANDI",
        "tidak diketahui",
    ):
        assert missing in output


@pytest.mark.parametrize(
    ("rupiah", "text"),
    [(None, "unknown"), (0, "Rp0"), (90_000_000, "Rp90.000.000"), (-1_500, "-Rp1.500")],
)
def test_a_saving_is_printed_in_rupiah(rupiah: int | None, text: str) -> None:
    assert region_report.format_saving(rupiah) == text


def test_every_missing_input_of_a_proposal_has_a_phrase() -> None:
    assert region_report.MISSING_INPUTS.keys() == set(MissingInputKind)


def test_diagnoses_are_printed_and_undetermined_ones_are_unknown(west_java: Commands) -> None:
    diagnostics = json.loads(west_java("diagnose", "32.11", "--json").stdout)["diagnostics"]
    assert (
        diagnostics["applicationCount"],
        diagnostics["exchangeCount"],
        diagnostics["isolated"]["totalCount"],
    ) == (20, 2, 17)
    assert [cut_point["node"]["name"] for cut_point in diagnostics["cutPoints"]["nodes"]] == [
        "E-Office Desa"
    ]
    output = west_java("diagnose", "32.11").stdout
    assert output.startswith("Kabupaten Sumedang · 20 applications, 2 exchanges, as of ")
    assert "Two-way exchanges that go both ways   unknown" in output
    # A region without a recorded exchange.
    output = west_java("diagnose", "32.05").stdout
    assert " 0 exchanges, " in output
    rows = {tuple(part.strip() for part in line.rsplit(None, 1)) for line in output.splitlines()}
    for name in (
        "Propagation cost",
        "Direct exchanges that bypass the bus",
        "Single points of failure",
    ):
        assert (name, "unknown") in rows


def test_a_full_pass_prints_what_it_recomputed_and_finds_nothing_new(west_java: Commands) -> None:
    first = json.loads(west_java("recompute", "--json").stdout)
    assert first == {"regions": 28, "changed": 0, "failed": [], "learned": None}
    output = west_java("recompute", "--learn").stdout
    assert output == "Regions recomputed: 28; with news: 0; corrections learned: 0\n"


def test_graph_prints_each_exchange_and_why_it_is_no_evidence(west_java: Commands) -> None:
    graph = json.loads(west_java("graph", "32", "--json").stdout)["integrationGraph"]
    assert (len(graph["nodes"]), len(graph["edges"])) == (47, 9)
    output = west_java("graph", "32").stdout
    assert output.startswith("Jawa Barat · 47 nodes, 9 exchanges, as of ")
    assert output.count("DATE_UNKNOWN") == 9


def test_graph_is_written_as_dot_with_exchanges_that_do_not_count_dashed(
    west_java: Commands,
) -> None:
    lines = west_java("graph", "32.11", "--format", "dot").stdout.splitlines()
    assert next(line for line in lines if "->" in line) == (
        '  "32.11:application-01" -> "32.11:application-02" '
        '[label="perkantoran kabupaten-desa", style=dashed];'
    )


def test_graph_is_written_as_graphml(west_java: Commands) -> None:
    root = ElementTree.fromstring(west_java("graph", "32.11", "--format", "graphml").stdout)
    assert len(list(root.iter(f"{GRAPHML}node"))) == 20
    assert {edge.get("id") for edge in root.iter(f"{GRAPHML}edge")} == {
        "32.11:integration-e-042",
        "32.11:integration-e-043",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("graph", "99"), "there is no region '99'\n"),
        (("graph", "32", "--around", "x"), "argument aroundId: expected the id of a node"),
        (("graph", "32", "--format", "png"), "--format: expected one of json, dot, graphml"),
        (("verify", "32", "--instrument", "spbe-2018"), "argument instrumentId: expected one of"),
    ],
)
def test_an_invalid_argument_is_reported_with_the_expected_value(
    west_java: Commands, arguments: tuple[str, ...], message: str
) -> None:
    result = west_java(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
