"""Simulations of an index, and a claimed index next to the index that its evidence supports."""

from __future__ import annotations

from tests.api import places
from tests.api.hub import Hub

OFFICIAL = "assessment-32.11-spbe-2020-2024-official"
SIMULATED = """
query ($id: ID!) { node(id: $id) { ... on Assessment {
  kind state year provenance { note } levels { indicator level } score { value complete }
} } }
"""


async def test_a_simulation_starts_from_claimed_levels_and_leaves_them_alone(hub: Hub) -> None:
    await places.begin(hub, places.assessment())
    edits = [{"indicator": 20, "level": 5}, {"indicator": 1, "level": 4}]
    made = await hub.change(
        "simulateAssessment", places.REGION, assessment=places.DRAFT, levels=edits
    )
    found = (await hub.ask(SIMULATED, places.REGION, id=made["id"]))["node"]
    levels = {each["indicator"]: each["level"] for each in found.pop("levels")}
    assert found == {
        "kind": "SIMULATION",
        "state": "DRAFT",
        "year": 2026,
        "provenance": {"note": "simulated from assessment-draft"},
        "score": {"value": "3.35", "complete": True},
    }
    assert levels == dict.fromkeys(range(1, 21), 3) | {1: 4, 20: 5}
    draft = (await hub.ask(SIMULATED, places.REGION, id=places.DRAFT))["node"]
    assert draft["score"]["value"] == "3.00"
    assert (await hub.ask(SIMULATED, id=made["id"]))["node"] is None  # the public may not see it


async def test_from_published_figures_it_starts_from_levels_that_are_called_estimated(
    west_java: Hub,
) -> None:
    made = await west_java.change(
        "simulateAssessment",
        places.REGION,
        assessment=OFFICIAL,
        levels=[{"indicator": 1, "level": 1}],
    )
    found = (await west_java.ask(SIMULATED, places.REGION, id=made["id"]))["node"]
    assert found["provenance"] == {"note": f"simulated from levels ESTIMATED for {OFFICIAL}"}
    assert len(found["levels"]) == 47
    assert found["levels"][0] == {"indicator": 1, "level": 1}
    ranked = '{ ranking(instrument: "spbe-2020", year: 2024, kind: SIMULATION) { position } }'
    assert (await west_java.ask(ranked))["ranking"] == []


async def test_a_claimed_index_stands_beside_what_its_evidence_supports(hub: Hub) -> None:
    await places.begin(hub, places.assessment(level=4))
    asked = """{ region(code: "32.11") { assessments { score { value verified {
      rules asOf claimed { value display predicate } supported { value } notRefuted { value }
    } } } } }"""
    [found] = (await hub.ask(asked, places.REGION))["region"]["assessments"]
    assert found["score"] == {
        "value": "4.00",
        "verified": {
            "rules": "pemdi-2026/engine/0.1",
            "asOf": "2026-11-24",
            "claimed": {"value": "4.00", "display": "4.00", "predicate": "Memuaskan"},
            "supported": {"value": "3.88"},  # 13, 16 and 18 at level 3
            "notRefuted": {"value": "4.00"},
        },
    }


async def test_figures_without_levels_have_nothing_to_verify(west_java: Hub) -> None:
    asked = '{ region(code: "32.11") { index { display verified { rules } } } }'
    assert (await west_java.ask(asked))["region"]["index"] == {"display": "4.51", "verified": None}
