"""Imports of files that name OPDs that were dissolved since, and their undo."""

from __future__ import annotations

from engine.log.inventory_import import ImportedApplication, InventoryImport
from engine.model import EventKind, Viewer, Visibility
from resolvers.import_draft import add_draft
from tests.api import two_provinces
from tests.api.hub import Hub

DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"
HEALTH = "32.11:application-health"
APPLICATIONS = """{ region(code: "32.11") { applications { nodes {
  id name status opd { id } } } } }"""


async def import_file(hub: Hub, text: str, viewer: Viewer) -> str:
    """Import a CSV file as one change, and return the id of the import."""
    draft = await add_draft(hub.context(viewer), "32.11", "daftar.csv", text.encode())
    imported = await hub.change("importApplications", viewer, draftId=draft.id, version=1)
    assert imported["__typename"] == "InventoryImport", imported
    id: str = imported["id"]
    return id


async def owners_by_name(hub: Hub) -> dict[str, str]:
    nodes = (await hub.query_data(APPLICATIONS))["region"]["applications"]["nodes"]
    return {node["name"]: node["opd"]["id"] for node in nodes}


async def test_a_file_that_names_a_dissolved_opd_is_imported_for_its_successor(
    any_hub: Hub,
) -> None:
    await any_hub.change(
        "mergeOpds",
        two_provinces.REGION,
        opdIds=[DINKES],
        successorId=DISKOMINFO,
        reason="Perbup 7/2026",
    )
    text = (
        "Nama Aplikasi,OPD,Status\nSi Sehat,Dinas Kesehatan Kab. Sumedang,Aktif\nSi Lain,,Aktif\n"
    )
    await import_file(any_hub, text, two_provinces.OPD)  # whose token names DINKES
    owners = await owners_by_name(any_hub)
    assert (owners["Si Sehat"], owners["Si Lain"]) == (DISKOMINFO, DISKOMINFO)


async def test_undo_returns_an_application_to_the_successor_of_its_opd(hub: Hub) -> None:
    viewer = two_provinces.REGION
    await hub.change("updateApplication", viewer, id=HEALTH, version=1, opdId=DISKOMINFO)
    imported = InventoryImport(
        id="32.11:import-moved",
        region="32.11",
        file_name="daftar.csv",
        by=viewer.subject,
        at=hub.instance.clock(),
        applications=(ImportedApplication(HEALTH, row=2, before=1, after=2),),
    )
    kind = EventKind.INVENTORY_IMPORTED
    await hub.record(kind, "32.11", imported.id, imported, Visibility.REGION)
    social = await hub.change(
        "registerOpd", viewer, regionCode="32.11", name="Dinas Sosial", kind="DEPARTMENT"
    )
    await hub.change(
        "mergeOpds", viewer, opdIds=[DINKES], successorId=social["id"], reason="Perbup 7/2026"
    )
    undone = await hub.change("undoImport", viewer, importId=imported.id)
    assert undone["__typename"] == "ImportUndone"
    assert (await owners_by_name(hub))["Wakepo"] == social["id"]
