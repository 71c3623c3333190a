"""Mutations of assessments and results: responses, changed rows and log entries."""

from __future__ import annotations

import pytest

from tests.api import two_provinces
from tests.api.events import events_after
from tests.api.hub import Hub, mutation
from tests.api.mutation_inputs import PUBLISHED_RESULT


async def test_an_assessment_goes_from_its_first_level_to_the_public(hub: Hub) -> None:
    before = await hub.cursor()
    started = await hub.change(
        "startAssessment",
        two_provinces.REGION,
        regionCode="32.11",
        instrumentId="pemdi-2026",
        year=2026,
        kind="SELF",
    )
    id = started["id"]
    assert started == {
        "__typename": "Assessment",
        "id": id,
        "version": 1,
        "state": "DRAFT",
        "returnedReason": None,
        "score": None,
    }
    for number in range(1, 21):
        answer = await hub.change(
            "claimLevel",
            two_provinces.REGION,
            assessmentId=id,
            indicator=number,
            level=5 if number == 20 else 3,
            version=number,
            explanation=" sudah ",
            evidence=[{"title": "SK", "url": "https://example.id/sk"}],
        )
    assert answer == {
        **started,
        "version": 21,
        "score": {"index": {"value": "3.30"}, "predicate": "Baik", "claimedCount": 20},
    }
    replaced = await hub.change(
        "claimLevel", two_provinces.REGION, assessmentId=id, indicator=20, level=4, version=21
    )
    assert replaced["score"] == {
        "index": {"value": "3.15"},
        "predicate": "Baik",
        "claimedCount": 20,
    }
    submitted = await hub.change("submitAssessment", two_provinces.REGION, id=id, version=22)
    assert (submitted["state"], submitted["version"]) == ("SUBMITTED", 23)
    returned = await hub.change(
        "returnAssessment", two_provinces.ASSESSOR, id=id, version=23, reason=" bukti kurang "
    )
    assert (returned["state"], returned["returnedReason"]) == ("RETURNED", "bukti kurang")
    claimed = await hub.change(
        "claimLevel", two_provinces.REGION, assessmentId=id, indicator=1, level=4, version=24
    )
    assert (claimed["state"], claimed["score"]["index"]["value"]) == ("RETURNED", "3.20")
    resubmitted = await hub.change("submitAssessment", two_provinces.REGION, id=id, version=25)
    assert (resubmitted["state"], resubmitted["returnedReason"]) == ("SUBMITTED", None)
    published = await hub.change("publishAssessment", two_provinces.ASSESSOR, id=id, version=26)
    assert published == {
        **resubmitted,
        "version": 27,
        "state": "PUBLISHED",
        "score": {"index": {"value": "3.20"}, "predicate": "Baik", "claimedCount": 20},
    }
    kinds = [kind for kind, _region, _sequence in await events_after(hub, before)]
    claim = ["LEVEL_CLAIMED", "INDEX_CHANGED"]
    judged = [
        *claim,
        "VERIFICATION_CHANGED",
    ]  # for the first claim, and for indicators 13, 16 and 18
    assert kinds == [
        "ASSESSMENT_STARTED",
        *judged,
        *claim * 11,
        *judged,
        *claim * 2,
        *judged,
        *claim,
        *judged,
        *claim * 3,
        "ASSESSMENT_SUBMITTED",
        "ASSESSMENT_RETURNED",
        "LEVEL_CLAIMED",
        "INDEX_CHANGED",
        "ASSESSMENT_SUBMITTED",
        "ASSESSMENT_PUBLISHED",
        "INDEX_CHANGED",
        "VERIFICATION_CHANGED",
    ]
    query = """
    {
      ranking(instrumentId: "pemdi-2026", year: 2026, kind: SELF) {
        nodes {
          position region { code } score { index { value } basis claimedCount isComplete }
        }
      }
      region(code: "32.11") {
        assessments { nodes { levels { indicator level explanation evidence { url } } } }
      }
    }
    """
    data = await hub.query_data(query)
    assert data["ranking"]["nodes"] == [
        {
            "position": 1,
            "region": {"code": "32.11"},
            "score": {
                "index": {"value": "3.20"},
                "basis": "LEVELS",
                "claimedCount": 20,
                "isComplete": True,
            },
        }
    ]
    [assessment] = data["region"]["assessments"]["nodes"]
    assert [level_claim["level"] for level_claim in assessment["levels"]] == [4, *[3] * 18, 4]
    assert assessment["levels"][1] == {
        "indicator": 2,
        "level": 3,
        "explanation": "sudah",
        "evidence": [{"url": "https://example.id/sk"}],
    }


async def test_a_year_may_have_several_simulations(hub: Hub) -> None:
    fields = {
        "regionCode": "32.11",
        "instrumentId": "pemdi-2026",
        "year": 2026,
        "kind": "SIMULATION",
    }
    ids = {
        (await hub.change("startAssessment", two_provinces.REGION, **fields))["id"]
        for _ in range(3)
    }
    assert len(ids) == 3


async def test_a_claim_of_the_same_level_is_logged_and_changes_no_index(
    hub: Hub,
) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    before = await hub.cursor()
    updated = await hub.change(
        "claimLevel",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        indicator=1,
        level=3,
        version=1,
    )
    assert (updated["version"], updated["score"]["index"]["value"]) == (2, "3.00")
    assert [kind for kind, _, _ in await events_after(hub, before)] == ["LEVEL_CLAIMED"]


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [("4.5", "4.50"), (4.5, "4.50"), (4, "4.00"), ("4.510", "4.51"), ("04.51", "4.51")],
)
async def test_a_result_has_the_two_decimal_places_that_are_printed(
    hub: Hub, sent: object, recorded: str
) -> None:
    answer = await hub.change(
        "recordResult", two_provinces.PROVINCE, **{**PUBLISHED_RESULT, "value": sent}
    )
    assert answer["score"]["index"]["value"] == recorded


@pytest.mark.parametrize("value", ["", "4,50", "+4.50", "٤.٥٠", "NaN", "1e0", True])
async def test_a_result_that_is_no_decimal_is_refused(hub: Hub, value: object) -> None:
    before = await hub.list_all_rows()
    fields = {**PUBLISHED_RESULT, "value": value}
    result = await hub.result(mutation("recordResult"), two_provinces.PROVINCE, input=fields)
    [error] = result.errors or []
    assert "expected a decimal" in error.message
    assert await hub.list_all_rows() == before


async def test_a_predicate_is_stored_as_printed(hub: Hub) -> None:
    await hub.change(
        "recordResult",
        two_provinces.PROVINCE,
        regionCode="32.73",
        instrumentId="spbe-2020",
        year=2021,
        kind="OFFICIAL",
        value="3.50",
        predicate="Baik",
        source="laporan",
    )
    query = '{ region(code: "32.73") { index(year: 2021) { index { display } predicate } } }'
    assert (await hub.query_data(query))["region"]["index"] == {
        "index": {"display": "3.50"},
        "predicate": "Baik",
    }


async def test_a_result_is_recorded_and_corrected(hub: Hub) -> None:
    printed = {
        "regionCode": "32.11",
        "instrumentId": "spbe-2020",
        "year": 2024,
        "kind": "OFFICIAL",
        "value": "4.15",
        "source": "KepmenPANRB",
    }
    recorded = await hub.change("recordResult", two_provinces.PROVINCE, **printed)
    assert recorded == {
        "__typename": "Assessment",
        "id": "32:assessment-32.11-spbe-2020-2024-official",
        "version": 1,
        "state": "PUBLISHED",
        "returnedReason": None,
        "score": {"index": {"value": "4.15"}, "predicate": "Sangat Baik", "claimedCount": 0},
    }
    domains = [
        {"number": number, "value": value}
        for number, value in ((4, "4.69"), (1, "5.00"), (3, "3.91"), (2, "4.30"))
    ]
    corrected = await hub.change(
        "recordResult",
        two_provinces.PROVINCE,
        **{**printed, "value": "4.51", "version": 1, "domains": domains, "note": "ralat"},
    )
    assert corrected == {
        **recorded,
        "version": 2,
        "score": {"index": {"value": "4.51"}, "predicate": "Memuaskan", "claimedCount": 0},
    }
    query = """
    { region(code: "32.11") {
      history { index { value } domains { number score { value } } provenance { note } }
    } }
    """
    assert (await hub.query_data(query))["region"]["history"] == [
        {
            "index": {"value": "4.51"},
            "domains": [
                {"number": 1, "score": {"value": "5.00"}},
                {"number": 2, "score": {"value": "4.30"}},
                {"number": 3, "score": {"value": "3.91"}},
                {"number": 4, "score": {"value": "4.69"}},
            ],
            "provenance": {"note": "ralat"},
        }
    ]
