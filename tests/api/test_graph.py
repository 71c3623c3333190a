"""The integration graph of West Java's regions: components, layout, diagnoses and impact."""

from __future__ import annotations

import pytest

from tests.api import two_provinces
from tests.api.hub import Hub

GRAPH = """
query ($code: ID! = "32", $around: ID, $depth: Int! = 2, $limit: Int! = 300, $basis: GraphBasis) {
  region(code: $code) {
    integrationGraph(around: $around, depth: $depth, limit: $limit, basis: $basis) {
      revision asOf basis around
      nodes { id name kind degree distance hidden x y opd { acronym } }
      edges { id source target counts undecided defects integration { mode evidenceGrade } }
      leftOut { nodesOverLimit nodesBeyond edges notCounted { defect count } }
    }
  }
}
""".replace("$basis: GraphBasis", "$basis: GraphBasis! = RECORDED")
DIAGNOSTICS = """
query ($basis: GraphBasis! = RECORDED) {
  region(code: "32") {
    diagnostics(basis: $basis) {
      basis asOf applications outside edges modeUnknown silo siloDisplay ownerUnknown
      required { value part of } bus { value display } propagation { part of }
      cutPointCount cutPoints { node { name } cutOffCount cutOff { name kind } }
      isolatedCount isolated(first: 1) { name }
      exchanges { id rule realised }
    }
  }
}
"""
IMPACT = """
query ($id: ID!, $basis: GraphBasis! = RECORDED) {
  node(id: $id) {
    ... on Application {
      impact(basis: $basis) {
        upstreamCount downstreamCount
        downstream { node { name } distance path { name } integrations }
        upstream { node { name } }
      }
    }
  }
}
"""
OFFICE = "32.11:application-01"


async def test_the_graph_of_the_province_shows_every_exchange_and_why_it_does_not_count(
    west_java: Hub,
) -> None:
    graph = (await west_java.query_data(GRAPH))["region"]["integrationGraph"]
    assert (len(graph["nodes"]), len(graph["edges"])) == (47, 9)
    assert (graph["asOf"], graph["basis"]) == ("2026-11-24", "RECORDED")
    assert graph["leftOut"] == {
        "nodesOverLimit": 0,
        "nodesBeyond": 0,
        "edges": 0,
        "notCounted": [
            {"defect": "DATE_UNKNOWN", "count": 9},
            {"defect": "MODE_UNKNOWN", "count": 5},
        ],
    }
    first = graph["nodes"][0]
    assert (first["name"], first["degree"], first["hidden"]) == ("SIGESIT JUARA", 5, 0)
    [edge] = [edge for edge in graph["edges"] if edge["id"] == "32:integration-e-033"]
    assert edge == {
        "id": "32:integration-e-033",
        "source": "32:application-01",
        "target": "32:application-25",
        "counts": False,
        "undecided": True,
        "defects": ["DATE_UNKNOWN"],
        "integration": {"mode": "API", "evidenceGrade": 1},
    }


async def test_nothing_counts_where_no_exchange_has_a_date(west_java: Hub) -> None:
    graph = (await west_java.query_data(GRAPH, basis="COUNTED"))["region"]["integrationGraph"]
    assert (len(graph["nodes"]), graph["edges"]) == (47, [])


async def test_a_subgraph_has_the_revision_and_positions_of_the_whole_graph(west_java: Hub) -> None:
    whole_graph = (await west_java.query_data(GRAPH))["region"]["integrationGraph"]
    data = await west_java.query_data(GRAPH, around="32:application-28", depth=1, limit=3)
    neighbourhood = data["region"]["integrationGraph"]
    positions = {node["id"]: (node["x"], node["y"]) for node in whole_graph["nodes"]}
    assert neighbourhood["revision"] == whole_graph["revision"]
    assert [(node["distance"], node["hidden"]) for node in neighbourhood["nodes"]] == [
        (0, 3),
        (1, 0),
        (1, 0),
    ]
    assert {
        node["id"]: (node["x"], node["y"]) for node in neighbourhood["nodes"]
    }.items() <= positions.items()
    assert (
        neighbourhood["leftOut"]["nodesOverLimit"],
        neighbourhood["leftOut"]["nodesBeyond"],
    ) == (3, 41)


@pytest.mark.parametrize(
    "variables",
    [
        {"depth": 0},
        {"depth": 6},
        {"limit": 0},
        {"limit": 1001},
        {"around": "32.11:application-none"},
    ],
    ids=str,
)
async def test_an_argument_out_of_bounds_is_refused(hub: Hub, variables: dict[str, object]) -> None:
    assert (
        await hub.refusal(GRAPH, two_provinces.PUBLIC, code="32.11", **variables)
        == "INVALID_ARGUMENT"
    )


async def test_a_changed_integration_is_a_new_revision(hub: Hub) -> None:
    before = (await hub.query_data(GRAPH, code="32.11"))["region"]["integrationGraph"]
    await two_provinces.write_integration(
        hub, "32.11:integration-out", "32.11:application-office", "32.73:application-budget"
    )
    after = (await hub.query_data(GRAPH, code="32.11"))["region"]["integrationGraph"]
    bandung = (await hub.query_data(GRAPH, code="32.73"))["region"]["integrationGraph"]
    assert before["revision"] != after["revision"]
    assert [(node["name"], node["kind"]) for node in after["nodes"]] == [
        ("E-Office", "APPLICATION"),
        ("e-Budgeting", "ELSEWHERE"),
        ("Wakepo", "APPLICATION"),
    ]
    assert [edge["id"] for edge in bandung["edges"]] == ["32.11:integration-out"]
    assert [edge["defects"] for edge in bandung["edges"]] == [["UNDOCUMENTED"]]


async def test_the_diagnostics_of_the_province_name_applications_and_exchanges(
    west_java: Hub,
) -> None:
    diagnostics = (await west_java.query_data(DIAGNOSTICS))["region"]["diagnostics"]
    assert (diagnostics["applications"], diagnostics["outside"], diagnostics["edges"]) == (42, 5, 9)
    assert (diagnostics["modeUnknown"], diagnostics["ownerUnknown"]) == (5, 0)
    assert (diagnostics["silo"], diagnostics["siloDisplay"]) == ("-0.03125", "-0.03")
    assert diagnostics["bus"] == {"value": "0.00", "display": "0.00"}
    assert diagnostics["required"] == {"value": "0.00", "part": "0.00", "of": "5.00"}
    assert {exchange["rule"] for exchange in diagnostics["exchanges"]} == {"opd-exchanges/0.1"}
    assert diagnostics["propagation"] == {"part": "4.00", "of": "1722.00"}
    assert diagnostics["cutPointCount"] == 2
    assert diagnostics["cutPoints"][1] == {
        "node": {"name": "Sapawarga"},
        "cutOffCount": 1,
        "cutOff": [{"name": "GeoServer Jabar", "kind": "APPLICATION"}],
    }
    assert (diagnostics["isolatedCount"], len(diagnostics["isolated"])) == (34, 1)


async def test_without_counted_exchanges_a_share_of_them_is_unknown_not_zero(
    west_java: Hub,
) -> None:
    diagnostics = (await west_java.query_data(DIAGNOSTICS, basis="COUNTED"))["region"][
        "diagnostics"
    ]
    assert (diagnostics["edges"], diagnostics["isolatedCount"]) == (0, 42)
    assert (diagnostics["bus"]["value"], diagnostics["silo"]) == (None, None)


async def test_the_impact_of_an_application_has_the_path_to_each(west_java: Hub) -> None:
    impact = (await west_java.query_data(IMPACT, id=OFFICE))["node"]["impact"]
    assert (impact["upstreamCount"], impact["downstreamCount"]) == (0, 2)
    assert impact["downstream"][1] == {
        "node": {"name": "e-SAKIP Desa"},
        "distance": 2,
        "path": [
            {"name": "E-Office Sumedang"},
            {"name": "E-Office Desa"},
            {"name": "e-SAKIP Desa"},
        ],
        "integrations": ["32.11:integration-e-042", "32.11:integration-e-043"],
    }


async def test_uncounted_exchanges_have_no_impact(west_java: Hub) -> None:
    impact = (await west_java.query_data(IMPACT, id=OFFICE, basis="COUNTED"))["node"]["impact"]
    assert (impact["upstreamCount"], impact["downstreamCount"]) == (0, 0)


async def test_a_retired_application_is_in_no_graph(hub: Hub) -> None:
    await hub.change(
        "retireApplication", two_provinces.OPD, id="32.11:application-health", version=1
    )
    assert (await hub.query_data(IMPACT, id="32.11:application-health"))["node"] == {"impact": None}


async def test_a_failed_field_leaves_the_other_fields_of_the_region(west_java: Hub) -> None:
    result = await west_java.result(
        '{ region(code: "32.11") { name graph: integrationGraph(around: "none") { revision }'
        ' whatIf(proposals: ["none"]) { lostCount } diagnostics { applications } } }'
    )
    assert result.data == {
        "region": {
            "name": "Kabupaten Sumedang",
            "graph": None,
            "whatIf": None,
            "diagnostics": {"applications": 20},
        }
    }
    assert sorted((error.path or [])[-1] for error in result.errors or ()) == ["graph", "whatIf"]
