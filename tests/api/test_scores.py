"""Scores: their basis, the gap to the next predicate, and the next steps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.model import (
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    LevelClaim,
    PublishedFigures,
)
from tests.api import two_provinces
from tests.api.hub import Hub

ASSESSMENT = """
{
  region(code: "32.11") {
    assessments { nodes {
      score {
        index { value display } predicate basis claimedCount isComplete
        nextPredicate { label threshold gap { value display } }
        domains { number score { value } } aspects { number score { value } }
      }
      nextSteps {
        indicator fromLevel toLevel gain { value display } index { value display } predicate
      }
    } }
  }
}
"""


async def _assessment(hub: Hub) -> dict[str, Any]:
    data = await hub.query_data(ASSESSMENT, two_provinces.REGION)
    [assessment] = data["region"]["assessments"]["nodes"]
    result: dict[str, Any] = assessment
    return result


async def test_next_steps_are_those_that_gain_most_with_the_index_they_give(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    steps = (await _assessment(hub))["nextSteps"]
    assert len(steps) == 20  # one for each indicator
    assert steps[:3] == [
        {
            "indicator": indicator,
            "fromLevel": 3,
            "toLevel": 4,
            "gain": {"value": gain, "display": f"+{gain}"},
            "index": {"value": index, "display": index},
            "predicate": "Baik",
        }
        for indicator, gain, index in (
            (20, "0.15", "3.15"),
            (19, "0.10", "3.10"),
            (1, "0.05", "3.05"),
        )
    ]


async def test_the_highest_level_has_no_next_step_and_no_next_predicate(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment(level=5))
    assessment = await _assessment(hub)
    assert assessment["nextSteps"] == []
    assert (assessment["score"]["index"]["value"], assessment["score"]["nextPredicate"]) == (
        "5.00",
        None,
    )


async def test_a_score_from_levels_is_exact_and_counts_claimed_levels(hub: Hub) -> None:
    empty = two_provinces.assessment(level=None)
    await two_provinces.write_assessment(
        hub, replace(empty, levels=(LevelClaim(6, 4), LevelClaim(20, 5)))
    )
    assert (await _assessment(hub))["score"] == {
        "index": {"value": "1.69", "display": "1.69"},  # 1 + 3 * 0.03 + 4 * 0.15
        "predicate": "Cukup",
        "basis": "LEVELS",
        "claimedCount": 2,
        "isComplete": False,
        "nextPredicate": {
            "label": "Baik",
            "threshold": "2.50",
            "gap": {"value": "0.81", "display": "0.81"},
        },
        "domains": [
            {"number": 1, "score": {"value": "1.00"}},
            {"number": 2, "score": {"value": "1.00"}},
            {"number": 3, "score": {"value": "1.60"}},
            *({"number": number, "score": {"value": "1.00"}} for number in (4, 5, 6)),
            {"number": 7, "score": {"value": "3.40"}},
        ],
        "aspects": [
            {"number": 1, "score": {"value": "1.00"}},
            {"number": 2, "score": {"value": "1.00"}},
            {"number": 3, "score": {"value": "1.60"}},
            *({"number": number, "score": {"value": "1.00"}} for number in (4, 5, 6)),
            {"number": 7, "score": {"value": "3.40"}},
        ],
    }


async def test_without_a_level_there_is_no_score_but_there_are_next_steps(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment(level=None))
    assessment = await _assessment(hub)
    assert assessment["score"] is None
    step = assessment["nextSteps"][0]
    assert (step["indicator"], step["fromLevel"], step["index"]["value"]) == (20, 1, "1.15")


def _published(value: str, predicate: str) -> Assessment:
    return Assessment(
        id="32:assessment-published",
        region="32.11",
        instrument="spbe-2020",
        year=2024,
        kind=AssessmentKind.OFFICIAL,
        state=AssessmentState.PUBLISHED,
        version=1,
        provenance=two_provinces.SOURCE,
        published=PublishedFigures(value, predicate),
    )


@pytest.mark.parametrize(
    ("value", "predicate", "next_predicate"),
    [
        (
            "4.15",
            "Sangat Baik",
            {
                "label": "Memuaskan",
                "threshold": "4.20",
                "gap": {"value": "0.05", "display": "0.05"},
            },
        ),
        # The displayed value is rounded up to the threshold; the exact value is just below it.
        (
            "3.50",
            "Baik",
            {
                "label": "Sangat Baik",
                "threshold": "3.50",
                "gap": {"value": "0.00", "display": "0.00"},
            },
        ),
        (
            "3.50",
            "Sangat Baik",
            {
                "label": "Memuaskan",
                "threshold": "4.20",
                "gap": {"value": "0.70", "display": "0.70"},
            },
        ),
        (
            "1.00",
            "Kurang",
            {"label": "Cukup", "threshold": "1.80", "gap": {"value": "0.80", "display": "0.80"}},
        ),
        ("4.20", "Memuaskan", None),
    ],
)
async def test_the_next_predicate_is_the_one_after_the_printed_one(
    hub: Hub, value: str, predicate: str, next_predicate: dict[str, Any] | None
) -> None:
    published = _published(value, predicate)
    await hub.record(EventKind.RESULT_RECORDED, "32", published.id, published)
    assessment = await _assessment(hub)
    assert assessment == {
        "score": {
            "index": {"value": value, "display": value},
            "predicate": predicate,
            "basis": "PUBLISHED",
            "claimedCount": 0,
            "isComplete": True,
            "nextPredicate": next_predicate,
            "domains": [],
            "aspects": [],
        },
        "nextSteps": [],
    }


async def test_instruments_are_returned_whole(hub: Hub) -> None:
    query = """
    {
      instruments {
        id status hasRules yearFrom yearTo levelMin levelMax indicators { number }
      }
      instrument(id: "pemdi-2026") {
        predicates { label minimum } domains { number weight }
        indicators { number weight aspectNumber levels { level criterion } }
      }
      unknown: instrument(id: "pemdi") { id }
    }
    """
    data = await hub.query_data(query)
    assert [
        (
            instrument["id"],
            instrument["status"],
            instrument["hasRules"],
            instrument["yearFrom"],
            instrument["yearTo"],
            instrument["levelMin"],
            len(instrument["indicators"]),
        )
        for instrument in data["instruments"]
    ] == [
        ("spbe-2018", "SUPERSEDED", False, 2018, 2020, 0, 37),
        ("spbe-2020", "SUPERSEDED", True, 2021, 2025, 1, 47),
        ("pemdi-2026", "IN_FORCE", True, 2026, None, 1, 20),
    ]
    assert data["instrument"]["predicates"] == [
        {"label": "Memuaskan", "minimum": "4.00"},
        {"label": "Sangat Baik", "minimum": "3.50"},
        {"label": "Baik", "minimum": "2.50"},
        {"label": "Cukup", "minimum": "1.50"},
        {"label": "Kurang", "minimum": None},
    ]
    assert [domain["weight"] for domain in data["instrument"]["domains"]] == [
        *("10.00", "10.00", "15.00", "15.00", "10.00", "15.00", "25.00")
    ]
    assert data["instrument"]["indicators"][19] == {
        "number": 20,
        "weight": "15.00",
        "aspectNumber": 7,
        "levels": [{"level": level, "criterion": None} for level in (1, 2, 3, 4, 5)],
    }
    assert data["unknown"] is None


async def test_the_weights_of_every_instrument_add_up_as_they_are_shown(hub: Hub) -> None:
    data = await hub.query_data(
        "{ instruments { id indicators { weight } aspects { weight } domains { weight } } }"
    )
    sums = {
        (instrument["id"], group): sum(Decimal(part["weight"]) for part in instrument[group])
        for instrument in data["instruments"]
        for group in ("indicators", "aspects", "domains")
    }
    assert set(sums.values()) == {Decimal(100)}
