"""Access to mutations: each mutation as every role, inside and outside the viewer's scope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from engine.log.inventory_import import InventoryImport
from engine.model import AssessmentKind, AssessmentState, EventKind, Role, Viewer, Visibility
from tests.api import two_provinces
from tests.api.hub import CHANGED_TYPES, Hub, copied_database_url, mutation, running_hub

SAME_REGION_OPD = Viewer(
    "sumedang it", Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-diskominfo"})
)
# All changed objects belong to OPD dinkes of 32.11, except INTEGRATION, which comes from 32.73.
VIEWERS = (
    two_provinces.PUBLIC,
    two_provinces.OPD,
    SAME_REGION_OPD,
    two_provinces.OTHER_OPD,
    two_provinces.REGION,
    two_provinces.OTHER_REGION,
    two_provinces.ASSESSOR,
    two_provinces.OTHER_ASSESSOR,
    two_provinces.PROVINCE,
    two_provinces.OTHER_PROVINCE,
    two_provinces.ADMIN,
)
EXTERNAL = "32.11:assessment-external"
SUBMITTED = "32.11:assessment-submitted"
PUBLISHED = "32.11:assessment-published"
INTEGRATION = "32.11:integration-in"
OUTGOING = "32.11:integration-out"
# The proposal in the two small provinces to replace E-Office by SRIKANDI.
PROPOSAL = "32.11:proposal-3a56efc7f572bc7abf9b9ba8877afb63"
PROPOSAL_INPUTS_HASH = "80072905777d411324d1e46d3aea6841ed8e5d623a950592308e20bfaa50cfc5"
IMPORT = "32.11:import-dinkes"
KINDS = {"regionCode": "32.11", "instrumentId": "pemdi-2026", "year": 2027}

# One letter per viewer, in the order above: + allowed, f FORBIDDEN, n NotFound.
OPERATIONS: dict[str, tuple[str, dict[str, object], str]] = {
    "register an application": (
        "registerApplication",
        {"regionCode": "32.11", "opdId": "32.11:opd-dinkes", "name": "Baru"},
        "f+ff+fff+f+",
    ),
    "update an application": (
        "updateApplication",
        {"id": "32.11:application-health", "version": 1, "name": "Baru"},
        "f+ff+fff+f+",
    ),
    "move an application to another OPD": (
        "updateApplication",
        {"id": "32.11:application-health", "version": 1, "opdId": "32.11:opd-diskominfo"},
        "ffff+fff+f+",
    ),
    "retire an application": (
        "retireApplication",
        {"id": "32.11:application-health", "version": 1},
        "f+ff+fff+f+",
    ),
    "connect an application": (
        "connectApplications",
        {
            "sourceId": "32.11:application-health",
            "targetId": "32.73:application-budget",
            "dataObject": "belanja",
            "mode": "API",
        },
        "f+ff+fff+f+",
    ),
    "confirm an integration": (
        "confirmIntegration",
        {"id": INTEGRATION, "version": 1},
        "f+ff+fff+f+",
    ),
    "withdraw an integration": (
        "withdrawIntegration",
        {"id": INTEGRATION, "version": 1},
        "f+f+++ff+f+",
    ),
    "document an integration": (
        "documentIntegration",
        {"id": OUTGOING, "version": 1, "evidence": [{"title": "BA", "url": "https://a.id/ba"}]},
        "f+ff+fff+f+",
    ),
    "correct the function of an application": (
        "correctFunction",
        {"applicationId": "32.11:application-health", "functionId": "attendance"},
        "f+ff+fff+f+",
    ),
    "change an OPD": (
        "updateOpd",
        {"id": "32.11:opd-dinkes", "version": 1, "name": "Dinas Baru"},
        "ffff+fff+f+",
    ),
    "merge OPDs": (
        "mergeOpds",
        {
            "opdIds": ["32.11:opd-dinkes"],
            "successorId": "32.11:opd-diskominfo",
            "reason": "Perbup",
        },
        "ffff+fff+f+",
    ),
    "dissolve an OPD": (
        "dissolveOpd",
        {
            "opdId": "32.11:opd-dinkes",
            "version": 1,
            "successorId": "32.11:opd-diskominfo",
            "reason": "Perbup",
        },
        "ffff+fff+f+",
    ),
    "undo an import of the OPD": (
        "undoImport",
        {"importId": IMPORT},
        "n+fn+nfn+n+",
    ),
    "register usual OPDs": (
        "registerDefaultOpds",
        {"regionCode": "32.11", "referenceIds": ["OPD-01"]},
        "ffff+fff+f+",
    ),
    "exempt an OPD": (
        "exemptOpd",
        {"opdId": "32.11:opd-dinkes", "reason": "tanpa data"},
        "ffff+fff+f+",
    ),
    "record a policy": (
        "recordDevelopmentPolicy",
        {"regionCode": "32.11", "year": 2020, "title": "Perbup", "url": "https://a.id/perbup"},
        "ffff+fff+f+",
    ),
    "edit an effort": (
        "editEffort",
        {
            "regionCode": "32.11",
            "instrumentId": "spbe-2020",
            "steps": [{"indicator": 36, "level": 4, "effort": "2.5"}],
        },
        "ffff+fff+f+",
    ),
    "attest an inventory": (
        "attestInventory",
        {"opdId": "32.11:opd-dinkes"},
        "f+ff+ffffff",
    ),
    "decide on a proposal": (
        "decideProposal",
        {"proposalId": PROPOSAL, "inputsHash": PROPOSAL_INPUTS_HASH, "choice": "ACCEPT"},
        "ffff+fff+f+",
    ),
    "start a self-assessment": ("startAssessment", {**KINDS, "kind": "SELF"}, "ffff+fff+f+"),
    "simulate from a published result": (
        "simulateAssessment",
        {"assessmentId": PUBLISHED, "levels": [{"indicator": 1, "level": 5}]},
        "ffff+fff+f+",
    ),
    "start a simulation": ("startAssessment", {**KINDS, "kind": "SIMULATION"}, "ffff+fff+f+"),
    "start an external assessment": (
        "startAssessment",
        {**KINDS, "kind": "EXTERNAL"},
        "ffffff+f+f+",
    ),
    "start an official assessment": (
        "startAssessment",
        {**KINDS, "kind": "OFFICIAL"},
        "ffffff+f+f+",
    ),
    "claim a level of a self-assessment": (
        "claimLevel",
        {"assessmentId": two_provinces.DRAFT, "indicator": 1, "level": 4, "version": 1},
        "nffn+nfn+n+",
    ),
    "claim a level of an external assessment": (
        "claimLevel",
        {"assessmentId": EXTERNAL, "indicator": 1, "level": 4, "version": 1},
        "nffnfn+n+n+",
    ),
    "claim levels of a self-assessment": (
        "claimLevels",
        {
            "assessmentId": two_provinces.DRAFT,
            "claims": [{"indicator": 1, "level": 4}],
            "version": 1,
        },
        "nffn+nfn+n+",
    ),
    "claim levels of an external assessment": (
        "claimLevels",
        {"assessmentId": EXTERNAL, "claims": [{"indicator": 1, "level": 4}], "version": 1},
        "nffnfn+n+n+",
    ),
    "submit a self-assessment": (
        "submitAssessment",
        {"id": two_provinces.DRAFT, "version": 1},
        "nffn+nfn+n+",
    ),
    "return an assessment": (
        "returnAssessment",
        {"id": SUBMITTED, "version": 1, "reason": "bukti kurang"},
        "nffnfn+n+n+",
    ),
    "publish an assessment": (
        "publishAssessment",
        {"id": SUBMITTED, "version": 1},
        "nffnfn+n+n+",
    ),
    "record a result": (
        "recordResult",
        {
            "regionCode": "32.11",
            "instrumentId": "spbe-2020",
            "year": 2024,
            "kind": "OFFICIAL",
            "value": "4.51",
            "source": "laporan",
        },
        "ffffffff+f+",
    ),
}
ALLOWED = [
    pytest.param(name, fields, viewer, id=f"{viewer.subject} {operation}")
    for operation, (name, fields, letters) in OPERATIONS.items()
    for viewer, letter in zip(VIEWERS, letters, strict=True)
    if letter == "+"
]


async def _prepare(hub: Hub) -> None:
    await two_provinces.write_regions(hub)
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    await two_provinces.write_assessment(
        hub, two_provinces.assessment(EXTERNAL, kind=AssessmentKind.EXTERNAL)
    )
    await two_provinces.write_assessment(
        hub,
        two_provinces.assessment(
            SUBMITTED, kind=AssessmentKind.INTERIM, state=AssessmentState.SUBMITTED
        ),
    )
    published = two_provinces.assessment(
        PUBLISHED, kind=AssessmentKind.OFFICIAL, state=AssessmentState.PUBLISHED
    )
    await two_provinces.write_assessment(hub, published)
    await two_provinces.write_integration(
        hub, INTEGRATION, "32.73:application-budget", "32.11:application-health"
    )
    await two_provinces.write_integration(hub, OUTGOING, "32.11:application-health", None)
    imported = InventoryImport(
        IMPORT, "32.11", "daftar.csv", two_provinces.OPD.subject, hub.instance.clock(), ()
    )
    kind = EventKind.INVENTORY_IMPORTED
    await hub.record(kind, "32.11", IMPORT, imported, Visibility.REGION)


@pytest.fixture(scope="module")
def prepared_template(filled: Callable[[Callable[[Hub], Awaitable[None]]], Path]) -> Path:
    return filled(_prepare)


@pytest.fixture
async def prepared(prepared_template: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(copied_database_url(prepared_template, tmp_path)) as hub:
        yield hub


@pytest.mark.parametrize(("name", "fields", "viewer"), ALLOWED)
async def test_a_viewer_may_change_objects_in_its_scope(
    prepared: Hub, name: str, fields: dict[str, object], viewer: Viewer
) -> None:
    before = await prepared.list_all_rows()
    answer = await prepared.change(name, viewer, **fields)
    assert answer["__typename"] in CHANGED_TYPES
    # A dissolved OPD has one application, which moves by an entry of its own.
    entry_count = 2 if name in ("mergeOpds", "dissolveOpd") else 1
    assert len((await prepared.list_all_rows())["entry"]) == len(before["entry"]) + entry_count


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.subject)
async def test_a_viewer_may_change_nothing_else(prepared: Hub, viewer: Viewer) -> None:
    before = await prepared.list_all_rows()
    for operation, (name, fields, letters) in OPERATIONS.items():
        letter = letters[VIEWERS.index(viewer)]
        if letter == "f":
            assert await prepared.change_refusal(name, viewer, **fields) == "FORBIDDEN", operation
        elif letter == "n":
            id = fields.get("id") or fields.get("assessmentId") or fields.get("importId")
            answer = await prepared.change(name, viewer, **fields)
            assert answer == {"__typename": "NotFound", "id": id}, operation
    assert await prepared.list_all_rows() == before


async def test_a_role_without_a_scope_has_only_public_permissions(prepared: Hub) -> None:
    """A role without regions or OPDs in its token has only the permissions of the public."""
    for role in (Role.OPD, Role.REGION, Role.ASSESSOR, Role.PROVINCE):
        viewer = Viewer("outsider", role)
        name, fields, _letters = OPERATIONS["register an application"]
        assert await prepared.change_refusal(name, viewer, **fields) == "FORBIDDEN"
        data = await prepared.query_data(
            '{ region(code: "32.11") { assessments { nodes { id } } } }', viewer
        )
        assert data["region"]["assessments"]["nodes"] == [{"id": PUBLISHED}]


async def test_a_refusal_names_the_region_that_is_outside_the_scope(prepared: Hub) -> None:
    name, fields, _letters = OPERATIONS["register an application"]
    result = await prepared.result(mutation(name), two_provinces.OTHER_REGION, input=fields)
    assert "region 32.11, which is outside its scope" in str(result.errors)


async def test_a_province_may_start_an_assessment_of_itself(prepared: Hub) -> None:
    fields = {"regionCode": "32", "instrumentId": "pemdi-2026", "year": 2026, "kind": "SELF"}
    answer = await prepared.change("startAssessment", two_provinces.PROVINCE, **fields)
    assert answer["__typename"] == "Assessment"
    code = await prepared.change_refusal("startAssessment", two_provinces.OTHER_PROVINCE, **fields)
    assert code == "FORBIDDEN"
