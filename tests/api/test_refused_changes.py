"""Every problem that a mutation may return: its text, and that nothing has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

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
from storage.ownership import insert_source
from tests.api import places
from tests.api.hub import Hub, copied, running
from tests.api.refusals import (
    BUDGET,
    CLAIMED,
    ELSEWHERE,
    OFFICE,
    PRINTED,
    RESULT,
    REUSED,
    STARTED,
    not_found,
)
from tests.api.refused_assessments import ASSESSMENTS
from tests.api.refused_inventory import INVENTORY

REFUSALS = {**INVENTORY, **ASSESSMENTS}


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
    """Yield an instance with objects in each state, and the key `used` by the administrator."""
    async with running(copied(prepared_template, tmp_path)) as hub:
        yield hub


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_another_instance_owns_is_changed_there(prepared: Hub, name: str) -> None:
    owner = "wss://example.go.id/graphql"
    async with prepared.instance.database.write() as session:
        for code in ("32.11", "32.73"):
            await insert_source(session, Source(code, owner, SourceState.UNREACHABLE, None))
    before = await prepared.everything()
    given, problem = REFUSALS[name][-1]
    assert problem == REUSED  # the input has no other fault
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
        assert answer == not_found(code)
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
