"""A hub in a supergraph: three composers, and two gateways over it and a ministry's subgraph."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.model import Role
from schema.schema import schema
from tests.fixtures.processes import start_processes
from tests.hub.live_client import client

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).parents[2] / "gateways" / "supergraph.mjs"
COMPOSERS = ("apollo", "guild", "wundergraph")
GATEWAYS = ("apollo", "hive")

START = """
mutation {
  startAssessment(
    input: { regionCode: "32.11", instrumentId: "pemdi-2026", year: 2026, kind: SIMULATION }
  ) { ... on Assessment { id } }
}
"""
REGISTER = """
mutation {
  registerApplication(
    input: { regionCode: "32.11", opdId: "32.11:opd-diskominfosanditik", name: "Hibah" }
  ) { ... on Application { version } }
}
"""
FROM_MINISTRY = "{ grants { rupiah region { code name parent { code grants { rupiah } } } } }"
FROM_HUB = '{ region(code: "32.11") { name grants { rupiah region { name } } } }'
AUDIT = '{ audit(of: "%s") { assessment { id state region { name } } } }'
ENTITIES = """
{
  found: _entities(
    representations: [{ __typename: "Region", code: "32.11" }, { __typename: "Planet" }]
  ) { ... on Region { name } }
}
"""


@pytest.fixture(scope="module")
def results(node: str, filled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the results of all questions, from one process of Node next to one hub."""
    folder = tmp_path_factory.mktemp("supergraph")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        hub = start("demo", data_dir=folder)

        async def start_draft() -> tuple[str, str]:
            async with client(hub, Role.PROVINCE) as province:
                draft = (await province.ask(START))["startAssessment"]["id"]
                return draft, province.authorization["authorization"]

        draft, authorization = asyncio.run(start_draft())
        argument = {
            "hub": f"{hub.url}/graphql",
            "authorization": authorization,
            "questions": [
                {"query": FROM_MINISTRY},
                {"query": FROM_HUB},
                {"query": AUDIT % draft, "authorized": True},
                {"query": AUDIT % draft},
            ],
            "change": REGISTER,
            "entities": ENTITIES,
        }
        completed = subprocess.run(
            [node, PROGRAM, json.dumps(argument)], stdout=subprocess.PIPE, check=True, timeout=60
        )
        return {"draft": draft, **json.loads(completed.stdout)}


@pytest.mark.parametrize("composer", COMPOSERS)
def test_a_composer_joins_the_hub_and_another_subgraph(results: Any, composer: str) -> None:
    hub_fields = schema._schema.type_map["Region"].fields  # type: ignore[attr-defined]
    assert results["outcomes"][composer] == {"fields": sorted([*hub_fields, "grants"])}


@pytest.mark.parametrize("composer", COMPOSERS)
def test_without_the_key_a_composer_refuses(results: Any, composer: str) -> None:
    [message] = results["refusals"][composer]["errors"]
    assert "code" in message
    assert "hareable" in message


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_list_of_the_ministry_is_joined_and_unknown_values_are_null(
    results: Any, gateway: str
) -> None:
    answer = results["answers"][gateway][0]
    parent = {"code": "32", "grants": []}
    assert answer["data"]["grants"] == [
        {
            "rupiah": "100",
            "region": {"code": "32.11", "name": "Kabupaten Sumedang", "parent": parent},
        },
        {"rupiah": "200", "region": None},
        {"rupiah": "300", "region": {"code": "32.73", "name": "Kota Bandung", "parent": parent}},
    ]
    [error] = answer["errors"]
    assert error["path"][:3] == ["grants", 1, "region"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["message"] == "there is no Region '99.99', or none that this viewer may see"


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_region_of_the_hub_is_joined_there_and_back(results: Any, gateway: str) -> None:
    name = "Kabupaten Sumedang"
    assert results["answers"][gateway][1] == {
        "data": {"region": {"name": name, "grants": [{"rupiah": "100", "region": {"name": name}}]}}
    }


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_draft_is_visible_to_the_viewer_of_the_gateway_alone(results: Any, gateway: str) -> None:
    visible, hidden = results["answers"][gateway][2:]
    region = {"name": "Kabupaten Sumedang"}
    draft = {"id": results["draft"], "state": "DRAFT", "region": region}
    assert visible == {"data": {"audit": {"assessment": draft}}}
    assert hidden["data"] == {"audit": {"assessment": None}}
    assert [error["extensions"]["code"] for error in hidden["errors"]] == ["NOT_FOUND"]


def test_a_subscription_goes_through_a_gateway_as_server_sent_events(results: Any) -> None:
    event = {"eventKind": "APPLICATION_REGISTERED", "region": {"name": "Kabupaten Sumedang"}}
    assert results["event"] == {"data": {"events": event}}


def test_a_trace_is_read_by_the_reader_of_gateways(results: Any) -> None:
    trace = results["trace"]
    [entities] = trace["root"]["child"]
    assert entities["responseName"] == "found"
    assert entities["originalFieldName"] == "_entities"
    assert (entities["parentType"], entities["type"]) == ("Query", "[_Entity]!")
    region, planet = entities["child"]
    [name] = region["child"]
    assert (region["index"], name["responseName"], name["type"]) == (0, "name", "String!")
    [error] = planet["error"]
    assert error["location"] == [{"line": 3, "column": 3}]
    assert json.loads(error["json"]) == {
        "message": error["message"],
        "locations": error["location"],
        "path": ["found", 1],
        "extensions": {"code": "INVALID_ARGUMENT"},
    }
    times = [entities["startTime"], entities["endTime"], name["startTime"], name["endTime"]]
    assert times == sorted(times)
    assert times[-1] < trace["durationNs"]
