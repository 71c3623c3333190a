"""Events announced change by change equal the results of a full pass, in any order of changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import EventKind
from resolvers import recompute
from storage import arrival
from tests.api import places
from tests.api.hub import Hub
from tests.api.news import BUDGET, CLAIMS, HEALTH, OFFICE, PAPER, follow, forget, outcomes

# A history is a list of these; a step that is impossible at its point is refused without effect.
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
async def test_events_change_by_change_equal_what_a_full_pass_finds(
    hub: Hub, history: list[tuple[str, Any, Any]]
) -> None:
    async with hub.instance.database.read() as session:
        start = (await arrival.newest_position(session)).arrival
    await follow(hub)
    announced = await outcomes(hub)
    state = _State(hub)
    await state.prepare()
    for kind, one, other in history:
        if kind == "follow":
            await follow(hub)
        else:
            await state.do(kind, one, other)
    await follow(hub)
    incremental = await outcomes(hub)

    # The events that subscribers got, accumulated, equal the current outcomes.
    counts: dict[str, dict[str, int]] = {}
    async with hub.instance.database.read() as session:
        arrivals = await arrival.list_arrivals_after(session, start, 5000)
    for each in arrivals:
        body = each.derived or {}
        if each.kind is EventKind.VERIFICATION_CHANGED:
            subject = f"verification {body['assessment'] or body['instrument']}"
            heard = dict(announced.get((each.region, subject), {"verdicts": {}}))
            new = {str(one["indicator"]): one["after"] for one in body["changed"]}
            announced[each.region, subject] = {**heard, "verdicts": {**heard["verdicts"], **new}}
        elif each.kind is EventKind.PROPOSALS_CHANGED:
            known = announced[each.region, "proposals"]["proposals"]
            assert {*body["closed"], *body["changed"]} <= known.keys()
            assert not {*body["opened"]} & known.keys()
            ids = (known.keys() | {*body["opened"]}) - {*body["closed"]}
            announced[each.region, "proposals"] = {"proposals": dict.fromkeys(ids)}
            counts[each.region] = body["counts"]
    for key, outcome in incremental.items():
        if key[1] == "proposals":
            assert announced[key]["proposals"].keys() == outcome["proposals"].keys()
            kinds = Counter(kind for kind, _ in outcome["proposals"].values())
            assert counts.get(key[0], kinds) == kinds
        else:
            assert announced[key]["verdicts"] == outcome["verdicts"], key

    await forget(hub)
    await recompute.recompute_all_regions(hub.instance)
    assert await outcomes(hub) == incremental


class _State:
    """Applies the changes of a history."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.drawn: list[str] = []

    async def prepare(self) -> None:
        """Start an assessment for this example alone: earlier examples have earlier years."""
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
