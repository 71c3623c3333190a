"""Comparisons of a region with means and best scores, and moves between two editions."""

from __future__ import annotations

from engine.model import AssessmentKind, AssessmentState, EventKind
from resolvers.seed import seed_regions
from tests.api import two_provinces
from tests.api.hub import Hub, running_hub

LINES = """
query ($codes: [ID!]!, $instrument: ID! = "spbe-2020", $year: Int! = 2024) {
  compare(regionCodes: $codes, instrumentId: $instrument, year: $year, kind: OFFICIAL) {
    lines {
      partKind number name leaderCodes
      values {
        regionCode value { display }
        differenceFromProvinceMean { display } differenceFromNationalBest { display }
      }
      province { mean { value { display } sampleSize basis } best { value { display } regionCodes } }
      national { mean { value { display } sampleSize basis } best { value { display } regionCodes } }
    }
  }
}
"""
MOVES = """
query ($province: ID, $year: Int! = 2024, $instrument: ID! = "spbe-2020") {
  indexMoves(
    instrumentId: $instrument, year: $year, kind: OFFICIAL, provinceCode: $province
  ) {
    region { name } before { display } after { display } change { display }
    domainChanges { number difference { display } }
  }
}
"""


async def test_each_part_is_compared_with_the_province_and_the_nation(west_java: Hub) -> None:
    lines = (await west_java.query_data(LINES, codes=["32.11", "32.73"]))["compare"]["lines"]
    assert [(line["partKind"], line["number"]) for line in lines] == [
        ("INDEX", None),
        ("DOMAIN", 1),
        ("DOMAIN", 2),
        ("DOMAIN", 3),
        ("DOMAIN", 4),
    ]
    assert lines[0] == {
        "partKind": "INDEX",
        "number": None,
        "name": None,
        "leaderCodes": ["32.73"],
        "values": [
            {
                "regionCode": "32.11",
                "value": {"display": "4.51"},
                "differenceFromProvinceMean": {"display": "+0.61"},
                "differenceFromNationalBest": {"display": "-0.26"},
            },
            {
                "regionCode": "32.73",
                "value": {"display": "4.59"},
                "differenceFromProvinceMean": {"display": "+0.69"},
                "differenceFromNationalBest": {"display": "-0.18"},
            },
        ],
        "province": {
            "mean": {"value": {"display": "3.90"}, "sampleSize": 27, "basis": "COMPUTED"},
            "best": {"value": {"display": "4.59"}, "regionCodes": ["32.73"]},
        },
        "national": {
            "mean": {"value": {"display": "3.08"}, "sampleSize": None, "basis": "PUBLISHED"},
            "best": {"value": {"display": "4.77"}, "regionCodes": ["35.10"]},
        },
    }


async def test_published_levels_are_compared_down_to_the_indicator(hub: Hub) -> None:
    for region, level in (("32.11", 3), ("32.73", 4)):
        assessment = two_provinces.assessment(
            f"32:assessment-{region}",
            region=region,
            kind=AssessmentKind.OFFICIAL,
            state=AssessmentState.PUBLISHED,
            level=level,
        )
        await hub.record(EventKind.ASSESSMENT_PUBLISHED, "32", assessment.id, assessment)
    variables = {"codes": ["32.11", "32.73"], "instrument": "pemdi-2026", "year": 2026}
    lines = (await hub.query_data(LINES, **variables))["compare"]["lines"]
    indicators = [line for line in lines if line["partKind"] == "INDICATOR"]
    assert len(indicators) == 20
    assert indicators[0]["leaderCodes"] == ["32.73"]
    assert [cell["value"]["display"] for cell in indicators[0]["values"]] == ["3.00", "4.00"]
    assert indicators[0]["province"]["mean"] == {
        "value": {"display": "3.50"},
        "sampleSize": 2,
        "basis": "COMPUTED",
    }


async def test_aspects_are_compared_where_a_sheet_prints_them(west_java: Hub) -> None:
    variables = {"codes": ["32.05", "32.11"], "instrument": "spbe-2018", "year": 2020}
    lines = (await west_java.query_data(LINES, **variables))["compare"]["lines"]
    aspects = [line for line in lines if line["partKind"] == "ASPECT"]
    assert [
        (aspect["number"], [value["value"] for value in aspect["values"]]) for aspect in aspects
    ] == [
        (1, [{"display": "2.86"}, None]),
        (3, [{"display": "4.00"}, None]),
    ]


async def test_regions_of_two_provinces_have_no_province_in_common(hub: Hub) -> None:
    variables = {"codes": ["32.73", "33.74"], "year": 2024}
    index = (await hub.query_data(LINES, **variables))["compare"]["lines"][0]
    assert index["province"] == {"mean": None, "best": None}


async def test_moves_are_ordered_from_the_largest_rise_to_the_largest_fall(west_java: Hub) -> None:
    moves = (await west_java.query_data(MOVES, province="32"))["indexMoves"]
    assert len(moves) == 27
    assert moves[0] == {
        "region": {"name": "Kabupaten Purwakarta"},
        "before": {"display": "2.99"},
        "after": {"display": "3.94"},
        "change": {"display": "+0.95"},
        "domainChanges": [
            {"number": 1, "difference": {"display": "+1.00"}},
            {"number": 2, "difference": {"display": "+1.30"}},
            {"number": 3, "difference": {"display": "+1.46"}},
            {"number": 4, "difference": {"display": "+0.57"}},
        ],
    }
    assert await west_java.query_data(MOVES, province="33") == {"indexMoves": []}
    assert await west_java.query_data(MOVES, year=2021) == {"indexMoves": []}


async def test_scores_are_the_same_from_each_database(database_url: str) -> None:
    async with running_hub(database_url) as hub:
        await seed_regions(hub.instance)
        moves = (await hub.query_data(MOVES, province="32"))["indexMoves"]
        lines = (await hub.query_data(LINES, codes=["32.11", "32.73"]))["compare"]["lines"]
    assert (len(moves), moves[0]["change"]) == (27, {"display": "+0.95"})
    assert [cell["value"] for cell in lines[0]["values"]] == [
        {"display": "4.51"},
        {"display": "4.59"},
    ]


async def test_moves_of_an_unknown_instrument_are_an_invalid_argument(hub: Hub) -> None:
    assert await hub.refusal(MOVES, instrument="spbe-2099") == "INVALID_ARGUMENT"
