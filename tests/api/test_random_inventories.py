"""Random inventories: every field of a region can be queried, and no request causes a bug."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from graphql import GraphQLObjectType

from engine.document import from_document
from engine.log.body_bounds import check_bounds
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.matching.function_classifier import FunctionCorrection
from engine.model import (
    Application,
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Viewer,
)
from resolvers.import_draft import add_draft
from schema.masking import mask_errors
from storage.log_entries import list_applicable_entries, list_regions_with_log
from tests.api import two_provinces
from tests.api.accounts import add_open_session, add_passkey, add_person
from tests.api.hub import CHANGED_TYPES, Hub, mutation
from tests.api.random_documents import GRAPHQL, ODD_TEXTS, Pool, RandomQuery, random_value
from tests.api.two_provinces import ADMIN, OPD, PROVINCE, REGION, REGIONS

MUTATIONS = tuple(GRAPHQL.mutation_type.fields)  # type: ignore[union-attr]
# The order of mutations is random, but most of them build inventories.
STEPS = (
    *(2 * MUTATIONS),
    *(6 * ("registerApplication", "correctFunction", "connectApplications")),
    *(3 * ("retireApplication", "decideProposal", "startAssessment", "recordResult")),
)
# The settings for a run with a single inventory.
FEW_STEPS = (*MUTATIONS, "registerApplication", "correctFunction", "connectApplications")
# There are few functions, so that several applications share one.
FUNCTIONS = ("attendance", "employee-performance")
TRIES = 12  # most random inputs are refused
ROUNDS_MOST = 20  # rounds of tries for a mutation that has not succeeded yet
KINDS = ("Opd", "Application", "Integration", "Assessment")


@pytest.mark.soak(database="postgresql")
async def test_no_inventory_makes_a_part_of_a_region_fail(
    any_hub: Hub, request: pytest.FixtureRequest
) -> None:
    successes: Counter[str] = Counter()
    await write_accounts(any_hub)
    seeds = int(request.config.getoption("--seeds"))
    steps, regions = (STEPS, 2) if seeds > 1 else (FEW_STEPS, 1)
    for seed in range(seeds):
        pool = Pool(random.Random(seed))
        await write_inventories(any_hub, seed, pool.random)
        await collect_objects(any_hub, pool)
        for name in pool.random.sample(steps, len(steps)):
            successes[name] += await try_mutation(any_hub, pool, name, f"seed {seed}")
        for region in pool.random.sample(REGIONS[1:], regions):
            await read_region(any_hub, pool, region.code, f"seed {seed}")
    await check_bounds_of_entries(any_hub)
    # A mutation that never succeeded was not tested; few viewers may attest an inventory.
    for name in [name for name in MUTATIONS if not successes[name]]:
        for _ in range(ROUNDS_MOST):
            if name == "mergeOpds":  # a region may have only one OPD so far
                await try_mutation(any_hub, pool, "registerOpd", "again")
            successes[name] += await try_mutation(any_hub, pool, name, "again")
            if successes[name]:
                break
    assert [name for name in MUTATIONS if not successes[name]] == []


async def check_bounds_of_entries(hub: Hub) -> None:
    """Check that a follower would accept whatever the API has accepted."""
    async with hub.instance.database.read() as session:
        for region in await list_regions_with_log(session):
            for entry in await list_applicable_entries(session, region, limit=10_000):
                check_bounds(from_document(ENTRY_BODY_TYPES[entry.kind], entry.body))


async def test_no_argument_of_a_query_makes_it_fail(
    any_hub: Hub, request: pytest.FixtureRequest
) -> None:
    pool = Pool(random.Random(7))
    await collect_objects(any_hub, pool)
    query = GRAPHQL.query_type
    assert query is not None
    tries = 12 if int(request.config.getoption("--seeds")) > 1 else 4
    for name in query.fields:
        for _ in range(tries):
            random_query = RandomQuery(pool, odd=True)
            document = random_query.document("{ ", query, name, " }")
            await execute_without_bug(
                any_hub, document, ADMIN, f"query {name}", random_query.variables
            )


async def write_accounts(hub: Hub) -> None:
    """Record the accounts of some viewers, with sessions and passkeys of the administrator."""
    for viewer in (ADMIN, PROVINCE, REGION, OPD):
        regions, opds = tuple(viewer.regions), tuple(viewer.opds)
        await add_person(hub, viewer.subject, viewer.role, regions, opds)
    for number in range(6):
        await add_passkey(hub, ADMIN.subject, f"passkey-{number}")
        await add_open_session(hub, ADMIN.subject)


async def write_inventories(hub: Hub, seed: int, rng: random.Random) -> None:
    """Write inventories with odd names, retired applications and cycles through two regions."""
    kind = (AssessmentKind.SELF, AssessmentKind.SIMULATION, AssessmentKind.EXTERNAL)[seed % 3]
    states = (AssessmentState.DRAFT, *(4 * (AssessmentState.SUBMITTED,)))
    for number, state in enumerate(states):
        year = 2000 + seed * len(states) + number
        assessment = two_provinces.assessment(
            f"{two_provinces.log_of('32.11', kind)}:assessment-{year}",
            kind=kind,
            state=state,
            year=year,
        )
        await two_provinces.write_assessment(hub, assessment)
    office, health, budget = (application.id for application in two_provinces.APPLICATIONS[:3])
    for source, target in ((health, office), (office, budget), (budget, health)):
        id = f"{source.replace('application', 'integration')}-{seed}"
        await two_provinces.write_integration(hub, id, source, target)
    for region, opd in (("32.11", "32.11:opd-dinkes"), ("32.73", "32.73:opd-diskominfo")):
        for number in range(6):
            id = f"{region}:application-{seed}-{number}"
            name = rng.choice([text for text in ODD_TEXTS if 0 < len(text.strip()) <= 200])
            status = rng.choice(tuple(ApplicationStatus))
            application = Application(id, region, opd, name, status, 1, two_provinces.SOURCE)
            await hub.record(EventKind.APPLICATION_REGISTERED, region, id, application)
            if rng.random() < 0.8:
                correction = FunctionCorrection(
                    id, rng.choice(FUNCTIONS), "test", hub.instance.clock()
                )
                await hub.record(EventKind.FUNCTION_CORRECTED, region, id, correction)


async def try_mutation(hub: Hub, pool: Pool, name: str, label: str) -> bool:
    """Try a mutation with random inputs until one succeeds; return whether one did."""
    [argument] = GRAPHQL.mutation_type.fields[name].args.values()  # type: ignore[union-attr]
    for attempt in range(TRIES):
        if name in ("editImport", "discardImportDraft", "importApplications"):
            await upload_file(hub, pool)
        fields = random_value(pool, argument.type, "input", name, odd=attempt == 0)
        viewer = pool.random.choice((ADMIN, ADMIN, ADMIN, PROVINCE, REGION, OPD))
        description = f"{label}: {name} {fields}"
        data = await execute_without_bug(
            hub, mutation(name), viewer, description, {"input": fields}
        )
        if data is not None and data["answer"]["__typename"] in CHANGED_TYPES:
            await collect_objects(hub, pool)
            return True
    return False


async def upload_file(hub: Hub, pool: Pool) -> None:
    """Upload a file that can be imported as it is, unless one waits already."""
    for id in pool.ids["ImportDraft"]:
        query = "query ($id: ID!) { importDraft(id: $id) { version } }"
        waiting = (await hub.query_data(query, ADMIN, id=id))["importDraft"]
        if waiting is not None:
            pool.versions[id] = waiting["version"]
            return
    rows = "".join(f"Aplikasi {pool.random.randrange(10**6)},\n" for _ in range(3))
    content = f"Nama Aplikasi,OPD\n{rows}".encode()
    draft = await add_draft(hub.context(ADMIN), "32.11", "daftar.csv", content)
    pool.ids["ImportDraft"] = [draft.id]
    pool.versions[draft.id] = 1


async def read_region(hub: Hub, pool: Pool, code: str, label: str) -> None:
    """Query every field of a region and of its objects, by default and with odd arguments."""
    for kind in ("Region", *KINDS):
        owner = GRAPHQL.type_map[kind]
        assert isinstance(owner, GraphQLObjectType)
        ids = [f"region-{code}"] if kind == "Region" else pool.ids[kind][-2:]
        for id in ids:
            for name in owner.fields:
                for odd in (False, True):
                    random_query = RandomQuery(pool, odd=odd)
                    before = f'{{ node(id: "{id}") {{ ... on {kind} {{ '
                    document = random_query.document(before, owner, name, " } } }")
                    description = f"{label}: {kind}.{name} of {id}"
                    await execute_without_bug(
                        hub, document, ADMIN, description, random_query.variables
                    )


async def execute_without_bug(
    hub: Hub, document: str, viewer: Viewer, description: str, variables: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the data of an operation, which may be refused, but must not cause a bug."""
    result = await hub.result(document, viewer, **variables)
    for error in mask_errors(result.errors):
        code = (error.extensions or {}).get("code")
        assert code not in ("INTERNAL", "TOO_COMPLEX"), f"{description}: {result.errors}"
    return result.data


async def collect_objects(hub: Hub, pool: Pool) -> None:
    """Collect the ids and versions of all current objects."""
    nodes = "nodes { id ... on Application { version } }"
    data = await hub.query_data(
        "{ regions { nodes { code opds { nodes { id version } } assessments { nodes { id version } }"
        " integrations { nodes { id version } } imports { nodes { id } } proposals { nodes { proposal: id inputsHash } } } }"
        f" applications(first: 200) {{ {nodes} }}"
        " commonApplications { id } instruments { id } affairs { id }"
        ' defaultOpds(regionCode: "32.11") { referenceId }'
        " accounts(first: 200) { nodes { id version tokens { id } } }"
        " instance { viewer { account { sessions { id } passkeys { id } } } } }",
        ADMIN,
    )
    regions = data["regions"]["nodes"]
    pool.ids = {
        "Region": [region["code"] for region in regions],
        "Opd": [opd["id"] for region in regions for opd in region["opds"]["nodes"]],
        "Application": [application["id"] for application in data["applications"]["nodes"]],
        "Integration": [
            integration["id"]
            for region in regions
            for integration in region["integrations"]["nodes"]
        ],
        "Assessment": [
            assessment["id"] for region in regions for assessment in region["assessments"]["nodes"]
        ],
        "Proposal": [
            proposal["proposal"] for region in regions for proposal in region["proposals"]["nodes"]
        ],
        "CommonApplication": [application["id"] for application in data["commonApplications"]],
        "Instrument": [instrument["id"] for instrument in data["instruments"]],
        "Function": list(FUNCTIONS),
        "Affair": [affair["id"] for affair in data["affairs"]],
        "DefaultOpd": [opd["referenceId"] for opd in data["defaultOpds"]],
        "InventoryImport": [
            imported["id"] for region in regions for imported in region["imports"]["nodes"]
        ],
        "ImportDraft": pool.ids.get("ImportDraft", []),
    }
    accounts, own = data["accounts"]["nodes"], data["instance"]["viewer"]["account"] or {}
    pool.ids["Account"] = [account["id"] for account in accounts]
    pool.ids["AccessToken"] = [token["id"] for account in accounts for token in account["tokens"]]
    pool.ids["Session"] = [session["id"] for session in own.get("sessions", ())]
    pool.ids["Passkey"] = [passkey["id"] for passkey in own.get("passkeys", ())]
    versioned = [*data["applications"]["nodes"], *accounts]
    for region in regions:
        for kind in ("assessments", "integrations", "opds"):
            versioned += region[kind]["nodes"]
    pool.versions = {node["id"]: node["version"] for node in versioned}
    pool.regions = {
        opd["id"]: region["code"] for region in regions for opd in region["opds"]["nodes"]
    }
    pool.inputs_hashes = {
        proposal["proposal"]: proposal["inputsHash"]
        for region in regions
        for proposal in region["proposals"]["nodes"]
    }
