"""Recording the OPDs of a region, by viewers who are responsible for the region."""

from __future__ import annotations

import pytest

from engine.model import Viewer
from tests.api import places
from tests.api.hub import Hub

CLINIC = {"region": "33.74", "name": "Dinas  Kesehatan ", "acronym": "Dinkes", "kind": "DEPARTMENT"}
OPDS = '{ region(code: "33.74") { opds { nodes { id name acronym kind parent { name } } } } }'
SEMARANG = Viewer("semarang", places.REGION.role, frozenset({"33.74"}))


@pytest.mark.parametrize("viewer", [SEMARANG, places.OTHER_PROVINCE, places.ADMIN])
async def test_a_region_records_its_opds_and_registers_applications(
    any_hub: Hub, viewer: Viewer
) -> None:
    opd = await any_hub.change("registerOpd", viewer, **CLINIC)
    assert opd["__typename"] == "Opd"
    assert (opd["name"], opd["regionCode"]) == ("Dinas Kesehatan", "33.74")
    part = await any_hub.change(
        "registerOpd",
        viewer,
        region="33.74",
        name="Puskesmas Uji",
        kind="TECHNICAL_UNIT",
        parent=opd["id"],
    )
    assert part["parent"] == {"id": opd["id"]}
    registered = await any_hub.change(
        "registerApplication", viewer, region="33.74", opd=opd["id"], name="Simpus"
    )
    assert registered["opd"] == {"id": opd["id"]}
    found = (await any_hub.ask(OPDS))["region"]["opds"]["nodes"]
    assert [(each["name"], each["kind"], each["parent"]) for each in found] == [
        ("Dinas Kesehatan", "DEPARTMENT", None),
        ("Dinas Komunikasi dan Informatika", None, None),
        ("Puskesmas Uji", "TECHNICAL_UNIT", {"name": "Dinas Kesehatan"}),
    ]


@pytest.mark.parametrize(
    "viewer",
    [places.PUBLIC, places.OPD, places.ASSESSOR, places.REGION, places.PROVINCE],
    ids=lambda viewer: viewer.subject,
)
async def test_others_record_none(hub: Hub, viewer: Viewer) -> None:
    before = await hub.everything()
    assert await hub.change_refusal("registerOpd", viewer, **CLINIC) == "FORBIDDEN"
    assert await hub.everything() == before


async def test_a_key_records_it_once(hub: Hub) -> None:
    asked = {**CLINIC, "idempotencyKey": "k"}
    first = await hub.change("registerOpd", places.ADMIN, **asked)
    assert await hub.change("registerOpd", places.ADMIN, **asked) == first
