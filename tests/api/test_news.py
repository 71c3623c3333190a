"""Announcements of verifications and proposals come with the change or soon after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from engine.consolidation.proposal import ProposalKind
from engine.model import AssessmentState, EventKind, LevelClaim
from resolvers import announcements, consolidation, recompute
from resolvers.context import Context
from storage import log, training_set
from storage.database import POSTGRESQL_CONNECTIONS
from tests.api import places
from tests.api.hub import Clock, Hub, running
from tests.api.news import (
    BUDGET,
    CLAIMS,
    DINKES,
    EVENTS,
    HEALTH,
    OFFICE,
    PAPER,
    PROPOSALS,
    SERVED_IN_BANDUNG,
    VERIFICATION,
    first_outcomes,
    follow,
    happened,
    outcomes,
    outside,
)


async def test_an_exchange_that_shows_a_claim_is_announced_with_the_change_that_drew_it(
    any_hub: Hub,
) -> None:
    await places.begin(any_hub, CLAIMS)
    await any_hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    after = await any_hub.cursor()
    async with (
        any_hub.listening(VERIFICATION, places.REGION, after=after) as own,
        any_hub.listening(VERIFICATION, after=after) as public,
    ):
        await outside(any_hub)
        of_bounds, of_claims = await own.next(), await own.next()
        assert (await public.next())["assessment"] is None
    assert [(each["indicator"], each["after"]["ceiling"]) for each in of_bounds["changed"]] == [
        (36, 4),
        (41, 4),  # the attendance application serves both
    ]
    assert of_claims | {"cursor": ""} == {
        "cursor": "",
        "previousCursor": of_bounds["cursor"],
        "region": {"code": "32.11"},
        "instrument": {"id": "spbe-2020"},
        "year": 2025,
        "assessment": CLAIMS.id,
        "kind": "SELF",
        "before": {"claimed": "1.0825", "supported": "1.055", "notRefuted": "1.0825"},
        "after": {"claimed": "1.0825", "supported": "1.0825", "notRefuted": "1.0825"},
        "changed": [
            {
                "indicator": 36,
                "before": {"ceiling": 3, "flag": "UNVERIFIABLE"},
                "after": {"claim": 4, "ceiling": 4, "notRefuted": 5, "flag": "SUPPORTED"},
            },
            {
                "indicator": 41,  # which is not claimed
                "before": {"ceiling": 3, "flag": None},
                "after": {"claim": None, "ceiling": 4, "notRefuted": 5, "flag": None},
            },
        ],
    }
    assert (await happened(any_hub, after)) == [
        "INTEGRATION_CONNECTED",
        "VERIFICATION_CHANGED",
        "VERIFICATION_CHANGED",
    ]


async def test_a_change_without_a_bearing_on_any_verdict_is_no_news(hub: Hub) -> None:
    after = await hub.cursor()
    await hub.change("updateApplication", places.OPD, id=HEALTH, version=1, name="Wakepo 2")
    assert await happened(hub, after) == ["APPLICATION_UPDATED"]


async def test_proposals_are_announced_once_for_a_burst_of_changes(any_hub: Hub) -> None:
    await follow(any_hub)
    after = await any_hub.cursor()
    for name in ("Presensi Pegawai", "Absensi Online"):
        await any_hub.change(
            "registerApplication", places.OPD, region="32.11", opd=DINKES, name=name
        )
    async with any_hub.listening(PROPOSALS, after=after) as events:
        await follow(any_hub)
        announcements = await events.next()
    assert (announcements["region"]["code"], announcements["changed"], announcements["closed"]) == (
        "32.11",
        [],
        [],
    )
    assert len(announcements["opened"]) == 1
    assert announcements["counts"] == [
        {"kind": "REPLACE", "count": 1},
        {"kind": "MERGE", "count": 1},
    ]
    asked = '{ region(code: "32.11") { proposals(kinds: [MERGE]) { id } } }'
    [merge] = (await any_hub.ask(asked))["region"]["proposals"]
    assert announcements["opened"] == [merge["id"]]
    await follow(any_hub)  # past its own announcements
    settled = await any_hub.everything()
    await follow(any_hub)
    assert await any_hub.everything() == settled  # another pass finds nothing


async def test_a_running_instance_follows_up_by_itself(hub: Hub) -> None:
    running = asyncio.create_task(recompute.recompute_in_background(hub.instance))
    try:
        after = await hub.cursor()
        async with hub.listening(PROPOSALS, after=after) as events:
            await hub.change(  # the first outcome is not announced, so wait for it
                "updateApplication", places.REGION, id=HEALTH, version=1, name="Absensi"
            )
            await first_outcomes(hub)
            await hub.change("retireApplication", places.REGION, id=OFFICE, version=1)
            assert len((await events.next())["closed"]) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_next_process_announces_once_what_the_last_left_undone(hub: Hub) -> None:
    await follow(hub)
    after = await hub.cursor()
    await hub.change("retireApplication", places.REGION, id=OFFICE, version=1)
    await asyncio.gather(follow(hub), follow(hub))  # two processes at once
    assert (await happened(hub, after)).count("PROPOSALS_CHANGED") == 1


async def test_who_is_slower_takes_back_no_news_of_another_process(
    postgresql_database_url: str,
) -> None:
    async with (
        running(postgresql_database_url, tailing=False) as slow,
        running(postgresql_database_url, tailing=False) as quick,
    ):
        await places.settle(slow)
        await places.begin(slow, SERVED_IN_BANDUNG)
        await follow(slow)
        after = await quick.cursor()
        await quick.change("retireApplication", places.REGION, id=OFFICE, version=1)
        region = "32.11"
        quicks = log.begin_log_transaction(quick.instance.database, region, quick.instance.clock)
        async with quicks as transaction:
            late = asyncio.create_task(recompute.recompute_region(slow.instance, region))
            await _waits_for_a_lock(quick)  # it has computed, and does not know of the next change
            await quick.change(
                *("registerApplication", places.OTHER_REGION),
                region="32.73",
                opd="opd-32.73.diskominfo",
                name="Absensi Pegawai",
            )
            context = Context(quick.instance, places.ADMIN)
            found = await context.loaders.regions.load(region)
            assert found is not None
            proposals = [
                each.proposal for each in await consolidation.list_all_proposals(context, found)
            ]
            assert [each.kind for each in proposals] == [ProposalKind.SHARE] * 2
            changes = await announcements.proposal_changes(transaction.session, region, proposals)
            transaction.add_derived(await announcements.announce_changes(transaction, changes))
        assert await late is False  # it looked again and found everything announced
        assert (await happened(quick, after)).count("PROPOSALS_CHANGED") == 1
        settled = await quick.everything()
        await recompute.recompute_region(quick.instance, region)
        assert await quick.everything() == settled


async def _waits_for_a_lock(hub: Hub) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(20):
        found = 0
        while not found:
            await asyncio.sleep(0.02)
            async with hub.instance.database.read() as session:
                found = (await session.execute(waiting)).scalar_one()


async def test_an_exchange_across_regions_changes_the_region_at_its_other_end(hub: Hub) -> None:
    await hub.change("correctFunction", places.OTHER_OPD, application=BUDGET, function="finance")
    await follow(hub)
    after = await hub.cursor()
    drawn = {"source": HEALTH, "target": BUDGET, "dataObject": "belanja", "mode": "API"}
    await hub.change("connectApplications", places.OPD, **drawn, evidence=[PAPER])
    before = await outcomes(hub)
    await follow(hub)
    found = await hub.ask(EVENTS, places.ADMIN, after=after)
    announced = [(each["kind"], each["region"]["code"]) for each in found["events"]["events"]]
    assert announced[:2] == [("INTEGRATION_CONNECTED", "32.11"), ("VERIFICATION_CHANGED", "32.73")]
    subject = ("32.73", "verification spbe-2020")
    bounds = [each[subject]["verdicts"] for each in (before, await outcomes(hub))]
    assert [each["34"]["ceiling"] for each in bounds] == [3, 4]


async def test_time_alone_makes_evidence_old_and_the_full_pass_announces_it(hub: Hub) -> None:
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    await outside(hub)
    await follow(hub)
    after = await hub.cursor()
    done = await recompute.recompute_all_regions(hub.instance)
    assert (done.changed, await happened(hub, after)) == (0, [])
    assert isinstance(hub.instance.clock, Clock)
    hub.instance.clock.now += timedelta(days=366)
    done = await recompute.recompute_all_regions(hub.instance)
    assert (done.regions, done.changed, done.failed, done.learned) == (5, 1, (), None)
    assert await happened(hub, after) == ["VERIFICATION_CHANGED"]


async def test_the_classifier_learns_from_corrections_on_request(hub: Hub) -> None:
    similar = {"region": "33.74", "opd": "opd-33.74.diskominfo", "name": "Wakepo"}
    new = (await hub.change("registerApplication", places.ADMIN, **similar))["id"]
    asked = f'{{ node(id: "{new}") {{ ... on Application {{ functionTag {{ byPerson '
    asked += "candidates { function { id } } } } } }"
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    before = await hub.ask(asked)
    assert before["node"]["functionTag"]["candidates"][0]["function"]["id"] != "attendance"
    await recompute.recompute_all_regions(hub.instance)
    assert await hub.ask(asked) == before  # a correction alone teaches nothing
    assert (await recompute.recompute_all_regions(hub.instance, learn=True)).learned == 1
    async with hub.instance.database.read() as session:
        _, learned = await training_set.load_training_set(session)
    assert [each.function for each in learned] == ["attendance"]
    after = (await hub.ask(asked))["node"]["functionTag"]
    assert (after["byPerson"], after["candidates"][0]["function"]["id"]) == (False, "attendance")
    await hub.change("correctFunction", places.OPD, application=HEALTH, function=None)
    assert (await recompute.recompute_all_regions(hub.instance, learn=True)).learned == 0
    assert await hub.ask(asked) == before


async def test_a_follow_up_that_fails_is_tried_again_and_stops_no_other_region(hub: Hub) -> None:
    follower = recompute.RecomputeWorker(hub.instance, failed={"32.73"})
    await follower.catch_up(0)
    assert follower.failed == set()
    assert ("32.73", "proposals") in await outcomes(hub)


async def test_a_newer_draft_does_not_hide_published_changes_from_the_public(hub: Hub) -> None:
    published = replace(CLAIMS, id="assessment-p", year=2024, state=AssessmentState.PUBLISHED)
    await hub.record(EventKind.ASSESSMENT_PUBLISHED, "32.11", published.id, published)
    await places.begin(hub, CLAIMS)
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    after = await hub.cursor()
    async with hub.listening(VERIFICATION, after=after) as public:
        await outside(hub)
        events = [await public.next() for _ in range(2)]
    assert [each["assessment"] for each in events] == [None, published.id]
    assert (await happened(hub, after)).count("VERIFICATION_CHANGED") == 3


async def test_a_publication_is_sent_whole_to_viewers_who_saw_none_of_it(hub: Hub) -> None:
    draft = replace(
        CLAIMS,
        state=AssessmentState.SUBMITTED,
        levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
    )
    await places.begin(hub, draft)
    after = await hub.cursor()
    async with hub.listening(VERIFICATION, after=after) as public:
        await hub.change("publishAssessment", places.ASSESSOR, id=CLAIMS.id, version=1)
        event = await public.next()
    assert (event["assessment"], event["before"]) == (CLAIMS.id, None)
    assert [each["before"] for each in event["changed"]] == [None] * 18


async def test_a_decision_needs_no_second_connection_while_others_wait_for_its_region(
    postgresql_database_url: str,
) -> None:
    async with running(postgresql_database_url) as hub:
        await places.settle(hub)
        asked = '{ region(code: "32.11") { proposals { id inputs } } }'
        [proposal] = (await hub.ask(asked))["region"]["proposals"]
        given = {"region": "32.11", "decision": "DEFER", **proposal}
        writers = [
            hub.change("registerApplication", places.OPD, region="32.11", opd=DINKES, name=f"A{n}")
            for n in range(POSTGRESQL_CONNECTIONS)
        ]
        async with asyncio.timeout(8):  # less than the timeout of the connection pool
            answers = await asyncio.gather(
                hub.change("decideProposal", places.REGION, **given), *writers
            )
        assert answers[0]["__typename"] == "ProposalDecision"
