"""The API contract: the committed SDL is current, complete, and changes only compatibly."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from graphql import (
    BreakingChangeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    find_breaking_changes,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
)

from schema.schema import schema
from tests.api.hub import CHANGED_TYPES

COMMITTED = Path(__file__).parents[2] / "schema" / "schema.graphql"
SDL = build_schema(schema.as_str())

FIELDS = {
    "Query.region": "code freshness",
    "Query.regions": "filter orderBy first after freshness",
    "Query.coverage": "freshness",
    "Query.ranking": "instrumentId year kind filter first after freshness",
    "Query.compare": "regionCodes instrumentId year kind freshness",
    "Query.indexMeans": "provinceCode kind freshness",
    "Query.resultEditions": "provinceCode freshness",
    "Query.applications": "filter first after freshness",
    "Query.commonApplications": "",
    "Query.instruments": "",
    "Query.instrument": "id",
    "Query.events": "after first",
    "Query.node": "id",
    "Query.instance": "",
    "Region.code": "",
    "Region.name": "",
    "Region.kind": "",
    "Region.source": "",
    "Query.affairs": "",
    "Query.defaultOpds": "regionCode",
    "Region.opds": "includeDissolved first after",
    "Region.applications": "filter first after",
    "Region.integrations": "first after",
    "Region.assessments": "instrumentId year kind first after",
    "Region.index": "instrumentId year kind",
    "Region.history": "kind",
    "Region.integrationGraph": "aroundId depth limit basis",
    "Region.diagnostics": "basis",
    "Region.inventory": "",
    "Region.verification": "instrumentId year kind",
    "Application.impact": "basis",
    "Application.functionTag": "",
    "Application.region": "",
    "Opd.region": "",
    "Query.businessFunctions": "",
    "RegionInventory.opds": "first after",
    "InventoryCompleteness.missing": "first after",
    "Region.duplicates": "",
    "Region.reuseCandidates": "first after",
    "Region.proposals": "status kinds first after",
    "Region.whatIf": "proposalIds",
    "Duplicates.groups": "policy first after",
    "Duplicates.repeatedListings": "first after",
    "Duplicates.websites": "first after",
    "Proposal.saving": "",
    "Proposal.inputsHash": "",
    "Region.pathToTarget": "input",
    "Region.outlook": "target instrumentId fromYear",
    "Region.peers": "peerCount",
    "Region.estimatedProfile": "instrumentId year",
    "Query.indexMoves": "instrumentId year kind provinceCode freshness",
    "Comparison.lines": "",
    "UpgradePath.nextBest": "",
    "UpgradePath.exclusions": "stepCount",
    "UpgradePath.costCurve": "",
    "Source.regionCode": "",
    "Source.state": "",
    "Source.asOf": "",
    "Source.lagSeconds": "",
    "RankedRegion.position": "",
    "RankedRegion.region": "",
    "RankedRegion.score": "",
    "RankedRegion.previousPosition": "",
    "RankedRegion.movement": "",
    "IndexScore.index": "",
    "IndexScore.predicate": "",
    "IndexScore.domains": "",
    "IndexScore.provenance": "",
    "Application.provenance": "",
    "Assessment.id": "",
    "Assessment.version": "",
    "Assessment.region": "",
    "Assessment.instrument": "",
    "Assessment.year": "",
    "Assessment.kind": "",
    "Assessment.state": "",
    "Assessment.score": "",
    "Assessment.levels": "",
    "Assessment.nextSteps": "",
    "LevelClaim.indicator": "",
    "LevelClaim.level": "",
    "LevelClaim.explanation": "",
    "LevelClaim.evidence": "",
    "IndexChanged.cursor": "",
    "IndexChanged.previousCursor": "",
    "IndexChanged.at": "",
    "IndexChanged.region": "",
    "IndexChanged.instrument": "",
    "IndexChanged.year": "",
    "IndexChanged.assessmentKind": "",
    "IndexChanged.before": "",
    "IndexChanged.after": "",
    "IndexChanged.predicateBefore": "",
    "IndexChanged.predicateAfter": "",
    "IndexChanged.domains": "",
    "LogEntryAppended.cursor": "",
    "LogEntryAppended.previousCursor": "",
    "LogEntryAppended.subject": "",
    "Mutation.registerApplication": "input",
    "Mutation.updateApplication": "input",
    "Mutation.retireApplication": "input",
    "Mutation.connectApplications": "input",
    "Mutation.confirmIntegration": "input",
    "Mutation.withdrawIntegration": "input",
    "Mutation.attestInventory": "input",
    "Mutation.decideProposal": "input",
    "Mutation.startAssessment": "input",
    "Mutation.claimLevel": "input",
    "Mutation.claimLevels": "input",
    "Mutation.submitAssessment": "input",
    "Mutation.returnAssessment": "input",
    "Mutation.publishAssessment": "input",
    "Mutation.recordResult": "input",
    "Query.regionLogHead": "regionCode",
    "Query.regionSnapshot": "regionCode first after",
    "Subscription.regionLog": "regionCode afterSequence",
    "Subscription.indexChanged": "regionCodes after conflate",
    "Subscription.events": "regionCodes kinds after conflate",
}
INPUTS = {
    "RegisterOpdInput": "regionCode name kind acronym parentId affairIds",
    "UpdateOpdInput": "id version name kind acronym parentId affairIds",
    "MergeOpdsInput": "opdIds successorId reason",
    "DissolveOpdInput": "opdId version successorId reason",
    "RegisterDefaultOpdsInput": "regionCode referenceIds",
    "RegisterApplicationInput": "regionCode opdId name functionText",
    "UpdateApplicationInput": "id version name",
    "RetireApplicationInput": "id version",
    "ConnectApplicationsInput": "sourceId targetId dataObject mode",
    "ConfirmIntegrationInput": "id version",
    "WithdrawIntegrationInput": "id version",
    "AttestInventoryInput": "opdId",
    "DecideProposalInput": "proposalId inputsHash choice reason",
    "StartAssessmentInput": "regionCode instrumentId year kind",
    "ClaimLevelInput": "assessmentId indicator level explanation evidence version",
    "ClaimLevelsInput": "assessmentId version claims",
    "SubmitAssessmentInput": "id version",
    "ReturnAssessmentInput": "id version reason",
    "PublishAssessmentInput": "id version",
    "RecordResultInput": "regionCode instrumentId year kind value domains source version",
}
ENUMS = {
    "ApplicationField": "OPD STATUS FUNCTION_TEXT PLATFORM YEAR",
    "CommonApplicationClassification": "COMMON_APPLICATION PORTAL NETWORK INFRASTRUCTURE",
    "MatchSignalKind": (
        "NATIONAL_SYSTEM SAME_NAME SIMILAR_NAME NAME_PREFIX SAME_ADDRESS SAME_HOST SAME_OPD"
    ),
    "AssessmentKind": "SIMULATION TARGET SELF INTERIM EXTERNAL OFFICIAL",
    "IntegrationMode": "HUB API FILE DATABASE MANUAL UNKNOWN",
    "SourceState": "OWNED FRESH STALE UNREACHABLE DIVERGED",
    "ProposalChoice": "ACCEPT REJECT DEFER",
    "ProposalKind": "RETIRE REPLACE MERGE SHARE INTEGRATE KEEP",
    "ProposalStatus": "OPEN ACCEPTED REJECTED DEFERRED",
    "Role": "PUBLIC FOLLOWER OPD REGION ASSESSOR PROVINCE ADMIN",
}


def test_the_committed_sdl_matches_the_code() -> None:
    assert COMMITTED.read_text() == schema.as_str() + "\n"


def test_no_breaking_change_was_made_since_the_base() -> None:
    # SDL_BASE names the SDL of the target branch; without it, the committed SDL is the base.
    base = Path(os.environ.get("SDL_BASE") or COMMITTED).read_text()
    assert find_breaking_changes(build_schema(base), SDL) == []


def test_a_removed_field_is_found_as_a_breaking_change() -> None:
    without = re.sub(r'  """[^"]*"""\n  capital: String\n', "", schema.as_str())
    [change] = find_breaking_changes(SDL, build_schema(without))
    assert (change.type, change.description) == (
        BreakingChangeType.FIELD_REMOVED,
        "Field Region.capital was removed.",
    )


@pytest.mark.parametrize("coordinate", FIELDS)
def test_the_field_exists_with_its_arguments(coordinate: str) -> None:
    type_name, name = coordinate.split(".")
    kind = SDL.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    assert list(kind.fields[name].args) == FIELDS[coordinate].split()


@pytest.mark.parametrize("name", INPUTS)
def test_the_input_takes_its_fields_and_an_idempotency_key(name: str) -> None:
    kind = SDL.type_map[name]
    assert isinstance(kind, GraphQLInputObjectType)
    assert {*INPUTS[name].split(), "idempotencyKey"} - set(kind.fields) == set()


@pytest.mark.parametrize("name", ENUMS)
def test_the_enum_has_exactly_these_values(name: str) -> None:
    kind = SDL.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    assert list(kind.values) == ENUMS[name].split()


def test_only_recorded_fields_of_a_region_are_non_null() -> None:
    """A computed field that fails is null with an error, and the other fields have data."""
    region = SDL.type_map["Region"]
    assert isinstance(region, GraphQLObjectType)
    never_null = {name for name, field in region.fields.items() if is_non_null_type(field.type)}
    assert never_null == {
        *("id", "code", "name", "kind", "provenance", "source"),
        *("opds", "applications", "integrations", "assessments", "history", "imports"),
    }


def test_every_mutation_returns_its_object_or_problems() -> None:
    assert SDL.mutation_type is not None
    problem = SDL.type_map["Problem"]
    for field in SDL.mutation_type.fields.values():
        union = field.type.of_type
        assert isinstance(union, GraphQLUnionType)
        [object_type] = [member.name for member in union.types if problem not in member.interfaces]
        assert object_type in CHANGED_TYPES


def test_no_subscription_event_depends_on_the_viewer() -> None:
    """Viewers who may read the same rows share their events."""
    assert SDL.subscription_type is not None
    visited: set[str] = set()
    unvisited = [SDL.subscription_type]
    while unvisited:
        kind = unvisited.pop()
        if kind.name in visited:
            continue
        visited.add(kind.name)
        for field in getattr(kind, "fields", {}).values():
            unvisited.append(get_named_type(field.type))
        if is_abstract_type(kind):
            unvisited.extend(SDL.get_possible_types(kind))
    assert {"LogEntryAppended", "Region", "Assessment"} <= visited
    assert visited.isdisjoint({"Viewer", "Instance", "Query"})
