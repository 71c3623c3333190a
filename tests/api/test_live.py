"""Subscriptions: the viewers of an event, the order of events, and resumption from a cursor."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from engine.model import AssessmentKind, AssessmentState, Viewer
from storage import arrival
from tests.api import two_provinces
from tests.api.hub import Hub, Stream

INDEX_CHANGED = """
subscription ($regionCodes: [ID!], $after: Cursor) {
  indexChanged(regionCodes: $regionCodes, after: $after) {
    cursor previousCursor eventKind at
    before { value display } after { value display } predicateBefore predicateAfter
    instrument { id } year assessmentKind assessmentState isReplay region { code name }
    domains { number score { display } }
  }
}
"""
EVENTS = """
subscription ($regionCodes: [ID!], $kinds: [EventKind!], $after: Cursor) {
  events(regionCodes: $regionCodes, kinds: $kinds, after: $after) {
    cursor previousCursor eventKind region { code }
    ... on LogEntryAppended { sequence subjectId }
  }
}
"""
PAGE = """
query ($after: Cursor, $first: Int! = 500) {
  events(after: $after, first: $first) {
    pageInfo { hasNextPage endCursor }
    nodes { cursor previousCursor eventKind ... on LogEntryAppended { subjectId } }
  }
}
"""
PRINTED = {"instrumentId": "spbe-2020", "year": 2024, "kind": "OFFICIAL", "source": "laporan"}


async def _record_result(hub: Hub, region: str, value: str, version: int | None = None) -> None:
    answer = await hub.change(
        "recordResult",
        two_provinces.ADMIN,
        **PRINTED,
        regionCode=region,
        value=value,
        version=version,
    )
    assert answer["score"]["index"]["value"] == value


async def _claim_level(hub: Hub, level: int, version: int) -> None:
    answer = await hub.change(
        "claimLevel",
        two_provinces.REGION,
        assessmentId=two_provinces.DRAFT,
        indicator=20,
        level=level,
        version=version,
    )
    assert answer["version"] == version + 1


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (two_provinces.PUBLIC, False),
        (two_provinces.OPD, True),
        (two_provinces.OTHER_OPD, False),
        (two_provinces.REGION, True),
        (two_provinces.OTHER_REGION, False),
        (two_provinces.ASSESSOR, True),
        (two_provinces.OTHER_ASSESSOR, False),
        (two_provinces.PROVINCE, True),
        (two_provinces.OTHER_PROVINCE, False),
        (two_provinces.ADMIN, True),
    ],
    ids=lambda value: value.subject if isinstance(value, Viewer) else None,
)
async def test_a_changed_draft_is_sent_to_viewers_who_may_see_it(
    hub: Hub, viewer: Viewer, sees: bool
) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    start = await hub.cursor()
    async with (
        hub.subscribe(INDEX_CHANGED, viewer, after=start) as changes,
        hub.subscribe(EVENTS, viewer, after=start) as events,
    ):
        await _claim_level(hub, 5, 1)
        await _record_result(hub, "32.73", "4.59")
        if sees:
            change = await changes.next()
            assert change["assessmentState"] == "DRAFT"
            assert (change["before"]["display"], change["after"]["display"]) == ("3.00", "3.30")
            assert (change["region"]["code"], change["previousCursor"]) == ("32.11", start)
        published = await changes.next()
        assert published["assessmentState"] == "PUBLISHED"
        assert published["after"]["display"] == "4.59"
        assert published["previousCursor"] == (change["cursor"] if sees else start)

        kinds = [(await events.next())["eventKind"] for _ in range(4 if sees else 2)]
        assert kinds == [
            *(["LEVEL_CLAIMED", "INDEX_CHANGED"] if sees else []),
            "RESULT_RECORDED",
            "INDEX_CHANGED",
        ]

    page = (await hub.query_data(PAGE, viewer, after=start))["events"]
    assert [event["eventKind"] for event in page["nodes"]] == kinds


async def test_a_change_of_an_index_has_all_details(any_hub: Hub) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    start = await any_hub.cursor()
    epoch, _, number = start.rpartition(":")
    async with any_hub.subscribe(INDEX_CHANGED, two_provinces.ASSESSOR, after=start) as changes:
        await _claim_level(any_hub, 5, 1)
        change = await changes.next()
    assert change.pop("at").startswith("2026-11-24T03:00:")
    assert change == {
        "cursor": f"{epoch}:{int(number) + 2}",
        "previousCursor": start,
        "eventKind": "INDEX_CHANGED",
        "before": {"value": "3.00", "display": "3.00"},
        "after": {"value": "3.30", "display": "3.30"},
        "predicateBefore": "Baik",
        "predicateAfter": "Baik",
        "instrument": {"id": "pemdi-2026"},
        "year": 2026,
        "assessmentKind": "SELF",
        "assessmentState": "DRAFT",
        "isReplay": False,
        "region": {"code": "32.11", "name": "Kabupaten Sumedang"},
        "domains": [
            *({"number": number, "score": {"display": "3.00"}} for number in range(1, 7)),
            {"number": 7, "score": {"display": "4.20"}},
        ],
    }


async def test_a_published_assessment_is_new_to_every_subscriber(hub: Hub) -> None:
    await two_provinces.write_assessment(
        hub,
        two_provinces.assessment(
            kind=AssessmentKind.INTERIM, state=AssessmentState.SUBMITTED, level=4
        ),
    )
    start = await hub.cursor()
    async with hub.subscribe(INDEX_CHANGED, after=start) as changes:
        await hub.change(
            "publishAssessment", two_provinces.PROVINCE, id="32:assessment-draft", version=1
        )
        change = await changes.next()
    assert (change["before"], change["after"]["display"]) == (None, "4.00")
    assert change["assessmentState"] == "PUBLISHED"
    assert (change["predicateBefore"], change["predicateAfter"]) == (None, "Memuaskan")


async def test_a_corrected_result_is_sent_with_its_former_value(hub: Hub) -> None:
    await _record_result(hub, "32.11", "4.15")
    start = await hub.cursor()
    async with hub.subscribe(INDEX_CHANGED, after=start) as changes:
        await _record_result(hub, "32.11", "4.51", 1)
        change = await changes.next()
    assert (change["before"]["display"], change["after"]["display"]) == ("4.15", "4.51")
    assert (change["predicateBefore"], change["predicateAfter"]) == ("Sangat Baik", "Memuaskan")


async def test_each_event_resolves_with_the_current_state(hub: Hub) -> None:
    query = """
    subscription ($after: Cursor) {
      indexChanged(after: $after) {
        after { display } region { index { index { display } } history { index { display } } }
      }
    }
    """
    async with hub.subscribe(query, after=await hub.cursor()) as changes:
        for version, value in enumerate(("4.15", "4.30", "4.51")):
            await _record_result(hub, "32.11", value, version or None)
            assert await changes.next() == {
                "after": {"display": value},
                "region": {
                    "index": {"index": {"display": value}},
                    "history": [{"index": {"display": value}}],
                },
            }


async def _take_events(stream: Stream, count: int) -> list[dict[str, Any]]:
    return [await stream.next() for _ in range(count)]


async def test_a_cursor_resumes_with_the_missed_events_then_live_ones(any_hub: Hub) -> None:
    region_codes = ["32.73"]
    start = await any_hub.cursor()

    async def record_both(version: int | None, value: str) -> None:
        await _record_result(any_hub, "32.11", value, version)
        await _record_result(any_hub, "32.73", value, version)

    async with any_hub.subscribe(INDEX_CHANGED, regionCodes=region_codes, after=start) as changes:
        await record_both(None, "3.00")
        await record_both(1, "3.10")
        received = await _take_events(changes, 2)
    await record_both(2, "3.20")
    await record_both(3, "3.30")
    resumed = {"regionCodes": region_codes, "after": received[-1]["cursor"]}
    async with any_hub.subscribe(INDEX_CHANGED, **resumed) as changes:
        received += await _take_events(changes, 2)
        await record_both(4, "3.40")
        received += await _take_events(changes, 1)
    values = [event["after"]["display"] for event in received]
    assert values == ["3.00", "3.10", "3.20", "3.30", "3.40"]
    assert [event["previousCursor"] for event in received] == [
        start,
        *(event["cursor"] for event in received[:-1]),
    ]


async def test_many_displays_see_the_same_events_in_the_same_order(hub: Hub) -> None:
    start = await hub.cursor()

    async def display() -> list[str]:
        async with hub.subscribe(INDEX_CHANGED, after=start) as changes:
            return [event["cursor"] for event in await _take_events(changes, 10)]

    async def publish() -> None:
        for version in range(10):
            await _record_result(hub, "32.11", f"3.{version:02}", version or None)

    *displays, _ = await asyncio.gather(*(display() for _ in range(20)), publish())
    assert displays == [displays[0]] * 20
    assert len(set(displays[0] or [])) == 10


CURSORS = ["", ":", "1", "x:1", "{epoch}", "{epoch}:", "{epoch}:-1", "{epoch}:1.0", "{epoch}:١"]
CURSORS += ["{epoch}:{future}", "{epoch}:" + "9" * 30, "other:1", "{epoch}:1:1", " {epoch}:1"]
CURSORS += ["{epoch}:1/", "{epoch}:1/{future}", "{epoch}:2/1", "{epoch}:1/2/3", "{epoch}:1/ 2"]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_an_invalid_cursor_requires_a_snapshot(hub: Hub, cursor: str) -> None:
    epoch, _, number = (await hub.cursor()).rpartition(":")
    after = cursor.format(epoch=epoch, future=int(number) + 1)
    async with hub.subscribe(INDEX_CHANGED, after=after) as changes:
        assert await changes.refusal() == "SNAPSHOT_REQUIRED"
    async with hub.subscribe(EVENTS, after=after) as events:
        assert await events.refusal() == "SNAPSHOT_REQUIRED"
    assert await hub.refusal(PAGE, after=after) == "SNAPSHOT_REQUIRED"


async def test_cursors_of_an_earlier_epoch_require_a_snapshot(any_hub: Hub) -> None:
    after = await any_hub.cursor()
    async with any_hub.instance.database.write() as session:
        await arrival.renew_arrival_epoch(session)
    async with any_hub.subscribe(EVENTS, after=after) as events:
        assert await events.refusal() == "SNAPSHOT_REQUIRED"
    async with any_hub.subscribe(INDEX_CHANGED, after=await any_hub.cursor()) as changes:
        await _record_result(any_hub, "32.11", "4.51")
        assert (await changes.next())["after"]["display"] == "4.51"


async def test_too_many_regions_are_an_invalid_argument(hub: Hub) -> None:
    region_codes = [str(number) for number in range(1001)]
    async with hub.subscribe(INDEX_CHANGED, regionCodes=region_codes) as changes:
        assert await changes.refusal() == "INVALID_ARGUMENT"


async def test_events_are_filtered_by_kind_and_stay_chained(hub: Hub) -> None:
    start = await hub.cursor()
    kinds = ["APPLICATION_REGISTERED", "APPLICATION_RETIRED"]
    async with hub.subscribe(EVENTS, after=start, kinds=kinds) as events:
        new = await hub.change(
            "registerApplication",
            two_provinces.OPD,
            regionCode="32.11",
            opdId="32.11:opd-dinkes",
            name="Baru",
        )
        await _record_result(hub, "32.11", "4.51")
        await hub.change(
            "updateApplication", two_provinces.OPD, id=new["id"], version=1, name="Lain"
        )
        await hub.change("retireApplication", two_provinces.OPD, id=new["id"], version=2)
        received = await _take_events(events, 2)
    assert [(event["eventKind"], event["sequence"], event["subjectId"]) for event in received] == [
        ("APPLICATION_REGISTERED", 6, new["id"]),
        ("APPLICATION_RETIRED", 8, new["id"]),
    ]
    assert [event["previousCursor"] for event in received] == [start, received[0]["cursor"]]


async def test_pages_of_events_are_complete_and_skip_hidden_events(any_hub: Hub) -> None:
    start = await any_hub.cursor()
    await _record_result(any_hub, "32.11", "3.00")
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    await _record_result(any_hub, "32.73", "3.10")
    await _claim_level(any_hub, 5, 1)
    for viewer, kinds in (
        (two_provinces.PUBLIC, ["RESULT_RECORDED", "INDEX_CHANGED"] * 2),
        (
            two_provinces.REGION,
            [
                *("RESULT_RECORDED", "INDEX_CHANGED", "ASSESSMENT_STARTED"),
                *("VERIFICATION_CHANGED", "RESULT_RECORDED", "INDEX_CHANGED"),
                *("LEVEL_CLAIMED", "INDEX_CHANGED"),
            ],
        ),
    ):
        received, after, more = [], start, True
        while more:
            page = (await any_hub.query_data(PAGE, viewer, after=after, first=2))["events"]
            assert [event["previousCursor"] for event in page["nodes"]] == [
                after,
                *(event["cursor"] for event in page["nodes"][:-1]),
            ]
            received += page["nodes"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert [event["eventKind"] for event in received] == kinds
        assert after == await any_hub.cursor()


TYPES = """
fragment Types on RegionEvent {
  __typename eventKind region { code }
  ... on LogEntryAppended { subjectId subject { __typename id } isReplay }
  ... on IndexChanged { after { display } }
  ... on VerificationChanged { assessmentId assessment { id state } changedVerdicts { indicator } }
}
"""


async def test_an_event_has_the_type_of_its_kind_in_the_query_and_the_subscription(
    any_hub: Hub,
) -> None:
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    start = await any_hub.cursor()
    await _claim_level(any_hub, 5, 1)
    await any_hub.change(
        "updateApplication",
        two_provinces.OPD,
        id="32.11:application-health",
        version=1,
        name="Baru",
    )
    expected = [
        {
            "__typename": "LogEntryAppended",
            "eventKind": "LEVEL_CLAIMED",
            "region": {"code": "32.11"},
            "subjectId": two_provinces.DRAFT,
            "subject": {"__typename": "Assessment", "id": two_provinces.DRAFT},
            "isReplay": False,
        },
        {
            "__typename": "IndexChanged",
            "eventKind": "INDEX_CHANGED",
            "region": {"code": "32.11"},
            "after": {"display": "3.30"},
        },
        {
            "__typename": "LogEntryAppended",
            "eventKind": "APPLICATION_UPDATED",
            "region": {"code": "32.11"},
            "subjectId": "32.11:application-health",
            "subject": {"__typename": "Application", "id": "32.11:application-health"},
            "isReplay": False,
        },
    ]
    page = "query ($after: Cursor) { events(after: $after) { nodes { ...Types } } }"
    data = await any_hub.query_data(page + TYPES, two_provinces.REGION, after=start)
    assert data["events"]["nodes"] == expected
    stream = "subscription ($after: Cursor) { events(after: $after) { ...Types } }"
    async with any_hub.subscribe(stream + TYPES, two_provinces.REGION, after=start) as events:
        assert await _take_events(events, 3) == expected


async def test_a_changed_verification_is_an_event_with_its_assessment(hub: Hub) -> None:
    start = await hub.cursor()
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    stream = "subscription ($after: Cursor) { events(after: $after, kinds: [VERIFICATION_CHANGED])"
    stream += " { ...Types } }"
    async with hub.subscribe(stream + TYPES, two_provinces.REGION, after=start) as events:
        event = await events.next()
    assert event["__typename"] == "VerificationChanged"
    assert event["assessment"] == {"id": two_provinces.DRAFT, "state": "DRAFT"}
    assert event["assessmentId"] == two_provinces.DRAFT
    indicators = [verdict["indicator"] for verdict in event["changedVerdicts"]]
    assert indicators == [13, 16, 18]


async def test_an_empty_page_of_events_has_the_cursor_to_go_on_from(hub: Hub) -> None:
    start = await hub.cursor()
    page = (await hub.query_data(PAGE, after=start))["events"]
    assert page == {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": start}}


async def test_without_a_cursor_events_begin_with_the_first(hub: Hub) -> None:
    page = (await hub.query_data(PAGE, first=2))["events"]
    assert [event["subjectId"] for event in page["nodes"]] == ["32:region", "32.11:region"]
    assert page["pageInfo"]["hasNextPage"] is True


async def test_a_closed_subscription_leaves_no_task_or_generator_behind(hub: Hub) -> None:
    unclosed: list[AsyncGenerator[Any, Any]] = []
    first, last = sys.get_asyncgen_hooks()
    tasks = asyncio.all_tasks()
    sys.set_asyncgen_hooks(firstiter=first, finalizer=unclosed.append)
    try:
        async with hub.subscribe(INDEX_CHANGED, after=await hub.cursor()) as changes:
            await _record_result(hub, "32.11", "4.51")
            await changes.next()
        async with hub.subscribe(EVENTS, after=await hub.cursor()) as events:
            await _record_result(hub, "32.11", "4.52", 1)
            await _take_events(events, 2)
            next_event = asyncio.create_task(events.next())
            await asyncio.sleep(0)  # now the task waits for a third event
            next_event.cancel()
            await asyncio.wait([next_event])
        gc.collect()
    finally:
        sys.set_asyncgen_hooks(firstiter=first, finalizer=last)
    assert unclosed == []  # the garbage collector had no generator to close
    assert asyncio.all_tasks() == tasks
