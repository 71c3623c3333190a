"""Imports of files that name OPDs that were dissolved since."""

from __future__ import annotations

from engine.model import Viewer
from resolvers.import_draft import add_draft
from tests.api import two_provinces
from tests.api.hub import Hub

DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"
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
