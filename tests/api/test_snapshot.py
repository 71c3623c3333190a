"""Subscriptions without a cursor: a snapshot of the current state, then each event without a gap."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.model import PUBLIC_VIEWER, AssessmentState, EventKind, Viewer, Visibility
from resolvers import event
from storage import announcement, arrival, retention
from tests.api import places
from tests.api.hub import Hub
from tests.api.test_live import EVENTS, PAGE, _claim, _publish, _take

INDEX_CHANGED = """
subscription ($regions: [ID!], $after: Cursor) {
  indexChanged(regions: $regions, after: $after) {
    cursor previousCursor snapshot after kind region { code }
  }
}
"""


def _summaries(events: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [(each["region"]["code"], each["after"], each["snapshot"]) for each in events]


def _chain(events: list[dict[str, Any]]) -> None:
    cursors = [each["cursor"] for each in events]
    assert [each["previousCursor"] for each in events[1:]] == cursors[:-1]
    assert len(set(cursors)) == len(cursors)


async def _prune(hub: Hub, before: datetime | None = None) -> int:
    """Prune arrivals before a time, or all that may be pruned, as if all were processed."""
    async with hub.instance.database.write() as session:
        await announcement.advance_derived_head(
            session, (await arrival.newest_position(session)).arrival
        )
    later = hub.instance.clock() + timedelta(days=1)
    return await retention.prune_arrival_log(hub.instance.database, before or later)


async def _snapshot_of(hub: Hub, kind: str) -> dict[Viewer, Any]:
    """Return the first event of the only subject of a kind, for each of two viewers."""
    found = {}
    for viewer in (PUBLIC_VIEWER, places.REGION):
        async with hub.listening(EVENTS, viewer, kinds=[kind]) as events:
            found[viewer] = await events.next()
    return found


async def test_it_holds_the_newest_of_each_and_goes_on_live(any_hub: Hub) -> None:
    for version, value in enumerate(("3.00", "3.10", "3.20")):
        await _publish(any_hub, "32.11", value, version or None)
    await _publish(any_hub, "32.73", "4.00")
    async with any_hub.listening(INDEX_CHANGED) as changes:
        seen = await _take(changes, 2)
        assert seen[-1]["cursor"] == await any_hub.cursor()
        await _publish(any_hub, "32.11", "3.30", 3)
        seen += await _take(changes, 1)
    assert _summaries(seen) == [
        ("32.11", "3.20", True),
        ("32.73", "4.00", True),
        ("32.11", "3.30", False),
    ]
    _chain(seen)


async def test_no_events_yet_is_a_snapshot_too(hub: Hub) -> None:
    async with hub.listening(INDEX_CHANGED) as changes:
        first = asyncio.create_task(changes.next())
        await asyncio.sleep(0.2)  # by then it would have sent any snapshot
        assert not first.done()
        await _publish(hub, "32.11", "3.00")
        assert _summaries([await first]) == [("32.11", "3.00", False)]


async def test_it_can_be_resumed_from_within_as_of_when_it_began(any_hub: Hub) -> None:
    for region in ("32.11", "32.73", "32"):
        await _publish(any_hub, region, "3.00")
    async with any_hub.listening(INDEX_CHANGED) as changes:
        seen = await _take(changes, 1)
    await _publish(any_hub, "32.73", "3.10", 1)
    async with any_hub.listening(INDEX_CHANGED, after=seen[0]["cursor"]) as changes:
        seen += await _take(changes, 3)
    assert _summaries(seen) == [
        ("32.11", "3.00", True),
        ("32.73", "3.00", True),
        ("32", "3.00", True),
        ("32.73", "3.10", False),
    ]
    _chain(seen)


async def test_resuming_before_the_first_event_delivers_every_event(hub: Hub) -> None:
    await _publish(hub, "32.11", "3.00")
    async with hub.listening(INDEX_CHANGED) as changes:
        [first] = await _take(changes, 1)
    async with hub.listening(INDEX_CHANGED, after=first["previousCursor"]) as changes:
        assert await _take(changes, 1) == [first]


async def test_it_holds_only_what_is_asked_for(hub: Hub) -> None:
    for version, value in enumerate(("3.00", "3.10")):
        for region in ("32.11", "32.73"):
            await _publish(hub, region, value, version or None)
    async with hub.listening(INDEX_CHANGED, regions=["32.73"]) as changes:
        assert _summaries(await _take(changes, 1)) == [("32.73", "3.10", True)]
    document = EVENTS.replace("cursor previousCursor", "snapshot")
    wanted = {"regions": ["32.73"], "kinds": ["RESULT_RECORDED", "OPD_RECORDED"]}
    async with hub.listening(document, **wanted) as events:
        await _publish(hub, "32.73", "3.20", 2)
        seen = [await events.next()]
        while seen[-1]["kind"] != "RESULT_RECORDED":
            seen.append(await events.next())
    assert {each["region"]["code"] for each in seen} == {"32.73"}
    assert len({each["subject"] for each in seen}) == len(seen)
    assert all(each["snapshot"] for each in seen)


async def test_it_holds_no_draft_for_those_who_may_not_see_it(hub: Hub) -> None:
    await _publish(hub, "32.11", "3.00")
    await places.begin(hub, places.assessment())
    await _claim(hub, 5, 1)
    await _publish(hub, "32.73", "4.00")
    for viewer, kinds in (
        (PUBLIC_VIEWER, ["OFFICIAL", "OFFICIAL"]),
        (places.OTHER_REGION, ["OFFICIAL", "OFFICIAL"]),
        (places.REGION, ["OFFICIAL", "SELF", "OFFICIAL"]),
    ):
        async with hub.listening(INDEX_CHANGED, viewer) as changes:
            seen = await _take(changes, len(kinds))
        assert [each["kind"] for each in seen] == kinds
        assert seen[-1]["cursor"] == await hub.cursor()


async def test_writers_meanwhile_cost_neither_a_gap_nor_a_repeat(
    any_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event, "SNAPSHOT_PAGE", 2)
    regions = ("32", "32.11", "32.73")
    for region in regions:
        await _publish(any_hub, region, "1.00")
    writes = 8

    async def write(region: str) -> None:
        for version in range(1, writes + 1):
            await _publish(any_hub, region, f"1.{version:02}", version)

    async def follow() -> list[dict[str, Any]]:
        newest: dict[str, str] = {}
        seen = []
        async with any_hub.listening(INDEX_CHANGED) as changes:
            while set(newest.values()) != {f"1.{writes:02}"} or len(newest) < len(regions):
                seen.append(await changes.next())
                newest[seen[-1]["region"]["code"]] = seen[-1]["after"]
        return seen

    writing = [asyncio.create_task(write(region)) for region in regions]
    followers = []
    for _ in range(6):
        followers.append(asyncio.create_task(follow()))
        await asyncio.sleep(0.02)
    everything = await asyncio.gather(*followers)
    await asyncio.gather(*writing)
    for seen in everything:
        _chain(seen)
        snapshot = [each for each in seen if each["snapshot"]]
        assert {each["region"]["code"] for each in snapshot} == set(regions)
        assert seen[: len(snapshot)] == snapshot
        for region in regions:
            values = [each["after"] for each in seen if each["region"]["code"] == region]
            first = int(values[0][2:])
            assert values == [f"1.{number:02}" for number in range(first, writes + 1)]


async def test_what_is_pruned_cannot_be_resumed_from_and_is_in_the_snapshot(any_hub: Hub) -> None:
    start = await any_hub.cursor()
    for version, value in enumerate(("3.00", "3.10", "3.20")):
        await _publish(any_hub, "32.11", value, version or None)
    await places.begin(any_hub, places.assessment())
    await _claim(any_hub, 5, 1)
    await _publish(any_hub, "32.73", "4.00")
    async with any_hub.listening(INDEX_CHANGED, places.REGION) as changes:
        before = await _take(changes, 3)
    kept = await any_hub.cursor()

    assert await _prune(any_hub) == 4  # two corrected results, and their index changes
    assert await _prune(any_hub) == 0

    for document in (INDEX_CHANGED, EVENTS):
        async with any_hub.listening(document, after=start) as events:
            assert await events.refusal() == "SNAPSHOT_REQUIRED"
    assert await any_hub.refusal(PAGE, after=start) == "SNAPSHOT_REQUIRED"
    async with any_hub.listening(INDEX_CHANGED, places.REGION) as changes:
        assert await _take(changes, 3) == before
    async with any_hub.listening(INDEX_CHANGED, after=before[0]["cursor"]) as changes:
        assert _summaries(await _take(changes, 1)) == [("32.73", "4.00", True)]
    assert (await any_hub.ask(PAGE))["events"]["events"] == []
    async with any_hub.listening(INDEX_CHANGED, after=kept) as changes:
        await _publish(any_hub, "32.73", "4.10", 1)
        assert _summaries(await _take(changes, 1)) == [("32.73", "4.10", False)]


async def test_a_public_event_outlives_a_newer_one_that_not_all_may_see(hub: Hub) -> None:
    public = places.assessment(state=AssessmentState.PUBLISHED)
    draft = replace(public, state=AssessmentState.DRAFT)
    recorded = (EventKind.RESULT_RECORDED, public.region, public.id)
    await hub.record(*recorded, public, Visibility.PUBLIC)
    await hub.record(*recorded, draft, Visibility.REGION)
    await hub.record(*recorded, draft, Visibility.REGION)
    before = await _snapshot_of(hub, "RESULT_RECORDED")
    assert await _prune(hub) > 0
    assert await _snapshot_of(hub, "RESULT_RECORDED") == before
    assert before[PUBLIC_VIEWER] != before[places.REGION]


async def test_what_is_not_followed_up_yet_is_not_forgotten(hub: Hub) -> None:
    for version, value in enumerate(("3.00", "3.10")):
        await _publish(hub, "32.11", value, version or None)
    later = hub.instance.clock() + timedelta(days=1)
    assert await retention.prune_arrival_log(hub.instance.database, later) == 0


async def test_what_is_not_old_yet_is_not_forgotten(hub: Hub) -> None:
    for _ in range(100):
        hub.instance.clock()  # it is later than when the places were written
    await _publish(hub, "32.11", "3.00")
    between = hub.instance.clock()
    await _publish(hub, "32.11", "3.10", 1)
    start = await hub.cursor()
    # The newer event of the subject stays, whatever its time.
    assert await _prune(hub, between) == 2
    await _publish(hub, "32.11", "3.20", 2)
    async with hub.listening(INDEX_CHANGED, after=start) as changes:
        assert _summaries(await _take(changes, 1)) == [("32.11", "3.20", False)]
