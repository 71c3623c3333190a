"""The tour of the README, run against the output of `make run`: each step works as described."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SimpulProcess, start_processes
from tests.hub.cli.commands import Commands

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
FIRST_DAY = README[README.index("## A first day") : README.index("## From a program")]
LINK = r"^    (\S+) +(contoh-\w+) +(http://localhost:\d+)/masuk#tautan=([\w-]+)$"


@dataclass(frozen=True)
class Tour:
    """A running demo, with the links and addresses that it printed."""

    hub: SimpulProcess
    links: dict[str, tuple[str, str]]  # address and code, by role; those of nodes by region
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

    def token(self, role: str, *scope: str, node: str | None = None) -> str:
        """Return a token that `simpul token` makes at the hub, or at the node of a region."""
        arguments = shlex.join(["token", "--role", role, "--subject", f"tur-{role}", *scope])
        return self.command(f".venv/bin/simpul {arguments}", node=node).strip()

    def command(self, line: str, *, node: str | None = None) -> str:
        """Run a command of the README at the hub or at a node, and return its output."""
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/simpul"
        data_dir = self.hub.data_dir / ("" if node is None else f"nodes/{node}")
        with chdir(ROOT):
            result = Commands(data_dir)(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """Yield the demo with its nodes, as `make run` starts it."""
    with start_processes(tmp_path_factory.mktemp("tour")) as start:
        hub = start("demo")
        printed = hub.log.read_text()
        links = {
            label: (address.replace("localhost", "127.0.0.1"), code)
            for label, _login, address, code in re.findall(LINK, printed, re.MULTILINE)
        }
        addresses = re.findall(r"Node ([\d.]+)  (http://localhost:\d+)/", printed)
        nodes = {region: url.replace("localhost", "127.0.0.1") for region, url in addresses}
        yield Tour(hub, links, nodes)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", FIRST_DAY, re.DOTALL)


@pytest.mark.integration
def test_no_node_that_still_starts_is_reported_as_unreachable(tour: Tour) -> None:
    assert "UNREACHABLE" not in tour.hub.log.read_text()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("region", "index"), [("32.11", "4.51"), ("32.12", "3.93"), ("32.78", "3.96")]
)
async def test_a_node_shows_its_official_result_as_the_province_recorded_it(
    tour: Tour, region: str, index: str
) -> None:
    query = (
        "{ regions { nodes { code source { state } } }"
        ' ranking(instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL)'
        " { nodes { region { code } score { index { display } } } } }"
    )
    expected = {
        # The results of the other regions, which the province's log has, are not shown.
        "regions": {
            "nodes": [
                {"code": "32", "source": {"state": "FRESH"}},
                {"code": region, "source": {"state": "OWNED"}},
            ]
        },
        "ranking": {
            "nodes": [{"region": {"code": region}, "score": {"index": {"display": index}}}]
        },
    }

    def check() -> None:
        with httpx2.Client(trust_env=False, timeout=30) as http:
            response = http.post(f"{tour.nodes[region]}/graphql", json={"query": query})
        assert response.json() == {"data": expected}

    await eventually(check)
    # The node waits until the hub listens.
    log = (tour.hub.data_dir / "nodes" / region / "node.log").read_text()
    assert "Connect call failed" not in log


@pytest.mark.integration
def test_there_is_a_link_for_each_role_and_node(tour: Tour) -> None:
    assert set(tour.nodes) == {"32.11", "32.12", "32.78"}
    roles = ("OPD", "REGION", "ASSESSOR", "PROVINCE", "ADMIN")
    assert {label: address for label, (address, _code) in tour.links.items()} == {
        **dict.fromkeys(roles, tour.hub.url),
        **tour.nodes,
    }


@pytest.mark.integration
@pytest.mark.parametrize("label", ["REGION", "32.11"])
def test_a_link_signs_in_once(tour: Tour, label: str) -> None:
    address, code = tour.links[label]
    headers = {"origin": address, "sec-fetch-site": "same-origin"}
    query = {"query": "{ instance { viewer { role regionCodes } } }"}
    with httpx2.Client(base_url=address, headers=headers, trust_env=False, timeout=30) as http:
        opened = http.post("/sesi/tautan", json={"code": code})
        assert opened.status_code == 201
        viewer = http.post("/graphql", json=query).json()["data"]["instance"]["viewer"]
        assert viewer["role"] == "REGION"
        assert viewer["regionCodes"] == ["32.05" if label == "REGION" else label]
        assert http.post("/sesi/tautan", json={"code": code}).status_code == 410


@pytest.mark.integration
@pytest.mark.parametrize("region", ["32.05", "32.11", "32.12", "32.78"])
def test_an_assessment_is_started_in_the_region_of_the_token(tour: Tour, region: str) -> None:
    """The test follows step 6, and the last sentence of step 8."""
    address = tour.nodes.get(region)
    token = tour.token("REGION", "--region", region, node=region if address else None)
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
    token = tour.token("OPD", "--region", "32.05", "--opd", "32.05:opd-diskominfo")
    assert tour.ask(register, token)["registerApplication"] == {"__typename": "Application"}


@pytest.mark.integration
def test_a_first_day_ends_with_a_decision(tour: Tour) -> None:
    [commands] = blocks("console")
    record, import_command = [line.removeprefix("$ ") for line in commands.splitlines()]
    assert "Dinas Pendidikan (DEPARTMENT, as its name says) is recorded" in tour.command(record)
    assert "Applications added: 4; changed: 0;" in tour.command(f"{import_command} --yes")

    [token_command] = re.findall(r"`(\S+ token .+?)`", FIRST_DAY)
    province = tour.command(token_command).strip()
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
