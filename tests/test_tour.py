"""The tour of the README, run against the output of `make run`: each step works as described."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fixtures.processes import SIMPUL, SimpulProcess, start_processes

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
FIRST_DAY = README[README.index("## A first day") : README.index("## From a program")]
TOKEN = r"[\w-]+\.[\w-]+\.[\w-]+"
SECONDS = 60


@dataclass(frozen=True)
class Tour:
    """A running demo, with the tokens and addresses that it printed."""

    hub: SimpulProcess
    tokens: dict[str, str]  # by role; tokens of nodes by region
    nodes: dict[str, str]  # addresses, by region

    def ask(self, query: str, token: str, address: str | None = None) -> Any:
        """Return the data of an operation, which must have no error."""
        with httpx2.Client(trust_env=False, timeout=30) as http:
            answer = http.post(
                f"{address or self.hub.url}/graphql",
                content=json.dumps({"query": query}),
                headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
            ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def command(self, line: str) -> str:
        """Run a command of the README, and return its output."""
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/simpul"
        settings = {"SIMPUL_DATA_DIR": str(self.hub.data_dir), "COLUMNS": "200"}
        completed = subprocess.run(
            [SIMPUL, *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert completed.returncode == 0, completed.stderr
        return completed.stdout


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """Yield the demo with its nodes, as `make run` starts it."""
    with start_processes(tmp_path_factory.mktemp("tour")) as start:
        hub = start("demo")
        printed = hub.log.read_text()
        tokens = dict(re.findall(rf"^    (\w+|[\d.]+) +({TOKEN})$", printed, re.MULTILINE))
        nodes = dict(re.findall(r"Node ([\d.]+)  (http://[\d.:]+)/", printed))
        yield Tour(hub, tokens, nodes)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", FIRST_DAY, re.DOTALL)


@pytest.mark.integration
def test_each_token_is_of_its_role_and_region(tour: Tour) -> None:
    query = "{ instance { viewer { role regionCodes } } }"
    roles = {
        name: tour.ask(query, token)["instance"]["viewer"]
        for name, token in tour.tokens.items()
        if name not in tour.nodes
    }
    assert roles == {
        "OPD": {"role": "OPD", "regionCodes": ["32.05"]},
        "REGION": {"role": "REGION", "regionCodes": ["32.05"]},
        "ASSESSOR": {"role": "ASSESSOR", "regionCodes": ["32.05"]},
        "PROVINCE": {"role": "PROVINCE", "regionCodes": ["32"]},
        "ADMIN": {"role": "ADMIN", "regionCodes": []},
    }
    assert set(tour.nodes) == {"32.11", "32.12", "32.78"}
    for region, address in tour.nodes.items():
        viewer = tour.ask(query, tour.tokens[region], address)["instance"]["viewer"]
        assert viewer == {"role": "REGION", "regionCodes": [region]}


@pytest.mark.integration
@pytest.mark.parametrize("region", ["32.05", "32.11", "32.12", "32.78"])
def test_an_assessment_is_started_in_the_region_of_the_token(tour: Tour, region: str) -> None:
    """The test follows step 6, and the last sentence of step 8."""
    address = tour.nodes.get(region)
    token = tour.tokens[region if address else "REGION"]
    start = (
        f'mutation {{ startAssessment(input: {{regionCode: "{region}", instrumentId: "pemdi-2026",'
        " year: 2026, kind: SELF}) { __typename ... on Assessment { id version } } }"
    )
    assessment = tour.ask(start, token, address)["startAssessment"]
    assert assessment["__typename"] == "Assessment"
    claim = (
        f'mutation {{ claimLevel(input: {{assessmentId: "{assessment["id"]}", indicator: 1, level: 4,'
        f" version: {assessment['version']}}}) {{ __typename }} }}"
    )
    assert tour.ask(claim, token, address)["claimLevel"] == {"__typename": "Assessment"}


@pytest.mark.integration
def test_the_opd_registers_an_application(tour: Tour) -> None:
    register = (
        'mutation { registerApplication(input: {regionCode: "32.05", opdId: "32.05:opd-diskominfo",'
        ' name: "Contoh"}) { __typename } }'
    )
    assert tour.ask(register, tour.tokens["OPD"])["registerApplication"] == {
        "__typename": "Application"
    }


@pytest.mark.integration
def test_a_first_day_ends_with_a_decision(tour: Tour) -> None:
    [commands] = blocks("console")
    record, import_command = [line.removeprefix("$ ") for line in commands.splitlines()]
    assert "Dinas Pendidikan (DEPARTMENT, as its name says) is recorded" in tour.command(record)
    assert "Applications added: 4; changed: 0;" in tour.command(f"{import_command} --yes")

    province = tour.tokens["PROVINCE"]
    listing, retire, diagnose, decide = blocks("graphql")
    applications = tour.ask(listing, province)["region"]["applications"]["nodes"]
    examples = [
        application for application in applications if application["name"].startswith("Contoh")
    ]
    assert [
        (application["name"], application["status"], application["year"])
        for application in examples
    ] == [
        ("Contoh Antrean Puskesmas", "ACTIVE", 2021),
        ("Contoh Presensi Guru", "INACTIVE", 2015),
        ("Contoh Presensi Sekolah", "ACTIVE", 2023),
        ("Contoh Rapor Digital", "ACTIVE", 2020),
    ]
    retired = tour.ask(retire.replace("ID", examples[2]["id"]), province)
    assert retired["retireApplication"] == {"status": "RETIRED"}
    region = tour.ask(diagnose, province)["region"]
    assert region["diagnostics"] == {"applicationCount": 6, "isolated": {"totalCount": 6}}
    proposals = region["proposals"]["nodes"]
    [proposal] = [candidate for candidate in proposals if candidate["kind"] == "RETIRE"]
    filled = decide.replace('"ID"', f'"{proposal["id"]}"').replace("HASH", proposal["inputsHash"])
    assert tour.ask(filled, province)["decideProposal"] == {"choice": "DEFER"}
