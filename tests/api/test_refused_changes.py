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
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
)
from schema.schema import schema
from tests.api import two_provinces
from tests.api.hub import Hub, copied_database_url, running_hub
from tests.api.mutation_inputs import (
    BUDGET,
    KEY_REUSED,
    LEVEL_CLAIM,
    NEW_ASSESSMENT,
    OFFICE,
    OWNED_ELSEWHERE,
    PUBLISHED_RESULT,
    RESULT_ID,
    not_found,
)
from tests.api.refused_accounts import ACCOUNTS
from tests.api.refused_assessments import ASSESSMENTS
from tests.api.refused_imports import DISCARDS, EDITS, IMPORT, IMPORTS, write_imports
from tests.api.refused_inventory import INVENTORY
from tests.fixtures.followed_regions import record_source

KEYED = {**INVENTORY, **ASSESSMENTS, **IMPORTS}  # the mutations that take an idempotency key
OF_REGIONS = {**KEYED, **EDITS}  # those that change data of a region
REFUSALS = {**OF_REGIONS, **DISCARDS}


async def _prepare(hub: Hub) -> None:
    await two_provinces.write_regions(hub)
    await write_imports(hub)
    old = replace(
        two_provinces.APPLICATIONS[1],
        id="32.11:application-old",
        name="Lama",
        status=ApplicationStatus.RETIRED,
    )
    await hub.record(EventKind.APPLICATION_RETIRED, "32.11", old.id, old)
    social = replace(two_provinces.OPDS[1], id="32.11:opd-dinsos", name="Dinas Sosial", acronym="")
    await hub.record(EventKind.OPD_RECORDED, "32.11", social.id, social)
    namesake = replace(
        two_provinces.APPLICATIONS[1], id="32.11:application-namesake", opd=social.id, name="WAKEPO"
    )
    await hub.record(EventKind.APPLICATION_REGISTERED, "32.11", namesake.id, namesake)
    active = Integration(
        id="32.11:integration-drawn",
        region="32.11",
        source=OFFICE,
        target=BUDGET,
        target_name="e-Budgeting",
        data_object="gaji",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.CLAIMED,
        version=1,
        provenance=two_provinces.SOURCE,
    )
    outside = replace(active, id="32.11:integration-outside", target=None, target_name="SIPD")
    withdrawn = replace(
        active, id="32.11:integration-withdrawn", status=IntegrationStatus.WITHDRAWN
    )
    for integration in (active, outside, withdrawn):
        await hub.record(EventKind.INTEGRATION_CONNECTED, "32.11", integration.id, integration)
    for id, kind, state, level in (
        (two_provinces.DRAFT, AssessmentKind.SELF, AssessmentState.DRAFT, 3),
        ("32.11:assessment-empty", AssessmentKind.TARGET, AssessmentState.DRAFT, None),
        ("32:assessment-submitted", AssessmentKind.INTERIM, AssessmentState.SUBMITTED, 3),
        ("32.11:assessment-simulation", AssessmentKind.SIMULATION, AssessmentState.SUBMITTED, 3),
        ("32:assessment-published", AssessmentKind.EXTERNAL, AssessmentState.PUBLISHED, 3),
    ):
        await two_provinces.write_assessment(
            hub, two_provinces.assessment(id, kind=kind, state=state, level=level)
        )
    recorded = await hub.change(
        "recordResult",
        two_provinces.ADMIN,
        **{**PUBLISHED_RESULT, "year": 2024, "idempotencyKey": "used"},
    )
    assert recorded["id"] == RESULT_ID
    # A key is valid in one log, and the result is in the log of the province.
    await hub.change(
        "startAssessment",
        two_provinces.ADMIN,
        **{**NEW_ASSESSMENT, "kind": "SIMULATION", "idempotencyKey": "used"},
    )


@pytest.fixture(scope="module")
def prepared_template(filled: Callable[[Callable[[Hub], Awaitable[None]]], Path]) -> Path:
    return filled(_prepare)


@pytest.fixture
async def prepared(prepared_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """Yield an instance with objects in each state, and the key `used` by the administrator."""
    async with running_hub(copied_database_url(prepared_template, tmp_path)) as hub:
        yield hub


@pytest.mark.parametrize("name", OF_REGIONS)
async def test_an_object_of_another_instance_is_not_changed(prepared: Hub, name: str) -> None:
    owner = "wss://example.go.id/graphql"
    async with prepared.instance.database.write() as session:
        for code in ("32", "32.11", "32.73"):
            await record_source(session, Source(code, owner, SourceState.UNREACHABLE, None))
    before = await prepared.list_all_rows()
    fields = IMPORT
    if name in KEYED:
        fields, problem = KEYED[name][-1]
        assert problem == KEY_REUSED  # the input has no other fault
        fields = {**fields, "idempotencyKey": "another"}
    assert await prepared.change(name, two_provinces.ADMIN, **fields) == {
        **OWNED_ELSEWHERE,
        "ownerUrl": "https://example.go.id/graphql",
    }
    assert await prepared.list_all_rows() == before


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refused_change_returns_its_problem_and_changes_nothing(
    prepared: Hub, name: str
) -> None:
    before = await prepared.list_all_rows()
    for fields, problem in REFUSALS[name]:
        assert await prepared.change(name, two_provinces.ADMIN, **fields) == problem
    assert await prepared.list_all_rows() == before


async def test_a_region_code_too_long_for_its_column_is_not_found(any_hub: Hub) -> None:
    code = "9" * 65
    before = await any_hub.list_all_rows()
    for name, fields in (("startAssessment", NEW_ASSESSMENT), ("recordResult", PUBLISHED_RESULT)):
        answer = await any_hub.change(name, two_provinces.ADMIN, **{**fields, "regionCode": code})
        assert answer == not_found(code)
    assert await any_hub.list_all_rows() == before


def test_every_problem_of_every_mutation_is_tested() -> None:
    sdl = build_schema(schema.as_str())
    assert sdl.mutation_type is not None
    problem = sdl.type_map["Problem"]
    for name, field in sdl.mutation_type.fields.items():
        union = field.type.of_type
        assert isinstance(union, GraphQLUnionType)
        declared = {member.name for member in union.types if problem in member.interfaces}
        cases = ACCOUNTS[name] if name in ACCOUNTS else REFUSALS[name]
        returned = {problem["__typename"] for _, problem in cases}
        if name in OF_REGIONS:
            returned.add("OwnedElsewhere")
        assert returned == declared, name


async def test_a_problem_has_a_message_for_a_person(prepared: Hub) -> None:
    mutation = """
    mutation ($input: ClaimLevelInput!) {
      claimLevel(input: $input) { ... on Problem { message } }
    }
    """

    async def message(**changed: object) -> str:
        data = await prepared.query_data(
            mutation, two_provinces.ADMIN, input={**LEVEL_CLAIM, **changed}
        )
        text: str = data["claimLevel"]["message"]
        return text

    assert await message(level=9) == "level: expected a level from 1 to 5, got 9"
    assert await message(version=4) == (
        "32.11:assessment-draft has changed: the input has version 4, the current version is 1"
    )
    assert await message(assessmentId="a") == "there is no assessment 'a'"
    assert await message(assessmentId=RESULT_ID) == (
        f"{RESULT_ID}: expected the state DRAFT or RETURNED, got PUBLISHED"
    )
    assert await message(idempotencyKey="used") == (
        "the idempotency key 'used' was used for another request"
    )
