"""Random inventories: every part of a region can be read, and no request causes a bug."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from graphql import GraphQLObjectType

from engine.matching.function_classifier import Correction
from engine.model import (
    Application,
    ApplicationStatus,
    AssessmentKind,
    AssessmentState,
    EventKind,
    Viewer,
)
from schema.masking import mask_errors
from tests.api import places
from tests.api.anything import GRAPHQL, ODD_TEXTS, Pool, Question, value
from tests.api.hub import ANSWERS, Hub, mutation
from tests.api.places import ADMIN, OPD, PROVINCE, REGION, REGIONS

MUTATIONS = tuple(GRAPHQL.mutation_type.fields)  # type: ignore[union-attr]
# The order of mutations is random, but most of them build inventories.
STEPS = (
    *(2 * MUTATIONS),
    *(6 * ("registerApplication", "correctFunction", "connectApplications")),
    *(3 * ("retireApplication", "decideProposal", "startAssessment", "recordResult")),
)
# The settings for a run with a single inventory.
FEW_STEPS = (*MUTATIONS, "registerApplication", "correctFunction", "connectApplications")
# Few functions, so that several applications share one; their services are partners.
FUNCTIONS = ("attendance", "employee-performance")
TRIES = 12  # most inputs do not fit the existing data
ROUNDS_MOST = 20  # rounds of tries for a mutation that no inventory has executed
KINDS = ("Opd", "Application", "Integration", "Assessment")


async def test_no_inventory_makes_a_part_of_a_region_fail(
    any_hub: Hub, request: pytest.FixtureRequest
) -> None:
    done: Counter[str] = Counter()
    seeds = int(request.config.getoption("--seeds"))
    steps, regions = (STEPS, 2) if seeds > 1 else (FEW_STEPS, 1)
    for seed in range(seeds):
        pool = Pool(random.Random(seed))
        await prepare(any_hub, seed, pool.random)
        await gather(any_hub, pool)
        for name in pool.random.sample(steps, len(steps)):
            done[name] += await carry_out(any_hub, pool, name, f"seed {seed}")
        for region in pool.random.sample(REGIONS[1:], regions):
            await read_all_of(any_hub, pool, region.code, f"seed {seed}")
    # A mutation that never succeeded was not tested; few viewers may attest an inventory.
    for name in [each for each in MUTATIONS if not done[each]]:
        for _ in range(ROUNDS_MOST):
            done[name] += await carry_out(any_hub, pool, name, "again")
            if done[name]:
                break
    assert [name for name in MUTATIONS if not done[name]] == []


async def test_no_argument_of_a_query_makes_it_fail(
    any_hub: Hub, request: pytest.FixtureRequest
) -> None:
    pool = Pool(random.Random(7))
    await gather(any_hub, pool)
    query = GRAPHQL.query_type
    assert query is not None
    tries = 12 if int(request.config.getoption("--seeds")) > 1 else 4
    for name in query.fields:
        for _ in range(tries):
            question = Question(pool, odd=True)
            document = question.document("{ ", query, name, " }")
            await accepted(any_hub, document, ADMIN, f"query {name}", question.variables)


async def prepare(hub: Hub, seed: int, chance: random.Random) -> None:
    """Write inventories with odd names, retired applications and cycles through two regions."""
    kind = (AssessmentKind.SELF, AssessmentKind.SIMULATION, AssessmentKind.EXTERNAL)[seed % 3]
    states = (AssessmentState.DRAFT, *(4 * (AssessmentState.SUBMITTED,)))
    for number, state in enumerate(states):
        year = 2000 + seed * len(states) + number
        begun = places.assessment(f"assessment-{year}", kind=kind, state=state, year=year)
        await places.begin(hub, begun)
    for source, target in (("health", "office"), ("office", "budget"), ("budget", "health")):
        id = f"integration-{seed}-{source}"
        await places.draw(hub, id, f"application-{source}", f"application-{target}")
    for region, opd in (("32.11", "opd-32.11.dinkes"), ("32.73", "opd-32.73.diskominfo")):
        for number in range(6):
            id = f"application-{seed}-{region}-{number}"
            name = chance.choice([each for each in ODD_TEXTS if 0 < len(each.strip()) <= 200])
            status = chance.choice(tuple(ApplicationStatus))
            each = Application(id, region, opd, name, status, 1, places.SOURCE)
            await hub.record(EventKind.APPLICATION_REGISTERED, region, id, each)
            if chance.random() < 0.8:
                word = Correction(id, chance.choice(FUNCTIONS), "test", hub.instance.clock())
                await hub.record(EventKind.FUNCTION_CORRECTED, region, id, word)


async def carry_out(hub: Hub, pool: Pool, name: str, what: str) -> bool:
    """Try a mutation with random inputs until one succeeds; return whether one did."""
    [argument] = GRAPHQL.mutation_type.fields[name].args.values()  # type: ignore[union-attr]
    for attempt in range(TRIES):
        given = value(pool, argument.type, "input", name, odd=attempt == 0)
        viewer = pool.random.choice((ADMIN, ADMIN, ADMIN, PROVINCE, REGION, OPD))
        asked = f"{what}: {name} {given}"
        data = await accepted(hub, mutation(name), viewer, asked, {"input": given})
        if data is not None and data["answer"]["__typename"] in ANSWERS:
            await gather(hub, pool)
            return True
    return False


async def read_all_of(hub: Hub, pool: Pool, code: str, what: str) -> None:
    """Query every field of a region and of its objects, by default and with odd arguments."""
    for kind in ("Region", *KINDS):
        owner = GRAPHQL.type_map[kind]
        assert isinstance(owner, GraphQLObjectType)
        ids = [f"region-{code}"] if kind == "Region" else pool.ids[kind][-2:]
        for id in ids:
            for name in owner.fields:
                for odd in (False, True):
                    question = Question(pool, odd=odd)
                    before = f'{{ node(id: "{id}") {{ ... on {kind} {{ '
                    document = question.document(before, owner, name, " } } }")
                    asked = f"{what}: {kind}.{name} of {id}"
                    await accepted(hub, document, ADMIN, asked, question.variables)


async def accepted(
    hub: Hub, document: str, viewer: Viewer, what: str, variables: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the data of an operation, which may be refused, but must not cause a bug."""
    result = await hub.result(document, viewer, **variables)
    for error in mask_errors(result.errors):
        code = (error.extensions or {}).get("code")
        assert code not in ("INTERNAL", "TOO_COMPLEX"), f"{what}: {result.errors}"
    return result.data


async def gather(hub: Hub, pool: Pool) -> None:
    """Collect the ids and versions of all current objects."""
    nodes = "nodes { id ... on Application { version } }"
    found = await hub.ask(
        "{ regions { nodes { code opds { nodes { id } } assessments { id version }"
        " integrations { nodes { id version } } proposals { proposal: id inputs } } }"
        f" applications(first: 200) {{ {nodes} }} commonApplications {{ id }} instruments {{ id }} }}",
        ADMIN,
    )
    regions = found["regions"]["nodes"]
    pool.ids = {
        "Region": [each["code"] for each in regions],
        "Opd": [opd["id"] for each in regions for opd in each["opds"]["nodes"]],
        "Application": [each["id"] for each in found["applications"]["nodes"]],
        "Integration": [each["id"] for one in regions for each in one["integrations"]["nodes"]],
        "Assessment": [each["id"] for one in regions for each in one["assessments"]],
        "Proposal": [each["proposal"] for one in regions for each in one["proposals"]],
        "CommonApplication": [each["id"] for each in found["commonApplications"]],
        "Instrument": [each["id"] for each in found["instruments"]],
        "Function": list(FUNCTIONS),
    }
    versioned = [*found["applications"]["nodes"]]
    for one in regions:
        versioned += [*one["assessments"], *one["integrations"]["nodes"]]
    pool.versions = {each["id"]: each["version"] for each in versioned}
    pool.regions = {opd["id"]: each["code"] for each in regions for opd in each["opds"]["nodes"]}
    pool.regions |= {one["proposal"]: each["code"] for each in regions for one in each["proposals"]}
    pool.inputs = {each["proposal"]: each["inputs"] for one in regions for each in one["proposals"]}
