"""Access to mutations: each mutation as every role, inside and outside the viewer's scope."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from engine.log.inventory_import import InventoryImport
from engine.model import AssessmentKind, AssessmentState, EventKind, Role, Viewer, Visibility
from schema.schema import schema
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
    two_provinces.FOLLOWER,
    two_provinces.PUBLISHED_FOLLOWER,
    two_provinces.NATION,
)
EXTERNAL = "32:assessment-external"
SUBMITTED = "32:assessment-submitted"
SUBMITTED_OFFICIAL = "32:assessment-submitted-official"
SUBMITTED_SELF = "32.11:assessment-submitted"
PUBLISHED = "32:assessment-published"
INTEGRATION = "32.73:integration-out"
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
        "f+ff+fff+f+fff",
    ),
    "update an application": (
        "updateApplication",
        {"id": "32.11:application-health", "version": 1, "name": "Baru"},
        "f+ff+fff+f+fff",
    ),
    "move an application to another OPD": (
        "updateApplication",
        {"id": "32.11:application-health", "version": 1, "opdId": "32.11:opd-diskominfo"},
        "ffff+fff+f+fff",
    ),
    "retire an application": (
        "retireApplication",
        {"id": "32.11:application-health", "version": 1},
        "f+ff+fff+f+fff",
    ),
    "connect an application": (
        "connectApplications",
        {
            "sourceId": "32.11:application-health",
            "targetId": "32.73:application-budget",
            "dataObject": "belanja",
            "mode": "API",
        },
        "f+ff+fff+f+fff",
    ),
    "confirm an integration": (
        "confirmIntegration",
        {"id": INTEGRATION, "version": 1},
        "f+ff+fff+f+fff",
    ),
    "withdraw an integration": (
        "withdrawIntegration",
        {"id": INTEGRATION, "version": 1},
        "f+f+++ff+f+fff",
    ),
    "document an integration": (
        "documentIntegration",
        {"id": OUTGOING, "version": 1, "evidence": [{"title": "BA", "url": "https://a.id/ba"}]},
        "f+ff+fff+f+fff",
    ),
    "correct the function of an application": (
        "correctFunction",
        {"applicationId": "32.11:application-health", "functionId": "attendance"},
        "f+ff+fff+f+fff",
    ),
    "change an OPD": (
        "updateOpd",
        {"id": "32.11:opd-dinkes", "version": 1, "name": "Dinas Baru"},
        "ffff+fff+f+fff",
    ),
    "merge OPDs": (
        "mergeOpds",
        {
            "opdIds": ["32.11:opd-dinkes"],
            "successorId": "32.11:opd-diskominfo",
            "reason": "Perbup",
        },
        "ffff+fff+f+fff",
    ),
    "dissolve an OPD": (
        "dissolveOpd",
        {
            "opdId": "32.11:opd-dinkes",
            "version": 1,
            "successorId": "32.11:opd-diskominfo",
            "reason": "Perbup",
        },
        "ffff+fff+f+fff",
    ),
    "undo an import of the OPD": (
        "undoImport",
        {"importId": IMPORT},
        "n+fn+nfn+n+fnn",
    ),
    "register usual OPDs": (
        "registerDefaultOpds",
        {"regionCode": "32.11", "referenceIds": ["OPD-01"]},
        "ffff+fff+f+fff",
    ),
    "exempt an OPD": (
        "exemptOpd",
        {"opdId": "32.11:opd-dinkes", "reason": "tanpa data"},
        "ffff+fff+f+fff",
    ),
    "record a policy": (
        "recordDevelopmentPolicy",
        {"regionCode": "32.11", "year": 2020, "title": "Perbup", "url": "https://a.id/perbup"},
        "ffff+fff+f+fff",
    ),
    "edit an effort": (
        "editEffort",
        {
            "regionCode": "32.11",
            "instrumentId": "spbe-2020",
            "steps": [{"indicator": 36, "level": 4, "effort": "2.5"}],
        },
        "ffff+fff+f+fff",
    ),
    "attest an inventory": (
        "attestInventory",
        {"opdId": "32.11:opd-dinkes"},
        "f+ff+fffffffff",
    ),
    "decide on a proposal": (
        "decideProposal",
        {"proposalId": PROPOSAL, "inputsHash": PROPOSAL_INPUTS_HASH, "choice": "ACCEPT"},
        "ffff+fff+f+fff",
    ),
    "start a self-assessment": ("startAssessment", {**KINDS, "kind": "SELF"}, "ffff+fff+f+fff"),
    "simulate from a published result": (
        "simulateAssessment",
        {"assessmentId": PUBLISHED, "levels": [{"indicator": 1, "level": 5}]},
        "ffff+fff+f+fff",
    ),
    "start a simulation": ("startAssessment", {**KINDS, "kind": "SIMULATION"}, "ffff+fff+f+fff"),
    "start an external assessment": (
        "startAssessment",
        {**KINDS, "kind": "EXTERNAL"},
        "ffffff+f+f+fff",
    ),
    "start an official assessment": (
        "startAssessment",
        {**KINDS, "kind": "OFFICIAL"},
        "ffffffff+f+fff",
    ),
    "claim a level of a self-assessment": (
        "claimLevel",
        {"assessmentId": two_provinces.DRAFT, "indicator": 1, "level": 4, "version": 1},
        "nffn+nfn+n+fnn",
    ),
    "claim a level of an external assessment": (
        "claimLevel",
        {"assessmentId": EXTERNAL, "indicator": 1, "level": 4, "version": 1},
        "nffnfn+n+n+fnn",
    ),
    "claim levels of a self-assessment": (
        "claimLevels",
        {
            "assessmentId": two_provinces.DRAFT,
            "claims": [{"indicator": 1, "level": 4}],
            "version": 1,
        },
        "nffn+nfn+n+fnn",
    ),
    "claim levels of an external assessment": (
        "claimLevels",
        {"assessmentId": EXTERNAL, "claims": [{"indicator": 1, "level": 4}], "version": 1},
        "nffnfn+n+n+fnn",
    ),
    "submit a self-assessment": (
        "submitAssessment",
        {"id": two_provinces.DRAFT, "version": 1},
        "nffn+nfn+n+fnn",
    ),
    "return an assessment": (
        "returnAssessment",
        {"id": SUBMITTED, "version": 1, "reason": "bukti kurang"},
        "nffnfn+n+n+fnn",
    ),
    "return an official assessment": (
        "returnAssessment",
        {"id": SUBMITTED_OFFICIAL, "version": 1, "reason": "bukti kurang"},
        "nffnfnfn+n+fnn",
    ),
    "publish an interim result": (
        "publishAssessment",
        {"id": SUBMITTED, "version": 1},
        "nffnfnfn+n+fnn",
    ),
    "publish a self-assessment": (
        "publishAssessment",
        {"id": SUBMITTED_SELF, "version": 1},
        "nffnfn+n+n+fnn",
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
        "ffffffff+f+fff",
    ),
}

# Results of the province 32, which are in the log of the nation.
PROVINCE_KINDS = {**KINDS, "regionCode": "32"}
PROVINCE_EXTERNAL = "ID:assessment-external"
PROVINCE_SUBMITTED = "ID:assessment-submitted"
PROVINCE_INTERIM = "ID:assessment-interim"
PROVINCE_VIEWERS = (
    two_provinces.PUBLIC,
    Viewer("assessor of the province", Role.ASSESSOR, frozenset({"32"})),
    two_provinces.PROVINCE,
    two_provinces.OTHER_PROVINCE,
    two_provinces.NATION,
    Viewer("follower of the nation", Role.FOLLOWER, frozenset({"ID"})),
    two_provinces.ADMIN,
)
PROVINCE_OPERATIONS: dict[str, tuple[str, dict[str, object], str]] = {
    "start an external assessment": (
        "startAssessment",
        {**PROVINCE_KINDS, "kind": "EXTERNAL"},
        "f+ff+f+",
    ),
    "start an official assessment": (
        "startAssessment",
        {**PROVINCE_KINDS, "kind": "OFFICIAL"},
        "ffff+f+",
    ),
    "claim a level of an external assessment": (
        "claimLevel",
        {"assessmentId": PROVINCE_EXTERNAL, "indicator": 1, "level": 4, "version": 1},
        "n+fn+n+",
    ),
    "return an assessment": (
        "returnAssessment",
        {"id": PROVINCE_SUBMITTED, "version": 1, "reason": "bukti kurang"},
        "n+fn+n+",
    ),
    "publish an interim result": (
        "publishAssessment",
        {"id": PROVINCE_INTERIM, "version": 1},
        "nffn+n+",
    ),
    "record a result": (
        "recordResult",
        {
            "regionCode": "32",
            "instrumentId": "spbe-2020",
            "year": 2024,
            "kind": "OFFICIAL",
            "value": "4.73",
            "source": "laporan",
        },
        "ffff+f+",
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
    await two_provinces.write_assessment(
        hub, two_provinces.assessment(SUBMITTED_SELF, state=AssessmentState.SUBMITTED, year=2025)
    )
    of_province = [
        two_provinces.assessment(PROVINCE_EXTERNAL, region="32", kind=AssessmentKind.EXTERNAL)
    ]
    of_province += [
        two_provinces.assessment(
            id,
            region="32",
            kind=AssessmentKind.INTERIM,
            state=AssessmentState.SUBMITTED,
            year=year,
        )
        for id, year in ((PROVINCE_SUBMITTED, 2026), (PROVINCE_INTERIM, 2025))
    ]
    for unpublished in of_province:
        await two_provinces.write_assessment(hub, unpublished)
    await two_provinces.write_assessment(
        hub,
        two_provinces.assessment(
            SUBMITTED_OFFICIAL,
            kind=AssessmentKind.OFFICIAL,
            state=AssessmentState.SUBMITTED,
            year=2025,
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


@pytest.mark.parametrize("viewer", PROVINCE_VIEWERS, ids=lambda viewer: viewer.subject)
async def test_the_nation_alone_decides_on_results_of_a_province(
    prepared: Hub, viewer: Viewer
) -> None:
    allowed = []
    for operation, (name, fields, letters) in PROVINCE_OPERATIONS.items():
        before = await prepared.list_all_rows()
        letter = letters[PROVINCE_VIEWERS.index(viewer)]
        if letter == "f":
            assert await prepared.change_refusal(name, viewer, **fields) == "FORBIDDEN", operation
        else:
            answer = await prepared.change(name, viewer, **fields)
            expected = {"n": {"NotFound"}, "+": CHANGED_TYPES}[letter]
            assert answer["__typename"] in expected, operation
        if letter == "+":
            allowed.append(operation)
        else:
            assert await prepared.list_all_rows() == before, operation
    sequences = {row[0]: row[1] for row in (await prepared.list_all_rows())["head"]}
    assert sequences["ID"] == 4 + len(allowed)


ABSENT = {"accountId": "account-0", "version": 1}
NEW_RIGHT = {"role": "OPD", "regionCodes": ["32.11"], "opdIds": ["32.11:opd-dinkes"]}
FURTHER_INPUTS: dict[str, dict[str, object]] = {  # of the mutations that OPERATIONS lacks
    "registerOpd": {"regionCode": "32.11", "name": "Dinas Baru", "kind": "DEPARTMENT"},
    "importApplications": {"draftId": "draft-0", "version": 1},
    "editImport": {"draftId": "draft-0", "version": 1},
    "discardImportDraft": {"draftId": "draft-0"},
    "inviteAccount": {"name": "Ani", "login": "ani", **NEW_RIGHT},
    "renewInvitation": {"accountId": "account-0"},
    "changeRight": {**ABSENT, **NEW_RIGHT},
    "withdrawRight": ABSENT,
    "eraseAccount": ABSENT,
    "renameOwnAccount": {"name": "Ani"},
    "createProgramToken": {"name": "peta", "days": 1, **NEW_RIGHT},
    "withdrawToken": {"tokenId": "token-0"},
    "endSession": {"sessionId": "session-0"},
    "removePasskey": {"passkeyId": "passkey-0"},
}


async def test_a_follower_can_use_no_mutation_at_all(prepared: Hub) -> None:
    inputs = {name: fields for name, fields, _letters in OPERATIONS.values()} | FURTHER_INPUTS
    mutations = schema._schema.mutation_type
    assert mutations is not None
    assert inputs.keys() == mutations.fields.keys()
    before = await prepared.list_all_rows()
    outcomes: dict[str, set[str]] = {}
    for name, fields in inputs.items():
        input_type = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation ($input: {input_type}!) {{ {name}(input: $input) {{ __typename }} }}"
        result = await prepared.result(document, two_provinces.FOLLOWER, input=fields)
        outcome = (
            (result.errors[0].extensions or {}).get("code", result.errors[0].message)
            if result.errors
            else (result.data or {})[name]["__typename"]
        )
        outcomes.setdefault(outcome, set()).add(name)
    about_unreadable = {  # of which a viewer without a right learns nothing
        "importApplications",
        "editImport",
        "discardImportDraft",
    }
    assert outcomes == {
        "NotFound": about_unreadable,
        "FORBIDDEN": inputs.keys() - about_unreadable,
    }
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
    follower = Viewer("hub", Role.FOLLOWER, frozenset({"32.11"}))
    result = await prepared.result(mutation(name), follower, input=fields)
    assert (
        "a viewer with role FOLLOWER may not change applications of this OPD: the role reads only"
        in str(result.errors)
    )


async def test_a_province_may_start_an_assessment_of_itself(prepared: Hub) -> None:
    fields = {"regionCode": "32", "instrumentId": "pemdi-2026", "year": 2026, "kind": "SELF"}
    answer = await prepared.change("startAssessment", two_provinces.PROVINCE, **fields)
    assert answer["__typename"] == "Assessment"
    code = await prepared.change_refusal("startAssessment", two_provinces.OTHER_PROVINCE, **fields)
    assert code == "FORBIDDEN"
