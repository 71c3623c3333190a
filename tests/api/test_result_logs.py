"""Results of a region are recorded in the log of its parent, and are about the region."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from engine.log.region_identity import RegionIdentity
from engine.log.source import Source, SourceState
from engine.model import (
    PUBLIC_VIEWER,
    AssessmentKind,
    EventKind,
    Provenance,
    PublishedFigures,
    Region,
    RegionKind,
    Role,
    Viewer,
)
from facts.instrument import instrument_by_id
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from resolvers.result import list_province_means, list_published_editions, published_result
from storage import log_entries, ownership
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.test_live import INDEX_CHANGED
from tests.api.two_provinces import ADMIN, ASSESSOR, PROVINCE
from tests.fixtures.followed_regions import record_source

EVENTS = """query ($after: Cursor) { events(after: $after) { nodes {
  eventKind region { code } ... on LogEntryAppended { sequence subjectId } } } }"""
RESULT = {"instrumentId": "spbe-2020", "year": 2024, "value": "4.51", "source": "laporan"}
DRAFT = {"instrumentId": "pemdi-2026", "year": 2026}
PEMDI = instrument_by_id("pemdi-2026")
OWNER = "https://other.example.id/graphql"


async def place(hub: Hub, id: str) -> tuple[str, str]:
    """Return the region and the log of the row of an assessment."""
    rows = await hub.list_all_rows()
    columns = {row[0]: row for row in rows["assessment"]}
    return columns[id][1], columns[id][2]


async def newest_entry(hub: Hub, log: str) -> tuple[EventKind, str]:
    """Return the kind and the subject of the newest entry of a log."""
    async with hub.instance.database.read() as session:
        sequence, _hash = await log_entries.read_log_head(session, log)
        [entry] = await log_entries.list_applicable_entries(session, log, after=sequence - 1)
    return entry.kind, entry.subject


async def test_a_result_is_in_the_log_of_the_province_and_about_the_region(any_hub: Hub) -> None:
    after = await any_hub.cursor()
    async with any_hub.subscribe(INDEX_CHANGED, after=after, regionCodes=["32.11"]) as changes:
        answer = await any_hub.change(
            "recordResult", PROVINCE, regionCode="32.11", kind="OFFICIAL", **RESULT
        )
        change = await changes.next()
    id = "32:assessment-32.11-spbe-2020-2024-official"
    assert answer["id"] == id
    assert await place(any_hub, id) == ("32.11", "32")
    assert await newest_entry(any_hub, "32") == (EventKind.RESULT_RECORDED, id)
    assert (change["region"]["code"], change["after"]["value"]) == ("32.11", "4.51")
    assert (await any_hub.query_data(EVENTS, after=after))["events"]["nodes"] == [
        {
            "eventKind": "RESULT_RECORDED",
            "region": {"code": "32.11"},
            "sequence": 2,
            "subjectId": id,
        },
        {"eventKind": "INDEX_CHANGED", "region": {"code": "32.11"}},
    ]
    ranking = 'ranking(instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL)'
    data = await any_hub.query_data(f"{{ {ranking} {{ nodes {{ position region {{ code }} }} }} }}")
    assert data["ranking"]["nodes"] == [{"position": 1, "region": {"code": "32.11"}}]


LOGS = [
    ("32.11", "SELF", "32.11"),
    ("32.11", "INTERIM", "32"),
    ("32.11", "EXTERNAL", "32"),
    ("32.11", "OFFICIAL", "32"),
    ("32", "EXTERNAL", "ID"),
]


async def test_all_steps_of_an_assessment_are_in_the_log_of_its_kind(hub: Hub) -> None:
    levels = [{"indicator": entry.number, "level": 3} for entry in PEMDI.indicators]
    for region, kind, log in LOGS:
        started = await hub.change("startAssessment", ADMIN, regionCode=region, kind=kind, **DRAFT)
        id = started["id"]
        assert id.startswith(f"{log}:assessment-")
        assert await newest_entry(hub, log) == (EventKind.ASSESSMENT_STARTED, id)
        await hub.change("claimLevels", ADMIN, assessmentId=id, version=1, claims=levels)
        assert await newest_entry(hub, log) == (EventKind.LEVEL_CLAIMED, id)
        version = 1 + len(levels)
        steps = [
            ("submitAssessment", {}, EventKind.ASSESSMENT_SUBMITTED),
            ("returnAssessment", {"reason": "bukti"}, EventKind.ASSESSMENT_RETURNED),
            ("submitAssessment", {}, EventKind.ASSESSMENT_SUBMITTED),
            ("publishAssessment", {}, EventKind.ASSESSMENT_PUBLISHED),
        ]
        for name, fields, entry_kind in steps:
            changed = await hub.change(name, ADMIN, id=id, version=version, **fields)
            assert changed["version"] == version + 1
            assert await newest_entry(hub, log) == (entry_kind, id)
            version += 1
        assert await place(hub, id) == (region, log)


async def test_a_claim_in_the_log_of_the_province_announces_the_verification_of_the_region(
    any_hub: Hub,
) -> None:
    started = await any_hub.change(
        "startAssessment",
        ASSESSOR,
        regionCode="32.11",
        instrumentId="spbe-2020",
        year=2025,
        kind="EXTERNAL",
    )
    after = await any_hub.cursor()
    claim = {"assessmentId": started["id"], "indicator": 36, "level": 4, "version": 1}
    assert (await any_hub.change("claimLevel", ASSESSOR, **claim))["version"] == 2
    nodes = (await any_hub.query_data(EVENTS, ASSESSOR, after=after))["events"]["nodes"]
    assert [(node["eventKind"], node["region"]["code"]) for node in nodes] == [
        ("LEVEL_CLAIMED", "32.11"),
        ("INDEX_CHANGED", "32.11"),
        ("VERIFICATION_CHANGED", "32.11"),
    ]
    assert (await any_hub.query_data(EVENTS, after=after))["events"]["nodes"] == []


async def test_results_of_the_nation_are_recorded_nowhere(hub: Hub) -> None:
    before = await hub.list_all_rows()
    problem = {
        "__typename": "InvalidInput",
        "field": "regionCode",
        "expected": "a region that is assessed",
        "got": "ID",
    }
    start = {"regionCode": "ID", "kind": "EXTERNAL", **DRAFT}
    assert await hub.change("startAssessment", ADMIN, **start) == problem
    record = {"regionCode": "ID", "kind": "OFFICIAL", **RESULT}
    assert await hub.change("recordResult", ADMIN, **record) == problem
    assert await hub.list_all_rows() == before


async def test_the_owner_of_the_provinces_log_records_the_results_of_its_regions(hub: Hub) -> None:
    await two_provinces.write_assessment(
        hub, two_provinces.assessment(kind=AssessmentKind.EXTERNAL)
    )
    async with hub.instance.database.write() as session:
        await record_source(session, Source("32", OWNER, SourceState.FRESH, None))
    before = await hub.list_all_rows()
    id = "32:assessment-draft"
    requests: list[tuple[str, dict[str, Any]]] = [
        ("recordResult", {"regionCode": "32.11", "kind": "OFFICIAL", **RESULT}),
        ("startAssessment", {"regionCode": "32.11", "kind": "INTERIM", **DRAFT}),
        ("claimLevel", {"assessmentId": id, "indicator": 1, "level": 4, "version": 1}),
        ("submitAssessment", {"id": id, "version": 1}),
    ]
    for name, fields in requests:
        answer = await hub.change(name, ADMIN, **fields)
        assert answer == {"__typename": "OwnedElsewhere", "ownerUrl": OWNER}, name
    assert await hub.list_all_rows() == before
    own = {"regionCode": "32.11", "kind": "TARGET", **DRAFT}
    assert (await hub.change("startAssessment", ADMIN, **own))["__typename"] == "Assessment"


@pytest.mark.parametrize(("region", "url"), [("99.01", OWNER), ("33.74", None)])
async def test_a_region_that_only_the_operator_lists_learns_who_records_its_results(
    hub: Hub, region: str, url: str | None
) -> None:
    listed = RegionIdentity("99.01", "Kabupaten Uji", RegionKind.REGENCY, "32")
    described = Region("99.01", listed.name, listed.kind, listed.parent, two_provinces.SOURCE)
    await hub.record(EventKind.REGION_RECORDED, "99.01", "99.01:region", described)
    async with hub.instance.database.write() as session:
        await record_source(session, Source("32", OWNER, SourceState.FRESH, None))
        source = Source("99.01", "https://node.example.id/graphql", SourceState.FRESH, None)
        await ownership.insert_source(session, source, listed)
    viewer = Viewer("coordinator", Role.REGION, frozenset({region}))
    start = {"regionCode": "99.01", "kind": "EXTERNAL", **DRAFT}
    answer = await hub.change("startAssessment", viewer, **start)
    assert answer == {"__typename": "OwnedElsewhere", "ownerUrl": url}


async def test_an_instance_without_the_provinces_log_says_who_records_results(hub: Hub) -> None:
    banten = two_provinces.Region(
        "36.71", "Kota Tangerang", two_provinces.RegionKind.CITY, "36", two_provinces.SOURCE
    )
    await hub.record(EventKind.REGION_RECORDED, "36.71", "36.71:region", banten)
    before = await hub.list_all_rows()
    problem = {
        "__typename": "InvalidInput",
        "field": "regionCode",
        "expected": "a region whose results this instance records: the results of 36.71 are "
        "recorded by region 36, which this instance does not have",
        "got": "36.71",
    }
    record = {"regionCode": "36.71", "kind": "OFFICIAL", **RESULT}
    assert await hub.change("recordResult", ADMIN, **record) == problem
    start = {"regionCode": "36.71", "kind": "EXTERNAL", **DRAFT}
    assert await hub.change("startAssessment", ADMIN, **start) == problem
    assert await hub.list_all_rows() == before


async def test_a_region_counts_once_whatever_the_logs_that_have_its_result(hub: Hub) -> None:
    for log, value in (("33", "2.00"), ("32", "4.00")):
        result = published_result(
            log,
            "32.11",
            instrument_by_id("spbe-2020"),
            2024,
            AssessmentKind.OFFICIAL,
            figures=PublishedFigures(value, "Baik"),
            version=1,
            provenance=Provenance("laporan"),
        )
        if log == "32":
            refused = await hub.change(
                "recordResult", PROVINCE, regionCode="32.11", kind="OFFICIAL", version=1, **RESULT
            )
            assert refused["__typename"] == "AlreadyExists"
        await hub.record(EventKind.RESULT_RECORDED, log, result.id, result)
    context = Context(hub.instance, PUBLIC_VIEWER, OperationBudget(bounded=False))
    [mean] = await list_province_means(context, "32", AssessmentKind.OFFICIAL)
    assert (mean.mean, mean.result_count) == (Fraction(2), 1)
    [edition] = await list_published_editions(context, None)
    assert edition.result_count == 1
