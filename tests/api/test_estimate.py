"""Estimated profiles are labelled as estimates, state their range, and are never ranked."""

from __future__ import annotations

from tests.api.hub import Hub

PROFILE = """
query ($code: ID!, $instrument: ID, $year: Int) {
  region(code: $code) {
    estimatedProfile(instrumentId: $instrument, year: $year) {
      __typename
      ... on EstimatedProfile {
        year kind assessmentId solutionCount isIndexReproduced
        nationalMeans { aspectNumber mean { value display } }
        indicators { indicator level lowest highest }
        aspects { number score { display } lowest { display } highest { display } }
      }
      ... on NoEstimate { year missingDomainNumbers impossibleDomainNumbers }
    }
  }
}
"""


async def test_gives_each_level_with_its_range_and_says_that_it_is_estimated(
    west_java: Hub,
) -> None:
    profile = (await west_java.query_data(PROFILE, code="32.11"))["region"]["estimatedProfile"]
    assert profile["__typename"] == "EstimatedProfile"
    assert (profile["year"], profile["kind"]) == (2024, "OFFICIAL")
    assert profile["assessmentId"] == "32:assessment-32.11-spbe-2020-2024-official"
    assert (profile["solutionCount"], profile["isIndexReproduced"]) == ("20385349498800", True)
    assert profile["nationalMeans"][0] == {
        "aspectNumber": 1,
        "mean": {"value": "3.36", "display": "3.36"},
    }
    assert len(profile["nationalMeans"]) == 8
    levels = profile["indicators"]
    assert len(levels) == 47
    assert levels[0] == {"indicator": 1, "level": 5, "lowest": 5, "highest": 5}
    assert levels[46] == {"indicator": 47, "level": 4, "lowest": 4, "highest": 5}
    assert profile["aspects"][1] == {
        "number": 2,
        "score": {"display": "4.00"},
        "lowest": {"display": "3.25"},
        "highest": {"display": "5.00"},
    }


async def test_goes_back_to_the_newest_result_that_prints_domains(west_java: Hub) -> None:
    newest = (await west_java.query_data(PROFILE, code="32.73"))["region"]["estimatedProfile"]
    assert (newest["__typename"], newest["year"]) == ("EstimatedProfile", 2024)
    requested = (await west_java.query_data(PROFILE, code="32.73", year=2025))["region"][
        "estimatedProfile"
    ]
    assert requested == {
        "__typename": "NoEstimate",
        "year": 2025,
        "missingDomainNumbers": [1, 2, 3, 4],
        "impossibleDomainNumbers": [],
    }


async def test_no_profile_exists_without_published_figures(hub: Hub) -> None:
    assert await hub.query_data(PROFILE, code="32.11") == {"region": {"estimatedProfile": None}}


async def test_an_unknown_instrument_is_an_invalid_argument(hub: Hub) -> None:
    assert await hub.refusal(PROFILE, code="32.11", instrument="x") == "INVALID_ARGUMENT"


async def test_an_estimate_is_not_stored_as_an_assessment(west_java: Hub) -> None:
    before = await west_java.list_all_rows()
    await west_java.query_data(PROFILE, code="32.11")
    assert await west_java.list_all_rows() == before
    query = '{ region(code: "32.11") { assessments { nodes { levels { level } } } } }'
    assessments = (await west_java.query_data(query))["region"]["assessments"]["nodes"]
    assert {len(assessment["levels"]) for assessment in assessments} == {0}
