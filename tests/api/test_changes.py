"""Mutations of applications and integrations: responses, changed rows and log entries."""

from __future__ import annotations

import asyncio

from engine.log.source import Source, SourceState
from storage import log
from tests.api import two_provinces
from tests.api.events import events_after
from tests.api.hub import Hub
from tests.fixtures.followed_regions import record_source

HEALTH, BUDGET = "32.11:application-health", "32.73:application-budget"


async def test_an_application_is_registered_changed_and_retired(hub: Hub) -> None:
    before = await hub.cursor()
    new = await hub.change(
        "registerApplication",
        two_provinces.OPD,
        regionCode="32.11",
        opdId="32.11:opd-dinkes",
        name="  Sehat  ",
        url="https://sehat.example.id",
        year=2031,
        commonApplicationId="srikandi",
    )
    id = new["id"]
    assert new == {
        "__typename": "Application",
        "id": id,
        "version": 1,
        "name": "Sehat",
        "status": "ACTIVE",
        "retiredReason": None,
        "url": "https://sehat.example.id",
        "year": 2031,
        "opd": {"id": "32.11:opd-dinkes"},
    }
    changed = await hub.change(
        "updateApplication", two_provinces.OPD, id=id, version=1, status="INACTIVE", url=None
    )
    assert changed == {**new, "version": 2, "status": "INACTIVE", "url": None}
    moved = await hub.change(
        "updateApplication", two_provinces.REGION, id=id, version=2, opdId="32.11:opd-diskominfo"
    )
    assert moved == {**changed, "version": 3, "opd": {"id": "32.11:opd-diskominfo"}}
    retired = await hub.change(
        "retireApplication", two_provinces.REGION, id=id, version=3, reason=" diganti "
    )
    assert retired == {**moved, "version": 4, "status": "RETIRED", "retiredReason": "diganti"}
    assert await events_after(hub, before) == [
        ("APPLICATION_REGISTERED", "32.11", 6),
        ("APPLICATION_UPDATED", "32.11", 7),
        ("APPLICATION_UPDATED", "32.11", 8),
        ("APPLICATION_RETIRED", "32.11", 9),
    ]


async def test_null_clears_what_may_be_unknown_and_what_is_left_out_stays(hub: Hub) -> None:
    updated = await hub.change(
        "updateApplication", two_provinces.OPD, id=HEALTH, version=1, year=2020
    )
    assert (updated["year"], updated["name"]) == (2020, "Wakepo")
    cleared = await hub.change(
        "updateApplication", two_provinces.OPD, id=HEALTH, version=2, year=None
    )
    assert (cleared["year"], cleared["name"]) == (None, "Wakepo")


async def test_the_unknown_texts_of_an_application_are_null(hub: Hub) -> None:
    texts = {
        "functionText": "Rekam medis",
        "platform": "web",
        "developer": "Tim Diskominfo",
        "hosting": "Pusat data kabupaten",
        "database": "PostgreSQL",
        "legalBasis": "Perbup 12/2021",
    }
    fields = " ".join(texts)
    query = f'{{ node(id: "{HEALTH}") {{ ... on Application {{ {fields} }} }} }}'
    unknown = dict.fromkeys(texts)
    assert (await hub.query_data(query))["node"] == unknown
    padded = {field: f" {text} " for field, text in texts.items()}
    await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, version=1, **padded)
    assert (await hub.query_data(query))["node"] == texts
    await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, version=2, **unknown)
    assert (await hub.query_data(query))["node"] == unknown


async def test_whether_an_application_serves_the_public_is_yes_no_or_unknown(hub: Hub) -> None:
    query = f'{{ node(id: "{HEALTH}") {{ ... on Application {{ isPublicService }} }} }}'
    assert (await hub.query_data(query))["node"] == {"isPublicService": None}
    for version, serves_public in enumerate((True, False, None), start=1):
        change = {"version": version, "isPublicService": serves_public}
        await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, **change)
        assert (await hub.query_data(query))["node"] == {"isPublicService": serves_public}


async def test_registers_an_application_with_who_built_it_and_where_it_runs(hub: Hub) -> None:
    stated = {
        "developer": "CV Karya",
        "hosting": "Sewa awan",
        "database": "MySQL",
        "legalBasis": "SK Kepala Dinas",
        "isPublicService": True,
    }
    registered = await hub.change(
        "registerApplication",
        two_provinces.OPD,
        regionCode="32.11",
        opdId="32.11:opd-dinkes",
        name="Simpus",
        **stated,
    )
    fields = " ".join(stated)
    query = f'{{ node(id: "{registered["id"]}") {{ ... on Application {{ {fields} }} }} }}'
    assert (await hub.query_data(query))["node"] == stated


async def test_the_source_of_a_row_is_the_office_that_entered_it(hub: Hub) -> None:
    await hub.change(
        "registerApplication",
        two_provinces.OPD,
        regionCode="32.11",
        opdId="32.11:opd-dinkes",
        name="Sehat",
    )
    query = '{ applications(filter: { search: "sehat" }) { nodes { provenance { source note } } } }'
    assert (await hub.query_data(query))["applications"]["nodes"] == [
        {"provenance": {"source": "dicatat oleh OPD 32.11:opd-dinkes", "note": None}}
    ]


async def test_the_name_of_a_retired_application_may_be_given_again(hub: Hub) -> None:
    await hub.change("retireApplication", two_provinces.OPD, id=HEALTH, version=1)
    registered = await hub.change(
        "registerApplication",
        two_provinces.OPD,
        regionCode="32.11",
        opdId="32.11:opd-dinkes",
        name="Wakepo",
    )
    assert (registered["__typename"], registered["version"]) == ("Application", 1)


async def test_the_result_of_a_mutation_has_the_changed_values(hub: Hub) -> None:
    await hub.change(
        "connectApplications",
        two_provinces.OPD,
        sourceId=HEALTH,
        targetId=BUDGET,
        dataObject="belanja",
        mode="API",
    )
    mutation = """
    mutation {
      updateApplication(input: { id: "32.11:application-health", version: 1, name: "Baru" }) {
        ... on Application { name integrations { nodes { source { name version } } } }
      }
    }
    """
    assert (await hub.query_data(mutation, two_provinces.OPD))["updateApplication"] == {
        "name": "Baru",
        "integrations": {"nodes": [{"source": {"name": "Baru", "version": 2}}]},
    }


async def test_an_integration_is_connected_confirmed_by_the_other_side_and_withdrawn(
    hub: Hub,
) -> None:
    before = await hub.cursor()
    integration = await hub.change(
        "connectApplications",
        two_provinces.OPD,
        sourceId=HEALTH,
        targetId=BUDGET,
        dataObject=" belanja ",
        mode="API",
        status="PLANNED",
        evidence=[{"title": "MoU", "url": "https://example.id/mou.pdf"}],
    )
    id = integration["id"]
    assert integration == {
        "__typename": "Integration",
        "id": id,
        "version": 1,
        "status": "PLANNED",
        "evidenceGrade": "DOCUMENTED",
        "verifiedOn": None,
        "dataObject": "belanja",
        "targetName": "e-Budgeting",
    }
    confirmed = await hub.change("confirmIntegration", two_provinces.OTHER_OPD, id=id, version=1)
    assert confirmed == {
        **integration,
        "version": 2,
        "status": "ACTIVE",
        "evidenceGrade": "CONFIRMED",
        "verifiedOn": "2026-11-24",
    }
    withdrawn = await hub.change("withdrawIntegration", two_provinces.OPD, id=id, version=2)
    assert withdrawn == {**confirmed, "version": 3, "status": "WITHDRAWN"}
    assert await events_after(hub, before) == [
        ("INTEGRATION_CONNECTED", "32.11", 6),
        ("INTEGRATION_CONFIRMED", "32.11", 7),
        ("INTEGRATION_WITHDRAWN", "32.11", 8),
    ]


async def test_the_creator_of_an_integration_cannot_confirm_it(hub: Hub) -> None:
    integration = await hub.change(
        "connectApplications",
        two_provinces.REGION,
        sourceId=HEALTH,
        targetId=BUDGET,
        dataObject="belanja",
        mode="API",
    )
    code = await hub.change_refusal(
        "confirmIntegration", two_provinces.REGION, id=integration["id"], version=1
    )
    assert code == "FORBIDDEN"
    confirmed = await hub.change(
        "confirmIntegration", two_provinces.OTHER_OPD, id=integration["id"], version=1
    )
    assert (confirmed["version"], confirmed["evidenceGrade"]) == (2, "CONFIRMED")


async def test_a_target_outside_of_every_inventory_is_recorded_by_its_name(hub: Hub) -> None:
    integration = await hub.change(
        "connectApplications",
        two_provinces.OPD,
        sourceId=HEALTH,
        targetName=" SATUSEHAT ",
        dataObject="rekam medis",
        mode="HUB",
    )
    assert (integration["targetName"], integration["evidenceGrade"]) == ("SATUSEHAT", "CLAIMED")


async def test_an_application_that_was_just_retired_is_not_connected(any_hub: Hub) -> None:
    mutation = """
    mutation {
      retireApplication(input: { id: "32.11:application-health", version: 1 }) { __typename }
      connectApplications(
        input: {
          sourceId: "32.11:application-health", targetId: "32.73:application-budget"
          dataObject: "x", mode: API
        }
      ) { __typename }
      other: connectApplications(
        input: {
          sourceId: "32.73:application-budget", targetId: "32.11:application-health"
          dataObject: "x", mode: API
        }
      ) { __typename }
    }
    """
    assert await any_hub.query_data(mutation, two_provinces.ADMIN) == {
        "retireApplication": {"__typename": "Application"},
        "connectApplications": {"__typename": "WrongState"},
        "other": {"__typename": "WrongState"},
    }


async def test_a_change_that_waited_for_a_handover_is_refused(any_hub: Hub) -> None:
    database, clock = any_hub.instance.database, any_hub.instance.clock
    async with log.begin_log_transaction(database, "32.11", clock) as handover:
        waiting = asyncio.create_task(
            any_hub.change(
                "registerApplication",
                two_provinces.OPD,
                regionCode="32.11",
                opdId="32.11:opd-dinkes",
                name="Sehat",
            )
        )
        await asyncio.sleep(0.2)  # until it waits for the lock of the region
        owner = Source("32.11", "https://owner.example/graphql", SourceState.STALE, None)
        await record_source(handover.session, owner)
    assert await waiting == {
        "__typename": "OwnedElsewhere",
        "ownerUrl": "https://owner.example/graphql",
    }
