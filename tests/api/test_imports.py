"""A file is uploaded, edited, imported as one change, and undone with new entries."""

from __future__ import annotations

from typing import Any

from engine.model import Role, Viewer
from resolvers.import_draft import add_draft
from tests.api.hub import Hub

COORDINATOR = Viewer("ani", Role.REGION, regions=frozenset({"32.11"}))
HEADER = "Nama Aplikasi,OPD,Status,Tahun,Alamat\n"
PREVIEW = """query ($id: ID!) { importDraft(id: $id) {
  id version fileName counts { add change leave refuse warnings } newIntegrationCount
  rows { nodes { row outcome name opdName changes { field before after } problems { code cell } } }
  problems { nodes { code isBlocking cell found rowCount candidates { id } } }
  unknownOpds { name rowCount nearest { id } }
  sheets { name isRead columns { letter header field } }
} }"""


async def upload(hub: Hub, text: str, viewer: Viewer = COORDINATOR, region: str = "32.11") -> str:
    """Return the id of an uploaded CSV file."""
    draft = await add_draft(hub.context(viewer), region, "daftar.csv", text.encode())
    return draft.id


async def preview(hub: Hub, id: str, viewer: Viewer = COORDINATOR) -> dict[str, Any]:
    draft: dict[str, Any] = (await hub.query_data(PREVIEW, viewer, id=id))["importDraft"]
    return draft


async def test_an_unknown_opd_is_offered_with_the_nearest_and_refuses_its_row(
    west_java: Hub,
) -> None:
    row = "Si Uji,Dinas Perhubungan,Aktif,2020,https://uji.id\n"
    id = await upload(west_java, f"{HEADER}{row}Si Coba,Dinas Perbuhungan,Aktif,2020,\n")
    draft = await preview(west_java, id)
    assert draft["unknownOpds"] == [
        {"name": "Dinas Perbuhungan", "rowCount": 1, "nearest": [{"id": "32.11:opd-dishub"}]}
    ]
    refused = await west_java.change("importApplications", COORDINATOR, draftId=id, version=1)
    assert refused["__typename"] == "ImportRefused"
    assert refused["counts"] == {"add": 1, "change": 0, "leave": 0, "refuse": 1, "warnings": 0}
