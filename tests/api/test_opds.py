"""Recording the OPDs of a region, by viewers who are responsible for the region."""

from __future__ import annotations

import pytest

from engine.model import Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

CLINIC = {
    "regionCode": "33.74",
    "name": "Dinas  Kesehatan ",
    "acronym": "Dinkes",
    "kind": "DEPARTMENT",
}
OPDS = '{ region(code: "33.74") { opds { nodes { id name acronym kind parent { name } } } } }'
SEMARANG = Viewer("semarang", two_provinces.REGION.role, frozenset({"33.74"}))


@pytest.mark.parametrize("viewer", [SEMARANG, two_provinces.OTHER_PROVINCE, two_provinces.ADMIN])
async def test_a_region_records_its_opds_and_registers_applications(
    any_hub: Hub, viewer: Viewer
) -> None:
    opd = await any_hub.change("registerOpd", viewer, **CLINIC)
    assert opd["__typename"] == "Opd"
    assert (opd["name"], opd["region"]) == ("Dinas Kesehatan", {"code": "33.74"})
    unit = await any_hub.change(
        "registerOpd",
        viewer,
        regionCode="33.74",
        name="Puskesmas Uji",
        kind="TECHNICAL_UNIT",
        parentId=opd["id"],
    )
    assert (unit["acronym"], unit["parent"]) == (None, {"id": opd["id"]})
    registered = await any_hub.change(
        "registerApplication", viewer, regionCode="33.74", opdId=opd["id"], name="Simpus"
    )
    assert registered["opd"] == {"id": opd["id"]}
    opds = (await any_hub.query_data(OPDS))["region"]["opds"]["nodes"]
    assert [(node["name"], node["kind"], node["parent"]) for node in opds] == [
        ("Dinas Kesehatan", "DEPARTMENT", None),
        ("Dinas Komunikasi dan Informatika", None, None),
        ("Puskesmas Uji", "TECHNICAL_UNIT", {"name": "Dinas Kesehatan"}),
    ]


@pytest.mark.parametrize(
    "viewer",
    [
        two_provinces.PUBLIC,
        two_provinces.OPD,
        two_provinces.ASSESSOR,
        two_provinces.REGION,
        two_provinces.PROVINCE,
    ],
    ids=lambda viewer: viewer.subject,
)
async def test_other_viewers_may_not_record_an_opd(hub: Hub, viewer: Viewer) -> None:
    before = await hub.list_all_rows()
    assert await hub.change_refusal("registerOpd", viewer, **CLINIC) == "FORBIDDEN"
    assert await hub.list_all_rows() == before


async def test_an_idempotency_key_records_an_opd_once(hub: Hub) -> None:
    fields = {**CLINIC, "idempotencyKey": "k"}
    first = await hub.change("registerOpd", two_provinces.ADMIN, **fields)
    assert await hub.change("registerOpd", two_provinces.ADMIN, **fields) == first


@pytest.mark.parametrize(
    "name",
    ["dinas kesehatan", "Dinas Kesehatan Kota Semarang", "1.02 - Dinas Kesehatan", "DINKES"],
)
async def test_another_spelling_of_a_recorded_name_is_not_recorded(hub: Hub, name: str) -> None:
    opd = await hub.change("registerOpd", SEMARANG, **CLINIC)
    refused = await hub.change("registerOpd", SEMARANG, **CLINIC | {"name": name, "acronym": None})
    assert (refused["__typename"], refused["id"]) == ("AlreadyExists", opd["id"])
    assert len((await hub.query_data(OPDS))["region"]["opds"]["nodes"]) == 2
