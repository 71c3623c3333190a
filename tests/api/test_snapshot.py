"""Subscriptions without a cursor: a snapshot of the state, then live events without a gap."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.model import PUBLIC_VIEWER, AssessmentState, EventKind, Viewer, Visibility
from storage import announcement, arrival, retention
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.test_live import EVENTS, PAGE, _claim_level, _record_result, _take_events

INDEX_CHANGED = """
subscription ($regionCodes: [ID!], $after: Cursor) {
  indexChanged(regionCodes: $regionCodes, after: $after) {
    cursor previousCursor isSnapshot after { display } assessmentKind region { code }
  }
}
"""


def _summaries(events: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [
        (event["region"]["code"], event["after"]["display"], event["isSnapshot"])
        for event in events
    ]


def _assert_chained(events: list[dict[str, Any]]) -> None:
    cursors = [event["cursor"] for event in events]
    assert [event["previousCursor"] for event in events[1:]] == cursors[:-1]
    assert len(set(cursors)) == len(cursors)


async def _prune_log(hub: Hub, before: datetime | None = None) -> int:
    """Mark all arrivals as processed, and prune those before a time, or all prunable ones."""
    async with hub.instance.database.write() as session:
        await announcement.advance_derived_head(
            session, (await arrival.read_arrival_position(session)).arrival
        )
    later = hub.instance.clock() + timedelta(days=1)
    return await retention.prune_arrival_log(hub.instance.database, before or later)


async def _first_events_by_viewer(hub: Hub, kind: str) -> dict[Viewer, Any]:
    """Return the first event of a kind that has one subject, for each of two viewers."""
    first_events = {}
    for viewer in (PUBLIC_VIEWER, two_provinces.REGION):
        async with hub.subscribe(EVENTS, viewer, kinds=[kind]) as events:
            first_events[viewer] = await events.next()
    return first_events


async def test_a_snapshot_has_the_newest_event_of_each_subject_then_live_events(
    any_hub: Hub,
) -> None:
    for version, value in enumerate(("3.00", "3.10", "3.20")):
        await _record_result(any_hub, "32.11", value, version or None)
    await _record_result(any_hub, "32.73", "4.00")
    async with any_hub.subscribe(INDEX_CHANGED) as changes:
        received = await _take_events(changes, 2)
        assert received[-1]["cursor"] == await any_hub.cursor()
        await _record_result(any_hub, "32.11", "3.30", 3)
        received += await _take_events(changes, 1)
    assert _summaries(received) == [
        ("32.11", "3.20", True),
        ("32.73", "4.00", True),
        ("32.11", "3.30", False),
    ]
    _assert_chained(received)


async def test_an_empty_snapshot_is_followed_by_live_events(hub: Hub) -> None:
    async with hub.subscribe(INDEX_CHANGED) as changes:
        first = asyncio.create_task(changes.next())
        await asyncio.sleep(0.2)  # a snapshot would have arrived by then
        assert not first.done()
        await _record_result(hub, "32.11", "3.00")
        assert _summaries([await first]) == [("32.11", "3.00", False)]


async def test_a_snapshot_resumes_from_any_of_its_cursors(any_hub: Hub) -> None:
    for region in ("32.11", "32.73", "32"):
        await _record_result(any_hub, region, "3.00")
    async with any_hub.subscribe(INDEX_CHANGED) as changes:
        received = await _take_events(changes, 1)
    await _record_result(any_hub, "32.73", "3.10", 1)
    async with any_hub.subscribe(INDEX_CHANGED, after=received[0]["cursor"]) as changes:
        received += await _take_events(changes, 3)
    assert _summaries(received) == [
        ("32.11", "3.00", True),
        ("32.73", "3.00", True),
        ("32", "3.00", True),
        ("32.73", "3.10", False),
    ]
    _assert_chained(received)


async def test_resuming_before_the_first_event_delivers_every_event(hub: Hub) -> None:
    await _record_result(hub, "32.11", "3.00")
    async with hub.subscribe(INDEX_CHANGED) as changes:
        [first] = await _take_events(changes, 1)
    async with hub.subscribe(INDEX_CHANGED, after=first["previousCursor"]) as changes:
        assert await _take_events(changes, 1) == [first]


async def test_a_snapshot_has_only_the_requested_regions_and_kinds(hub: Hub) -> None:
    for version, value in enumerate(("3.00", "3.10")):
        for region in ("32.11", "32.73"):
            await _record_result(hub, region, value, version or None)
    async with hub.subscribe(INDEX_CHANGED, regionCodes=["32.73"]) as changes:
        assert _summaries(await _take_events(changes, 1)) == [("32.73", "3.10", True)]
    document = EVENTS.replace("cursor previousCursor", "isSnapshot")
    variables = {"regionCodes": ["32.73"], "kinds": ["RESULT_RECORDED", "OPD_RECORDED"]}
    async with hub.subscribe(document, **variables) as events:
        await _record_result(hub, "32.73", "3.20", 2)
        received = [await events.next()]
        while received[-1]["eventKind"] != "RESULT_RECORDED":
            received.append(await events.next())
    assert {event["region"]["code"] for event in received} == {"32.73"}
    assert len({event["subjectId"] for event in received}) == len(received)
    assert all(event["isSnapshot"] for event in received)


async def test_a_snapshot_hides_drafts_from_viewers_who_may_not_see_them(hub: Hub) -> None:
    await _record_result(hub, "32.11", "3.00")
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    await _claim_level(hub, 5, 1)
    await _record_result(hub, "32.73", "4.00")
    for viewer, kinds in (
        (PUBLIC_VIEWER, ["OFFICIAL", "OFFICIAL"]),
        (two_provinces.OTHER_REGION, ["OFFICIAL", "OFFICIAL"]),
        (two_provinces.REGION, ["OFFICIAL", "SELF", "OFFICIAL"]),
    ):
        async with hub.subscribe(INDEX_CHANGED, viewer) as changes:
            received = await _take_events(changes, len(kinds))
        assert [event["assessmentKind"] for event in received] == kinds
        assert received[-1]["cursor"] == await hub.cursor()


async def test_concurrent_writers_cause_neither_a_gap_nor_a_repeat(
    any_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.event.SNAPSHOT_PAGE", 2)
    regions = ("32", "32.11", "32.73")
    for region in regions:
        await _record_result(any_hub, region, "1.00")
    writes = 8

    async def write(region: str) -> None:
        for version in range(1, writes + 1):
            await _record_result(any_hub, region, f"1.{version:02}", version)

    async def follow() -> list[dict[str, Any]]:
        newest: dict[str, str] = {}
        received = []
        async with any_hub.subscribe(INDEX_CHANGED) as changes:
            while set(newest.values()) != {f"1.{writes:02}"} or len(newest) < len(regions):
                received.append(await changes.next())
                newest[received[-1]["region"]["code"]] = received[-1]["after"]["display"]
        return received

    writing = [asyncio.create_task(write(region)) for region in regions]
    followers = []
    for _ in range(6):
        followers.append(asyncio.create_task(follow()))
        await asyncio.sleep(0.02)
    received_by_follower = await asyncio.gather(*followers)
    await asyncio.gather(*writing)
    for received in received_by_follower:
        _assert_chained(received)
        snapshot = [event for event in received if event["isSnapshot"]]
        assert {event["region"]["code"] for event in snapshot} == set(regions)
        assert received[: len(snapshot)] == snapshot
        for region in regions:
            values = [
                event["after"]["display"] for event in received if event["region"]["code"] == region
            ]
            first = int(values[0][2:])
            assert values == [f"1.{number:02}" for number in range(first, writes + 1)]


async def test_a_pruned_cursor_requires_a_snapshot_which_stays_complete(any_hub: Hub) -> None:
    start = await any_hub.cursor()
    for version, value in enumerate(("3.00", "3.10", "3.20")):
        await _record_result(any_hub, "32.11", value, version or None)
    await two_provinces.write_assessment(any_hub, two_provinces.assessment())
    await _claim_level(any_hub, 5, 1)
    await _record_result(any_hub, "32.73", "4.00")
    async with any_hub.subscribe(INDEX_CHANGED, two_provinces.REGION) as changes:
        before = await _take_events(changes, 3)
    cursor = await any_hub.cursor()

    assert await _prune_log(any_hub) == 4  # two corrected results, and their index changes
    assert await _prune_log(any_hub) == 0

    for document in (INDEX_CHANGED, EVENTS):
        async with any_hub.subscribe(document, after=start) as events:
            assert await events.refusal() == "SNAPSHOT_REQUIRED"
    assert await any_hub.refusal(PAGE, after=start) == "SNAPSHOT_REQUIRED"
    async with any_hub.subscribe(INDEX_CHANGED, two_provinces.REGION) as changes:
        assert await _take_events(changes, 3) == before
    async with any_hub.subscribe(INDEX_CHANGED, after=before[0]["cursor"]) as changes:
        assert _summaries(await _take_events(changes, 1)) == [("32.73", "4.00", True)]
    assert (await any_hub.query_data(PAGE))["events"]["nodes"] == []
    async with any_hub.subscribe(INDEX_CHANGED, after=cursor) as changes:
        await _record_result(any_hub, "32.73", "4.10", 1)
        assert _summaries(await _take_events(changes, 1)) == [("32.73", "4.10", False)]


async def test_pruning_leaves_a_public_event_before_a_newer_hidden_event(hub: Hub) -> None:
    public = two_provinces.assessment(state=AssessmentState.PUBLISHED)
    draft = replace(public, state=AssessmentState.DRAFT)
    recorded = (EventKind.RESULT_RECORDED, public.region, public.id)
    await hub.record(*recorded, public, Visibility.PUBLIC)
    await hub.record(*recorded, draft, Visibility.REGION)
    await hub.record(*recorded, draft, Visibility.REGION)
    before = await _first_events_by_viewer(hub, "RESULT_RECORDED")
    assert await _prune_log(hub) > 0
    assert await _first_events_by_viewer(hub, "RESULT_RECORDED") == before
    assert before[PUBLIC_VIEWER] != before[two_provinces.REGION]


async def test_unprocessed_events_are_not_pruned(hub: Hub) -> None:
    for version, value in enumerate(("3.00", "3.10")):
        await _record_result(hub, "32.11", value, version or None)
    later = hub.instance.clock() + timedelta(days=1)
    assert await retention.prune_arrival_log(hub.instance.database, later) == 0


async def test_recent_events_are_not_pruned(hub: Hub) -> None:
    for _ in range(100):
        hub.instance.clock()  # advance the clock past the writing of the regions
    await _record_result(hub, "32.11", "3.00")
    between = hub.instance.clock()
    await _record_result(hub, "32.11", "3.10", 1)
    start = await hub.cursor()
    # The newest event of each subject is not pruned, although it is old.
    assert await _prune_log(hub, between) == 2
    await _record_result(hub, "32.11", "3.20", 2)
    async with hub.subscribe(INDEX_CHANGED, after=start) as changes:
        assert _summaries(await _take_events(changes, 1)) == [("32.11", "3.20", False)]
