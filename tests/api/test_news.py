"""News of verifications and proposals: with the change or soon after it, and never of nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from engine.consolidation.proposal import ProposalKind
from engine.model import Assessment, AssessmentKind, AssessmentState, EventKind, LevelClaim
from resolvers import announcements, consolidation, recompute
from resolvers.context import Context
from storage import arrival, log, training_set
from storage.database import POSTGRESQL_CONNECTIONS
from storage.tables import OutcomeRow
from tests.api import places
from tests.api.hub import Clock, Hub, running
from tests.fixtures.eventually import eventually

OFFICE, HEALTH, BUDGET = "application-office", "application-health", "application-budget"
DINKES = "opd-32.11.dinkes"
PAPER = {"title": "Berita acara", "url": "https://example.go.id/ba", "dated": "2026-06-01"}
VERIFICATION = """
subscription ($after: Cursor) { verificationChanged(after: $after) {
  cursor previousCursor region { code } instrument { id } year assessment kind
  before { claimed supported notRefuted } after { claimed supported notRefuted }
  changed { indicator before { ceiling flag } after { claim ceiling notRefuted flag } }
} }
"""
PROPOSALS = """
subscription ($after: Cursor) { proposalsChanged(after: $after) {
  region { code } opened changed closed counts { kind count }
} }
"""
CLAIMS = Assessment(
    id="assessment-claims",
    region="32.11",
    instrument="spbe-2020",
    year=2025,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=places.SOURCE,
    levels=(LevelClaim(36, 4),),
)
SERVED_IN_BANDUNG = Assessment(
    id="assessment-bandung",
    region="32.73",
    instrument="spbe-2020",
    year=2024,
    kind=AssessmentKind.OFFICIAL,
    state=AssessmentState.PUBLISHED,
    version=1,
    provenance=places.SOURCE,
    levels=tuple(LevelClaim(number, 4) for number in range(1, 48)),
)
EVENTS = """
query ($after: Cursor) { events(after: $after, first: 500) { events { kind region { code } } } }
"""


async def _follow(hub: Hub) -> None:
    """Follow up all there is, as the instance does by itself."""
    await recompute.FollowUp(hub.instance).catch_up(0)


async def _outcomes(hub: Hub) -> dict[tuple[str, str], Mapping[str, Any]]:
    async with hub.instance.database.read() as session:
        rows = await session.scalars(select(OutcomeRow))
        return {(each.region, each.subject): each.body for each in rows}


async def _first_outcomes(hub: Hub) -> None:
    """Return once the proposals of all five regions have a standing."""

    async def told() -> None:
        found = {code for code, subject in await _outcomes(hub) if subject == "proposals"}
        assert found == {each.code for each in places.REGIONS}

    await eventually(told)


async def _forget(hub: Hub) -> None:
    async with hub.instance.database.write() as session:
        await session.execute(delete(OutcomeRow))


async def _happened(hub: Hub, after: str) -> list[str]:
    found = await hub.ask(EVENTS, places.ADMIN, after=after)
    return [each["kind"] for each in found["events"]["events"]]


async def _outside(hub: Hub) -> dict[str, Any]:
    """Connect what serves indicator 36 with another instance."""
    return await hub.change(
        "connectApplications",
        places.OPD,
        source=HEALTH,
        targetName="SIASN",
        dataObject="pegawai",
        mode="API",
        evidence=[PAPER],
    )


async def test_an_exchange_that_shows_a_claim_is_told_with_the_change_that_drew_it(
    any_hub: Hub,
) -> None:
    await places.begin(any_hub, CLAIMS)
    await any_hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    after = await any_hub.cursor()
    async with (
        any_hub.listening(VERIFICATION, places.REGION, after=after) as own,
        any_hub.listening(VERIFICATION, after=after) as public,
    ):
        await _outside(any_hub)
        of_bounds, of_claims = await own.next(), await own.next()
        assert (await public.next())["assessment"] is None
    assert [(each["indicator"], each["after"]["ceiling"]) for each in of_bounds["changed"]] == [
        (36, 4),
        (41, 4),  # both are served by what registers attendance
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
    assert (await _happened(any_hub, after)) == [
        "INTEGRATION_CONNECTED",
        "VERIFICATION_CHANGED",
        "VERIFICATION_CHANGED",
    ]


async def test_a_change_without_a_bearing_on_any_verdict_is_no_news(hub: Hub) -> None:
    after = await hub.cursor()
    await hub.change("updateApplication", places.OPD, id=HEALTH, version=1, name="Wakepo 2")
    assert await _happened(hub, after) == ["APPLICATION_UPDATED"]


async def test_proposals_are_told_once_for_a_burst_of_changes(any_hub: Hub) -> None:
    await _follow(any_hub)
    after = await any_hub.cursor()
    for name in ("Presensi Pegawai", "Absensi Online"):
        await any_hub.change(
            "registerApplication", places.OPD, region="32.11", opd=DINKES, name=name
        )
    async with any_hub.listening(PROPOSALS, after=after) as told:
        await _follow(any_hub)
        announcements = await told.next()
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
    await _follow(any_hub)  # past what it told itself
    settled = await any_hub.everything()
    await _follow(any_hub)
    assert await any_hub.everything() == settled  # another pass finds nothing


async def test_a_running_instance_follows_up_by_itself(hub: Hub) -> None:
    running = asyncio.create_task(recompute.run(hub.instance))
    try:
        after = await hub.cursor()
        async with hub.listening(PROPOSALS, after=after) as told:
            await hub.change(  # the first standing is silent, so wait for it
                "updateApplication", places.REGION, id=HEALTH, version=1, name="Absensi"
            )
            await _first_outcomes(hub)
            await hub.change("retireApplication", places.REGION, id=OFFICE, version=1)
            assert len((await told.next())["closed"]) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_one_process_left_undone_the_next_takes_up_and_tells_once(hub: Hub) -> None:
    await _follow(hub)
    after = await hub.cursor()
    await hub.change("retireApplication", places.REGION, id=OFFICE, version=1)
    await asyncio.gather(_follow(hub), _follow(hub))  # two processes at once
    assert (await _happened(hub, after)).count("PROPOSALS_CHANGED") == 1


async def test_who_is_slower_takes_back_no_news_of_another_process(
    postgresql_database_url: str,
) -> None:
    async with (
        running(postgresql_database_url, tailing=False) as slow,
        running(postgresql_database_url, tailing=False) as quick,
    ):
        await places.settle(slow)
        await places.begin(slow, SERVED_IN_BANDUNG)
        await _follow(slow)
        after = await quick.cursor()
        await quick.change("retireApplication", places.REGION, id=OFFICE, version=1)
        region = "32.11"
        quicks = log.writing(quick.instance.database, region, quick.instance.clock)
        async with quicks as transaction:
            late = asyncio.create_task(recompute.recompute(slow.instance, region))
            await _waits_for_a_lock(quick)  # it has computed, and knows nothing of what comes now
            await quick.change(
                *("registerApplication", places.OTHER_REGION),
                region="32.73",
                opd="opd-32.73.diskominfo",
                name="Absensi Pegawai",
            )
            context = Context(quick.instance, places.ADMIN)
            found = await context.loaders.regions.load(region)
            assert found is not None
            proposals = [each.proposal for each in await consolidation.every(context, found)]
            assert [each.kind for each in proposals] == [ProposalKind.SHARE] * 2
            told = await announcements.proposal_changes(transaction.session, region, proposals)
            transaction.add_derived(await announcements.announce(transaction, told))
        assert await late is False  # that it looked again has shown it that all is told
        assert (await _happened(quick, after)).count("PROPOSALS_CHANGED") == 1
        settled = await quick.everything()
        await recompute.recompute(quick.instance, region)
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
    await _follow(hub)
    after = await hub.cursor()
    drawn = {"source": HEALTH, "target": BUDGET, "dataObject": "belanja", "mode": "API"}
    await hub.change("connectApplications", places.OPD, **drawn, evidence=[PAPER])
    before = await _outcomes(hub)
    await _follow(hub)
    found = await hub.ask(EVENTS, places.ADMIN, after=after)
    told = [(each["kind"], each["region"]["code"]) for each in found["events"]["events"]]
    assert told[:2] == [("INTEGRATION_CONNECTED", "32.11"), ("VERIFICATION_CHANGED", "32.73")]
    subject = ("32.73", "verification spbe-2020")
    bounds = [each[subject]["verdicts"] for each in (before, await _outcomes(hub))]
    assert [each["34"]["ceiling"] for each in bounds] == [3, 4]


async def test_time_alone_makes_evidence_old_and_the_full_pass_tells_it(hub: Hub) -> None:
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    await _outside(hub)
    await _follow(hub)
    after = await hub.cursor()
    done = await recompute.everything(hub.instance)
    assert (done.changed, await _happened(hub, after)) == (0, [])
    assert isinstance(hub.instance.clock, Clock)
    hub.instance.clock.now += timedelta(days=366)
    done = await recompute.everything(hub.instance)
    assert (done.regions, done.changed, done.failed, done.learned) == (5, 1, (), None)
    assert await _happened(hub, after) == ["VERIFICATION_CHANGED"]


async def test_the_classifier_learns_from_corrections_when_it_is_told_to(hub: Hub) -> None:
    alike = {"region": "33.74", "opd": "opd-33.74.diskominfo", "name": "Wakepo"}
    new = (await hub.change("registerApplication", places.ADMIN, **alike))["id"]
    asked = f'{{ node(id: "{new}") {{ ... on Application {{ functionTag {{ byPerson '
    asked += "candidates { function { id } } } } } }"
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    before = await hub.ask(asked)
    assert before["node"]["functionTag"]["candidates"][0]["function"]["id"] != "attendance"
    await recompute.everything(hub.instance)
    assert await hub.ask(asked) == before  # a correction alone teaches nothing
    assert (await recompute.everything(hub.instance, learn=True)).learned == 1
    async with hub.instance.database.read() as session:
        _, learned = await training_set.every(session)
    assert [each.function for each in learned] == ["attendance"]
    after = (await hub.ask(asked))["node"]["functionTag"]
    assert (after["byPerson"], after["candidates"][0]["function"]["id"]) == (False, "attendance")
    await hub.change("correctFunction", places.OPD, application=HEALTH, function=None)
    assert (await recompute.everything(hub.instance, learn=True)).learned == 0
    assert await hub.ask(asked) == before


async def test_a_follow_up_that_fails_is_tried_again_and_stops_no_other_region(hub: Hub) -> None:
    follower = recompute.FollowUp(hub.instance, failed={"32.73"})
    await follower.catch_up(0)
    assert follower.failed == set()
    assert ("32.73", "proposals") in await _outcomes(hub)


async def test_what_a_newer_draft_stands_beside_stays_told_to_the_public(hub: Hub) -> None:
    published = replace(CLAIMS, id="assessment-p", year=2024, state=AssessmentState.PUBLISHED)
    await hub.record(EventKind.ASSESSMENT_PUBLISHED, "32.11", published.id, published)
    await places.begin(hub, CLAIMS)
    await hub.change("correctFunction", places.OPD, application=HEALTH, function="attendance")
    after = await hub.cursor()
    async with hub.listening(VERIFICATION, after=after) as public:
        await _outside(hub)
        told = [await public.next() for _ in range(2)]
    assert [each["assessment"] for each in told] == [None, published.id]
    assert (await _happened(hub, after)).count("VERIFICATION_CHANGED") == 3


async def test_what_is_published_is_told_as_a_whole_to_those_who_saw_none_of_it(hub: Hub) -> None:
    draft = replace(
        CLAIMS,
        state=AssessmentState.SUBMITTED,
        levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
    )
    await places.begin(hub, draft)
    after = await hub.cursor()
    async with hub.listening(VERIFICATION, after=after) as public:
        await hub.change("publishAssessment", places.ASSESSOR, id=CLAIMS.id, version=1)
        told = await public.next()
    assert (told["assessment"], told["before"]) == (CLAIMS.id, None)
    assert [each["before"] for each in told["changed"]] == [None] * 18


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
        async with asyncio.timeout(8):  # sooner than a pool gives up
            answers = await asyncio.gather(
                hub.change("decideProposal", places.REGION, **given), *writers
            )
        assert answers[0]["__typename"] == "ProposalDecision"


# A history is a list of these; what cannot be done at that point is refused and changes nothing.
application = st.sampled_from([OFFICE, HEALTH, BUDGET])
step = st.one_of(
    st.tuples(st.just("edit"), application, st.sampled_from(["Absensi", "SIMPEG", "e-Arsip"])),
    st.tuples(st.just("retire"), application, st.just("")),
    st.tuples(st.just("connect"), application, application),
    st.tuples(st.just("withdraw"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("tag"), application, st.sampled_from(["attendance", "finance", None])),
    st.tuples(st.just("attest"), st.sampled_from([place.id for place in places.OPDS]), st.just("")),
    st.tuples(st.just("claim"), st.sampled_from([15, 18, 34, 36]), st.integers(1, 5)),
    st.tuples(st.just("confirm"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("document"), st.integers(0, 3), st.sampled_from(["DOCUMENT", "MACHINE_LOG"])),
    st.tuples(
        st.just("exempt"), st.sampled_from([place.id for place in places.OPDS]), st.just("x")
    ),
    st.tuples(st.just("policy"), st.sampled_from([2020, 2024, None]), st.just("")),
    st.tuples(st.just("built"), application, st.sampled_from([True, False, None])),
    st.tuples(st.just("move"), application, st.sampled_from([place.id for place in places.OPDS])),
    st.tuples(st.just("decide"), st.integers(0, 2), st.sampled_from(["ACCEPT", "REJECT"])),
    st.tuples(st.just("follow"), st.just(""), st.just("")),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(step, min_size=3, max_size=14))
async def test_what_was_told_change_by_change_is_what_a_full_pass_finds(
    hub: Hub, history: list[tuple[str, Any, Any]]
) -> None:
    async with hub.instance.database.read() as session:
        start = (await arrival.position(session)).arrival
    await _follow(hub)
    told = await _outcomes(hub)
    state = _State(hub)
    await state.prepare()
    for kind, one, other in history:
        if kind == "follow":
            await _follow(hub)
        else:
            await state.do(kind, one, other)
    await _follow(hub)
    incremental = await _outcomes(hub)

    # What subscribers heard, put together, is where things stand.
    counts: dict[str, dict[str, int]] = {}
    async with hub.instance.database.read() as session:
        arrivals = await arrival.after(session, start, 5000)
    for each in arrivals:
        body = each.derived or {}
        if each.kind is EventKind.VERIFICATION_CHANGED:
            subject = f"verification {body['assessment'] or body['instrument']}"
            heard = dict(told.get((each.region, subject), {"verdicts": {}}))
            new = {str(one["indicator"]): one["after"] for one in body["changed"]}
            told[each.region, subject] = {**heard, "verdicts": {**heard["verdicts"], **new}}
        elif each.kind is EventKind.PROPOSALS_CHANGED:
            known = told[each.region, "proposals"]["proposals"]
            assert {*body["closed"], *body["changed"]} <= known.keys()
            assert not {*body["opened"]} & known.keys()
            ids = (known.keys() | {*body["opened"]}) - {*body["closed"]}
            told[each.region, "proposals"] = {"proposals": dict.fromkeys(ids)}
            counts[each.region] = body["counts"]
    for key, outcome in incremental.items():
        if key[1] == "proposals":
            assert told[key]["proposals"].keys() == outcome["proposals"].keys()
            kinds = Counter(kind for kind, _ in outcome["proposals"].values())
            assert counts.get(key[0], kinds) == kinds
        else:
            assert told[key]["verdicts"] == outcome["verdicts"], key

    await _forget(hub)
    await recompute.everything(hub.instance)
    assert await _outcomes(hub) == incremental


class _State:
    """Makes changes, whatever the history before them."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.drawn: list[str] = []

    async def prepare(self) -> None:
        """An assessment of this example alone: one before it is of an earlier year."""
        asked = '{ region(code: "32.11") { assessments { year } } }'
        found = (await self.hub.ask(asked, places.ADMIN))["region"]["assessments"]
        taken = {each["year"] for each in found}
        self.claims = f"assessment-claims-{len(taken)}"
        draft = replace(CLAIMS, id=self.claims, year=2025, levels=())
        await places.begin(self.hub, draft)

    async def do(self, kind: str, one: Any, other: Any) -> None:
        change = self.hub.change
        match kind:
            case "edit":
                version = await self._version(one)
                await change("updateApplication", places.ADMIN, id=one, version=version, name=other)
            case "retire":
                version = await self._version(one)
                await change("retireApplication", places.ADMIN, id=one, version=version)
            case "connect":
                given = {"source": one, "target": other, "dataObject": f"{len(self.drawn)}"}
                drawn = await change(
                    "connectApplications", places.ADMIN, **given, mode="HUB", evidence=[PAPER]
                )
                if "id" in drawn and drawn["__typename"] == "Integration":
                    self.drawn.append(drawn["id"])
            case "withdraw":
                if one < len(self.drawn):
                    await change("withdrawIntegration", places.ADMIN, id=self.drawn[one], version=1)
            case "tag":
                await change("correctFunction", places.ADMIN, application=one, function=other)
            case "attest":
                region = one.split(".", 2)[0].removeprefix("opd-") + "." + one.split(".")[1]
                viewer = replace(places.REGION, regions=frozenset({region}))
                await change("attestInventory", viewer, opd=one)
            case "claim":
                version = await self._version(self.claims)
                await change(
                    "claimLevel",
                    places.ADMIN,
                    assessment=self.claims,
                    indicator=one,
                    level=other,
                    version=version,
                )

    async def _version(self, id: str) -> int:
        asked = "query ($id: ID!) { node(id: $id) { ... on Application { version } "
        asked += "... on Assessment { version } ... on Integration { version } } }"
        found = await self.hub.ask(asked, places.ADMIN, id=id)
        return int(found["node"]["version"])
