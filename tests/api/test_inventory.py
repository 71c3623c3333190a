"""Completeness and attestation of inventories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.model import Role, Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

INVENTORY = """
query ($code: ID! = "32.11") {
  region(code: $code) {
    inventory {
      completeness {
        applicationCount filledCount requiredCount share { value display } isSufficient
        missing(first: 1) { totalCount nodes { applicationId fields application { name } } }
      }
      ownerUnknown { applicationCount }
      attestedOpdCount
      opds {
        totalCount
        nodes {
          opd { id } isAttested completeness { share { value } }
          attestation {
            state expiresOn attestation { opd { id } } invalidatedBy { subjectId changedAt }
          }
        }
      }
    }
  }
}
"""
DINKES, HEALTH = "32.11:opd-dinkes", "32.11:application-health"
NEVER_ATTESTED = {
    "state": "NEVER_GIVEN",
    "expiresOn": None,
    "attestation": None,
    "invalidatedBy": None,
}
FILLED = {"functionText": "Kesehatan", "platform": "web", "year": 2020}


async def _inventory(hub: Hub, code: str = "32.11") -> dict[str, Any]:
    inventory: dict[str, Any] = (await hub.query_data(INVENTORY, code=code))["region"]["inventory"]
    return inventory


async def _attestation_of_dinkes(hub: Hub) -> dict[str, Any]:
    opds = (await _inventory(hub))["opds"]["nodes"]
    [dinkes] = [opd for opd in opds if opd["opd"]["id"] == DINKES]
    status: dict[str, Any] = dinkes["attestation"]
    return status | {"isAttested": dinkes["isAttested"]}


async def test_the_inventory_of_sumedang_lacks_most_of_what_is_required(west_java: Hub) -> None:
    inventory = await _inventory(west_java)
    assert inventory["completeness"] == {
        "applicationCount": 20,
        "filledCount": 36,
        "requiredCount": 100,
        "share": {"value": "0.36", "display": "0.36"},
        "isSufficient": False,
        "missing": {
            "totalCount": 20,
            "nodes": [
                {
                    "applicationId": "32.11:application-01",
                    "fields": ["STATUS", "FUNCTION_TEXT", "YEAR"],
                    "application": {"name": "E-Office Sumedang"},
                }
            ],
        },
    }
    assert (inventory["attestedOpdCount"], inventory["ownerUnknown"]) == (0, None)
    assert inventory["opds"]["totalCount"] == 9
    assert [opd["attestation"] for opd in inventory["opds"]["nodes"]] == [NEVER_ATTESTED] * 9


async def test_the_opds_of_an_inventory_are_read_page_by_page(west_java: Hub) -> None:
    query = """query ($after: Cursor) { region(code: "32.11") { inventory {
      opds(first: 4, after: $after) { nodes { opd { id } } pageInfo { hasNextPage endCursor } }
    } } }"""
    ids: list[str] = []
    sizes, after = [], None
    while len(sizes) < 3:
        data = await west_java.query_data(query, after=after)
        page = data["region"]["inventory"]["opds"]
        ids += [node["opd"]["id"] for node in page["nodes"]]
        sizes.append(len(page["nodes"]))
        after = page["pageInfo"]["endCursor"]
    assert (sizes, page["pageInfo"]["hasNextPage"]) == ([4, 4, 1], False)
    assert ids == [node["opd"]["id"] for node in (await _inventory(west_java))["opds"]["nodes"]]


async def test_an_attestation_of_an_incomplete_inventory_holds_but_proves_no_absence(
    hub: Hub,
) -> None:
    answer = await hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    assert answer == {
        "__typename": "Attestation",
        "opd": {"id": DINKES},
    }
    assert await _attestation_of_dinkes(hub) == {
        "state": "VALID",
        "expiresOn": "2027-11-24",
        "attestation": {"opd": {"id": DINKES}},
        "invalidatedBy": None,
        "isAttested": False,
    }


async def test_a_complete_inventory_is_attested_and_stays_so_after_edits_by_its_opd(
    hub: Hub,
) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, version=1, **FILLED)
    status = await _attestation_of_dinkes(hub)
    assert (status["state"], status["isAttested"]) == ("VALID", True)


async def test_an_edit_by_another_subject_invalidates_until_the_next_attestation(
    any_hub: Hub,
) -> None:
    await any_hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    coordinator = replace(two_provinces.REGION, subject="account-00000000000000c0")
    await any_hub.change("updateApplication", coordinator, id=HEALTH, version=1, **FILLED)
    await any_hub.change(
        "updateApplication", two_provinces.PROVINCE, id=HEALTH, version=2, name="Lain"
    )
    status = await _attestation_of_dinkes(any_hub)
    assert (status["state"], status["isAttested"]) == ("INVALIDATED", False)
    assert status["invalidatedBy"]["subjectId"] == HEALTH
    query = '{ region(code: "32.11") { inventory { opds { nodes { attestation { invalidatedBy { changedBy { accountId name } } } } } } } }'
    nodes = (await any_hub.query_data(query))["region"]["inventory"]["opds"]["nodes"]
    edits = [node["attestation"]["invalidatedBy"] for node in nodes]
    assert {"changedBy": {"accountId": coordinator.subject, "name": None}} in edits
    await any_hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    assert (await _attestation_of_dinkes(any_hub))["state"] == "VALID"


async def test_moving_an_application_invalidates_the_attestation_of_its_former_opd(
    hub: Hub,
) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    fields = {"id": HEALTH, "version": 1, "opdId": "32.11:opd-diskominfo"}
    await hub.change("updateApplication", two_provinces.REGION, **fields)
    assert (await _attestation_of_dinkes(hub))["invalidatedBy"]["subjectId"] == HEALTH


async def test_an_edit_of_another_opds_application_invalidates_nothing(hub: Hub) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opdId=DINKES)
    await hub.change(
        "updateApplication",
        two_provinces.REGION,
        id="32.11:application-office",
        version=1,
        **FILLED,
    )
    assert (await _attestation_of_dinkes(hub))["state"] == "VALID"


async def test_a_repeated_attestation_with_the_same_key_is_one_entry(hub: Hub) -> None:
    first = await hub.change("attestInventory", two_provinces.OPD, opdId=DINKES, idempotencyKey="a")
    before = await hub.list_all_rows()
    repeated = await hub.change(
        "attestInventory", two_provinces.OPD, opdId=DINKES, idempotencyKey="a"
    )
    assert repeated == first
    assert await hub.list_all_rows() == before


async def test_an_unknown_opd_is_not_found_and_nothing_is_written(hub: Hub) -> None:
    before = await hub.list_all_rows()
    viewer = Viewer("x", Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-none"}))
    answer = await hub.change("attestInventory", viewer, opdId="32.11:opd-none")
    assert answer == {"__typename": "NotFound", "id": "32.11:opd-none"}
    assert await hub.list_all_rows() == before


async def test_an_attestation_is_a_public_event(hub: Hub) -> None:
    after = await hub.cursor()
    await hub.change("attestInventory", two_provinces.REGION, opdId=DINKES)
    query = "query ($after: Cursor) { events(after: $after) { nodes { eventKind "
    query += "... on LogEntryAppended { subjectId } } } }"
    events = (await hub.query_data(query, after=after))["events"]["nodes"]
    assert events == [{"eventKind": "INVENTORY_ATTESTED", "subjectId": DINKES}]
