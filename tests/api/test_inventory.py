"""Completeness and attestation of inventories."""

from __future__ import annotations

from typing import Any

from engine.model import Role, Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

INVENTORY = """
query ($code: ID! = "32.11") {
  region(code: $code) {
    inventory {
      completeness { applications filled required value display enough missingCount
        missing(first: 1) { applicationId fields application { name } } }
      ownerUnknown { applications }
      opdCount vouchedForCount
      opds {
        opd { id } vouchedFor completeness { value }
        seal { state expiresOn attestation { opdId } brokenBy { subject } }
      }
    }
  }
}
"""
DINKES, HEALTH = "32.11:opd-dinkes", "32.11:application-health"
UNSEALED = {"state": "NEVER_GIVEN", "expiresOn": None, "attestation": None, "brokenBy": None}
FILLED = {"function": "Kesehatan", "platform": "web", "year": 2020}


async def _inventory(hub: Hub, code: str = "32.11") -> dict[str, Any]:
    inventory: dict[str, Any] = (await hub.query_data(INVENTORY, code=code))["region"]["inventory"]
    return inventory


async def _dinkes_seal(hub: Hub) -> dict[str, Any]:
    opds = (await _inventory(hub))["opds"]
    [dinkes] = [opd for opd in opds if opd["opd"]["id"] == DINKES]
    seal: dict[str, Any] = dinkes["seal"]
    return seal | {"vouchedFor": dinkes["vouchedFor"]}


async def test_the_inventory_of_sumedang_lacks_most_of_what_is_required(west_java: Hub) -> None:
    inventory = await _inventory(west_java)
    assert inventory["completeness"] == {
        "applications": 20,
        "filled": 36,
        "required": 100,
        "value": "0.36",
        "display": "0.36",
        "enough": False,
        "missingCount": 20,
        "missing": [
            {
                "applicationId": "32.11:application-01",
                "fields": ["status", "function", "year"],
                "application": {"name": "E-Office Sumedang"},
            }
        ],
    }
    assert (inventory["opdCount"], inventory["vouchedForCount"], inventory["ownerUnknown"]) == (
        9,
        0,
        None,
    )
    assert [opd["seal"] for opd in inventory["opds"]] == [UNSEALED] * 9


async def test_an_attestation_of_an_incomplete_inventory_holds_but_proves_no_absence(
    hub: Hub,
) -> None:
    answer = await hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    assert answer == {
        "__typename": "Attestation",
        "opdId": DINKES,
        "opd": {"id": DINKES},
    }
    assert await _dinkes_seal(hub) == {
        "state": "VALID",
        "expiresOn": "2027-11-24",
        "attestation": {"opdId": DINKES},
        "brokenBy": None,
        "vouchedFor": False,
    }


async def test_an_opd_vouches_for_its_complete_inventory_and_its_own_edits_keep_the_seal(
    hub: Hub,
) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    await hub.change("updateApplication", two_provinces.OPD, id=HEALTH, version=1, **FILLED)
    seal = await _dinkes_seal(hub)
    assert (seal["state"], seal["vouchedFor"]) == ("VALID", True)


async def test_the_first_edit_by_another_subject_breaks_the_seal_until_the_next_attestation(
    any_hub: Hub,
) -> None:
    await any_hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    await any_hub.change("updateApplication", two_provinces.REGION, id=HEALTH, version=1, **FILLED)
    await any_hub.change(
        "updateApplication", two_provinces.PROVINCE, id=HEALTH, version=2, name="Lain"
    )
    seal = await _dinkes_seal(any_hub)
    assert (seal["state"], seal["vouchedFor"]) == ("INVALIDATED", False)
    assert seal["brokenBy"] == {"subject": HEALTH}
    await any_hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    assert (await _dinkes_seal(any_hub))["state"] == "VALID"


async def test_moving_an_application_breaks_the_seal_of_its_former_opd(hub: Hub) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    fields = {"id": HEALTH, "version": 1, "opd": "32.11:opd-diskominfo"}
    await hub.change("updateApplication", two_provinces.REGION, **fields)
    assert (await _dinkes_seal(hub))["brokenBy"] == {"subject": HEALTH}


async def test_an_edit_of_another_opds_application_breaks_nothing(hub: Hub) -> None:
    await hub.change("attestInventory", two_provinces.OPD, opd=DINKES)
    await hub.change(
        "updateApplication",
        two_provinces.REGION,
        id="32.11:application-office",
        version=1,
        **FILLED,
    )
    assert (await _dinkes_seal(hub))["state"] == "VALID"


async def test_a_repeated_attestation_with_the_same_key_is_one_entry(hub: Hub) -> None:
    first = await hub.change("attestInventory", two_provinces.OPD, opd=DINKES, idempotencyKey="a")
    before = await hub.list_all_rows()
    repeated = await hub.change(
        "attestInventory", two_provinces.OPD, opd=DINKES, idempotencyKey="a"
    )
    assert repeated == first
    assert await hub.list_all_rows() == before


async def test_an_unknown_opd_is_not_found_and_nothing_is_written(hub: Hub) -> None:
    before = await hub.list_all_rows()
    viewer = Viewer("x", Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-none"}))
    answer = await hub.change("attestInventory", viewer, opd="32.11:opd-none")
    assert answer == {"__typename": "NotFound", "id": "32.11:opd-none"}
    assert await hub.list_all_rows() == before


async def test_an_attestation_is_a_public_event(hub: Hub) -> None:
    after = await hub.cursor()
    await hub.change("attestInventory", two_provinces.REGION, opd=DINKES)
    query = "query ($after: Cursor) { events(after: $after) { nodes { eventKind "
    query += "... on LogEntryAppended { subjectId } } } }"
    events = (await hub.query_data(query, after=after))["events"]["nodes"]
    assert events == [{"eventKind": "INVENTORY_ATTESTED", "subjectId": DINKES}]
