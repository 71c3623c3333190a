"""Uploads, previews and imports small files in tests of imports."""

from __future__ import annotations

from typing import Any

from engine.model import Viewer
from resolvers.import_draft import add_draft
from tests.api.hub import Hub
from tests.api.two_provinces import REGION

HEADER = "Nama Aplikasi,OPD,Status,Tahun,Alamat\n"
FILE = (
    f"{HEADER}E-Office,Diskominfo,Tidak Aktif,2019,\n"
    "Wakepo,Dinas Kesehatan,Aktif,,\n"
    "Si Baru,Dinkes,Aktif,2021,https://baru.id\n"
)
PREVIEW = """query ($id: ID!) { importDraft(id: $id) {
  id version counts { add change leave refuse warnings } newIntegrationCount
  defaultOpd { id }
  rows { nodes { row outcome name opdName changes { field before after } problems { code cell } } }
  problems { nodes { code isBlocking cell found rowCount candidates { id } } }
  unknownOpds { name rowCount nearest { id } }
} }"""
APPLICATIONS = """{ region(code: "32.11") { applications { nodes {
  id name status year url version retiredReason opd { id } provenance { source note }
} } } }"""


async def upload(hub: Hub, text: str, viewer: Viewer = REGION, region: str = "32.11") -> str:
    """Return the id of an uploaded CSV file."""
    return (await add_draft(hub.context(viewer), region, "daftar.csv", text.encode())).id


async def preview(hub: Hub, id: str, viewer: Viewer = REGION) -> dict[str, Any]:
    draft: dict[str, Any] = (await hub.query_data(PREVIEW, viewer, id=id))["importDraft"]
    return draft


async def import_file(
    hub: Hub, text: str, viewer: Viewer = REGION, /, **fields: object
) -> dict[str, Any]:
    """Upload a CSV file and import it; return the result of the mutation."""
    id = await upload(hub, text, viewer)
    return await hub.change("importApplications", viewer, draftId=id, version=1, **fields)


async def applications_by_name(hub: Hub) -> dict[str, dict[str, Any]]:
    nodes = (await hub.query_data(APPLICATIONS))["region"]["applications"]["nodes"]
    return {node["name"]: node for node in nodes}


def outcomes(draft: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["outcome"] for row in draft["rows"]["nodes"]}


async def preview_or_none(hub: Hub, id: str, viewer: Viewer = REGION) -> object:
    return (await hub.query_data(PREVIEW, viewer, id=id))["importDraft"]
