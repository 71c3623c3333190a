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
from tests.api import two_provinces
from tests.api.announcements import (
    BUDGET,
    CLAIMS,
    HEALTH,
    OFFICE,
    PAPER,
    catch_up,
    delete_outcomes,
    stored_outcomes,
)
from tests.api.hub import Hub

# A history is a list of these steps; an impossible step is refused without an effect.
application = st.sampled_from([OFFICE, HEALTH, BUDGET])
step = st.one_of(
    st.tuples(st.just("edit"), application, st.sampled_from(["Absensi", "SIMPEG", "e-Arsip"])),
    st.tuples(st.just("retire"), application, st.just("")),
    st.tuples(st.just("connect"), application, application),
    st.tuples(st.just("withdraw"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("tag"), application, st.sampled_from(["attendance", "finance", None])),
    st.tuples(
        st.just("attest"), st.sampled_from([opd.id for opd in two_provinces.OPDS]), st.just("")
    ),
    st.tuples(st.just("claim"), st.sampled_from([15, 18, 34, 36]), st.integers(1, 5)),
    st.tuples(st.just("confirm"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("document"), st.integers(0, 3), st.sampled_from(["DOCUMENT", "MACHINE_LOG"])),
    st.tuples(
        st.just("exempt"), st.sampled_from([opd.id for opd in two_provinces.OPDS]), st.just("x")
    ),
    st.tuples(st.just("policy"), st.sampled_from([2020, 2024, None]), st.just("")),
    st.tuples(st.just("built"), application, st.sampled_from([True, False, None])),
    st.tuples(
        st.just("move"), application, st.sampled_from([opd.id for opd in two_provinces.OPDS])
    ),
    st.tuples(st.just("decide"), st.integers(0, 2), st.sampled_from(["ACCEPT", "REJECT"])),
    st.tuples(st.just("follow"), st.just(""), st.just("")),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(step, min_size=3, max_size=14))
async def test_incremental_events_equal_the_results_of_a_full_pass(
    hub: Hub, history: list[tuple[str, Any, Any]]
) -> None:
    async with hub.instance.database.read() as session:
        start = (await arrival.read_arrival_position(session)).arrival
    await catch_up(hub)
    announced = await stored_outcomes(hub)
    state = _HistoryState(hub)
    await state.prepare()
    for kind, target, value in history:
        if kind == "follow":
            await catch_up(hub)
        else:
            await state.apply(kind, target, value)
    await catch_up(hub)
    incremental = await stored_outcomes(hub)

    # The accumulated events of subscribers equal the current outcomes.
    counts: dict[str, dict[str, int]] = {}
    async with hub.instance.database.read() as session:
        arrivals = await arrival.list_arrivals_after(session, start, 5000)
    for event in arrivals:
        body = event.derived or {}
        if event.kind is EventKind.VERIFICATION_CHANGED:
            subject = f"verification {body['assessment'] or body['instrument']}"
            previous = dict(announced.get((event.region, subject), {"verdicts": {}}))
            new = {str(change["indicator"]): change["after"] for change in body["changed"]}
            announced[event.region, subject] = {
                **previous,
                "verdicts": {**previous["verdicts"], **new},
            }
        elif event.kind is EventKind.PROPOSALS_CHANGED:
            open_proposals = announced[event.region, "proposals"]["proposals"]
            assert {*body["closed"], *body["changed"]} <= open_proposals.keys()
            assert not {*body["opened"]} & open_proposals.keys()
            ids = (open_proposals.keys() | {*body["opened"]}) - {*body["closed"]}
            announced[event.region, "proposals"] = {"proposals": dict.fromkeys(ids)}
            counts[event.region] = body["counts"]
    for key, outcome in incremental.items():
        if key[1] == "proposals":
            assert announced[key]["proposals"].keys() == outcome["proposals"].keys()
            kinds = Counter(kind for kind, _ in outcome["proposals"].values())
            assert counts.get(key[0], kinds) == kinds
        else:
            assert announced[key]["verdicts"] == outcome["verdicts"], key

    await delete_outcomes(hub)
    await recompute.recompute_all_regions(hub.instance)
    assert await stored_outcomes(hub) == incremental


class _HistoryState:
    """Applies the changes of a history."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.applications: dict[str, str] = {}
        self.integrations: list[str] = []

    async def prepare(self) -> None:
        """Start an assessment and register applications; earlier examples have their own."""
        query = '{ region(code: "32.11") { assessments { nodes { id } } } }'
        number = len(
            (await self.hub.query_data(query, two_provinces.ADMIN))["region"]["assessments"][
                "nodes"
            ]
        )
        self.claims = f"32.11:assessment-claims-{number}"
        draft = replace(CLAIMS, id=self.claims, levels=())
        await two_provinces.write_assessment(self.hub, draft)
        for original in two_provinces.APPLICATIONS:
            application = await self.hub.change(
                "registerApplication",
                two_provinces.ADMIN,
                regionCode=original.region,
                opdId=original.opd,
                name=f"{original.name} {number}",
            )
            self.applications[original.id] = application["id"]
        await self.apply("connect", OFFICE, HEALTH)

    async def apply(self, kind: str, target: Any, value: Any) -> None:
        change = self.hub.change
        target = self.applications.get(target, target)
        match kind:
            case "edit":
                version = await self._version(target)
                await change(
                    "updateApplication", two_provinces.ADMIN, id=target, version=version, name=value
                )
            case "retire":
                version = await self._version(target)
                await change("retireApplication", two_provinces.ADMIN, id=target, version=version)
            case "connect":
                fields = {
                    "sourceId": target,
                    "targetId": self.applications[value],
                    "dataObject": f"{len(self.integrations)}",
                }
                integration = await change(
                    "connectApplications",
                    two_provinces.ADMIN,
                    **fields,
                    mode="HUB",
                    evidence=[PAPER],
                )
                if "id" in integration and integration["__typename"] == "Integration":
                    self.integrations.append(integration["id"])
            case "withdraw":
                await self._change_integration("withdrawIntegration", target)
            case "confirm":
                await self._change_integration("confirmIntegration", target)
            case "document":
                evidence = {**PAPER, "kind": value}
                await self._change_integration("documentIntegration", target, evidence=[evidence])
            case "tag":
                await change(
                    "correctFunction", two_provinces.ADMIN, applicationId=target, functionId=value
                )
            case "attest":
                region = target.partition(":")[0]
                viewer = replace(two_provinces.REGION, regions=frozenset({region}))
                await change("attestInventory", viewer, opdId=target)
            case "claim":
                version = await self._version(self.claims)
                await change(
                    "claimLevel",
                    two_provinces.ADMIN,
                    assessmentId=self.claims,
                    indicator=target,
                    level=value,
                    version=version,
                )
            case "exempt":
                await change("exemptOpd", two_provinces.ADMIN, opdId=target, reason=value or None)
            case "policy":
                document = {"title": "Perbup", "url": "https://example.org/perbup"}
                fields = {"year": target, **(document if target else {})}
                await change(
                    "recordDevelopmentPolicy", two_provinces.ADMIN, regionCode="32.11", **fields
                )
            case "built" | "move":
                version = await self._version(target)
                fields = {"isConsulted" if kind == "built" else "opdId": value}
                await change(
                    "updateApplication", two_provinces.ADMIN, id=target, version=version, **fields
                )
            case "decide":
                await self._decide_proposal(target, value)
            case _:
                raise AssertionError(f"no such step: {kind}")

    async def _change_integration(self, mutation: str, index: int, **fields: Any) -> None:
        """Change the integration with this index; the history may not have drawn so many."""
        if index < len(self.integrations):
            id = self.integrations[index]
            version = await self._version(id)
            viewer = replace(
                two_provinces.ADMIN, subject="counterpart"
            )  # none confirms its own record
            await self.hub.change(mutation, viewer, id=id, version=version, **fields)

    async def _decide_proposal(self, index: int, choice: str) -> None:
        query = '{ region(code: "32.11") { proposals { nodes { proposalId: id inputsHash } } } }'
        region = (await self.hub.query_data(query, two_provinces.ADMIN))["region"]
        proposals = region["proposals"]["nodes"]
        if index < len(proposals):
            fields = {"choice": choice, "reason": "x"} | proposals[index]
            await self.hub.change("decideProposal", two_provinces.ADMIN, **fields)

    async def _version(self, id: str) -> int:
        query = "query ($id: ID!) { node(id: $id) { ... on Application { version } "
        query += "... on Assessment { version } ... on Integration { version } } }"
        data = await self.hub.query_data(query, two_provinces.ADMIN, id=id)
        return int(data["node"]["version"])
