"""Levels of many indicators that are claimed at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from engine.log.entry import Entry
from storage import log_entries
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.mutation_inputs import LEVEL_CLAIMS

DOCUMENT = {"title": "SK", "url": "https://example.id/sk"}
LEVELS = """
query ($id: ID!) { node(id: $id) { ... on Assessment {
  version state score { index { value } } levels { indicator level explanation evidence { title } }
} } }
"""


async def _list_new_entries(hub: Hub, count: int) -> list[Entry]:
    """Return the entries of 32.11 after the first `count` ones."""
    async with hub.instance.database.read() as session:
        return await log_entries.list_log_entries(session, "32.11", after=count)


async def _count_entries(hub: Hub) -> int:
    """Verify the hash chain of the log of 32.11, and return the number of its entries."""
    async with hub.instance.database.read() as session:
        return await log_entries.verify_log_chain(session, "32.11")


async def _stored_assessment(hub: Hub, id: str = two_provinces.DRAFT) -> dict[str, Any]:
    assessment: dict[str, Any] = (await hub.query_data(LEVELS, two_provinces.REGION, id=id))["node"]
    return assessment


async def test_claims_at_once_return_what_they_replace_and_lack(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment(level=None))
    first = await hub.change(
        "claimLevels",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        version=1,
        claims=[
            {"indicator": 20, "level": 4, "evidence": [DOCUMENT], "explanation": " sudah "},
            {"indicator": 6, "level": 3},
            {"indicator": 7, "level": 1},
        ],
    )
    assert first == {
        "__typename": "ClaimedLevels",
        "assessment": {
            "id": two_provinces.DRAFT,
            "version": 4,
            "state": "DRAFT",
            "score": {"index": {"value": "1.51"}},  # 1 + 3 * 0.15 + 2 * 0.03
        },
        "claims": [
            {"indicator": 20, "previousLevel": None, "level": 4, "warnings": []},
            {"indicator": 6, "previousLevel": None, "level": 3, "warnings": ["NO_EVIDENCE"]},
            {"indicator": 7, "previousLevel": None, "level": 1, "warnings": []},
        ],
    }
    second = await hub.change(
        "claimLevels",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        version=4,
        claims=[{"indicator": 20, "level": 2}],
    )
    assert second["claims"] == [
        {"indicator": 20, "previousLevel": 4, "level": 2, "warnings": ["NO_EVIDENCE"]}
    ]
    assert await _stored_assessment(hub) == {
        "version": 5,
        "state": "DRAFT",
        "score": {"index": {"value": "1.21"}},
        "levels": [
            {"indicator": 6, "level": 3, "explanation": None, "evidence": []},
            {"indicator": 7, "level": 1, "explanation": None, "evidence": []},
            {"indicator": 20, "level": 2, "explanation": None, "evidence": []},
        ],
    }


async def test_claims_at_once_write_the_entries_that_single_claims_write(hub: Hub) -> None:
    claims = [
        {"indicator": 20, "level": 5, "explanation": "sudah", "evidence": [DOCUMENT]},
        {"indicator": 1, "level": 4},
    ]
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    start = await _count_entries(hub)
    for version, claim in enumerate(claims, start=1):
        fields = {"assessmentId": two_provinces.DRAFT, "version": version, **claim}
        await hub.change("claimLevel", two_provinces.REGION, **fields)
    single_entries = await _list_new_entries(hub, start)
    await hub.change(
        "claimLevels",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        version=3,
        claims=claims,
    )
    joint_entries = await _list_new_entries(hub, start + 2)
    single, joint = (
        [
            (entry.kind, entry.actor, entry.subject, entry.visibility, dict(entry.body or {}))
            for entry in entries
        ]
        for entries in (single_entries, joint_entries)
    )
    assert [body.pop("version") for *_, body in single] == [2, 3]
    assert [body.pop("version") for *_, body in joint] == [4, 5]
    assert joint == single
    assert len({entry.at for entry in joint_entries}) == 1
    assert await _count_entries(hub) == start + 4


async def test_all_indicators_are_claimed_and_then_submitted(hub: Hub) -> None:
    started = await hub.change(
        "startAssessment",
        two_provinces.REGION,
        regionCode="32.11",
        instrumentId="spbe-2020",
        year=2025,
        kind="SELF",
    )
    cursor = await hub.cursor()
    claimed = await hub.change(
        "claimLevels",
        two_provinces.REGION,
        assessmentId=started["id"],
        version=1,
        claims=[
            {"indicator": number, "level": 3, "evidence": [DOCUMENT] * 20}
            for number in range(1, 48)
        ],
    )
    assert claimed["assessment"]["version"] == 48
    assert claimed["assessment"]["score"] == {"index": {"value": "3.00"}}
    assert await _list_events(hub, cursor) == {
        "LEVEL_CLAIMED": 47,
        "INDEX_CHANGED": 47,
        "VERIFICATION_CHANGED": 1,
    }
    submitted = await hub.change(
        "submitAssessment", two_provinces.REGION, id=started["id"], version=48
    )
    assert submitted["state"] == "SUBMITTED"


async def test_one_faulty_claim_prevents_all(any_hub: Hub) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    before = await any_hub.list_all_rows()
    claims = [{"indicator": 1, "level": 4}, {"indicator": 2, "level": 9}]
    answer = await any_hub.change(
        "claimLevels", two_provinces.REGION, **{**LEVEL_CLAIMS, "claims": claims}
    )
    assert answer == {
        "__typename": "InvalidClaims",
        "claims": [
            {"indicator": 2, "field": "level", "expected": "a level from 1 to 5", "got": "9"}
        ],
    }
    assert await any_hub.list_all_rows() == before


async def test_of_many_concurrent_claims_at_once_one_succeeds(any_hub: Hub) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    start = await _count_entries(any_hub)
    viewers = (two_provinces.REGION, two_provinces.PROVINCE, two_provinces.ADMIN)
    answers = await asyncio.gather(
        *(
            any_hub.change(
                "claimLevels",
                viewer,
                assessmentId=two_provinces.DRAFT,
                version=1,
                claims=[{"indicator": number, "level": level} for number in range(1, 21)],
            )
            for level, viewer in enumerate(viewers, start=3)
        )
    )
    assert Counter(answer["__typename"] for answer in answers) == {
        "ClaimedLevels": 1,
        "VersionConflict": 2,
    }
    for answer in answers:
        if answer["__typename"] == "VersionConflict":
            assert (answer["expectedVersion"], answer["currentVersion"]) == (1, 21)
    winner = [answer["__typename"] for answer in answers].index("ClaimedLevels") + 3
    stored = await _stored_assessment(any_hub)
    assert (stored["version"], stored["score"]["index"]["value"]) == (21, f"{winner}.00")
    assert {claim["level"] for claim in stored["levels"]} == {winner}
    assert await _count_entries(any_hub) == start + 20


async def test_claims_at_once_with_the_same_key_are_applied_once(any_hub: Hub) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    start = await _count_entries(any_hub)
    fields = {**LEVEL_CLAIMS, "idempotencyKey": "k"}
    answers = await asyncio.gather(
        *(any_hub.change("claimLevels", two_provinces.REGION, **fields) for _ in range(5))
    )
    assert answers == [answers[0]] * 5
    assert answers[0]["assessment"]["version"] == 3
    later = {"assessmentId": two_provinces.DRAFT, "indicator": 1, "level": 5, "version": 3}
    await any_hub.change("claimLevel", two_provinces.REGION, **later)
    assert await any_hub.change("claimLevels", two_provinces.REGION, **fields) == answers[0]
    assert await _count_entries(any_hub) == start + 3


async def test_a_key_of_one_claim_is_not_valid_for_the_same_claim_in_a_list(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    claim = {"indicator": 1, "level": 5}
    fields = {"assessmentId": two_provinces.DRAFT, "version": 1, "idempotencyKey": "k"}
    await hub.change("claimLevel", two_provinces.REGION, **fields, **claim)
    before = await hub.list_all_rows()
    answer = await hub.change("claimLevels", two_provinces.REGION, **fields, claims=[claim])
    assert answer == {"__typename": "IdempotencyKeyReused", "key": "k"}
    assert await hub.list_all_rows() == before


async def test_sixty_claims_fit_into_a_document_without_variables(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    claims = ", ".join(f"{{indicator: {number}, level: 4}}" for number in range(1, 61))
    document = f"""mutation {{ claimLevels(input: {{
      assessmentId: "{two_provinces.DRAFT}", version: 1, claims: [{claims}]
    }}) {{ ... on InvalidClaims {{ claims {{ indicator }} }} }} }}"""
    data = await hub.query_data(document, two_provinces.REGION)
    assert data["claimLevels"]["claims"] == [{"indicator": number} for number in range(21, 61)]


async def _list_events(hub: Hub, after: str) -> Counter[str]:
    query = "query ($after: Cursor!) { events(after: $after, first: 500) { nodes { eventKind } } }"
    data = await hub.query_data(query, two_provinces.REGION, after=after)
    return Counter(event["eventKind"] for event in data["events"]["nodes"])
