"""Simulations of an index, and a claimed index next to the index that its evidence supports."""

from __future__ import annotations

from tests.api import two_provinces
from tests.api.hub import Hub

OFFICIAL = "32:assessment-32.11-spbe-2020-2024-official"
SIMULATED = """
query ($id: ID!) { node(id: $id) { ... on Assessment {
  kind state year provenance { note } levels { indicator level } score { index { value } isComplete }
} } }
"""


async def test_a_simulation_starts_from_claimed_levels_and_does_not_change_them(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    edits = [{"indicator": 20, "level": 5}, {"indicator": 1, "level": 4}]
    simulation = await hub.change(
        "simulateAssessment", two_provinces.REGION, assessmentId=two_provinces.DRAFT, levels=edits
    )
    assessment = (await hub.query_data(SIMULATED, two_provinces.REGION, id=simulation["id"]))[
        "node"
    ]
    levels = {claim["indicator"]: claim["level"] for claim in assessment.pop("levels")}
    assert assessment == {
        "kind": "SIMULATION",
        "state": "DRAFT",
        "year": 2026,
        "provenance": {"note": "simulated from 32.11:assessment-draft"},
        "score": {"index": {"value": "3.35"}, "isComplete": True},
    }
    assert levels == dict.fromkeys(range(1, 21), 3) | {1: 4, 20: 5}
    draft = (await hub.query_data(SIMULATED, two_provinces.REGION, id=two_provinces.DRAFT))["node"]
    assert draft["score"]["index"]["value"] == "3.00"
    assert (await hub.query_data(SIMULATED, id=simulation["id"]))[
        "node"
    ] is None  # the public may not see it


async def test_a_simulation_of_published_figures_starts_from_estimated_levels(
    west_java: Hub,
) -> None:
    simulation = await west_java.change(
        "simulateAssessment",
        two_provinces.REGION,
        assessmentId=OFFICIAL,
        levels=[{"indicator": 1, "level": 1}],
    )
    assessment = (await west_java.query_data(SIMULATED, two_provinces.REGION, id=simulation["id"]))[
        "node"
    ]
    assert assessment["provenance"] == {"note": f"simulated from levels ESTIMATED for {OFFICIAL}"}
    assert len(assessment["levels"]) == 47
    assert assessment["levels"][0] == {"indicator": 1, "level": 1}
    ranked = '{ ranking(instrumentId: "spbe-2020", year: 2024, kind: SIMULATION) { totalCount } }'
    assert (await west_java.query_data(ranked))["ranking"] == {"totalCount": 0}


async def test_a_claimed_index_is_returned_with_the_supported_index(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment(level=4))
    query = """{ region(code: "32.11") { assessments { nodes { score { index { value } verified {
      ruleTable { tableId version } asOf
      claimed { index { value display } predicate } supported { index { value } }
      notRefuted { index { value } }
    } } } } } }"""
    [assessment] = (await hub.query_data(query, two_provinces.REGION))["region"]["assessments"][
        "nodes"
    ]
    assert assessment["score"] == {
        "index": {"value": "4.00"},
        "verified": {
            "ruleTable": {"tableId": "pemdi-2026/engine", "version": "0.1"},
            "asOf": "2026-11-24",
            "claimed": {
                "index": {"value": "4.00", "display": "4.00"},
                "predicate": "Memuaskan",
            },
            "supported": {"index": {"value": "3.88"}},  # 13, 16 and 18 at level 3
            "notRefuted": {"index": {"value": "4.00"}},
        },
    }


async def test_figures_without_levels_have_nothing_to_verify(west_java: Hub) -> None:
    query = '{ region(code: "32.11") { index { index { display } verified { asOf } } } }'
    assert (await west_java.query_data(query))["region"]["index"] == {
        "index": {"display": "4.51"},
        "verified": None,
    }
