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
from tests.api import two_provinces
from tests.api.announcements import (
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
    await_first_outcomes,
    catch_up,
    connect_to_other_instance,
    event_kinds_after,
    stored_outcomes,
)
from tests.api.hub import Clock, Hub, running_hub


async def test_a_changed_verification_is_announced_with_its_cause(
    any_hub: Hub,
) -> None:
    await two_provinces.write_assessment(any_hub, CLAIMS)
    await any_hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    after = await any_hub.cursor()
    async with (
        any_hub.subscribe(VERIFICATION, two_provinces.REGION, after=after) as own,
        any_hub.subscribe(VERIFICATION, after=after) as public,
    ):
        await connect_to_other_instance(any_hub)
        bounds_event, claims_event = await own.next(), await own.next()
        assert (await public.next())["assessmentId"] is None
    assert [
        (change["indicator"], change["after"]["ceiling"])
        for change in bounds_event["changedVerdicts"]
    ] == [
        (36, 4),
        (41, 4),  # the attendance application serves both
    ]
    assert claims_event | {"cursor": ""} == {
        "cursor": "",
        "previousCursor": bounds_event["cursor"],
        "region": {"code": "32.11"},
        "instrument": {"id": "spbe-2020"},
        "year": 2025,
        "assessmentId": CLAIMS.id,
        "assessmentKind": "SELF",
        "before": {
            "claimed": {"value": "1.0825"},
            "supported": {"value": "1.055"},
            "notRefuted": {"value": "1.0825"},
        },
        "after": {
            "claimed": {"value": "1.0825"},
            "supported": {"value": "1.0825"},
            "notRefuted": {"value": "1.0825"},
        },
        "changedVerdicts": [
            {
                "indicator": 36,
                "before": {"ceiling": 3, "flag": "UNVERIFIABLE"},
                "after": {"claim": 4, "ceiling": 4, "notRefuted": 5, "flag": "SUPPORTED"},
            },
            {
                "indicator": 41,  # this indicator is not claimed
                "before": {"ceiling": 3, "flag": None},
                "after": {"claim": None, "ceiling": 4, "notRefuted": 5, "flag": None},
            },
        ],
    }
    assert (await event_kinds_after(any_hub, after)) == [
        "INTEGRATION_CONNECTED",
        "VERIFICATION_CHANGED",
        "VERIFICATION_CHANGED",
    ]


async def test_a_change_that_affects_no_verdict_is_not_announced(hub: Hub) -> None:
    after = await hub.cursor()
    await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, version=1, name="Wakepo 2")
    assert await event_kinds_after(hub, after) == ["APPLICATION_UPDATED"]


async def test_proposals_are_announced_once_for_a_burst_of_changes(any_hub: Hub) -> None:
    await catch_up(any_hub)
    after = await any_hub.cursor()
    for name in ("Presensi Pegawai", "Absensi Online"):
        await any_hub.change(
            "registerApplication", two_provinces.OPD, regionCode="32.11", opdId=DINKES, name=name
        )
    async with any_hub.subscribe(PROPOSALS, after=after) as events:
        await catch_up(any_hub)
        change = await events.next()
    assert (change["region"]["code"], change["changedIds"], change["closedIds"]) == (
        "32.11",
        [],
        [],
    )
    assert len(change["openedIds"]) == 1
    assert change["proposalCounts"] == [
        {"kind": "REPLACE", "count": 1},
        {"kind": "MERGE", "count": 1},
    ]
    query = '{ region(code: "32.11") { proposals(kinds: [MERGE]) { nodes { id } } } }'
    [merge] = (await any_hub.query_data(query))["region"]["proposals"]["nodes"]
    assert change["openedIds"] == [merge["id"]]
    await catch_up(any_hub)  # process the announcements of the previous catch-up
    settled = await any_hub.list_all_rows()
    await catch_up(any_hub)
    assert await any_hub.list_all_rows() == settled  # another catch-up changes nothing


async def test_a_running_instance_recomputes_in_the_background(hub: Hub) -> None:
    background = asyncio.create_task(recompute.recompute_in_background(hub.instance))
    try:
        after = await hub.cursor()
        async with hub.subscribe(PROPOSALS, after=after) as events:
            await hub.change(  # the first outcome is not announced, so wait for it
                "updateApplication", two_provinces.REGION, id=HEALTH, version=1, name="Absensi"
            )
            await await_first_outcomes(hub)
            await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
            assert len((await events.next())["closedIds"]) == 1
    finally:
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)


async def test_two_processes_announce_a_pending_change_once(hub: Hub) -> None:
    await catch_up(hub)
    after = await hub.cursor()
    await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
    await asyncio.gather(catch_up(hub), catch_up(hub))  # two processes at once
    assert (await event_kinds_after(hub, after)).count("PROPOSALS_CHANGED") == 1


async def test_a_slower_process_does_not_revert_announcements_of_another(
    postgresql_database_url: str,
) -> None:
    async with (
        running_hub(postgresql_database_url, tailing=False) as slow,
        running_hub(postgresql_database_url, tailing=False) as quick,
    ):
        await two_provinces.write_regions(slow)
        await two_provinces.write_assessment(slow, SERVED_IN_BANDUNG)
        await catch_up(slow)
        after = await quick.cursor()
        await quick.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
        region = "32.11"
        quick_transaction = log.begin_log_transaction(
            quick.instance.database, region, quick.instance.clock
        )
        async with quick_transaction as transaction:
            recompute_task = asyncio.create_task(recompute.recompute_region(slow.instance, region))
            # The slow process has computed its proposals before the next change.
            await _wait_for_blocked_lock(quick)
            await quick.change(
                *("registerApplication", two_provinces.OTHER_REGION),
                regionCode="32.73",
                opdId="32.73:opd-diskominfo",
                name="Absensi Pegawai",
            )
            context = Context(quick.instance, two_provinces.ADMIN)
            sumedang = await context.loaders.regions.load(region)
            assert sumedang is not None
            proposals = [
                with_status.proposal
                for with_status in await consolidation.list_all_proposals(context, sumedang)
            ]
            assert [proposal.kind for proposal in proposals] == [ProposalKind.SHARE] * 2
            changes = await announcements.proposal_changes(transaction.session, region, proposals)
            transaction.add_derived_events(
                await announcements.announce_changes(transaction, region, changes)
            )
        assert await recompute_task is False  # it had nothing to announce after computing again
        assert (await event_kinds_after(quick, after)).count("PROPOSALS_CHANGED") == 1
        settled = await quick.list_all_rows()
        await recompute.recompute_region(quick.instance, region)
        assert await quick.list_all_rows() == settled


async def _wait_for_blocked_lock(hub: Hub) -> None:
    ungranted_locks = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(20):
        count = 0
        while not count:
            await asyncio.sleep(0.02)
            async with hub.instance.database.read() as session:
                count = (await session.execute(ungranted_locks)).scalar_one()


async def test_an_exchange_across_regions_changes_the_region_at_its_other_end(hub: Hub) -> None:
    await hub.change(
        "correctFunction", two_provinces.OTHER_OPD, applicationId=BUDGET, functionId="finance"
    )
    await catch_up(hub)
    after = await hub.cursor()
    fields = {"sourceId": HEALTH, "targetId": BUDGET, "dataObject": "belanja", "mode": "API"}
    await hub.change("connectApplications", two_provinces.OPD, **fields, evidence=[PAPER])
    before = await stored_outcomes(hub)
    await catch_up(hub)
    data = await hub.query_data(EVENTS, two_provinces.ADMIN, after=after)
    announced = [(event["eventKind"], event["region"]["code"]) for event in data["events"]["nodes"]]
    assert announced[:2] == [("INTEGRATION_CONNECTED", "32.11"), ("VERIFICATION_CHANGED", "32.73")]
    subject = ("32.73", "verification spbe-2020")
    bounds = [stored[subject]["verdicts"] for stored in (before, await stored_outcomes(hub))]
    assert [verdicts["34"]["ceiling"] for verdicts in bounds] == [3, 4]


async def test_a_full_pass_announces_evidence_that_became_out_of_date(hub: Hub) -> None:
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    await connect_to_other_instance(hub)
    await catch_up(hub)
    after = await hub.cursor()
    summary = await recompute.recompute_all_regions(hub.instance)
    assert (summary.changed, await event_kinds_after(hub, after)) == (0, [])
    assert isinstance(hub.instance.clock, Clock)
    hub.instance.clock.now += timedelta(days=366)
    summary = await recompute.recompute_all_regions(hub.instance)
    assert (summary.regions, summary.changed, summary.failed, summary.learned) == (5, 1, (), None)
    assert await event_kinds_after(hub, after) == ["VERIFICATION_CHANGED"]


async def test_the_classifier_learns_from_corrections_on_request(hub: Hub) -> None:
    namesake = {"regionCode": "33.74", "opdId": "33.74:opd-diskominfo", "name": "Wakepo"}
    new = (await hub.change("registerApplication", two_provinces.ADMIN, **namesake))["id"]
    query = f'{{ node(id: "{new}") {{ ... on Application {{ functionTag {{ isByPerson '
    query += "candidates { function { id } } } } } }"
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    before = await hub.query_data(query)
    assert before["node"]["functionTag"]["candidates"][0]["function"]["id"] != "attendance"
    await recompute.recompute_all_regions(hub.instance)
    assert await hub.query_data(query) == before  # the classifier learns only on request
    assert (await recompute.recompute_all_regions(hub.instance, learn=True)).learned == 1
    async with hub.instance.database.read() as session:
        _, learned = await training_set.load_training_set(session)
    assert [example.function for example in learned] == ["attendance"]
    after = (await hub.query_data(query))["node"]["functionTag"]
    assert (after["isByPerson"], after["candidates"][0]["function"]["id"]) == (False, "attendance")
    await hub.change("correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId=None)
    assert (await recompute.recompute_all_regions(hub.instance, learn=True)).learned == 0
    assert await hub.query_data(query) == before


async def test_a_failed_region_is_recomputed_again_by_the_next_catch_up(hub: Hub) -> None:
    follower = recompute.RecomputeWorker(hub.instance, failed={"32.73"})
    await follower.catch_up(0)
    assert follower.failed == set()
    assert ("32.73", "proposals") in await stored_outcomes(hub)


async def test_a_newer_draft_does_not_hide_published_changes_from_the_public(hub: Hub) -> None:
    published = replace(CLAIMS, id="32.11:assessment-p", year=2024, state=AssessmentState.PUBLISHED)
    await hub.record(EventKind.ASSESSMENT_PUBLISHED, "32.11", published.id, published)
    await two_provinces.write_assessment(hub, CLAIMS)
    await hub.change(
        "correctFunction", two_provinces.OPD, applicationId=HEALTH, functionId="attendance"
    )
    after = await hub.cursor()
    async with hub.subscribe(VERIFICATION, after=after) as public:
        await connect_to_other_instance(hub)
        events = [await public.next() for _ in range(2)]
    assert [event["assessmentId"] for event in events] == [None, published.id]
    assert (await event_kinds_after(hub, after)).count("VERIFICATION_CHANGED") == 3


async def test_a_publication_is_sent_whole_to_viewers_who_saw_none_of_it(hub: Hub) -> None:
    draft = replace(
        CLAIMS,
        state=AssessmentState.SUBMITTED,
        levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
    )
    await two_provinces.write_assessment(hub, draft)
    after = await hub.cursor()
    async with hub.subscribe(VERIFICATION, after=after) as public:
        await hub.change("publishAssessment", two_provinces.ASSESSOR, id=CLAIMS.id, version=1)
        event = await public.next()
    assert (event["assessmentId"], event["before"]) == (CLAIMS.id, None)
    assert [change["before"] for change in event["changedVerdicts"]] == [None] * 18


async def test_a_decision_needs_no_second_connection_while_others_wait_for_its_region(
    postgresql_database_url: str,
) -> None:
    async with running_hub(postgresql_database_url) as hub:
        await two_provinces.write_regions(hub)
        query = '{ region(code: "32.11") { proposals { nodes { proposalId: id inputsHash } } } }'
        [proposal] = (await hub.query_data(query))["region"]["proposals"]["nodes"]
        fields = {"choice": "DEFER", **proposal}
        writers = [
            hub.change(
                "registerApplication",
                two_provinces.OPD,
                regionCode="32.11",
                opdId=DINKES,
                name=f"A{n}",
            )
            for n in range(POSTGRESQL_CONNECTIONS)
        ]
        async with asyncio.timeout(8):  # less than the timeout of the connection pool
            answers = await asyncio.gather(
                hub.change("decideProposal", two_provinces.REGION, **fields), *writers
            )
        assert answers[0]["__typename"] == "ProposalDecision"
