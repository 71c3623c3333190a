"""Every problem that a mutation may answer with: what it says, and that nothing has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLUnionType, build_schema

from engine.log.source import Source, SourceState
from engine.model import (
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
)
from schema.schema import schema
from storage.ownership import follow
from tests.api import places
from tests.api.hub import Hub, copied, running

Given = dict[str, Any]

OFFICE, HEALTH, BUDGET = "application-office", "application-health", "application-budget"
RESULT = "assessment-32.11-spbe-2020-2024-official"
USED: Given = {"idempotencyKey": "used"}
EMPTY_KEY: Given = {"idempotencyKey": ""}

NEW: Given = {"region": "32.11", "opd": "opd-32.11.dinkes", "name": "Baru"}
DRAWN: Given = {"source": OFFICE, "target": HEALTH, "dataObject": "pasien", "mode": "API"}
STARTED: Given = {"region": "32.11", "instrument": "pemdi-2026", "year": 2027, "kind": "SELF"}
CLAIMED: Given = {"assessment": places.DRAFT, "indicator": 1, "level": 4, "version": 1}
DECIDED: Given = {
    "region": "32.11",
    "id": "1e5104fa6d737e3cc881e18100e9b310",  # replace E-Office by SRIKANDI
    "inputs": "old",
    "decision": "REJECT",
    "reason": "dipakai",
}
PAPER = [{"title": "Berita acara", "url": "https://a.id/ba"}]
POLICY: Given = {
    "region": "32.11",
    "year": 2020,
    "title": "Perbup",
    "url": "https://a.id/perbup",
}
EDITED: Given = {
    "region": "32.11",
    "instrument": "spbe-2020",
    "steps": [{"indicator": 36, "level": 4, "effort": "2.5"}],
}
PRINTED: Given = {
    "region": "32.11",
    "instrument": "spbe-2020",
    "year": 2023,
    "kind": "OFFICIAL",
    "value": "4.14",
    "source": "laporan",
}


def _the(id: str, version: int = 1, /, **more: object) -> Given:
    return {"id": id, "version": version, **more}


def _not_found(id: str) -> Given:
    return {"__typename": "NotFound", "id": id}


def _invalid(field: str, expected: str, got: str) -> Given:
    return {"__typename": "InvalidInput", "field": field, "expected": expected, "got": got}


def _conflict(id: str, expected: int, current: int) -> Given:
    return {
        "__typename": "VersionConflict",
        "id": id,
        "expectedVersion": expected,
        "currentVersion": current,
    }


def _exists(id: str) -> Given:
    return {"__typename": "AlreadyExists", "id": id}


def _state(id: str, was: str, *allowed: str) -> Given:
    return {"__typename": "WrongState", "id": id, "currentState": was, "allowed": list(allowed)}


ELSEWHERE: Given = {"__typename": "OwnedElsewhere"}
REUSED: Given = {"__typename": "IdempotencyKeyReused", "key": "used"}
NO_KEY = _invalid("idempotencyKey", "1 to 128 characters", "0 characters")
WEB = "an address that begins with http:// or https:// and names a host"
FIGURE = "a number with two decimals from 1.00 to 5.00"
NEW_OPD: Given = {"region": "32.11", "name": "Dinas Baru", "kind": "DEPARTMENT"}
EDITABLE = ("DRAFT", "RETURNED")

REFUSALS: dict[str, list[tuple[Given, Given]]] = {
    "registerOpd": [
        ({**NEW_OPD, "region": "99.99"}, _not_found("99.99")),
        ({**NEW_OPD, "name": " "}, _invalid("name", "1 to 200 characters", "0")),
        ({**NEW_OPD, "name": "x" * 201}, _invalid("name", "1 to 200 characters", "201")),
        ({**NEW_OPD, "acronym": "x" * 51}, _invalid("acronym", "0 to 50 characters", "51")),
        (
            {**NEW_OPD, "parent": "opd-32.73.diskominfo"},
            _invalid("parent", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        ({**NEW_OPD, "name": "DINAS  kesehatan"}, _exists("opd-32.11.dinkes")),
        ({**NEW_OPD, "acronym": "DINKES"}, _exists("opd-32.11.dinkes")),
        ({**NEW_OPD, **EMPTY_KEY}, NO_KEY),
        ({**NEW_OPD, **USED}, REUSED),
    ],
    "registerApplication": [
        ({**NEW, "region": "99.99"}, _not_found("99.99")),
        ({**NEW, "region": "9" * 65}, _not_found("9" * 65)),
        ({**NEW, "name": " \n "}, _invalid("name", "1 to 200 characters", "0")),
        ({**NEW, "name": "x" * 201}, _invalid("name", "1 to 200 characters", "201")),
        ({**NEW, "function": "x" * 2001}, _invalid("function", "0 to 2000 characters", "2001")),
        ({**NEW, "platform": "x" * 201}, _invalid("platform", "0 to 200 characters", "201")),
        ({**NEW, "url": "ftp://example.id"}, _invalid("url", WEB, "ftp://example.id")),
        ({**NEW, "url": "https://"}, _invalid("url", WEB, "https://")),
        ({**NEW, "url": "https://-"}, _invalid("url", WEB, "https://-")),
        ({**NEW, "url": "http://a b"}, _invalid("url", WEB, "http://a b")),
        ({**NEW, "year": 1979}, _invalid("year", "a year from 1980 to 2031", "1979")),
        ({**NEW, "year": 2032}, _invalid("year", "a year from 1980 to 2031", "2032")),
        (
            {**NEW, "opd": "opd-32.73.diskominfo"},
            _invalid("opd", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        ({**NEW, "opd": "opd-99"}, _invalid("opd", "an OPD of region 32.11", "opd-99")),
        (
            {**NEW, "commonApplication": "no-such"},
            _invalid("commonApplication", "the id of a common application", "no-such"),
        ),
        ({**NEW, **EMPTY_KEY}, NO_KEY),
        (
            {**NEW, "idempotencyKey": "k" * 129},
            _invalid("idempotencyKey", "1 to 128 characters", "129 characters"),
        ),
        ({**NEW, "name": " WAKEPO "}, _exists(HEALTH)),
        ({**NEW, **USED}, REUSED),
    ],
    "updateApplication": [
        (_the(HEALTH, name=None), _invalid("name", "a value, or to be left out", "null")),
        (_the("application-99", name="x"), _not_found("application-99")),
        (_the(HEALTH, name=""), _invalid("name", "1 to 200 characters", "0")),
        (
            _the(HEALTH, status="RETIRED"),
            _invalid("status", "a status other than RETIRED: retire it", "RETIRED"),
        ),
        (
            _the(HEALTH, opd="opd-32.73.diskominfo"),
            _invalid("opd", "an OPD of region 32.11", "opd-32.73.diskominfo"),
        ),
        (_the(HEALTH, name="e-office", opd="opd-32.11.diskominfo"), _exists(OFFICE)),
        (_the(HEALTH, 2, name="x"), _conflict(HEALTH, 2, 1)),
        (
            _the("application-old", name="x"),
            _state("application-old", "RETIRED", "any other status"),
        ),
        (_the(HEALTH, name="x", **USED), REUSED),
    ],
    "retireApplication": [
        (_the("application-99"), _not_found("application-99")),
        (_the(HEALTH, reason="x" * 2001), _invalid("reason", "0 to 2000 characters", "2001")),
        (_the(HEALTH, 7), _conflict(HEALTH, 7, 1)),
        (_the("application-old"), _state("application-old", "RETIRED", "any other status")),
        (_the(HEALTH, **USED), REUSED),
    ],
    "connectApplications": [
        ({**DRAWN, "source": "application-99"}, _not_found("application-99")),
        ({**DRAWN, "target": "application-98"}, _not_found("application-98")),
        (
            {**DRAWN, "target": OFFICE},
            _invalid("target", "another application than the source", OFFICE),
        ),
        ({**DRAWN, "target": None}, _invalid("targetName", "1 to 300 characters", "0")),
        ({**DRAWN, "dataObject": " "}, _invalid("dataObject", "1 to 300 characters", "0")),
        ({**DRAWN, "status": "WITHDRAWN"}, _invalid("status", "PLANNED or ACTIVE", "WITHDRAWN")),
        (
            {**DRAWN, "evidence": [{"title": "MoU", "url": "javascript:alert(1)"}]},
            _invalid("evidence.url", WEB, "javascript:alert(1)"),
        ),
        (
            {**DRAWN, "evidence": [{"title": "", "url": "https://example.id"}]},
            _invalid("evidence.title", "1 to 300 characters", "0"),
        ),
        (
            {**DRAWN, "evidence": [{"title": "MoU", "url": "https://example.id"}] * 21},
            _invalid("evidence", "at most 20 links", "21"),
        ),
        ({**DRAWN, "target": BUDGET, "dataObject": "GAJI"}, _exists("integration-drawn")),
        (
            {**DRAWN, "target": "application-old"},
            _state("application-old", "RETIRED", "an application in use"),
        ),
        (
            {**DRAWN, "source": "application-old"},
            _state("application-old", "RETIRED", "an application in use"),
        ),
        ({**DRAWN, **USED}, REUSED),
    ],
    "simulateAssessment": [
        ({"assessment": "assessment-99", "levels": []}, _not_found("assessment-99")),
        (
            {"assessment": places.DRAFT, "levels": [{"indicator": 21, "level": 3}]},
            _invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        (
            {"assessment": places.DRAFT, "levels": [{"indicator": 1, "level": 6}]},
            _invalid("level", "a level from 1 to 5", "6"),
        ),
        (
            {"assessment": RESULT, "levels": []},
            _invalid("assessment", "one with levels, or with all domain values", RESULT),
        ),
        ({"assessment": places.DRAFT, "levels": [], **USED}, REUSED),
    ],
    "documentIntegration": [
        (_the("integration-99", evidence=PAPER), _not_found("integration-99")),
        (
            _the("integration-drawn", evidence=[]),
            _invalid("evidence", "one link at least", "none"),
        ),
        (
            _the("integration-drawn", evidence=[{**PAPER[0], "dated": "2026-11-25"}]),
            _invalid("evidence.dated", "a day up to 2026-11-24", "2026-11-25"),
        ),
        (_the("integration-drawn", 2, evidence=PAPER), _conflict("integration-drawn", 2, 1)),
        (
            _the("integration-withdrawn", evidence=PAPER),
            _state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (_the("integration-drawn", evidence=PAPER, **USED), REUSED),
    ],
    "correctFunction": [
        ({"application": "application-99", "function": None}, _not_found("application-99")),
        (
            {"application": HEALTH, "function": "cooking"},
            _invalid("function", "the id of a function", "cooking"),
        ),
        ({"application": HEALTH, "function": None, **USED}, REUSED),
    ],
    "exemptOpd": [
        ({"opd": "opd-none", "reason": ""}, _not_found("opd-none")),
        (
            {"opd": "opd-32.11.dinkes", "reason": "x" * 2001},
            _invalid("reason", "0 to 2000 characters", "2001"),
        ),
        ({"opd": "opd-32.11.dinkes", "reason": "", **USED}, REUSED),
    ],
    "recordDevelopmentPolicy": [
        ({**POLICY, "region": "99.99"}, _not_found("99.99")),
        ({**POLICY, "year": 2027}, _invalid("year", "a year from 1980 to 2026", "2027")),
        (
            {**POLICY, "url": "perbup.pdf"},
            _invalid("url", WEB, "perbup.pdf"),
        ),
        ({**POLICY, **USED}, REUSED),
    ],
    "editEffort": [
        ({**EDITED, "region": "99.99"}, _not_found("99.99")),
        (
            {**EDITED, "instrument": "spbe-1999"},
            _invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe-1999"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 48, "level": 2, "effort": None}]},
            _invalid("steps[0]", "a step of spbe-2020", "indicator 48, level 2"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 1, "level": 2, "effort": "1e3"}]},
            _invalid("steps[0].effort", "a decimal with at most two places, as 2.5", "1e3"),
        ),
        (
            {**EDITED, "steps": [{"indicator": 1, "level": 2, "effort": "0"}]},
            _invalid(
                "steps", "a number above 0, up to 1000, with at most two decimals", "0 for 1 at 2"
            ),
        ),
        ({**EDITED, **USED}, REUSED),
    ],
    "confirmIntegration": [
        (_the("integration-99"), _not_found("integration-99")),
        (
            _the("integration-outside"),
            _invalid("id", "an integration whose target is in an inventory", "integration-outside"),
        ),
        (_the("integration-drawn", 2), _conflict("integration-drawn", 2, 1)),
        (
            _the("integration-withdrawn"),
            _state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (_the("integration-drawn", **USED), REUSED),
    ],
    "withdrawIntegration": [
        (_the("integration-99"), _not_found("integration-99")),
        (_the("integration-drawn", **EMPTY_KEY), NO_KEY),
        (_the("integration-drawn", 2), _conflict("integration-drawn", 2, 1)),
        (
            _the("integration-withdrawn"),
            _state("integration-withdrawn", "WITHDRAWN", "PLANNED", "ACTIVE"),
        ),
        (_the("integration-drawn", **USED), REUSED),
    ],
    "attestInventory": [
        ({"opd": "opd-none"}, _not_found("opd-none")),
        ({"opd": "opd-32.11.dinkes", **EMPTY_KEY}, NO_KEY),
        ({"opd": "opd-32.11.dinkes", **USED}, REUSED),
    ],
    "decideProposal": [
        ({**DECIDED, "region": "99.99"}, _not_found("99.99")),
        ({**DECIDED, "id": "none"}, _not_found("none")),
        (
            DECIDED,
            _invalid("inputs", "those that the proposal has now: read it again", "'old'"),
        ),
        ({**DECIDED, "reason": " "}, _invalid("reason", "1 to 2000 characters", "0")),
        (
            {**DECIDED, "decision": "DEFER", "reason": "x" * 2001},
            _invalid("reason", "0 to 2000 characters", "2001"),
        ),
        ({**DECIDED, **EMPTY_KEY}, NO_KEY),
        ({**DECIDED, **USED}, REUSED),
    ],
    "startAssessment": [
        ({**STARTED, "region": "99.99"}, _not_found("99.99")),
        (
            {**STARTED, "instrument": "pemdi"},
            _invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "pemdi"),
        ),
        ({**STARTED, "year": 2025}, _invalid("year", "a year from 2026 to 2036", "2025")),
        ({**STARTED, "year": 2037}, _invalid("year", "a year from 2026 to 2036", "2037")),
        (
            {**STARTED, "instrument": "spbe-2020", "year": 2026},
            _invalid("year", "a year from 2021 to 2025", "2026"),
        ),
        ({**STARTED, "year": 2026}, _exists(places.DRAFT)),
        ({**STARTED, **USED}, REUSED),
    ],
    "claimLevel": [
        ({**CLAIMED, "assessment": "assessment-99"}, _not_found("assessment-99")),
        (
            {**CLAIMED, "indicator": 0},
            _invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "0"),
        ),
        (
            {**CLAIMED, "indicator": 21},
            _invalid("indicator", "an indicator of pemdi-2026, 1 to 20", "21"),
        ),
        ({**CLAIMED, "level": 0}, _invalid("level", "a level from 1 to 5", "0")),
        ({**CLAIMED, "level": 6}, _invalid("level", "a level from 1 to 5", "6")),
        (
            {**CLAIMED, "explanation": "x" * 10_001},
            _invalid("explanation", "0 to 10000 characters", "10001"),
        ),
        (
            {**CLAIMED, "evidence": [{"title": "SK", "url": "file:///etc/passwd"}]},
            _invalid("evidence.url", WEB, "file:///etc/passwd"),
        ),
        ({**CLAIMED, "version": 0}, _conflict(places.DRAFT, 0, 1)),
        (
            {**CLAIMED, "assessment": "assessment-submitted"},
            _state("assessment-submitted", "SUBMITTED", *EDITABLE),
        ),
        (
            {**CLAIMED, "assessment": "assessment-published"},
            _state("assessment-published", "PUBLISHED", *EDITABLE),
        ),
        ({**CLAIMED, "assessment": RESULT}, _state(RESULT, "PUBLISHED", *EDITABLE)),
        ({**CLAIMED, **USED}, REUSED),
    ],
    "submitAssessment": [
        (_the("assessment-99"), _not_found("assessment-99")),
        (_the(places.DRAFT, **EMPTY_KEY), NO_KEY),
        (_the(places.DRAFT, 3), _conflict(places.DRAFT, 3, 1)),
        (
            _the("assessment-submitted"),
            _state("assessment-submitted", "SUBMITTED", *EDITABLE),
        ),
        (
            _the("assessment-empty"),
            {
                "__typename": "IncompleteAssessment",
                "id": "assessment-empty",
                "missing": list(range(1, 21)),
            },
        ),
        (_the(places.DRAFT, **USED), REUSED),
    ],
    "returnAssessment": [
        (_the("assessment-99", reason="x"), _not_found("assessment-99")),
        (
            _the("assessment-submitted", reason=" "),
            _invalid("reason", "1 to 2000 characters", "0"),
        ),
        (
            _the("assessment-submitted", 2, reason="x"),
            _conflict("assessment-submitted", 2, 1),
        ),
        (_the(places.DRAFT, reason="x"), _state(places.DRAFT, "DRAFT", "SUBMITTED")),
        (_the("assessment-submitted", reason="x", **USED), REUSED),
    ],
    "publishAssessment": [
        (_the("assessment-99"), _not_found("assessment-99")),
        (
            _the("assessment-simulation"),
            _invalid("id", "an assessment that is not a simulation", "assessment-simulation"),
        ),
        (_the("assessment-submitted", 2), _conflict("assessment-submitted", 2, 1)),
        (_the(places.DRAFT), _state(places.DRAFT, "DRAFT", "SUBMITTED")),
        (
            _the("assessment-published"),
            _state("assessment-published", "PUBLISHED", "SUBMITTED"),
        ),
        (_the("assessment-submitted", **USED), REUSED),
    ],
    "recordResult": [
        (
            {**PRINTED, "predicate": "Hebat"},
            _invalid("predicate", "one of Memuaskan, Sangat Baik, Baik, Cukup, Kurang", "'Hebat'"),
        ),
        (
            {**PRINTED, "kind": "SIMULATION"},
            _invalid("kind", "a kind that is published", "SIMULATION"),
        ),
        ({**PRINTED, "region": "99.99"}, _not_found("99.99")),
        (
            {**PRINTED, "version": 1},
            _not_found("assessment-32.11-spbe-2020-2023-official"),
        ),
        *(
            ({**PRINTED, "value": value}, _invalid("value", FIGURE, repr(value)))
            for value in ("", "4", "4.5", "4,50", "0.99", "5.01", "+4.50", "4.510", "٤.٥٠", "NaN")
        ),
        (
            {**PRINTED, "domains": [{"number": 1, "value": "4.00"}]},
            _invalid("domains", "none, or each of 1, 2, 3, 4 once", "1"),
        ),
        (
            {
                **PRINTED,
                "domains": [{"number": number, "value": "4.00"} for number in (1, 2, 3, 3)],
            },
            _invalid("domains", "none, or each of 1, 2, 3, 4 once", "1, 2, 3, 3"),
        ),
        (
            {
                **PRINTED,
                "domains": [{"number": number, "value": f"{number}.0"} for number in (1, 2, 3, 4)],
            },
            _invalid("domains.1", FIGURE, "'1.0'"),
        ),
        ({**PRINTED, "source": ""}, _invalid("source", "1 to 1000 characters", "0")),
        ({**PRINTED, "note": "x" * 1001}, _invalid("note", "0 to 1000 characters", "1001")),
        (
            {**PRINTED, "instrument": "spbe"},
            _invalid("instrument", "one of spbe-2018, spbe-2020, pemdi-2026", "spbe"),
        ),
        ({**PRINTED, "year": 2026}, _invalid("year", "a year from 2021 to 2025", "2026")),
        ({**PRINTED, "year": 2024}, _exists(RESULT)),
        (
            {**PRINTED, "instrument": "pemdi-2026", "year": 2026, "kind": "SELF", "version": 1},
            _exists(places.DRAFT),
        ),
        ({**PRINTED, "year": 2024, "version": 2}, _conflict(RESULT, 2, 1)),
        ({**PRINTED, **USED}, REUSED),
    ],
}


async def _prepare(hub: Hub) -> None:
    await places.settle(hub)
    old = replace(
        places.APPLICATIONS[1], id="application-old", name="Lama", status=ApplicationStatus.RETIRED
    )
    await hub.record(EventKind.APPLICATION_RETIRED, "32.11", old.id, old)
    drawn = Integration(
        id="integration-drawn",
        region="32.11",
        source=OFFICE,
        target=BUDGET,
        target_name="e-Budgeting",
        data_object="gaji",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=0,
        version=1,
        provenance=places.SOURCE,
    )
    outside = replace(drawn, id="integration-outside", target=None, target_name="SIPD")
    gone = replace(drawn, id="integration-withdrawn", status=IntegrationStatus.WITHDRAWN)
    for each in (drawn, outside, gone):
        await hub.record(EventKind.INTEGRATION_CONNECTED, "32.11", each.id, each)
    for id, kind, state, level in (
        (places.DRAFT, AssessmentKind.SELF, AssessmentState.DRAFT, 3),
        ("assessment-empty", AssessmentKind.TARGET, AssessmentState.DRAFT, None),
        ("assessment-submitted", AssessmentKind.INTERIM, AssessmentState.SUBMITTED, 3),
        ("assessment-simulation", AssessmentKind.SIMULATION, AssessmentState.SUBMITTED, 3),
        ("assessment-published", AssessmentKind.EXTERNAL, AssessmentState.PUBLISHED, 3),
    ):
        await places.begin(hub, places.assessment(id, kind=kind, state=state, level=level))
    recorded = await hub.change(
        "recordResult", places.ADMIN, **{**PRINTED, "year": 2024, "idempotencyKey": "used"}
    )
    assert recorded["id"] == RESULT


@pytest.fixture(scope="module")
def prepared_template(filled: Callable[[Callable[[Hub], Awaitable[None]]], Path]) -> Path:
    return filled(_prepare)


@pytest.fixture
async def prepared(prepared_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """Something in each state, and the key `used` by the administrator."""
    async with running(copied(prepared_template, tmp_path)) as hub:
        yield hub


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_another_instance_owns_is_changed_there(prepared: Hub, name: str) -> None:
    owner = "wss://example.go.id/graphql"
    async with prepared.instance.database.write() as session:
        for code in ("32.11", "32.73"):
            await follow(session, Source(code, owner, SourceState.UNREACHABLE, None))
    before = await prepared.everything()
    given, problem = REFUSALS[name][-1]
    assert problem == REUSED  # there is nothing else wrong with it
    given = {**given, "idempotencyKey": "another"}
    assert await prepared.change(name, places.ADMIN, **given) == {**ELSEWHERE, "ownerUrl": owner}
    assert await prepared.everything() == before


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_change_that_cannot_be_made_says_why_and_changes_nothing(
    prepared: Hub, name: str
) -> None:
    before = await prepared.everything()
    for given, problem in REFUSALS[name]:
        assert await prepared.change(name, places.ADMIN, **given) == problem
    assert await prepared.everything() == before


async def test_a_region_code_that_no_column_holds_is_of_no_region(any_hub: Hub) -> None:
    code = "9" * 65
    before = await any_hub.everything()
    for name, given in (("startAssessment", STARTED), ("recordResult", PRINTED)):
        answer = await any_hub.change(name, places.ADMIN, **{**given, "region": code})
        assert answer == _not_found(code)
    assert await any_hub.everything() == before


def test_every_problem_of_every_mutation_is_met_here() -> None:
    sdl = build_schema(schema.as_str())
    assert sdl.mutation_type is not None
    problem = sdl.type_map["Problem"]
    for name, field in sdl.mutation_type.fields.items():
        union = field.type.of_type
        assert isinstance(union, GraphQLUnionType)
        announced = {each.name for each in union.types if problem in each.interfaces}
        met = {case[1]["__typename"] for case in REFUSALS[name]} | {"OwnedElsewhere"}
        assert met == announced, name


async def test_a_problem_has_a_message_for_a_person(prepared: Hub) -> None:
    asked = """
    mutation ($input: ClaimLevelInput!) {
      claimLevel(input: $input) { ... on Problem { message } }
    }
    """

    async def message(**changed: object) -> str:
        found = await prepared.ask(asked, places.ADMIN, input={**CLAIMED, **changed})
        text: str = found["claimLevel"]["message"]
        return text

    assert await message(level=9) == "level: expected a level from 1 to 5, got 9"
    assert await message(version=4) == (
        "assessment-draft was changed meanwhile: expected version 1, got 4"
    )
    assert await message(assessment="a") == "there is no assessment 'a'"
    assert await message(assessment=RESULT) == (
        f"{RESULT} is PUBLISHED; this asks for DRAFT or RETURNED"
    )
    assert await message(idempotencyKey="used") == (
        "the idempotency key 'used' was used for another request"
    )
