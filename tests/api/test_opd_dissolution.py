"""Changing, merging and dissolving OPDs: what passes to the successor, and what is refused."""

from __future__ import annotations

import pytest

from engine.model import EventKind, Opd, Role, Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"
HEALTH, OFFICE = "32.11:application-health", "32.11:application-office"
MERGE = {"opdIds": [DINKES], "successorId": DISKOMINFO, "reason": "Perbup 7/2026"}
DISSOLVE = {"opdId": DINKES, "version": 1, "successorId": DISKOMINFO, "reason": "Perbup 7/2026"}
OPDS = """query ($all: Boolean!) { region(code: "32.11") { opds(includeDissolved: $all) { nodes {
  id name isDissolved dissolvedReason successor { id } parent { id } version affairs { name }
} } inventory { opds { nodes { opd { id } isAttested exemptionReason } } } } }"""
OWNER = """query ($id: ID!) { node(id: $id) {
  ... on Application { version opd { id } } } }"""


async def list_names(hub: Hub, *, include_dissolved: bool = False) -> list[str]:
    region = (await hub.query_data(OPDS, all=include_dissolved))["region"]
    return [opd["name"] for opd in region["opds"]["nodes"]]


async def register_unit(hub: Hub, name: str, parent: str | None = None) -> str:
    unit = await hub.change(
        "registerOpd",
        two_provinces.REGION,
        regionCode="32.11",
        name=name,
        kind="TECHNICAL_UNIT",
        parentId=parent,
    )
    id: str = unit["id"]
    return id


async def test_an_opd_gets_another_name_and_its_affairs(any_hub: Hub) -> None:
    opd = await any_hub.change(
        "updateOpd",
        two_provinces.REGION,
        id=DINKES,
        version=1,
        name="Dinas Kesehatan  dan KB",
        acronym=None,
        affairIds=["N", "B"],
    )
    assert (opd["name"], opd["acronym"], opd["version"]) == ("Dinas Kesehatan dan KB", None, 2)
    assert opd["affairs"] == [{"id": "B"}, {"id": "N"}]
    unchanged = await any_hub.change(
        "updateOpd", two_provinces.REGION, id=DINKES, version=2, kind="DEPARTMENT"
    )
    assert (unchanged["name"], unchanged["kind"]) == ("Dinas Kesehatan dan KB", "DEPARTMENT")
    assert unchanged["affairs"] == opd["affairs"]


async def test_an_opd_cannot_be_a_part_of_its_own_part(hub: Hub) -> None:
    clinic = await register_unit(hub, "Puskesmas Uji", DINKES)
    before = await hub.list_all_rows()
    for parent in (clinic, DINKES):
        refused = await hub.change(
            "updateOpd", two_provinces.REGION, id=DINKES, version=1, parentId=parent
        )
        assert (refused["__typename"], refused["field"]) == ("InvalidInput", "parentId")
        assert refused["expected"] == "an OPD that is not a part of this one"
    assert await hub.list_all_rows() == before


async def test_applications_and_parts_of_merged_opds_pass_to_the_successor(any_hub: Hub) -> None:
    clinic = await register_unit(any_hub, "Puskesmas Uji", DINKES)
    retired = await any_hub.change(
        "registerApplication", two_provinces.REGION, regionCode="32.11", opdId=DINKES, name="Lama"
    )
    await any_hub.change("retireApplication", two_provinces.REGION, id=retired["id"], version=1)
    merged = await any_hub.change("mergeOpds", two_provinces.REGION, **MERGE)
    assert merged["__typename"] == "MergedOpds"
    assert (merged["successor"]["id"], merged["movedApplicationCount"]) == (DISKOMINFO, 2)
    for id, version in ((HEALTH, 2), (retired["id"], 3)):
        application = (await any_hub.query_data(OWNER, id=id))["node"]
        assert application == {"version": version, "opd": {"id": DISKOMINFO}}
    region = (await any_hub.query_data(OPDS, all=True))["region"]
    opds = {opd["id"]: opd for opd in region["opds"]["nodes"]}
    assert opds[clinic]["parent"] == {"id": DISKOMINFO}
    assert opds[DINKES] == {
        "id": DINKES,
        "name": "Dinas Kesehatan",
        "isDissolved": True,
        "dissolvedReason": "Perbup 7/2026",
        "successor": {"id": DISKOMINFO},
        "parent": None,
        "version": 2,
        "affairs": [],
    }
    inventories = region["inventory"]["opds"]["nodes"]
    assert sorted(inventory["opd"]["id"] for inventory in inventories) == sorted(
        [DISKOMINFO, clinic]
    )
    assert "Dinas Kesehatan" not in await list_names(any_hub)


async def test_staff_of_a_merged_opd_act_for_its_successor(any_hub: Hub) -> None:
    viewer = two_provinces.OPD  # of DINKES
    rename = {"id": OFFICE, "version": 1, "name": "E-Office Baru"}
    assert await any_hub.change_refusal("updateApplication", viewer, **rename) == "FORBIDDEN"
    unit = await register_unit(any_hub, "UPTD Data")
    await any_hub.change("mergeOpds", two_provinces.REGION, **{**MERGE, "successorId": unit})
    await any_hub.change(
        "mergeOpds",
        two_provinces.REGION,
        opdIds=[unit],
        successorId=DISKOMINFO,
        reason="Perbup 8/2026",
    )
    renamed = await any_hub.change("updateApplication", viewer, **rename)
    assert (renamed["__typename"], renamed["name"]) == ("Application", "E-Office Baru")
    attested = await any_hub.change("attestInventory", viewer, opdId=DISKOMINFO)
    assert attested["opd"] == {"id": DISKOMINFO}
    assert await any_hub.change_refusal("attestInventory", viewer, opdId=DINKES) == "FORBIDDEN"
    shown = await any_hub.query_data("{ instance { viewer { opdIds } } }", viewer)
    assert shown["instance"]["viewer"]["opdIds"] == [DISKOMINFO]


async def test_names_that_collide_are_listed_before_anything_moves(any_hub: Hub) -> None:
    namesake = await any_hub.change(
        "registerApplication",
        two_provinces.REGION,
        regionCode="32.11",
        opdId=DISKOMINFO,
        name="WAKEPO",
    )
    before = await any_hub.list_all_rows()
    for name, fields in (("mergeOpds", MERGE), ("dissolveOpd", DISSOLVE)):
        refused = await any_hub.change(name, two_provinces.REGION, **fields)
        assert refused == {
            "__typename": "ApplicationNamesCollide",
            "collisionCount": 1,
            "collisions": [
                {"name": "Wakepo", "moved": {"id": HEALTH}, "existing": {"id": namesake["id"]}}
            ],
        }
    assert await any_hub.list_all_rows() == before
    await any_hub.change("retireApplication", two_provinces.REGION, id=namesake["id"], version=1)
    dissolved = await any_hub.change("dissolveOpd", two_provinces.REGION, **DISSOLVE)
    assert (dissolved["isDissolved"], dissolved["version"]) == (True, 2)


async def test_an_opd_without_applications_in_use_needs_no_successor(hub: Hub) -> None:
    fields = {**DISSOLVE, "successorId": None}
    refused = await hub.change("dissolveOpd", two_provinces.REGION, **fields)
    assert refused == {
        "__typename": "InvalidInput",
        "field": "successorId",
        "expected": "an OPD that takes over its applications in use",
        "got": "nothing",
    }
    await hub.change("retireApplication", two_provinces.REGION, id=HEALTH, version=1)
    clinic = await register_unit(hub, "Puskesmas Uji", DINKES)
    dissolved = await hub.change("dissolveOpd", two_provinces.REGION, **fields)
    assert (dissolved["isDissolved"], dissolved["successor"]) == (True, None)
    region = (await hub.query_data(OPDS, all=False))["region"]
    parents = {opd["id"]: opd["parent"] for opd in region["opds"]["nodes"]}
    assert parents == {DISKOMINFO: None, clinic: None}


async def test_an_opd_may_pass_to_its_own_part(hub: Hub) -> None:
    clinic = await register_unit(hub, "Puskesmas Uji", DINKES)
    inner = await register_unit(hub, "Puskesmas Dalam", clinic)
    await hub.change("mergeOpds", two_provinces.REGION, **{**MERGE, "successorId": inner})
    region = (await hub.query_data(OPDS, all=False))["region"]
    parents = {opd["id"]: opd["parent"] for opd in region["opds"]["nodes"]}
    assert parents == {DISKOMINFO: None, clinic: None, inner: {"id": clinic}}


async def test_duties_of_a_dissolved_opd_end_with_it(hub: Hub) -> None:
    other = Viewer("it", Role.OPD, frozenset({"32.11"}), frozenset({DISKOMINFO}))
    await hub.change("exemptOpd", two_provinces.REGION, opdId=DINKES, reason="tanpa data")
    await hub.change("attestInventory", other, opdId=DISKOMINFO)
    await hub.change("mergeOpds", two_provinces.REGION, **MERGE)
    [inventory] = (await hub.query_data(OPDS, all=False))["region"]["inventory"]["opds"]["nodes"]
    assert inventory == {
        "opd": {"id": DISKOMINFO},
        "isAttested": False,  # the merge edited the inventory that another person attested
        "exemptionReason": None,
    }
    expected = "an OPD of region 32.11 that is not dissolved"
    for name, fields in (
        ("exemptOpd", {"opdId": DINKES, "reason": "x"}),
        ("attestInventory", {"opdId": DINKES}),
        ("registerApplication", {"regionCode": "32.11", "opdId": DINKES, "name": "Baru"}),
        ("dissolveOpd", {**DISSOLVE, "version": 2}),
        ("mergeOpds", {**MERGE, "opdIds": [DISKOMINFO], "successorId": DINKES}),
    ):
        refused = await hub.change(name, two_provinces.REGION, **fields)
        assert (refused["__typename"], refused["expected"]) == ("InvalidInput", expected), name


async def test_the_name_of_a_dissolved_opd_may_be_used_again(hub: Hub) -> None:
    await hub.change("mergeOpds", two_provinces.REGION, **MERGE)
    await register_unit(hub, "Dinas Kesehatan")
    assert await list_names(hub, include_dissolved=True) == [
        "Dinas Kesehatan",
        "Dinas Kesehatan",
        "Dinas Komunikasi dan Informatika",
    ]


async def test_a_merge_with_an_idempotency_key_happens_once(hub: Hub) -> None:
    fields = {**MERGE, "idempotencyKey": "k"}
    first = await hub.change("mergeOpds", two_provinces.REGION, **fields)
    assert await hub.change("mergeOpds", two_provinces.REGION, **fields) == first


@pytest.mark.parametrize("ids", [[DINKES, DINKES], [DISKOMINFO], ["32.73:opd-diskominfo"], []])
async def test_a_merge_names_existing_opds_of_the_region_once(hub: Hub, ids: list[str]) -> None:
    before = await hub.list_all_rows()
    refused = await hub.change("mergeOpds", two_provinces.REGION, **{**MERGE, "opdIds": ids})
    assert refused["__typename"] == "InvalidInput"
    assert refused["field"].startswith("opdIds")
    assert await hub.list_all_rows() == before


async def test_successors_that_form_a_circle_end_the_search_for_rights(hub: Hub) -> None:
    source = two_provinces.SOURCE
    pairs = ((DINKES, DISKOMINFO), (DISKOMINFO, DINKES))
    for id, successor in pairs:
        opd = Opd(id, "32.11", id, "", source, successor=successor, dissolved_reason="x")
        await hub.record(EventKind.OPD_DISSOLVED, "32.11", id, opd)
    shown = await hub.query_data("{ instance { viewer { opdIds } } }", two_provinces.OPD)
    assert shown["instance"]["viewer"]["opdIds"] == []
