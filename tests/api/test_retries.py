"""Concurrent changes of one object, and idempotency keys of requests that are sent twice."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.model import Role, Viewer
from storage import log_entries
from tests.api import two_provinces
from tests.api.hub import Hub

NEW = {
    "regionCode": "32.11",
    "opdId": "32.11:opd-dinkes",
    "name": "Sehat",
    "idempotencyKey": "4f1c",
}


async def _count_entries(hub: Hub, region: str = "32.11") -> int:
    """Verify the hash chain of a region's log, and return the number of its entries."""
    async with hub.instance.database.read() as session:
        return await log_entries.verify_log_chain(session, region)


def _kinds(answers: list[dict[str, Any]]) -> list[str]:
    return sorted(answer["__typename"] for answer in answers)


async def test_of_two_concurrent_claims_one_succeeds_and_the_other_conflicts(
    any_hub: Hub,
) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    before = await _count_entries(any_hub)
    answers = await asyncio.gather(
        *(
            any_hub.change(
                "claimLevel",
                viewer,
                assessmentId=two_provinces.DRAFT,
                indicator=20,
                level=level,
                version=1,
            )
            for viewer, level in ((two_provinces.REGION, 4), (two_provinces.PROVINCE, 5))
        )
    )
    assert _kinds(answers) == ["Assessment", "VersionConflict"]
    [won] = [answer for answer in answers if answer["__typename"] == "Assessment"]
    [lost] = [answer for answer in answers if answer["__typename"] == "VersionConflict"]
    assert lost == {
        "__typename": "VersionConflict",
        "id": two_provinces.DRAFT,
        "expectedVersion": 1,
        "currentVersion": 2,
    }
    level = answers.index(won) + 4
    assert won["score"]["index"]["value"] == {4: "3.15", 5: "3.30"}[level]
    query = (
        '{ region(code: "32.11") { assessments { nodes { version levels { indicator level } } } } }'
    )
    [stored] = (await any_hub.query_data(query, two_provinces.REGION))["region"]["assessments"][
        "nodes"
    ]
    assert (stored["version"], stored["levels"][19]) == (2, {"indicator": 20, "level": level})
    assert await _count_entries(any_hub) == before + 1


async def test_of_many_concurrent_changes_of_one_application_one_succeeds(any_hub: Hub) -> None:
    before = await _count_entries(any_hub)
    answers = await asyncio.gather(
        *(
            any_hub.change(
                "updateApplication",
                two_provinces.ADMIN,
                id="32.11:application-health",
                version=1,
                name=f"Nama {number}",
            )
            for number in range(8)
        )
    )
    assert _kinds(answers) == ["Application", *["VersionConflict"] * 7]
    assert await _count_entries(any_hub) == before + 1


async def test_of_many_concurrent_starts_one_creates_the_assessment(any_hub: Hub) -> None:
    fields = {"regionCode": "32.11", "instrumentId": "pemdi-2026", "year": 2026, "kind": "SELF"}
    answers = await asyncio.gather(
        *(any_hub.change("startAssessment", two_provinces.REGION, **fields) for _ in range(5))
    )
    assert _kinds(answers) == [*["AlreadyExists"] * 4, "Assessment"]
    assert len({answer["id"] for answer in answers}) == 1


async def test_a_retry_returns_the_first_result_after_later_changes(any_hub: Hub) -> None:
    first = await any_hub.change("registerApplication", two_provinces.OPD, **NEW)
    changed = await any_hub.change(
        "updateApplication", two_provinces.OPD, id=first["id"], version=1, name="Sehat Selalu"
    )
    entries = await _count_entries(any_hub)
    assert await any_hub.change("registerApplication", two_provinces.OPD, **NEW) == first
    assert await _count_entries(any_hub) == entries
    query = "query ($id: ID!) { node(id: $id) { ... on Application { name version } } }"
    assert (await any_hub.query_data(query, id=first["id"]))["node"] == {
        "name": changed["name"],
        "version": 2,
    }


async def test_the_same_key_sent_many_times_at_once_is_applied_once(any_hub: Hub) -> None:
    before = await _count_entries(any_hub)
    answers = await asyncio.gather(
        *(any_hub.change("registerApplication", two_provinces.OPD, **NEW) for _ in range(8))
    )
    assert answers == [answers[0]] * 8
    assert answers[0]["__typename"] == "Application"
    assert await _count_entries(any_hub) == before + 1


async def test_a_retried_claim_is_no_version_conflict(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    fields = {
        "assessmentId": two_provinces.DRAFT,
        "indicator": 20,
        "level": 5,
        "version": 1,
        "evidence": [{"title": "SK", "url": "https://example.id/sk"}],
        "idempotencyKey": "k",
    }
    first = await hub.change("claimLevel", two_provinces.REGION, **fields)
    assert (first["version"], first["score"]["index"]["value"]) == (2, "3.30")
    other_claim = await hub.change(
        "claimLevel",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        indicator=1,
        level=5,
        version=2,
    )
    assert other_claim["version"] == 3
    assert await hub.change("claimLevel", two_provinces.REGION, **fields) == first


async def test_a_retry_returns_the_first_result_although_its_input_is_now_invalid(hub: Hub) -> None:
    fields = {
        "sourceId": "32.11:application-health",
        "targetId": "32.73:application-budget",
        "dataObject": "belanja",
        "mode": "API",
        "idempotencyKey": "k",
    }
    first = await hub.change("connectApplications", two_provinces.OPD, **fields)
    await hub.change(
        "retireApplication", two_provinces.OPD, id="32.11:application-health", version=1
    )
    assert await hub.change("connectApplications", two_provinces.OPD, **fields) == first


async def test_a_refused_change_does_not_use_up_its_key(hub: Hub) -> None:
    problem = await hub.change("registerApplication", two_provinces.OPD, **{**NEW, "name": ""})
    assert problem["__typename"] == "InvalidInput"
    application = await hub.change("registerApplication", two_provinces.OPD, **NEW)
    assert application["__typename"] == "Application"


async def test_a_key_is_valid_for_one_input_and_one_mutation(hub: Hub) -> None:
    await hub.change("registerApplication", two_provinces.REGION, **NEW)
    before = await hub.list_all_rows()
    reused = {"__typename": "IdempotencyKeyReused", "key": "4f1c"}
    other_fields = {**NEW, "name": "Lain"}
    assert await hub.change("registerApplication", two_provinces.REGION, **other_fields) == reused
    retired = {"id": "32.11:application-health", "version": 1, "idempotencyKey": "4f1c"}
    assert await hub.change("retireApplication", two_provinces.REGION, **retired) == reused
    assert await hub.list_all_rows() == before


async def test_a_key_belongs_to_its_sender(hub: Hub) -> None:
    first = await hub.change("registerApplication", two_provinces.OPD, **NEW)
    problem = await hub.change("registerApplication", two_provinces.REGION, **NEW)
    assert problem == {"__typename": "AlreadyExists", "id": first["id"]}


async def test_a_key_does_not_reveal_the_result_of_another_scope(hub: Hub) -> None:
    await hub.change("registerApplication", two_provinces.REGION, **NEW)
    namesake = Viewer(two_provinces.REGION.subject, Role.REGION, frozenset({"32.73"}))
    answer = await hub.change("registerApplication", namesake, **NEW)
    assert answer == {"__typename": "IdempotencyKeyReused", "key": "4f1c"}
