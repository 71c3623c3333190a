"""The path to a target, from claimed levels or estimated levels, or the reason why none exists."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import AssessmentKind
from tests.api import two_provinces
from tests.api.hub import Hub

PATH = """
query ($code: ID!, $input: PathInput!) {
  region(code: $code) {
    pathToTarget(input: $input) {
      outcome isEstimated origin { id year kind }
      indexBefore { value } indexAfter { value } predicateAfter
      steps {
        indicator fromLevel toLevel year gain { value display } effort mustRise requirements
        criterion requiredEvidence
      }
      years { year effort index { value } predicate }
      effort penalty lowerBound isProven isEffortAssumed effortScale { tableId version }
      brokenPrecedences { kind step { indicator level } prerequisite { indicator level } penalty }
      levelsToMaintain { indicator level } unclaimedIndicators
      unreachable { maximumIndex { value } reachesTarget }
    }
  }
}
"""


async def _path(hub: Hub, *viewer: Any, code: str, **input: object) -> dict[str, Any]:
    data = await hub.query_data(PATH, *viewer, code=code, input=input)
    path: dict[str, Any] = data["region"]["pathToTarget"]
    return path


async def test_starts_from_an_estimate_where_only_figures_are_published(west_java: Hub) -> None:
    path = await _path(west_java, code="32.05", target=4.2, years=2)
    assert path["outcome"] == "FOUND"
    assert path["isEstimated"] is True
    assert path["origin"] == {
        "id": "32:assessment-32.05-spbe-2020-2024-official",
        "year": 2024,
        "kind": "OFFICIAL",
    }
    assert (path["effort"], path["penalty"], path["lowerBound"]) == ("58.00", "0.00", "58.00")
    assert path["isProven"] is True
    assert path["isEffortAssumed"] is True
    assert path["effortScale"] == {"tableId": "effort-scale", "version": "1"}
    assert (len(path["steps"]), len(path["levelsToMaintain"])) == (15, 32)
    assert path["predicateAfter"] == "Memuaskan"
    assert [(year["year"], year["effort"]) for year in path["years"]] == [
        (1, "30.00"),
        (2, "28.00"),
    ]
    assert path["years"][1]["index"] == path["indexAfter"] == {"value": "4.3025"}


async def test_starts_from_the_newest_levels_that_the_viewer_may_see(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    assert (await _path(hub, code="32.11", target=4))["outcome"] == "NO_LEVELS"
    path = await _path(hub, two_provinces.REGION, code="32.11", target=3.1, buffer=0)
    assert path["origin"] == {
        "id": two_provinces.DRAFT,
        "year": 2026,
        "kind": "SELF",
    }
    assert path["isEstimated"] is False
    assert (path["indexBefore"], path["unclaimedIndicators"]) == ({"value": "3.00"}, [])
    other_path = await _path(hub, two_provinces.OTHER_REGION, code="32.11", target=4)
    assert other_path["outcome"] == "NO_LEVELS"
    assert (await _path(hub, two_provinces.REGION, code="32.11", target=4, kind="TARGET"))[
        "outcome"
    ] == "NO_LEVELS"


async def test_falls_back_to_official_levels_but_not_to_those_of_another_kind(hub: Hub) -> None:
    await two_provinces.write_assessment(
        hub, two_provinces.assessment(kind=AssessmentKind.OFFICIAL)
    )
    path = await _path(hub, two_provinces.REGION, code="32.11", target=4)
    assert (path["origin"]["kind"], path["isEstimated"]) == ("OFFICIAL", False)


async def test_takes_required_steps_and_leaves_out_excluded_steps(west_java: Hub) -> None:
    path = await _path(west_java, code="32.05", target=4.2, mustRise=[47], exclude=[31, 43, 44])
    raised = {step["indicator"] for step in path["steps"]}
    assert raised & {31, 43, 44} == set()
    assert [step["toLevel"] for step in path["steps"] if step["mustRise"]] == [5]
    assert path["effort"] == "58.00"


async def test_returns_the_maximum_for_an_unreachable_target(west_java: Hub) -> None:
    path = await _path(west_java, code="32.05", target=5)
    assert path["outcome"] == "UNREACHABLE"
    assert path["unreachable"] == {"maximumIndex": {"value": "5.00"}, "reachesTarget": True}
    assert (path["steps"], path["effort"], path["isEstimated"]) == ([], None, True)


async def test_returns_other_targets_steps_and_plans_on_demand(west_java: Hub) -> None:
    query = """
    { region(code: "32.05") { pathToTarget(input: { target: 4.2, years: 2 }) {
      costCurve { target effort stepCount }
      exclusions(stepCount: 2) {
        step { indicator level } extraEffort replacements { indicator level }
      }
      nextBest { effort nextBest { effort } }
    } } }
    """
    path = (await west_java.query_data(query))["region"]["pathToTarget"]
    curve = [(point["target"], point["effort"], point["stepCount"]) for point in path["costCurve"]]
    assert curve[0] == ("3.90", "16.00", 4)
    assert curve[3] == ("4.20", "58.00", 15)
    assert curve[-1] == ("5.00", None, None)  # the buffer is out of reach
    assert len(curve) == 12
    assert [exclusion["extraEffort"] for exclusion in path["exclusions"]] == ["0.00", "0.00"]
    assert path["nextBest"] == {"effort": "58.00", "nextBest": {"effort": "58.00"}}


@pytest.mark.parametrize(
    "input",
    [
        {"target": 1},
        {"target": 5.01},
        {"target": 4, "buffer": -0.1},
        {"target": 4, "buffer": 1.1},
        {"target": 4, "years": 0},
        {"target": 4, "years": 4},
        {"target": 4, "mustRise": [48]},
        {"target": 4, "mustRise": [1]},  # at level 5
        {"target": 4, "exclude": [0]},
        {"target": 4, "mustRise": [47], "exclude": [47]},
    ],
)
async def test_a_contradiction_or_a_value_out_of_bounds_is_an_invalid_argument(
    west_java: Hub, input: dict[str, object]
) -> None:
    assert await west_java.refusal(PATH, code="32.11", input=input) == "INVALID_ARGUMENT"


async def test_an_operation_runs_a_hundred_searches_at_most(west_java: Hub) -> None:
    query = """
    { region(code: "32.05") { pathToTarget(input: { target: "4.2" }) {
      costCurve { target } again: costCurve { target } third: costCurve { target }
    } } }
    """
    assert await west_java.refusal(query) == "TOO_COMPLEX"
