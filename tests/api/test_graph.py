"""The integration graph of West Java's regions: components, layout, diagnoses and impact."""

from __future__ import annotations

import pytest

from tests.api import two_provinces
from tests.api.hub import Hub

GRAPH = """
query ($code: ID! = "32", $aroundId: ID, $depth: Int! = 2, $limit: Int! = 300, $basis: GraphBasis) {
  region(code: $code) {
    integrationGraph(aroundId: $aroundId, depth: $depth, limit: $limit, basis: $basis) {
      revision asOf basis aroundId
      nodes {
        nodeId name kind exchangeCount distance hiddenNeighbourCount x y opd { acronym }
        functionText region { code } commonApplication { id }
      }
      edges {
        sourceId targetId isCounted isUndecided defects integration { id mode evidenceGrade }
      }
      omitted {
        nodesOverLimitCount nodesBeyondCount edgeCount defectCounts { defect exchangeCount }
      }
    }
  }
}
""".replace("$basis: GraphBasis", "$basis: GraphBasis! = RECORDED")
DIAGNOSTICS = """
query ($basis: GraphBasis! = RECORDED, $after: Cursor) {
  region(code: "32") {
    diagnostics(basis: $basis) {
      basis asOf applicationCount outsideNodeCount exchangeCount modeUnknownCount ownerUnknownCount
      siloIndex { value display }
      requiredExchangeCoverage { value { value } numerator denominator }
      busUsage { value { value display } }
      propagationCost { numerator denominator }
      cutPoints { totalCount nodes { node { name } cutOffCount cutOffNodes { name kind } } }
      isolated(first: 1, after: $after) { totalCount pageInfo { endCursor } nodes { nodeId } }
      pointToPointDebt { totalCount nodes { id } }
      requiredExchanges { patternId rule isRealised }
    }
  }
}
"""
IMPACT = """
query ($id: ID!, $basis: GraphBasis! = RECORDED, $first: Int! = 50, $after: Cursor) {
  node(id: $id) {
    ... on Application {
      impact(basis: $basis) {
        upstream { totalCount nodes { node { name } } }
        downstream(first: $first, after: $after) {
          totalCount pageInfo { endCursor hasNextPage }
          nodes { node { name } distance path { name } integrationIds }
        }
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
    assert graph["omitted"] == {
        "nodesOverLimitCount": 0,
        "nodesBeyondCount": 0,
        "edgeCount": 0,
        "defectCounts": [
            {"defect": "DATE_UNKNOWN", "exchangeCount": 9},
            {"defect": "MODE_UNKNOWN", "exchangeCount": 5},
        ],
    }
    first = graph["nodes"][0]
    assert (first["name"], first["exchangeCount"], first["hiddenNeighbourCount"]) == (
        "SIGESIT JUARA",
        5,
        0,
    )
    assert {
        "sourceId": "32:application-01",
        "targetId": "32:application-25",
        "isCounted": False,
        "isUndecided": True,
        "defects": ["DATE_UNKNOWN"],
        "integration": {
            "id": "32:integration-e-033",
            "mode": "API",
            "evidenceGrade": "DOCUMENTED",
        },
    } in graph["edges"]


async def test_nothing_counts_where_no_exchange_has_a_date(west_java: Hub) -> None:
    graph = (await west_java.query_data(GRAPH, basis="COUNTED"))["region"]["integrationGraph"]
    assert (len(graph["nodes"]), graph["edges"]) == (47, [])


async def test_a_subgraph_has_the_revision_and_positions_of_the_whole_graph(west_java: Hub) -> None:
    whole_graph = (await west_java.query_data(GRAPH))["region"]["integrationGraph"]
    data = await west_java.query_data(GRAPH, aroundId="32:application-28", depth=1, limit=3)
    neighbourhood = data["region"]["integrationGraph"]
    positions = {node["nodeId"]: (node["x"], node["y"]) for node in whole_graph["nodes"]}
    assert neighbourhood["revision"] == whole_graph["revision"]
    assert [
        (node["distance"], node["hiddenNeighbourCount"]) for node in neighbourhood["nodes"]
    ] == [
        (0, 3),
        (1, 0),
        (1, 0),
    ]
    assert {
        node["nodeId"]: (node["x"], node["y"]) for node in neighbourhood["nodes"]
    }.items() <= positions.items()
    assert (
        neighbourhood["omitted"]["nodesOverLimitCount"],
        neighbourhood["omitted"]["nodesBeyondCount"],
    ) == (3, 41)


@pytest.mark.parametrize(
    "variables",
    [
        {"depth": 0},
        {"depth": 6},
        {"limit": 0},
        {"limit": 1001},
        {"aroundId": "32.11:application-none"},
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
    assert [edge["integration"]["id"] for edge in bandung["edges"]] == ["32.11:integration-out"]
    assert [edge["defects"] for edge in bandung["edges"]] == [["UNDOCUMENTED"]]


async def test_the_diagnostics_of_the_province_name_applications_and_exchanges(
    west_java: Hub,
) -> None:
    diagnostics = (await west_java.query_data(DIAGNOSTICS))["region"]["diagnostics"]
    assert (
        diagnostics["applicationCount"],
        diagnostics["outsideNodeCount"],
        diagnostics["exchangeCount"],
    ) == (42, 5, 9)
    assert (diagnostics["modeUnknownCount"], diagnostics["ownerUnknownCount"]) == (5, 0)
    assert diagnostics["siloIndex"] == {"value": "-0.03125", "display": "-0.03"}
    assert diagnostics["busUsage"] == {"value": {"value": "0.00", "display": "0.00"}}
    assert diagnostics["requiredExchangeCoverage"] == {
        "value": {"value": "0.00"},
        "numerator": "0.00",
        "denominator": "5.00",
    }
    rules = {exchange["rule"] for exchange in diagnostics["requiredExchanges"]}
    assert rules == {"opd-exchanges/0.1"}
    assert diagnostics["propagationCost"] == {"numerator": "4.00", "denominator": "1722.00"}
    assert diagnostics["pointToPointDebt"] == {"totalCount": 0, "nodes": []}
    assert diagnostics["cutPoints"]["totalCount"] == 2
    assert diagnostics["cutPoints"]["nodes"][1] == {
        "node": {"name": "Sapawarga"},
        "cutOffCount": 1,
        "cutOffNodes": [{"name": "GeoServer Jabar", "kind": "APPLICATION"}],
    }
    isolated = diagnostics["isolated"]
    assert (isolated["totalCount"], len(isolated["nodes"])) == (34, 1)
    page = await west_java.query_data(DIAGNOSTICS, after=isolated["pageInfo"]["endCursor"])
    [following] = page["region"]["diagnostics"]["isolated"]["nodes"]
    assert following["nodeId"] > isolated["nodes"][0]["nodeId"]


async def test_debt_and_shared_data_are_listed_with_their_exchanges(hub: Hub) -> None:
    office, health = "32.11:application-office", "32.11:application-health"
    ids = [
        (
            await hub.change(
                "connectApplications",
                two_provinces.REGION,
                sourceId=source,
                targetId=target,
                dataObject=data_object,
                mode=mode,
            )
        )["id"]
        for source, target, data_object, mode in (
            (health, office, "Data Pasien", "HUB"),
            (health, office, "jadwal", "API"),
            (office, health, "data pasien", "MANUAL"),
        )
    ]
    query = """
    { region(code: "32.11") { diagnostics {
      pointToPointDebt { nodes { id mode region { code } source { name } } }
      severalProducers { totalCount nodes {
        name producerCount producers { nodeId kind } integrationIds
      } }
      producerRedundancy { value { display } numerator denominator }
    } } }
    """
    assert (await hub.query_data(query))["region"]["diagnostics"] == {
        "pointToPointDebt": {
            "nodes": [
                {
                    "id": ids[1],
                    "mode": "API",
                    "region": {"code": "32.11"},
                    "source": {"name": "Wakepo"},
                }
            ]
        },
        "severalProducers": {
            "totalCount": 1,
            "nodes": [
                {
                    "name": "data pasien",
                    "producerCount": 2,
                    "producers": [
                        {"nodeId": health, "kind": "APPLICATION"},
                        {"nodeId": office, "kind": "APPLICATION"},
                    ],
                    "integrationIds": sorted([ids[0], ids[2]]),
                }
            ],
        },
        "producerRedundancy": {
            "value": {"display": "0.50"},
            "numerator": "1.00",
            "denominator": "2.00",
        },
    }


async def test_without_counted_exchanges_a_share_of_them_is_unknown_not_zero(
    west_java: Hub,
) -> None:
    diagnostics = (await west_java.query_data(DIAGNOSTICS, basis="COUNTED"))["region"][
        "diagnostics"
    ]
    assert (diagnostics["exchangeCount"], diagnostics["isolated"]["totalCount"]) == (0, 42)
    assert (diagnostics["busUsage"]["value"], diagnostics["siloIndex"]) == (None, None)


async def test_the_impact_of_an_application_has_the_path_to_each(west_java: Hub) -> None:
    impact = (await west_java.query_data(IMPACT, id=OFFICE))["node"]["impact"]
    assert (impact["upstream"]["totalCount"], impact["downstream"]["totalCount"]) == (0, 2)
    farther = {
        "node": {"name": "e-SAKIP Desa"},
        "distance": 2,
        "path": [
            {"name": "E-Office Sumedang"},
            {"name": "E-Office Desa"},
            {"name": "e-SAKIP Desa"},
        ],
        "integrationIds": ["32.11:integration-e-042", "32.11:integration-e-043"],
    }
    assert impact["downstream"]["nodes"][1] == farther
    page = (await west_java.query_data(IMPACT, id=OFFICE, first=1))["node"]["impact"]["downstream"]
    assert page["pageInfo"]["hasNextPage"]
    after = page["pageInfo"]["endCursor"]
    data = await west_java.query_data(IMPACT, id=OFFICE, first=1, after=after)
    assert data["node"]["impact"]["downstream"]["nodes"] == [farther]


async def test_uncounted_exchanges_have_no_impact(west_java: Hub) -> None:
    impact = (await west_java.query_data(IMPACT, id=OFFICE, basis="COUNTED"))["node"]["impact"]
    assert (impact["upstream"]["totalCount"], impact["downstream"]["totalCount"]) == (0, 0)


async def test_a_retired_application_is_in_no_graph(hub: Hub) -> None:
    await hub.change(
        "retireApplication", two_provinces.OPD, id="32.11:application-health", version=1
    )
    assert (await hub.query_data(IMPACT, id="32.11:application-health"))["node"] == {"impact": None}


async def test_a_failed_field_leaves_the_other_fields_of_the_region(west_java: Hub) -> None:
    result = await west_java.result(
        '{ region(code: "32.11") { name graph: integrationGraph(aroundId: "none") { revision }'
        ' whatIf(proposalIds: ["none"]) { lostIntegrationCount } diagnostics { applicationCount } } }'
    )
    assert result.data == {
        "region": {
            "name": "Kabupaten Sumedang",
            "graph": None,
            "whatIf": None,
            "diagnostics": {"applicationCount": 20},
        }
    }
    assert sorted((error.path or [])[-1] for error in result.errors or ()) == ["graph", "whatIf"]
