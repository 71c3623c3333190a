"""Concurrent changes of one object, and requests that a client sends twice."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.model import Role, Viewer
from storage import log
from tests.api import places
from tests.api.hub import Hub

NEW = {
    "region": "32.11",
    "opd": "opd-32.11.dinkes",
    "name": "Sehat",
    "idempotencyKey": "4f1c",
}


async def _entries(hub: Hub, region: str = "32.11") -> int:
    """Verify the hash chain of a region's log, and return the number of its entries."""
    async with hub.instance.database.read() as session:
        return await log.verify_log_chain(session, region)


def _kinds(answers: list[dict[str, Any]]) -> list[str]:
    return sorted(answer["__typename"] for answer in answers)


async def test_of_two_who_claim_at_once_one_wins_and_the_other_sees_the_version(
    any_hub: Hub,
) -> None:
    await places.begin(any_hub, places.assessment())
    before = await _entries(any_hub)
    answers = await asyncio.gather(
        *(
            any_hub.change(
                "claimLevel", viewer, assessment=places.DRAFT, indicator=20, level=level, version=1
            )
            for viewer, level in ((places.REGION, 4), (places.PROVINCE, 5))
        )
    )
    assert _kinds(answers) == ["Assessment", "VersionConflict"]
    [won] = [each for each in answers if each["__typename"] == "Assessment"]
    [lost] = [each for each in answers if each["__typename"] == "VersionConflict"]
    assert lost == {
        "__typename": "VersionConflict",
        "id": places.DRAFT,
        "expectedVersion": 1,
        "currentVersion": 2,
    }
    level = answers.index(won) + 4
    assert won["score"]["value"] == {4: "3.15", 5: "3.30"}[level]
    asked = '{ region(code: "32.11") { assessments { version levels { indicator level } } } }'
    [kept] = (await any_hub.ask(asked, places.REGION))["region"]["assessments"]
    assert (kept["version"], kept["levels"][19]) == (2, {"indicator": 20, "level": level})
    assert await _entries(any_hub) == before + 1


async def test_many_who_change_one_application_at_once_leave_one_change(any_hub: Hub) -> None:
    before = await _entries(any_hub)
    answers = await asyncio.gather(
        *(
            any_hub.change(
                "updateApplication",
                places.ADMIN,
                id="application-health",
                version=1,
                name=f"Nama {number}",
            )
            for number in range(8)
        )
    )
    assert _kinds(answers) == ["Application", *["VersionConflict"] * 7]
    assert await _entries(any_hub) == before + 1


async def test_of_many_who_start_the_same_assessment_one_does(any_hub: Hub) -> None:
    asked = {"region": "32.11", "instrument": "pemdi-2026", "year": 2026, "kind": "SELF"}
    answers = await asyncio.gather(
        *(any_hub.change("startAssessment", places.REGION, **asked) for _ in range(5))
    )
    assert _kinds(answers) == [*["AlreadyExists"] * 4, "Assessment"]
    assert len({answer["id"] for answer in answers}) == 1


async def test_a_retry_gets_the_first_answer_whatever_came_between(any_hub: Hub) -> None:
    first = await any_hub.change("registerApplication", places.OPD, **NEW)
    changed = await any_hub.change(
        "updateApplication", places.OPD, id=first["id"], version=1, name="Sehat Selalu"
    )
    entries = await _entries(any_hub)
    assert await any_hub.change("registerApplication", places.OPD, **NEW) == first
    assert await _entries(any_hub) == entries
    now = "query ($id: ID!) { node(id: $id) { ... on Application { name version } } }"
    assert (await any_hub.ask(now, id=first["id"]))["node"] == {
        "name": changed["name"],
        "version": 2,
    }


async def test_the_same_key_sent_many_times_at_once_is_applied_once(any_hub: Hub) -> None:
    before = await _entries(any_hub)
    answers = await asyncio.gather(
        *(any_hub.change("registerApplication", places.OPD, **NEW) for _ in range(8))
    )
    assert answers == [answers[0]] * 8
    assert answers[0]["__typename"] == "Application"
    assert await _entries(any_hub) == before + 1


async def test_a_retried_claim_is_no_version_conflict(hub: Hub) -> None:
    await places.begin(hub, places.assessment())
    asked = {
        "assessment": places.DRAFT,
        "indicator": 20,
        "level": 5,
        "version": 1,
        "evidence": [{"title": "SK", "url": "https://example.id/sk"}],
        "idempotencyKey": "k",
    }
    first = await hub.change("claimLevel", places.REGION, **asked)
    assert (first["version"], first["score"]["value"]) == (2, "3.30")
    other = await hub.change(
        "claimLevel", places.REGION, assessment=places.DRAFT, indicator=1, level=5, version=2
    )
    assert other["version"] == 3
    assert await hub.change("claimLevel", places.REGION, **asked) == first


async def test_a_retry_is_answered_also_when_its_input_would_be_refused_by_now(hub: Hub) -> None:
    asked = {
        "source": "application-health",
        "target": "application-budget",
        "dataObject": "belanja",
        "mode": "API",
        "idempotencyKey": "k",
    }
    first = await hub.change("connectApplications", places.OPD, **asked)
    await hub.change("retireApplication", places.OPD, id="application-health", version=1)
    assert await hub.change("connectApplications", places.OPD, **asked) == first


async def test_a_refused_change_does_not_use_up_its_key(hub: Hub) -> None:
    refused = await hub.change("registerApplication", places.OPD, **{**NEW, "name": ""})
    assert refused["__typename"] == "InvalidInput"
    done = await hub.change("registerApplication", places.OPD, **NEW)
    assert done["__typename"] == "Application"


async def test_a_key_is_good_for_one_input_and_one_mutation(hub: Hub) -> None:
    await hub.change("registerApplication", places.REGION, **NEW)
    before = await hub.everything()
    reused = {"__typename": "IdempotencyKeyReused", "key": "4f1c"}
    other = {**NEW, "name": "Lain"}
    assert await hub.change("registerApplication", places.REGION, **other) == reused
    retired = {"id": "application-health", "version": 1, "idempotencyKey": "4f1c"}
    assert await hub.change("retireApplication", places.REGION, **retired) == reused
    assert await hub.everything() == before


async def test_a_key_belongs_to_who_sent_it(hub: Hub) -> None:
    first = await hub.change("registerApplication", places.OPD, **NEW)
    other = await hub.change("registerApplication", places.REGION, **NEW)
    assert other == {"__typename": "AlreadyExists", "id": first["id"]}


async def test_a_key_does_not_open_what_another_scope_was_answered(hub: Hub) -> None:
    await hub.change("registerApplication", places.REGION, **NEW)
    namesake = Viewer(places.REGION.subject, Role.REGION, frozenset({"32.73"}))
    answer = await hub.change("registerApplication", namesake, **NEW)
    assert answer == {"__typename": "IdempotencyKeyReused", "key": "4f1c"}
